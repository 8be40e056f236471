"""What the standard's own validator finds in a file of BODS statements, run without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def findings(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What libcovebods finds in a file: schema errors, fields that the standard does not have, and its checks."""
    config = pytest.importorskip("libcovebods.config")
    from libcovebods import additionalfields, data_reader, jsonschemavalidate, run_tasks, schema
    from libcovebods.tasks.checks import legacy_checks, record_based_checks

    # The list of schemes is fetched from org-id.guide when a check is made; GB-COH has been on it from the first.
    for module in (legacy_checks, record_based_checks):
        monkeypatch.setattr(module, "get_orgids_prefixes", lambda: ["GB-COH"])
    settings = config.LibCoveBODSConfig()
    reader = data_reader.DataReader(str(path))
    standard = schema.SchemaBODS(reader, settings)
    errors = [error.json() for error in jsonschemavalidate.JSONSchemaValidator(standard).validate(reader)]
    fields = additionalfields.AdditionalFields(standard).process(reader)
    checks = run_tasks.process_additional_checks(reader, settings, standard)["additional_checks"]
    return [*errors, *fields, *checks]

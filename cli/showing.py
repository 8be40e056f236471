"""``longstop status``, ``search``, ``home`` and ``config``: what the register holds and where it came from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.session import AsJson, Incomplete, Known, On, answer_json, answer_table, answers, open_register, read_snapshot
from contingency.scenarios.choice import read_id
from register.reading import register_digest
from register.search import search as find
from register.settings import read_settings
from register.snapshot import Registration
from register.status import quarantine_rows, source_states


def config(as_json: AsJson = False) -> None:
    """Each setting, its effective value and where it came from; keys are masked."""
    rows = read_settings().effective()
    if as_json:
        answer_json([{"name": row.name, "value": row.value, "origin": row.origin} for row in rows])
        return
    answer_table("Settings", ("setting", "value", "from"), ((row.name, row.value, row.origin) for row in rows))

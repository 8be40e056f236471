"""Open data out: every format reads back, and two exports of one register are byte for byte the same."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ownership import held, number, owned

from graph.exports import FORMATS
from graph.exports.bods import statements
from graph.ownership import build_network
from register.records import CompanyRecord
from register.snapshot import Snapshot

COMPANY = CompanyRecord(
    id=number(9), name="EXERCISE HOLDINGS LIMITED", category="Private Limited Company", incorporated_on=date(2009, 4, 6)
)
EVERYTHING = owned(
    held(1, 9, "most"), held(9, "Alex", "quarter+influence", "person", notified_on=date(2016, 4, 6)),
    held(9, "Past", "most", "person", notified_on=date(2016, 4, 6), ceased_on=date(2019, 7, 1)),
    held(2, "x", kind="secret", ceased=False),
    held(3, "x", kind="statement", statement="psc-exists-but-not-identified"),
    held(4, "x", kind="exempt", exemptions=("psc-exempt-as-trading-on-uk-regulated-market 2018-04-01/..",)),
    held(5, 6), held(6, 5), held(7, "Borough Council", kind="legal", legal_form="Local Authority"),
    held(8, "Skyfall", kind="body", legal_form="Limited Partnership", country_registered="Cayman Islands",
         registration_number="EX-1"),
    held(10, "Trust", kind="body", legal_form="Trust", country_registered="Guernsey"),
    held(11, "Nominee", kind="body", country_registered="Jersey",
         natures=("registered-owner-as-nominee-person-scotland-registered-overseas-entity", "ownership-of-moons")),
    runs=[(n, n) for n in (1, 2, 3, 4, 5, 7, 8, 10, 11, 12)],
    companies=[COMPANY],
)  # fmt: skip


def exported(snapshot: Snapshot, form: str, to: Path) -> bytes:
    assert FORMATS[form](snapshot, build_network(snapshot), to) > 0
    return to.read_bytes()


@pytest.mark.parametrize("form", FORMATS)
def test_two_exports_of_one_register_are_the_same_bytes(form: str, tmp_path: Path):
    turned = dict(reversed(EVERYTHING.controls.items()))
    one = exported(EVERYTHING, form, tmp_path / "one")
    from dataclasses import replace

    assert exported(replace(EVERYTHING, controls=turned), form, tmp_path / "two") == one


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_of_a_register_without_companies_says_what_is_not_known(form: str, tmp_path: Path):
    assert b"99000001" in exported(owned(), form, tmp_path / "out")


def test_graphml_reads_back_with_every_node_and_link(tmp_path: Path):
    exported(EVERYTHING, "graphml", tmp_path / "out.graphml")
    read, network = nx.read_graphml(tmp_path / "out.graphml", force_multigraph=True), build_network(EVERYTHING)
    assert set(read) == set(network)
    assert read.number_of_edges() == network.number_of_edges()
    (link,) = read.get_edge_data(number(9), number(1)).values()
    assert (link["share_from"], link["share_to"], link["share"]) == (75.0, 100.0, "75 % to 100 %")


def of(kind: str, snapshot: Snapshot = EVERYTHING) -> dict[str, dict[str, Any]]:
    found = list(statements(snapshot, build_network(snapshot)))
    return {one["recordId"]: one for one in found if one["recordType"] == kind}


def test_parties_come_before_relationships_and_every_record_is_there_once():
    found = list(statements(EVERYTHING, build_network(EVERYTHING)))
    kinds = [one["recordType"] for one in found]
    assert kinds == sorted(kinds, key=["entity", "person", "relationship"].index)
    assert max(Counter(one["recordId"] for one in found).values()) == 1
    assert max(Counter(one["statementId"] for one in found).values()) == 1


def test_a_band_stays_a_band_and_only_a_person_owns_beneficially():
    held_by = of("relationship")
    person = held_by["GB-COH-REL-99000009-person-Alex-quarter+influence"]["recordDetails"]["interests"]
    assert [(i["type"], i.get("share"), i["beneficialOwnershipOrControl"]) for i in person] == [
        ("shareholding", {"exclusiveMinimum": 25.0, "maximum": 50.0}, True),
        ("otherInfluenceOrControl", None, True),
    ]
    company = held_by["GB-COH-REL-99000001-company-9-most"]["recordDetails"]
    assert (company["subject"], company["interestedParty"]) == ("GB-COH-99000001", "GB-COH-99000009")
    assert company["interests"][0]["beneficialOwnershipOrControl"] is False


def test_whoever_is_not_known_is_a_relationship_with_a_reason():
    reasons = Counter(
        one["recordDetails"]["interestedParty"]["reason"]
        for one in of("relationship").values()
        if isinstance(one["recordDetails"]["interestedParty"], dict)
    )
    assert reasons == {
        "subjectUnableToConfirmOrIdentifyBeneficialOwner": 1,
        "subjectExemptFromDisclosure": 1,
        "informationUnknownToPublisher": 2,
    }
    hidden = of("person")["GB-COH-PER-99000002-secret-x-most"]["recordDetails"]
    assert hidden["unspecifiedPersonDetails"]["reason"] == "interestedPartyExemptFromDisclosure"


def test_no_date_of_birth_or_mark_leaves_in_an_export(tmp_path: Path):
    for form in FORMATS:
        assert b"birth" not in exported(EVERYTHING, form, tmp_path / form).replace(b"month of birth (inferred)", b"")


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


def test_libcovebods_finds_nothing_in_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    exported(EVERYTHING, "bods", tmp_path / "bods.json")
    assert findings(tmp_path / "bods.json", monkeypatch) == []


def test_libcovebods_finds_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    wrong = json.loads(exported(EVERYTHING, "bods", tmp_path / "bods.json"))[::-1]
    wrong[0]["recordDetails"]["interestedParty"] = "nobody"
    (tmp_path / "bods.json").write_text(json.dumps(wrong), encoding="utf-8")
    assert findings(tmp_path / "bods.json", monkeypatch)


LINKS = st.lists(
    st.tuples(st.integers(1, 5), st.one_of(st.integers(1, 5), st.sampled_from(["Alex", "Robin"])), st.booleans()),
    max_size=8,
)


@given(LINKS)
def test_every_relationship_names_records_that_are_there(links: list[tuple[int, int | str, bool]]):
    snapshot = owned(
        *(
            held(
                a,
                b,
                "most",
                "company" if isinstance(b, int) else "person",
                **({"ceased_on": date(2020, 1, 1)} if c else {}),
            )
            for a, b, c in links
        )
    )
    records = {**of("entity", snapshot), **of("person", snapshot)}
    for one in of("relationship", snapshot).values():
        assert one["recordDetails"]["subject"] in records
        holder = one["recordDetails"]["interestedParty"]
        assert isinstance(holder, dict) or holder in records
        assert one["declarationSubject"] in records

"""BODS 0.4: ids that stay, statements that are never edited, components, and nothing for the standard's own checks."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from covebods import findings
from hypothesis import given
from hypothesis import strategies as st
from small_estate import an_estate
from small_ownership import LISTED, SHARES, held, number, owned
from small_register import ON

from graph.exports import bods
from graph.natures import NATURES
from graph.ownership import build_network
from register.parties import party_of
from register.snapshot import Control, Snapshot

EVERYTHING = an_estate()
LATER = date(2025, 9, 30)


def stated(snapshot: Snapshot) -> list[dict[str, Any]]:
    return list(bods.statements(snapshot, build_network(snapshot)))


def of(kind: str, snapshot: Snapshot = EVERYTHING) -> dict[str, dict[str, Any]]:
    return {one["recordId"]: one for one in stated(snapshot) if one["recordType"] == kind}


def changed(before: Snapshot, after: Snapshot) -> dict[str, dict[str, Any]]:
    found = list(bods.changes((before, build_network(before)), (after, build_network(after))))
    assert len({one["recordId"] for one in found}) == len(found)
    return {one["recordId"]: one for one in found}


def test_parties_come_before_relationships_and_every_record_is_there_once():
    found = stated(EVERYTHING)
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
        (one["recordDetails"]["interestedParty"]["reason"], one["recordStatus"])
        for one in of("relationship").values()
        if isinstance(one["recordDetails"]["interestedParty"], dict)
    )
    assert reasons == {
        ("subjectUnableToConfirmOrIdentifyBeneficialOwner", "new"): 1,
        ("subjectUnableToConfirmOrIdentifyBeneficialOwner", "closed"): 1,
        ("subjectExemptFromDisclosure", "new"): 1,
        ("informationUnknownToPublisher", "new"): 2,
    }
    hidden = of("person")["GB-COH-PER-99000002-secret-x-most"]["recordDetails"]
    assert hidden["unspecifiedPersonDetails"]["reason"] == "interestedPartyExemptFromDisclosure"


def test_a_party_that_was_inferred_is_said_to_be_and_one_told_by_a_number_needs_no_word():
    notes = {key.rpartition("REL-")[2]: one.get("annotations") for key, one in of("relationship").items()}
    (note,) = notes["99000009-person-Alex-quarter+influence"]
    assert note["description"] == "the party was told by name and month of birth (inferred)"
    assert note["statementPointerTarget"] == "/recordDetails/interestedParty"
    assert notes["99000001-company-9-most"] is None


def test_somebody_who_has_gone_is_still_stated_as_closed_with_the_day():
    past = of("relationship")["GB-COH-REL-99000009-person-Past-most"]
    assert past["recordStatus"] == "closed"
    assert past["recordDetails"]["interests"][0]["endDate"] == "2019-07-01"
    assert past["recordDetails"]["interestedParty"] in of("person")


def test_a_trust_or_firm_that_an_entry_speaks_of_is_a_component_between_holder_and_company():
    own = "GB-COH-REL-99000012-person-Trustee-most"
    found = stated(EVERYTHING)
    order = [one["recordId"] for one in found]
    records = {one["recordId"]: one["recordDetails"] for one in found}
    primary = records[own]
    assert primary["isComponent"] is False
    assert primary["componentRecords"] == [
        f"{own}-{way}{part}" for way in ("FIRM", "TRUST") for part in ("", "-HOLDER", "-STAKE")
    ]
    assert [(i["type"], i["directOrIndirect"]) for i in primary["interests"]] == [
        ("shareholding", "indirect"), ("appointmentOfBoard", "indirect"), ("votingRights", "direct"),
    ]  # fmt: skip
    for component in primary["componentRecords"]:
        assert records[component]["isComponent"] is True and order.index(component) < order.index(own)
    stake = records[f"{own}-TRUST-STAKE"]
    assert (stake["subject"], stake["interestedParty"]) == ("GB-COH-99000012", f"{own}-TRUST")
    assert stake["interests"][0]["share"] == {"exclusiveMinimum": 25.0, "maximum": 50.0}
    assert records[f"{own}-TRUST"]["entityType"] == {"type": "arrangement", "subtype": "trust"}
    listed = {c for one in records.values() for c in one.get("componentRecords", ())}
    assert listed == {one for one, details in records.items() if details["isComponent"]}


def test_a_statement_of_what_has_not_changed_is_the_same_to_the_letter_months_later():
    later = replace(EVERYTHING, on=LATER)
    assert stated(later) == stated(EVERYTHING)
    assert changed(EVERYTHING, later) == {}


def read_later(control: Control, **fields: Any) -> Control:
    """An entry as a later list holds it."""
    record = msgspec.structs.replace(control.record, **fields)
    return Control(record, (replace(LISTED, as_at=LATER, first=LISTED.as_at),), party_of(record))


def test_what_changed_since_a_day_is_new_updated_or_closed_under_the_same_record():
    before = owned(held(1, 9), held(9, "Alex", "half", "person"), held(9, "Robin", "quarter", "person"))
    entries = {one.record.id: one for some in before.controls.values() for one in some}
    alex = read_later(entries["psc:99000009/person-Alex-half"], natures=(SHARES["most"],))
    robin = read_later(entries["psc:99000009/person-Robin-quarter"], ceased_on=date(2025, 8, 20))
    fresh = held(9, "Kim", "quarter", "person", notified_on=date(2025, 8, 21))
    kim = replace(fresh, evidence=(replace(LISTED, as_at=LATER, first=LATER),))
    after = owned(entries["psc:99000001/company-9-most"], alex, robin, kim, on=LATER)
    found = changed(before, after)
    relationships = {key: one for key, one in found.items() if one["recordType"] == "relationship"}
    assert {key.rpartition("person-")[2]: one["recordStatus"] for key, one in relationships.items()} == {
        "Alex-half": "updated", "Robin-quarter": "closed", "Kim-quarter": "new",
    }  # fmt: skip
    assert {one["statementDate"] for one in relationships.values()} == {"2025-09-30"}
    old = {one["statementId"]: one for one in stated(before)}
    assert not set(old) & {one["statementId"] for one in relationships.values()}
    for one in found.values():
        assert old.get(one["statementId"], one) == one
    assert "GB-COH-99000009" in found and "GB-COH-99000001" not in found


def test_an_entry_struck_out_of_the_register_is_closed_and_an_unknown_owner_takes_its_place():
    before = owned(held(1, "Alex", "most", "person"))
    after = owned(on=LATER)
    found = changed(before, after)
    assert found["GB-COH-REL-99000001-person-Alex-most"]["recordStatus"] == "closed"
    assert found["GB-COH-REL-99000001-person-Alex-most"]["statementDate"] == "2025-09-30"
    assert found["GB-COH-99000001-REL-UNKNOWN"]["recordStatus"] == "new"
    assert changed(after, replace(before, on=LATER))["GB-COH-99000001-REL-UNKNOWN"]["recordStatus"] == "closed"


def test_a_later_entry_of_a_person_leaves_their_record_id_as_it_was():
    first = held(9, "Alex", "half", "person", notified_on=date(2018, 1, 1))
    second = held(1, "Alex", "most", "person", notified_on=date(2024, 1, 1))
    assert set(of("person", owned(first))) == set(of("person", owned(first, second)))


def test_a_whole_export_streams_to_lines_as_well_as_to_an_array(tmp_path: Path):
    network = build_network(EVERYTHING)
    count = bods.write(EVERYTHING, network, tmp_path / "all.json")
    assert bods.write(EVERYTHING, network, tmp_path / "all.jsonl") == count
    lines = (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert bods.write_statements([], tmp_path / "none.json") == 0
    assert json.loads((tmp_path / "none.json").read_text(encoding="utf-8")) == []


def test_libcovebods_finds_nothing_in_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bods.write(EVERYTHING, build_network(EVERYTHING), tmp_path / "bods.json")
    assert findings(tmp_path / "bods.json", monkeypatch) == []


def test_libcovebods_finds_nothing_in_any_nature_of_control_held_by_a_person_a_company_or_a_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    entries = []
    for turn, slug in enumerate(sorted(NATURES)):
        for kind in ("person", "company", "body"):
            by = 1 if kind == "company" else f"{kind} {turn}"
            place = {"country_registered": "Jersey"} if kind == "body" else {}
            entry = held(turn + 100, by, "most", kind, natures=(slug,), notified_on=date(2017, 1, 1), **place)
            entries.append(entry)
    snapshot = owned(*entries)
    assert len(entries) == 86 * 3
    bods.write(snapshot, build_network(snapshot), tmp_path / "bods.json")
    assert findings(tmp_path / "bods.json", monkeypatch) == []
    found = of("relationship", snapshot)
    assert (
        len({key for key in found if key.startswith("GB-COH-REL-") and "-most" in key and key.endswith("-most")}) == 258
    )


def test_libcovebods_finds_nothing_in_what_changed_nor_in_it_beside_what_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    empty, later = owned(), replace(EVERYTHING, on=LATER)
    both = (empty, build_network(empty)), (later, build_network(later))
    bods.write_changes(*both, tmp_path / "changes.json")
    bods.write_changes(both[1], (replace(empty, on=LATER), both[0][1]), tmp_path / "back.json")
    for name in ("changes.json", "back.json"):
        assert findings(tmp_path / name, monkeypatch) == []


def test_libcovebods_finds_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    wrong = stated(EVERYTHING)[::-1]
    wrong[0]["recordDetails"]["interestedParty"] = "nobody"
    (tmp_path / "bods.json").write_text(json.dumps(wrong), encoding="utf-8")
    assert findings(tmp_path / "bods.json", monkeypatch)


LINKS = st.lists(
    st.tuples(st.integers(1, 5), st.one_of(st.integers(1, 5), st.sampled_from(["Alex", "Robin"])), st.booleans()),
    max_size=8,
)


def drawn(links: list[tuple[int, int | str, bool]]) -> Snapshot:
    return owned(
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


@given(LINKS)
def test_every_relationship_names_records_that_are_there(links: list[tuple[int, int | str, bool]]):
    snapshot = drawn(links)
    records = {**of("entity", snapshot), **of("person", snapshot)}
    for one in of("relationship", snapshot).values():
        assert one["recordDetails"]["subject"] in records
        holder = one["recordDetails"]["interestedParty"]
        assert isinstance(holder, dict) or holder in records
        assert one["declarationSubject"] in records


@given(LINKS, LINKS)
def test_what_changed_between_two_days_brings_one_export_to_the_other(
    before: list[tuple[int, int | str, bool]], after: list[tuple[int, int | str, bool]]
):
    then, now = drawn(before), replace(drawn(after), on=LATER)
    found = changed(then, now)
    held_then = {one["recordId"]: one for one in stated(then)}
    held_now = {one["recordId"]: one["recordDetails"] for one in stated(now)}
    brought = held_then | found
    open_now = {
        key: one["recordDetails"] for key, one in brought.items() if key in held_now or one["recordStatus"] != "closed"
    }
    assert open_now == held_now
    assert ON < LATER and number(1)

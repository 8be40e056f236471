"""Companies House's answers as nobody expected them: whatever comes is kept, or told, and never a traceback."""

from __future__ import annotations

import copy
import json
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawler import companies_house_words as words
from crawler.companies_house_answers import PROFILE, Harvest
from crawler.psc_search import control_line
from crawler.psc_snapshot import PRIVATE, known_nature
from crawler.psc_snapshot import STATEMENTS as STATEMENTS_KNOWN
from crawler.reading import Item, Reading, Row, read_row
from crawler.tables import SourceChanged
from graph.natures import NATURES, STATEMENTS
from register.insolvency import failed_on, meaning_of_case
from register.parties import party_of_officer, uk_company_number
from register.records import (
    CompanyRecord,
    ControlRecord,
    Fault,
    InsolvencyRecord,
    Observation,
    OfficerRecord,
    Record,
)

CASE = Path(__file__).resolve().parent / "cases" / "companies_house" / "company"
SNAPSHOT = "persons-with-significant-control-snapshot-2026-05-31.json"
TODAY, COMPANY = date(2026, 6, 1), "gb-coh:99000001"
PARTS = (PROFILE, "officers", "persons-with-significant-control", "charges", "insolvency")


def document(part: str) -> dict[str, Any]:
    file = CASE / "99000001.json" if part == PROFILE else CASE / "99000001" / f"{part}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def answered(part: str, body: object) -> list[Item]:
    harvest, raw = Harvest(TODAY, full=True), json.dumps(body).encode()
    return harvest.profile(COMPANY, raw)[0] if part == PROFILE else harvest.answer(COMPANY, part, raw)[0]


def read(part: str, body: object) -> tuple[list[Record], list[Fault]]:
    items = answered(part, body)
    return [i.record for i in items if isinstance(i, Observation)], [i for i in items if isinstance(i, Fault)]


def one_of(part: str, **changed: object) -> tuple[Any, list[Fault]]:
    """The first entry of the recorded list with some of its members changed (None: left out), read."""
    entry = {name: value for name, value in {**document(part)["items"][0], **changed}.items() if value is not None}
    records, faults = read(part, {"items": [entry]})
    (record,) = records
    return record, faults


def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(found for name, one in inner for found in places(one, (*before, name)))]


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=9),
    st.sampled_from(["x" * 70_000, "2999-01-01", "1066-10-14", "2020-13-45", "\x00", "  "]),
    st.lists(st.text(max_size=3), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def mutated(document: Any, data: st.DataObject) -> Any:
    """A copy of some JSON with one of its members, anywhere, made something else or taken away."""
    body = copy.deepcopy(document)
    *way, last = data.draw(st.sampled_from(places(body)[1:]))
    holder: Any = body
    for step in way:
        holder = holder[step]
    if data.draw(st.booleans()):
        holder[last] = data.draw(ODD)
    else:
        del holder[last]
    return body


def test_exactly_the_natures_and_statements_that_companies_house_lists_are_known():
    stems = {slug.partition("-25")[0].partition("-50")[0].partition("-75")[0].partition("-more")[0] for slug in NATURES}
    bands = ("", "-25-to-50-percent", "-50-to-75-percent", "-75-to-100-percent", "-more-than-25-percent")
    ways = ("", "-as-trust", "-as-firm", "-as-control-over-trust", "-as-control-over-firm")
    ends = ("", "-limited-liability-partnership", "-registered-overseas-entity")
    made = {"".join(parts) for parts in product(stems, bands, ways, ends)}
    assert {slug for slug in made | NATURES.keys() if known_nature(slug)} == NATURES.keys()
    assert STATEMENTS.keys() == STATEMENTS_KNOWN


def test_the_words_known_are_those_that_companies_house_lists(shared_data: Path):
    listed = yaml.safe_load((shared_data / "companies_house" / "api_enumerations" / "constants.yml").read_text("utf-8"))
    known = {
        "company_status": words.STATUSES, "company_status_detail": words.STATUS_DETAILS, "company_type": words.TYPES,
        "company_subtype": words.SUBTYPES, "jurisdiction": words.JURISDICTIONS, "officer_role": words.ROLES,
        "identification_type": words.IDENTIFICATIONS, "account_type": words.ACCOUNT_TYPES,
        "insolvency_case_date_type": words.CASE_DATES, "corporate_annotation_type": words.ANNOTATIONS,
    }  # fmt: skip
    for name, some in known.items():
        assert {str(word).lower() for word in listed[name]} - some == set(), name


def test_a_nature_never_seen_before_is_kept_and_told_and_what_is_no_word_costs_no_other():
    slug = "ownership-of-shares-75-to-100-percent"
    record, faults = one_of("persons-with-significant-control", natures_of_control=[slug, "control-by-thought", ["x"]])
    assert record.natures == ("control-by-thought", slug)
    assert {f.reason for f in faults} == {"is a value never seen before; kept as it is", "is not text"}


def test_a_person_whose_name_is_given_in_its_elements_alone_has_that_name():
    entries = [e for e in document("persons-with-significant-control")["items"] if e["kind"].startswith("individual")]
    records, faults = read("persons-with-significant-control", {"items": [{**entries[0], "name": None}]})
    assert faults == []
    assert isinstance(records[0], ControlRecord)
    assert records[0].name == " ".join(
        entries[0]["name_elements"][part]
        for part in ("forename", "middle_name", "surname")
        if part in entries[0]["name_elements"]
    )


def test_addresses_and_checks_of_a_person_are_known_and_never_read():
    entries = [e for e in document("persons-with-significant-control")["items"] if e["kind"].startswith("individual")]
    more = {
        "principal_office_address": {"premises": "Example Villa", "country": "Jersey"},
        "identity_verification_details": {"identity_verified_on": "2026-01-05", "preferred_name": "Example"},
        "links": {**entries[0]["links"], "statement": "/x", "person_with_significant_control": "/y"},
    }
    records, faults = read("persons-with-significant-control", {"items": [{**entries[0], **more}]})
    assert faults == []
    assert "Villa" not in repr(records) and "2026-01-05" not in repr(records)


LINES = [
    json.loads(line)
    for line in (CASE.parents[1] / "companies_house_bulk" / SNAPSHOT).read_text("utf-8").splitlines()
    if "company_number" in line
]


@given(st.sampled_from(LINES), st.data())
def test_a_line_of_the_snapshot_with_anything_in_any_place_is_an_entry_or_a_fault(line: Any, data: st.DataObject):
    odd = mutated(line, data)
    reading = Reading("companies_house_bulk/control", "", TODAY, private=PRIVATE)
    row = Row(odd if isinstance(odd, dict) else {}, reading, raw=b"")
    items = list(read_row(row, control_line))
    assert sum(isinstance(item, Observation) or (isinstance(item, Fault) and item.loses_row) for item in items) == 1


def test_two_entries_under_one_id_are_told_and_the_same_entry_on_two_pages_is_not():
    items = document("charges")["items"]
    assert len(read("charges", {"items": [items[0], items[0], items[1]]})[0]) == 2
    assert read("charges", {"items": [items[0], items[0], items[1]]})[1] == []
    records, faults = read("charges", {"items": [items[0], {**items[0], "persons_entitled": [{"name": "Other"}]}]})
    assert len(records) == 1
    assert [(f.loses_row, f.record_id) for f in faults] == [(True, records[0].id)]


def test_an_order_of_which_the_day_cannot_be_read_is_no_mere_petition():
    body = {"cases": [{"type": "compulsory-liquidation", "number": "1", "dates": [
        {"type": "petitioned-on", "date": "2026-01-05"}, {"type": "wound-up-on", "date": "soon"},
        {"date": "2026-02-02"},
    ]}]}  # fmt: skip
    (case,), faults = read("insolvency", body)
    assert isinstance(case, InsolvencyRecord)
    assert case.dates == ("petitioned-on 2026-01-05", "wound-up-on ..")
    assert meaning_of_case(case).failure == "yes"
    assert failed_on(case) is None
    assert {f.field for f in faults} == {"date", "dates"}


def test_a_corporate_secretary_known_by_its_kind_and_number_alone_is_that_company():
    """So are most filed since 2009: "uk-limited-company" and a number, and nothing of where."""
    filed = {"identification_type": "uk-limited-company", "registration_number": "9900002"}
    role = {"officer_role": "corporate-secretary", "date_of_birth": None}
    secretary, faults = one_of("officers", identification=filed, **role)
    assert faults == []
    assert party_of_officer(secretary).id == "gb-coh:09900002"
    abroad, _ = one_of("officers", identification={**filed, "place_registered": "Jersey"}, **role)
    assert party_of_officer(abroad).kind == "body"


def test_of_a_board_before_1992_the_day_is_kept_by_which_somebody_was_on_it():
    officer, faults = one_of("officers", appointed_on=None, appointed_before="1991-09-30", is_pre_1992_appointment=True)
    assert isinstance(officer, OfficerRecord)
    assert (officer.appointed_on, officer.appointed_before, faults) == (None, date(1991, 9, 30), [])


@pytest.mark.parametrize(
    ("filed", "number"),
    [
        ("Company No. 01234567", "gb-coh:01234567"),
        ("Registered Number: 1234567", "gb-coh:01234567"),
        ("crn sc123456", "gb-coh:SC123456"),
        ("OC312345", "gb-coh:OC312345"),
        ("No 01234567", "gb-coh:01234567"),
        ("NO123456", None),
        ("CO123456", None),
        ("None", None),
    ],
)
def test_what_is_said_before_a_number_is_no_part_of_it(filed: str, number: str | None):
    kind = "corporate-entity-person-with-significant-control"
    entry = ControlRecord(id="psc:1/a", company=COMPANY, kind=kind, country_registered="England")
    entry = ControlRecord(**{**{f: getattr(entry, f) for f in entry.__struct_fields__}, "registration_number": filed})
    assert uk_company_number(entry) == number


def test_an_overseas_companys_own_words_are_all_known():
    foreign = {
        "accounting_requirement": {"foreign_account_type": "accounting-requirements-of-originating-country-apply"},
        "accounts": {"account_period_from": {"day": "1", "month": "1"}, "must_file_within": {"months": "12"}},
        "business_activity": "Care", "governed_by": "Jersey law", "is_a_credit_financial_institution": False,
        "originating_registry": {"country": "JERSEY", "name": "Jersey Financial Services Commission"},
        "registration_number": "990003", "legal_form": "Limited Company",
    }  # fmt: skip
    gone = "overseas-entity-dissolved-wound-up-or-ceased-to-exist"
    flags = {
        "has_been_liquidated": True, "subtype": "private-fund-limited-partnership",
        "corporate_annotation": [
            {"type": gone, "created_on": "2026-01-05", "description": gone},
            {"type": "other", "description": "As filed by the court"},
        ],
    }  # fmt: skip
    (record,), faults = read(PROFILE, {**document(PROFILE), "foreign_company_details": foreign, **flags})
    assert faults == []
    assert isinstance(record, CompanyRecord)
    assert (record.home_number, record.been_liquidated, record.subtype) == ("990003", True, flags["subtype"])
    assert record.annotations == ("As filed by the court", f"{gone} (2026-01-05)")


@given(st.sampled_from(PARTS), st.data())
def test_an_answer_with_anything_in_any_place_is_refused_or_read_and_every_entry_is_accounted_for(
    part: str, data: st.DataObject
):
    body = mutated(document(part), data)
    try:
        records, faults = read(part, body)
    except SourceChanged:
        return
    entries = 1 if part == PROFILE else len(body["cases" if part == "insolvency" else "items"])
    assert len(records) + sum(fault.loses_row for fault in faults) == entries
    assert all(fault.reason and (fault.field or fault.record_id) for fault in faults)

"""Companies House's answers: every field read, or named as left out; nothing lost in silence, nobody's data kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from crawler.change_stream import StreamLines, change_of
from crawler.companies_house_answers import Harvest
from crawler.reading import Item, Unreadable
from crawler.refresh import read_published, replay
from crawler.tables import SourceChanged
from exercise.companies_house import write_bulk
from exercise.companies_house_api import write_api
from exercise.county import build_county
from exercise.cqc_api import write_api as write_cqc
from register.reading import load_snapshot
from register.records import (
    ChargeRecord,
    CompanyRecord,
    ControlRecord,
    Delivery,
    Fault,
    InsolvencyRecord,
    Observation,
    OfficerRecord,
)

SOURCE = "companies_house"
CASE = Path(__file__).resolve().parent / "cases" / SOURCE
TODAY, LEARNT = date(2026, 6, 1), datetime(2026, 6, 1, 3, tzinfo=UTC)
COMPANY = "gb-coh:99000001"


def read(path: Path, *companies: str) -> list[Item]:
    return list(read_published(SOURCE, path, today=TODAY, companies=frozenset(companies)))


def records(items: list[Item], kind: type[Any]) -> dict[str, Any]:
    return {i.record.id: i.record for i in items if isinstance(i, Observation) and isinstance(i.record, kind)}


def faults(items: list[Item]) -> list[Fault]:
    return [item for item in items if isinstance(item, Fault)]


@pytest.fixture(scope="module")
def case() -> list[Item]:
    return read(CASE)


def document(part: str = "") -> dict[str, Any]:
    name = f"99000001/{part}.json" if part else "99000001.json"
    found: dict[str, Any] = json.loads((CASE / "company" / name).read_text("utf-8"))
    return found


def answered(part: str, body: object) -> list[Item]:
    harvest = Harvest(TODAY, full=True)
    return harvest.answer(COMPANY, part, json.dumps(body).encode())[0]


def profiled(**changed: object) -> tuple[CompanyRecord, frozenset[str]]:
    body = {name: value for name, value in {**document(), **changed}.items() if value is not None}
    items, parts = Harvest(TODAY, full=True).profile(COMPANY, json.dumps(body).encode())
    (record,) = records(items, CompanyRecord).values()
    return record, parts


def test_the_recorded_case_is_read_without_a_remark(case: list[Item]):
    assert faults(case) == []
    kinds = [CompanyRecord, OfficerRecord, ControlRecord, ChargeRecord, InsolvencyRecord]
    assert [len(records(case, kind)) for kind in kinds] == [2, 3, 2, 3, 1]


def test_a_profile_says_what_is_overdue_and_what_has_happened(case: list[Item]):
    profile = records(case, CompanyRecord)[COMPANY]
    assert (profile.status, profile.accounts_overdue, profile.confirmation_overdue) == ("administration", True, False)
    assert (profile.accounts_made_up_to, profile.accounts_due_on) == (date(2025, 3, 31), date(2025, 12, 31))
    assert profile.incorporated_on == date(1898, 11, 3)
    assert profile.previous_names[0] == "EXAMPLE REST HOMES LIMITED (until 2012-05-04)"


def test_an_overseas_entity_keeps_the_register_and_number_of_its_own_country(case: list[Item]):
    entity = records(case, CompanyRecord)["gb-coh:OE990002"]
    assert (entity.country_of_origin, entity.home_number) == ("LUXEMBOURG", "B990002")
    assert entity.registered_at_home == "Registre De Commerce Et Des Sociétés"


def test_an_officer_and_a_person_with_control_of_one_name_and_month_of_birth_have_one_mark(case: list[Item]):
    director = records(case, OfficerRecord)["officer:99000001/CaseAppointment0000000001"]
    owner = records(case, ControlRecord)["psc:99000001/CaseControl0000000000002"]
    assert director.person_mark == owner.person_mark is not None
    assert director.officer == "CaseOfficer0001"


def test_a_title_in_an_officers_name_is_no_part_of_the_mark():
    items = document("officers")["items"]
    plain = {**items[2], "name": "EXAMPLE, Kim", "links": {"self": "/company/99000001/appointments/Other0000"}}
    marks = {r.person_mark for r in records(answered("officers", {"items": [items[2], plain]}), OfficerRecord).values()}
    assert len(marks) == 1 and None not in marks


def test_no_address_birth_or_practitioner_is_kept_of_anybody(case: list[Item]):
    said = repr(case)
    for word in ("ZZ1 1ZZ", "Example Street", "British", "Sample777", "1960", "Company Director"):
        assert word not in said.replace("postcode='ZZ1 1ZZ'", ""), word


def test_lenders_ticks_and_title_numbers_of_a_charge_are_read_as_filed(case: list[Item]):
    newest = records(case, ChargeRecord)["charge:99000001/CaseCharge00000000000003"]
    assert newest.persons_entitled == ("Example Harbour Bank PLC (As Security Trustee)",)
    assert (newest.fixed, newest.floating, newest.all_assets, newest.more_entitled) == (True, True, True, True)
    assert "ZZ123456" in (newest.particulars or "")


def test_classification_and_particulars_are_read_as_an_object_and_as_a_list(case: list[Item]):
    listed = records(case, ChargeRecord)["charge:99000001/CaseCharge00000000000002"]
    assert (listed.classification, listed.particulars) == (
        "Debenture",
        "Fixed and floating charges over the undertaking",
    )
    assert (listed.fixed, listed.status) == (None, "part-satisfied")


def test_particulars_of_many_pages_are_kept_whole():
    charge = document("charges")["items"][0]
    words = "the land in title " + "ZZ1 and " * 4_000 + "ZZ999999"
    charge["particulars"]["description"] = words
    (record,) = records(answered("charges", {"items": [charge]}), ChargeRecord).values()
    assert record.particulars == words


@pytest.mark.parametrize("spelt", ["unfiltered_count", "unfiletered_count", "assets_ceased_released"])
def test_both_spellings_of_what_companies_house_misspells_are_known(spelt: str):
    charge = {**document("charges")["items"][0], "assets_ceased_released": "part-property-released"}
    body = {"items": [charge], "total_count": 1, spelt: 1} if spelt.startswith("unf") else {"items": [charge]}
    assert faults(answered("charges", body)) == []


@pytest.mark.parametrize("part", ["officers", "persons-with-significant-control", "charges", "insolvency"])
def test_a_member_never_seen_before_is_told_and_loses_nothing(part: str):
    body = document(part)
    before = answered(part, body)
    entries = body["cases" if part == "insolvency" else "items"]
    entries[0]["newly_invented"] = {"by": "Companies House"}
    after = answered(part, body)
    (told,) = faults(after)
    assert (told.field, told.loses_row) == ("newly_invented", False)
    assert len([i for i in after if isinstance(i, Observation)]) == len(
        [i for i in before if isinstance(i, Observation)]
    )


def test_a_word_never_seen_before_is_kept_and_told():
    body = document("insolvency")
    body["cases"][0]["type"] = "bankruptcy-of-a-new-kind"
    items = answered("insolvency", body)
    assert records(items, InsolvencyRecord)["insolvency:99000001/1"].kind == "bankruptcy-of-a-new-kind"
    assert [(f.field, f.loses_row) for f in faults(items)] == [("type", False)]


def test_a_date_in_the_far_future_is_left_unknown_and_told():
    body = document("officers")
    body["items"][0]["appointed_on"] = "2107-04-01"
    items = answered("officers", body)
    assert records(items, OfficerRecord)["officer:99000001/CaseAppointment0000000001"].appointed_on is None
    assert [(f.field, f.record_id) for f in faults(items)] == [
        ("appointed_on", "officer:99000001/CaseAppointment0000000001")
    ]


def test_nothing_is_asked_that_the_profile_says_there_is_none_of():
    _, parts = profiled(
        links={"self": "/company/99000001", "officers": "/x"}, has_charges=False, has_insolvency_history=False
    )
    assert parts == {"officers"}
    _, parts = profiled(links={"self": "/x"}, has_charges=True, has_insolvency_history=True, has_super_secure_pscs=True)
    assert parts == {"charges", "insolvency", "persons-with-significant-control"}
    _, everything = profiled(links=None)
    assert len(everything) == 6


def test_an_entry_of_another_company_is_held_back():
    body = document("charges")
    body["items"][0]["links"]["self"] = "/company/99000009/charges/CaseCharge00000000000003"
    items = answered("charges", body)
    assert len(records(items, ChargeRecord)) == 2
    assert [(f.field, f.loses_row) for f in faults(items)] == [("links.self", True)]


def test_company_numbers_in_lower_case_are_the_same_company():
    body = json.dumps(document("officers")).replace("/company/99000001", "/company/sc990001")
    items, _ = Harvest(TODAY, full=True).answer("gb-coh:SC990001", "officers", body.encode())
    assert len(records(items, OfficerRecord)) == 3


def test_a_list_that_ends_before_its_own_count_ends_nothing():
    harvest = Harvest(TODAY, full=True)
    for part in ("officers", "charges"):
        harvest.expect(COMPANY, part)
    harvest.answer(COMPANY, "officers", json.dumps({**document("officers"), "total_results": 3}).encode())
    _, following = harvest.answer(COMPANY, "charges", json.dumps({**document("charges"), "total_count": 5}).encode())
    assert following == 3
    harvest.answer(COMPANY, "charges", json.dumps({**document("charges"), "items": [], "total_count": 5}).encode())
    lists = {i.feed: i for i in harvest.deliveries() if isinstance(i, Delivery)}
    assert lists["companies_house/officers"].complete
    assert not lists["companies_house/charges"].complete
    (told,) = faults(list(harvest.deliveries()))
    assert "5 entries by its own count ended after 3" in told.reason


def test_a_page_that_comes_twice_is_refused():
    harvest = Harvest(TODAY, full=True)
    page = json.dumps({**document("officers"), "total_results": 6}).encode()
    assert harvest.answer(COMPANY, "officers", page)[1] == 3
    with pytest.raises(SourceChanged, match="only what earlier pages held"):
        harvest.answer(COMPANY, "officers", page)


def official(shared_data: Path) -> Iterator[Path]:
    for service in ("charges", "psc", "insolvency"):
        yield from sorted((shared_data / "companies_house" / "official_itest" / f"{service}-data-api").glob("*.json"))


#: Of Companies House's own test answers: those that are no answer, and those that name no company, or one that cannot
#: be (twelve digits), so that nobody can tell whose they are.
NO_ANSWER = {
    "input_Invalid_payload.json",
    "resources_company-metrics-data.json",
    "input_internal_server_error_payload.json",
}


def test_companies_houses_own_test_answers_are_read_or_reported(shared_data: Path):
    read_whole, reported = 0, []
    for file in official(shared_data):
        whole = json.loads(file.read_text("utf-8"))
        try:
            items = read(file)
        except Unreadable as refused:
            assert file.name in str(refused)
            assert file.name in NO_ANSWER or "names no company" in str(refused)
            reported.append(file.name)
            continue
        for fault in faults(items):
            assert fault.reason and (fault.field or fault.record_id or fault.loses_row), fault
        expected = len(whole["items"]) if isinstance(whole.get("items"), list) else 1
        found = [i for i in items if isinstance(i, Observation)]
        told = [f for f in faults(items) if f.loses_row or "taken off the register" in f.reason]
        assert len(found) + len(told) == expected, file.name
        read_whole += not told
    assert (read_whole, len(reported)) == (37, 15)


def test_their_answers_are_read_in_the_places_where_the_api_gives_them(shared_data: Path, tmp_path: Path):
    """Those that name no company do so by their address: laid out as the API is, they are read too."""
    folder = tmp_path / "company" / "03770663"
    folder.mkdir(parents=True)
    source = shared_data / "companies_house/official_itest/insolvency-data-api/output_retrieve_by_company_number.json"
    (folder / "insolvency.json").write_bytes(source.read_bytes())
    (case,) = records(read(tmp_path), InsolvencyRecord).values()
    assert (case.id, case.kind) == ("insolvency:03770663/3", "compulsory-liquidation")
    assert case.dates == ("instrumented-on 2022-01-01",)


def test_answers_that_there_is_none_and_answers_that_nothing_asks_for_lose_nothing(tmp_path: Path):
    folder = tmp_path / "company"
    shutil.copytree(CASE / "company", folder)
    whole = read(tmp_path, COMPANY)
    missing = b'{"errors":[{"error":"company-exemptions-not-found","type":"ch:service"}]}'
    (folder / "99000001" / "exemptions.json").write_bytes(missing)
    (folder / "99000009.json").write_bytes(missing)
    history = {"filing_history_status": "filing-history-available", "items": [], "total_count": 0}
    (folder / "99000001" / "filing-history.json").write_text(json.dumps(history))
    (folder / "99000001" / "office.json").write_text(json.dumps({"kind": "registered-office-address"}))
    items = read(tmp_path, COMPANY)
    assert [i for i in items if isinstance(i, Observation)] == [i for i in whole if isinstance(i, Observation)]
    assert [f.loses_row for f in faults(items)] == [False, False]
    assert {f.reason.partition("(")[2] for f in faults(items)} == {"filing-history)", "registered-office-address)"}
    with pytest.raises(Unreadable, match="that is not read"):
        read(folder / "99000001" / "office.json")


def test_the_events_of_the_streams_are_read_as_the_lists_entries_are(shared_data: Path):
    kinds = {
        "officers-1": OfficerRecord,
        "charges-1": ChargeRecord,
        "persons-with-significant-control-1": ControlRecord,
    }
    for name, kind in kinds.items():
        file = shared_data / "streams" / f"{name}.json"
        items = read(file)
        assert faults(items) == []
        assert len(records(items, kind)) == 1
        change = change_of(file.read_bytes())
        assert change.resource == next(iter(records(items, kind))).partition("/")[2]


def test_events_kept_a_line_each_or_entries_in_a_list_are_read_as_single_ones_are(tmp_path: Path):
    entries = [one for one in document("charges")["items"] if "self" in one.get("links", {})]
    events = [{"resource_kind": "company-charges", "data": one, "event": {"timepoint": 1}} for one in entries]
    (tmp_path / "lines.json").write_text("\n".join(json.dumps(one) for one in events) + "\n\n")
    (tmp_path / "list.json").write_text(json.dumps(entries))
    alone = records(answered("charges", {"items": entries}), ChargeRecord)
    assert len(alone) > 1
    for name in ("lines.json", "list.json"):
        items = read(tmp_path / name)
        assert (records(items, ChargeRecord), faults(items)) == (alone, [])


@given(
    st.lists(st.binary(min_size=1, max_size=5).filter(lambda b: b"\n" not in b and b.strip() == b), max_size=8),
    st.data(),
)
def test_a_stream_cut_into_any_pieces_has_the_same_lines(lines: list[bytes], data: st.DataObject):
    whole = b"".join(line + b"\r\n" for line in lines if line.strip()) + b"\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    stream = StreamLines()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        stream.feed(whole[start:end])
    assert [line.strip() for line in stream.lines] == [line for line in lines if line.strip()]
    assert stream.caught_up


def test_the_county_as_files_is_read_whole_and_every_board_lender_and_failure_is_there(engine: Engine, tmp_path: Path):
    county = build_county(20, 3)
    write_cqc(county.stock, tmp_path / "cqc_api")
    write_api(county, tmp_path / SOURCE)
    for source in ("cqc_api", SOURCE):
        learnt = datetime(2026, 11, 1, 12, tzinfo=UTC)
        report = replay(source, tmp_path / source, engine=engine, today=county.as_at, learnt=learnt, shown=False)
        assert report.state == "published", report.reasons
        assert [(d.complete, d.quarantined, d.fields_unread) for d in report.deliveries] == [(True, 0, 0)] * len(
            report.deliveries
        )
    snapshot = load_snapshot(engine)
    assert snapshot.companies.keys() >= snapshot.officers.keys() >= snapshot.charges.keys()
    boards: dict[str, set[str]] = {}
    for company, some in snapshot.officers.items():
        for officer in some:
            boards.setdefault(officer.party.id or "", set()).add(company)
    assert max(len(companies) for companies in boards.values()) > 2
    kinds = {case.record.kind for some in snapshot.insolvencies.values() for case in some}
    assert "in-administration" in kinds
    statuses = {charge.record.status for some in snapshot.charges.values() for charge in some}
    assert statuses == {"outstanding", "fully-satisfied"}


def test_the_county_tells_of_the_same_charges_and_states_by_api_and_in_bulk_and_twice_in_the_same_bytes(tmp_path: Path):
    county = build_county(20, 3)
    for name in ("one", "two"):
        write_api(county, tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.json"))
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files)
    write_bulk(county.stock, county.as_at, tmp_path / "bulk")
    listed = records(list(read_published("companies_house_bulk", tmp_path / "bulk", today=county.as_at)), CompanyRecord)
    asked = list(read_published(SOURCE, tmp_path / "one", today=county.as_at))
    charges = records(asked, ChargeRecord).values()
    for company, row in listed.items():
        own = [charge for charge in charges if charge.company == company]
        assert (row.charges, row.charges_satisfied) == (len(own), sum(one.status == "fully-satisfied" for one in own))
    failed = {one.id for one in records(asked, CompanyRecord).values() if one.status == "administration"}
    assert failed == {company for company, row in listed.items() if row.status == "In Administration"} != set()

"""What changed in the companies behind homes: which entity, which homes, and what is no change at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_changes import ABOVE, HOMES, JUNE, MAY, PARENT, PROVIDER, RUNS, Register, a_register, company
from sqlalchemy import Engine

from cli.main import status_of
from register.changes import ownership_changes
from register.digest import Period, arrange, as_text, document
from register.digest_pages import as_atom, as_html, change_id
from register.reading import load_snapshot
from register.records import (
    ChargeRecord,
    ControlRecord,
    InsolvencyRecord,
    NoticeRecord,
    OfficerRecord,
    ProviderRecord,
)


@pytest.fixture
def register(engine: Engine, tmp_path: Path) -> Register:
    return a_register(engine, tmp_path)


def test_a_list_of_a_source_that_is_loaded_for_the_first_time_tells_of_nothing(engine, tmp_path):
    register = Register(engine, tmp_path)
    register.both("companies_house/profiles", [company()], [company()])
    register.lists(JUNE, "companies_house/charges", charge(created_on=date(2016, 6, 3)))
    assert register.kinds() == []


def test_nothing_is_told_where_nothing_changed(register):
    assert register.changed() == ()


def test_a_new_owner_is_told_for_each_council_with_its_homes_and_beds(register):
    new = ControlRecord(
        id="psc:99000001/b", company=PROVIDER, kind="individual-person-with-significant-control",
        name="Alex Sample001", person_mark="a" * 64, notified_on=date(2025, 6, 10),
    )  # fmt: skip
    register.lists(JUNE, "companies_house/control", ABOVE, new)
    found = register.changed()
    assert [(c.kind, c.authority_name, c.beds, c.homes) for c in found] == [
        ("new controller", "Cornwall", 30, ("exercise:EX-003",)),
        ("new controller", "Devon", 30, ("exercise:EX-001", "exercise:EX-002")),
    ]
    assert found[1].day == date(2025, 6, 10)
    assert found[1].sentence == (
        "EXERCISE CARE LIMITED (gb-coh:99000001): has a new party in its register of control: Alex Sample001 "
        "(a person), notified on 10 June 2025. It holds the registration of 2 homes here, 30 beds: Home 2, Exampleton "
        "(exercise:EX-002); Home 1, Exampleton (exercise:EX-001)."
    )
    assert found[1].evidence_after is not None and found[1].evidence_after.feed == "companies_house/control"


def test_an_owner_that_ceased_is_told_and_the_same_party_entered_again_is_not(register):
    ended = ControlRecord(**{f: getattr(ABOVE, f) for f in ABOVE.__struct_fields__} | {"ceased_on": date(2025, 6, 5)})
    again = ControlRecord(**{f: getattr(ABOVE, f) for f in ABOVE.__struct_fields__} | {"id": "psc:99000001/c"})
    register.lists(JUNE, "companies_house/control", ended, again)
    assert register.kinds() == []
    register.lists(JUNE, "companies_house/control", ended)
    assert set(register.kinds()) == {"controller ceased"}
    assert (
        "EXERCISE HOLDINGS LIMITED (gb-coh:99000002) ceased on 5 June 2025 to control it." in register.changed()[0].said
    )


def test_a_failed_parent_holds_no_registration_and_no_homes_provider_has_failed(register):
    case = InsolvencyRecord(
        id="insolvency:99000002/1", company=PARENT, kind="in-administration",
        dates=("administration-started-on 2025-06-12",),
    )  # fmt: skip
    register.lists(JUNE, "companies_house/insolvency", case)
    first = register.changed()[0]
    assert (first.kind, first.company, first.severity) == ("insolvency event", PARENT, 2)
    assert "It holds no registration itself: it stands above the registered provider of" in first.said
    assert first.said.endswith("By this no home's provider has failed.")
    assert "That is a business failure in law" in first.said


@pytest.mark.parametrize(
    ("kind", "severity", "words"),
    [
        ("in-administration", 1, "That is a business failure in law"),
        ("members-voluntary-liquidation", 4, "solvent"),
        ("foreign-insolvency", 2, "has to be looked at"),
    ],
)
def test_an_insolvency_of_a_provider_is_as_severe_as_the_law_makes_it(register, kind, severity, words):
    case = InsolvencyRecord(id="insolvency:99000001/1", company=PROVIDER, kind=kind)
    register.lists(JUNE, "companies_house/insolvency", case)
    found = register.changed()
    assert {(c.kind, c.severity) for c in found} == {("insolvency event", severity)}
    assert words in found[0].said and "It holds the registration of" in found[0].said


def test_a_home_that_ended_with_its_provider_is_told_with_the_reason(register):
    gone = [msgspec.structs.replace(one, deregistered_on=date(2025, 6, 20), status="Deregistered") for one in HOMES]
    register.lists(JUNE, "cqc_api/locations", *gone)
    case = InsolvencyRecord(id="insolvency:99000001/1", company=PROVIDER, kind="creditors-voluntary-liquidation")
    register.lists(JUNE, "companies_house/insolvency", case)
    found = [change for change in register.changed() if change.company]
    assert {(c.kind, c.severity) for c in found} == {("insolvency event", 1)}
    assert "Home 3, Exampleton (exercise:EX-003), whose registration ended on 20 June 2025, 30 beds." in found[0].said


def test_a_petition_that_became_a_winding_up_is_told_again(register):
    petition = InsolvencyRecord(
        id="insolvency:99000001/1", company=PROVIDER, kind="compulsory-liquidation", dates=("petitioned-on 2025-05-20",)
    )
    ordered = InsolvencyRecord(
        id="insolvency:99000001/1", company=PROVIDER, kind="compulsory-liquidation",
        dates=("petitioned-on 2025-05-20", "wound-up-on 2025-06-20"),
    )  # fmt: skip
    register.both("companies_house/insolvency", [petition], [ordered])
    assert {(c.kind, c.before, c.severity) for c in register.changed()} == {
        ("insolvency event", "petition to wind up", 1)
    }


def test_a_notice_in_the_gazette_is_told_and_a_first_night_of_the_gazette_is_not(register):
    notice = NoticeRecord(
        id="gazette:90000001",
        code="2452",
        company=PROVIDER,
        name="EXERCISE CARE LIMITED",
        published_on=date(2025, 6, 20),
    )
    register.lists(JUNE, "gazette/notices", notice, complete=False)
    assert register.kinds() == []
    other = NoticeRecord(id="gazette:90000000", code="2450", company="gb-coh:99999999", published_on=date(2025, 5, 20))
    register.lists(MAY, "gazette/notices", other, complete=False)
    assert {(c.kind, c.severity, c.day) for c in register.changed()} == {("insolvency event", 1, date(2025, 6, 20))}
    assert "by a notice in the Gazette of 20 June 2025 (gazette:90000001)" in register.changed()[0].said


def charge(**fields: object) -> ChargeRecord:
    given = {"status": "outstanding", "persons_entitled": ("Exercise Harbour Bank plc",), **fields}
    return ChargeRecord(id="charge:99000001/1", company=PROVIDER, code="990000010001", **given)  # type: ignore[arg-type]


def test_a_new_charge_and_a_satisfied_one_are_told_with_the_lender(register):
    register.lists(JUNE, "companies_house/charges", charge(created_on=date(2025, 6, 3)))
    assert set(register.kinds()) == {"new charge"}
    assert "gave a new charge on 3 June 2025 to Exercise Harbour Bank plc." in register.changed()[0].said
    register.lists(MAY, "companies_house/charges", charge())
    register.lists(JUNE, "companies_house/charges", charge(status="fully-satisfied", satisfied_on=date(2025, 6, 9)))
    assert {(c.kind, c.day, c.severity) for c in register.changed()} == {("charge satisfied", date(2025, 6, 9), 5)}


def test_a_source_that_is_loaded_for_the_first_time_tells_of_nothing(engine, tmp_path):
    register = Register(engine, tmp_path)
    register.both("companies_house_bulk/control", [ABOVE], [ABOVE])
    register.lists(JUNE, "companies_house/profiles", company(accounts_overdue=True))
    register.lists(JUNE, "companies_house/charges", charge(created_on=date(2025, 6, 3)))
    register.lists(JUNE, "companies_house/insolvency", InsolvencyRecord(
        id="insolvency:99000001/1", company=PROVIDER, kind="in-administration"))  # fmt: skip
    assert register.kinds() == []


def test_a_company_that_was_not_looked_at_before_tells_of_nothing(register):
    old = ChargeRecord(id="charge:99000002/1", company="gb-coh:99000007", status="outstanding")
    above = ControlRecord(
        **{f: getattr(ABOVE, f) for f in ABOVE.__struct_fields__}
        | {"id": "psc:99000002/a", "company": PARENT, "registration_number": "99000007"}
    )
    register.lists(JUNE, "companies_house/charges", old)
    register.lists(JUNE, "companies_house/control", ABOVE, above)
    assert set(register.kinds()) == {"new controller"}


def test_accounts_and_confirmation_statement_that_became_overdue_are_told(register):
    register.lists(
        MAY, "companies_house/profiles", company(accounts_overdue=False, confirmation_due_on=date(2025, 6, 14))
    )
    register.lists(
        JUNE, "companies_house/profiles",
        company(accounts_overdue=True, accounts_due_on=date(2025, 6, 1), confirmation_due_on=date(2025, 6, 14)),
    )  # fmt: skip
    assert set(register.kinds()) == {"accounts overdue", "confirmation statement overdue"}
    assert "its accounts are overdue: they were due on 1 June 2025." in register.changed()[0].said


def test_a_registered_office_that_is_newly_in_doubt_is_told_and_one_that_was_is_not(register):
    office = {"office_undeliverable": False, "office_in_dispute": True}
    register.lists(MAY, "companies_house/profiles", company(**office))
    register.lists(JUNE, "companies_house/profiles", company(**{**office, "office_undeliverable": True}))
    assert set(register.kinds()) == {"registered office in doubt"}


def test_a_company_about_to_be_struck_off_is_told_and_another_sources_spelling_is_not(register):
    register.lists(MAY, "companies_house_bulk/companies", company(status="Active"))
    register.lists(JUNE, "companies_house_bulk/companies", company(status="Active"))
    assert register.kinds() == []
    register.lists(
        JUNE, "companies_house/profiles", company(status_detail="active-proposal-to-strike-off"), company(PARENT)
    )
    assert {(c.kind, c.before, c.after) for c in register.changed()} == {
        ("company status changed", "active", "proposal to strike off")
    }


def test_a_board_is_told_of_in_numbers_and_without_names(register):
    def seat(which: int, **fields: object) -> OfficerRecord:
        given = {"role": "director", "name": f"Kim Sample{which:03d}", **fields}
        return OfficerRecord(id=f"officer:99000001/{which}", company=PROVIDER, **given)  # type: ignore[arg-type]

    register.lists(MAY, "companies_house/officers", seat(1), seat(2))
    register.lists(
        JUNE, "companies_house/officers",
        seat(1), seat(2, resigned_on=date(2025, 6, 2)), seat(3, appointed_on=date(2025, 6, 4)),
    )  # fmt: skip
    found = register.changed()
    assert {(c.kind, c.before, c.after) for c in found} == {("officers changed", 2, 2)}
    assert "1 joined its board and 1 left it; it has 2 officers now." in found[0].said
    assert "Sample" not in repr(found)


def test_every_form_of_the_digest_tells_of_companies(register):
    register.lists(JUNE, "companies_house/charges", charge(created_on=date(2025, 6, 3)))
    before, after = load_snapshot(register.engine, on=MAY), load_snapshot(register.engine, on=JUNE)
    changes = list(ownership_changes(before, after))
    digest = arrange([Period((), MAY, JUNE, ("a" * 64, "b" * 64))], changes, invented=True)
    assert [section.title for section in digest.sections] == ["Cornwall", "Devon"]
    for told in (as_text(digest), as_html(digest), as_atom(digest).decode()):
        assert "new charge" in told and "Exercise Harbour Bank plc" in " ".join(told.split())
        assert "companies_house/charges as at 2025-06-30" in " ".join(told.split())
    said = json.loads(json.dumps(document(digest)))["changes"]
    assert [(c["company"], c["homes"], c["beds"]) for c in said] == [
        (PROVIDER, ["exercise:EX-003"], 30),
        (PROVIDER, ["exercise:EX-001", "exercise:EX-002"], 30),
    ]
    assert len({change_id(change) for change in changes}) == 2
    assert change_id(changes[0]) == change_id(replace(changes[0], beds=99))


@pytest.fixture
def answered(
    register: Register, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, Any]]:
    """``longstop changes --json`` on the register: the answer."""
    monkeypatch.setenv("LONGSTOP_DATABASE_URL", register.engine.url.render_as_string())
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(register.folder / "home"))

    def run(*arguments: str) -> dict[str, Any]:
        capfd.readouterr()
        status_of(["changes", "--json", *arguments])
        answer: dict[str, Any] = json.loads(capfd.readouterr().out)
        return answer

    return run


def test_lists_of_companies_newer_than_any_list_of_homes_are_compared_between_their_own_days(register, answered):
    july = (date(2025, 7, 7), date(2025, 7, 8))
    register.lists(july[0], "companies_house/charges", charge())
    register.lists(july[1], "companies_house/charges", charge(status="fully-satisfied", satisfied_on=july[1]))
    answer = answered()
    assert [(c["kind"], c["company"], c["day"]) for c in answer["changes"]] == [
        ("charge satisfied", PROVIDER, "2025-07-08")
    ] * 2
    assert [(p["registers"], p["since"], p["on"]) for p in answer["periods"]] == [
        (["exercise"], "2025-05-31", "2025-06-30"),
        (["companies_house"], "2025-07-07", "2025-07-08"),
    ]
    assert {c["authority_name"] for c in answered("--area", "Devon")["changes"]} == {"Devon"}
    assert {c["kind"] for c in answered("--since", "2025-05-31")["changes"]} == {"new charge"}


def test_a_loan_that_was_replaced_is_not_told_as_a_loan_that_was_paid(register):
    old = charge(created_on=date(2016, 6, 3))
    paid = msgspec.structs.replace(old, status="fully-satisfied", satisfied_on=date(2025, 6, 10))
    new = msgspec.structs.replace(
        old, id="charge:99000001/2", created_on=date(2025, 6, 10), persons_entitled=("NEW BANK PLC",)
    )
    brief = msgspec.structs.replace(
        new, id="charge:99000001/3", status="fully-satisfied", satisfied_on=date(2025, 6, 20)
    )
    register.lists(MAY, "companies_house/charges", old, complete=False)
    register.lists(JUNE, "companies_house/charges", paid, new, brief, complete=False)
    told = {change.event for change in register.changed()}
    assert told == {
        "satisfied on 10 June 2025 its charge to Exercise Harbour Bank plc; it gave a new charge to NEW BANK PLC.",
        "gave a new charge on 10 June 2025 to NEW BANK PLC.",
        "gave a new charge on 10 June 2025 to NEW BANK PLC, satisfied since, on 20 June 2025.",
    }


def test_one_failure_in_two_councils_is_counted_once_and_told_first_with_all_its_homes_and_beds(register):
    case = InsolvencyRecord(id="insolvency:99000002/1", company=PARENT, kind="in-administration")
    register.lists(JUNE, "companies_house/insolvency", case, complete=False)
    found = register.changed()
    digest = arrange([Period((), MAY, JUNE, ("a", "b"))], found)
    assert len(found) == 2 and digest.totals == (("insolvency event", 1),)
    (line,) = digest.across
    assert line.sentence.endswith(
        "It concerns 3 homes in 2 councils' areas, 60 beds. By this no home's provider has failed."
    )
    assert "Across several councils" in as_text(digest) and "Across several councils" in as_html(digest)
    assert document(digest)["totals"] == {"insolvency event": 1} and len(document(digest)["changes"]) == 2


def test_a_provider_that_failed_and_sold_its_homes_on_one_night_is_told_with_the_homes_that_it_held(register):
    case = InsolvencyRecord(id="insolvency:99000001/1", company=PROVIDER, kind="in-administration")
    buyer = ProviderRecord(id="exercise:EXP-2", name="Rescue Limited", company="gb-coh:99000007")
    register.lists(JUNE, "companies_house/insolvency", case, complete=False)
    register.lists(JUNE, "cqc_api/providers", RUNS, buyer)
    register.lists(JUNE, "cqc_api/locations", *(msgspec.structs.replace(one, provider_id=buyer.id) for one in HOMES))
    failed = [change for change in register.changed() if change.kind == "insolvency event"]
    assert [(change.severity, change.homes) for change in failed] == [
        (2, ("exercise:EX-003",)),
        (2, ("exercise:EX-001", "exercise:EX-002")),
    ]
    assert failed[0].said.endswith(
        "It held the registration of Home 3, Exampleton (exercise:EX-003), 30 beds; another provider holds it now. "
        "By this no home's provider has failed."
    )
    assert [change.kind for change in register.changed()].count("new provider") == 3


def test_a_new_controller_that_has_failed_itself_is_said_to_have(register):
    top = msgspec.structs.replace(ABOVE, id="psc:99000002/a", company=PARENT, registration_number="99000009")
    case = InsolvencyRecord(id="insolvency:99000009/1", company="gb-coh:99000009", kind="compulsory-liquidation")
    register.lists(JUNE, "companies_house/control", ABOVE, top)
    register.lists(JUNE, "companies_house/insolvency", case, complete=False)
    assert {change.kind for change in register.changed()} == {"new controller"}
    assert all("of that company, Companies House says:" in change.said for change in register.changed())

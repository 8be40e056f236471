"""What Companies House says of a company that calls for a look, in the chain and in the measures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from small_ownership import held, number, owned

from cli.ownership import owners_of, print_chains
from graph.answers import Ownership
from graph.measures import ground_of, measure_all
from register.flags import flags_of
from register.records import CompanyRecord
from register.snapshot import Snapshot

NAME = "Exercise Care Limited"
LATE = CompanyRecord(
    id=number(1), name=NAME, status="active", status_detail="active-proposal-to-strike-off", accounts_overdue=True,
    accounts_due_on=date(2024, 12, 31), confirmation_overdue=False, office_in_dispute=True, office_undeliverable=True,
)  # fmt: skip
WELL = CompanyRecord(id=number(2), name=NAME, status="active", accounts_overdue=False, confirmation_overdue=False)
ABOVE = CompanyRecord(
    id=number(9),
    name="Exercise Top Limited",
    status="active",
    been_liquidated=True,
    annotations=("overseas-entity-ceased (2026-01-05)",),
)
SILENT = CompanyRecord(id=number(3), name=NAME, status="active")


def county() -> Snapshot:
    runs = [(1, 1), (2, 2), (3, 3), (4, 4)]
    return owned(held(1, 9), runs=runs, companies=[LATE, WELL, SILENT, ABOVE])


def flags(which: int) -> list[str]:
    snapshot = county()
    return [one.kind for one in flags_of(snapshot.companies[number(which)], snapshot)]


def test_a_company_in_good_order_has_no_flag_and_silence_is_none():
    assert flags(2) == flags(3) == []


def test_every_flag_of_a_company_is_told_the_gravest_first():
    assert flags(1) == ["status", "accounts overdue", "office in dispute", "office undeliverable"]
    assert flags(9) == ["liquidated", "registrar's remark"]
    assert "overseas entity ceased (2026-01-05)" in flags_of(county().companies[number(9)], county())[1].said


def test_the_flags_of_every_company_in_the_chain_are_shown_with_what_they_rest_on(capsys: pytest.CaptureFixture[str]):
    document: dict[str, Any] = owners_of(county(), "exercise:EX-1")
    assert {(one["company"], one["flag"]) for one in document["flags"]} >= {
        (number(1), "accounts overdue"),
        (number(9), "liquidated"),
    }
    assert all(one["evidence"][0]["sha256"] for one in document["flags"])
    print_chains(document)
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{NAME} ({number(1)}) is late with its accounts, due on 2024-12-31" in shown


def test_a_provider_of_which_nothing_is_said_is_neither_late_nor_in_time():
    (late,) = (one for one in measure_all(ground_of(Ownership(county()))) if one.id == "late-filing")
    assert {one.word: one.count.homes for one in late.answers} == {"yes": 1, "no": 1, "not known": 2}


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLUMNS", "200")
    yield

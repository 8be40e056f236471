"""Three homes of one provider under one parent, on two days: what a test of changes in companies starts from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from intake_cases import a_list, a_location, load
from sqlalchemy import Engine

from register.change_kinds import Change
from register.changes import compare
from register.reading import load_snapshot
from register.records import (
    ChargeRecord,
    CompanyRecord,
    ControlRecord,
    InsolvencyRecord,
    LocationRecord,
    OfficerRecord,
    ProviderRecord,
    Record,
)

LONG_AGO = date(2011, 4, 1)
WHERE = {"address": ("1 Example Street",), "town": "Exampleton", "postcode": "EX1 1AA"}
MAY, JUNE = date(2025, 5, 31), date(2025, 6, 30)
PROVIDER, PARENT, LANDLORD = "gb-coh:99000001", "gb-coh:99000002", "gb-coh:99000003"
HOMES = tuple(
    a_location(n, beds=10 * n, provider_id="exercise:EXP-1", registered_on=date(2011, 4, 1), authority=authority,
               name=f"Home {n}", postcode=f"EX{n} 1AA", address=(f"{n} Example Street",), town="Exampleton")
    for n, authority in ((1, "Devon"), (2, "Devon"), (3, "Cornwall"))
)  # fmt: skip
RUNS = ProviderRecord(id="exercise:EXP-1", name="Exercise Care Limited", company=PROVIDER)
ABOVE = ControlRecord(
    id="psc:99000001/a", company=PROVIDER, kind="corporate-entity-person-with-significant-control",
    name="EXERCISE HOLDINGS LIMITED", registration_number="99000002", place_registered="Companies House",
    country_registered="England", natures=("ownership-of-shares-75-to-100-percent",), notified_on=date(2016, 4, 6),
)  # fmt: skip


def company(number: str = PROVIDER, **fields: object) -> CompanyRecord:
    return CompanyRecord(id=number, name="EXERCISE CARE LIMITED", **{"status": "active", **fields})  # type: ignore[arg-type]


def a_home(number: int = 1, **fields: object) -> LocationRecord:
    """A home with an address and a provider, registered for years."""
    given = {"registered_on": LONG_AGO, "provider_id": "exercise:P1", **WHERE, **fields}
    return a_location(number, **given)


class EmptyRegister:
    """An empty register with short ways to load a list and to ask what changed."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder

    def lists(
        self, day: date, *records: LocationRecord | ProviderRecord, feed: str = "cqc_api/locations",
        complete: bool = True, learnt: datetime = datetime(2027, 1, 1, tzinfo=UTC),
    ) -> None:  # fmt: skip
        items = a_list(day, records, feed=feed, complete=complete, origin=f"{feed} of {day}")
        report = load(self.engine, self.folder, items, source=feed.partition("/")[0], learnt=learnt)
        assert report.state == "published", report.reasons

    def changed(self, since: date = MAY, on: date = JUNE) -> tuple[Change, ...]:
        return compare(load_snapshot(self.engine, on=since), load_snapshot(self.engine, on=on))

    def kinds(self, since: date = MAY, on: date = JUNE) -> list[str]:
        return [change.kind for change in self.changed(since, on)]


class Register:
    """A register of three homes of one provider under one parent, and short ways to load lists on two days."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        for day in (MAY, JUNE):
            self.lists(day, "cqc_api/locations", *HOMES)
            self.lists(day, "cqc_api/providers", RUNS)

    def lists(self, day: date, feed: str, *records: Record, complete: bool = True) -> None:
        items = a_list(day, records, feed=feed, complete=complete, origin=f"{feed} of {day}")
        learnt = datetime(2027, 1, 1, tzinfo=UTC)
        report = load(self.engine, self.folder, items, source=feed.partition("/")[0], learnt=learnt)
        assert report.state == "published", report.reasons

    def both(self, feed: str, before: Sequence[Record], after: Sequence[Record]) -> None:
        self.lists(MAY, feed, *before)
        self.lists(JUNE, feed, *after)

    def changed(self) -> tuple[Change, ...]:
        return compare(load_snapshot(self.engine, on=MAY), load_snapshot(self.engine, on=JUNE))

    def kinds(self) -> list[str]:
        return [change.kind for change in self.changed()]


def a_register(engine: Engine, folder: Path) -> Register:
    """Three homes of one provider under one parent, and a source of each kind that has spoken of another company."""
    made = Register(engine, folder)
    made.both("companies_house/profiles", [company(), company(PARENT)], [company(), company(PARENT)])
    made.both("companies_house/control", [ABOVE], [ABOVE])
    other = "gb-coh:99000098"
    for feed, record in (
        ("charges", ChargeRecord(id="charge:99000098/1", company=other)),
        ("insolvency", InsolvencyRecord(id="insolvency:99000098/1", company=other, kind="moratorium")),
        ("officers", OfficerRecord(id="officer:99000098/1", company=other, role="director")),
    ):
        made.lists(MAY, f"companies_house/{feed}", record, complete=False)
    return made

"""Small runs to load in tests: a few homes on a few days, and a way to load them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from register.checks import Checks
from register.intake import Intake, RunReport
from register.models import LocationVersion, table_of
from register.records import Delivery, Fault, LocationRecord, Observation, Record, raw_digest

FEED = "rqia/services"
LEARNT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
#: Small lists halve and double in tests; the checks have tests of their own.
LENIENT = Checks(max_fall=1.0, max_quarantined=1.0)


def a_location(number: int, **fields: object) -> LocationRecord:
    """A care home's registration with as much as a test needs."""
    given = {"name": f"Home {number}", "care_home": True, "status": "Registered", "beds": 20, **fields}
    return LocationRecord(id=f"exercise:EX-{number:03d}", **given)  # type: ignore[arg-type]


def seen(record: Record, *, feed: str = FEED, origin: str = "list.csv", row: int | None = None) -> Observation:
    """An observation of a record."""
    return Observation(
        feed=feed,
        record=record,  # type: ignore[arg-type]
        raw_digest=raw_digest(repr(record).encode()),
        origin=origin,
        row=row,
    )


def load(
    engine: Engine,
    folder: Path,
    items: Iterable[Delivery | Observation | Fault],
    *,
    source: str = "rqia",
    learnt: datetime = LEARNT,
    checks: Checks = LENIENT,
    ranks: Mapping[str, int] | None = None,
) -> RunReport:
    """One run, published."""
    intake = Intake(engine, source, learnt=learnt, spool_dir=folder, publisher="RQIA", feed_ranks=ranks)
    for item in items:
        intake.hand_over(item)
    return intake.publish(checks)


def a_list(
    day: date, records: Iterable[Record], *, complete: bool = True, feed: str = FEED, origin: str = "list.csv"
) -> list[Delivery | Observation]:
    """A list of a day with its records."""
    return [
        Delivery(feed=feed, as_at=day, complete=complete, origin=origin),
        *(seen(record, feed=feed, origin=origin, row=row) for row, record in enumerate(records, start=2)),
    ]


def version_rows(engine: Engine) -> int:
    """How many rows the history of locations has."""
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table_of(LocationVersion))).scalar_one())


def believed(engine: Engine) -> list[tuple[str, date, date | None, int | None]]:
    """What is believed: id, from, to, beds; in order."""
    table = table_of(LocationVersion)
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.c.id, table.c.valid_from, table.c.valid_to, table.c.beds).where(
                table.c.superseded_by.is_(None)
            )
        )
        return sorted((tuple(row) for row in rows), key=lambda row: (row[0], row[1]))

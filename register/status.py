"""How each source stands: last good run, age, the sum of what was read, and why it is stale if it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from register.database import reading
from register.models import DeliveryRow, QuarantineRow, RunRow, table_of

#: Age in days of the newest list above which a source is stale, where none is set: monthly files come some days late.
STALE_AFTER = 45


@dataclass(frozen=True, slots=True)
class ListState:
    """The last good list of one feed, with its sum: ``handed`` = ``published`` + ``unchanged`` + ``quarantined``."""

    feed: str
    as_at: date
    complete: bool
    origin: str
    run: int
    handed: int
    published: int
    unchanged: int
    quarantined: int
    ended: int
    fields_unread: int


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as of a day. ``as_at`` is its newest list's day, ``age`` the days since then; ``None``: no good run.

    ``learnt`` is when the last good run was learnt (UTC). ``issues`` are sentences; ``stale`` is true where the newest
    list is too old or a later run was not published.
    """

    source: str
    last_good_run: int | None
    learnt: datetime | None
    as_at: date | None
    age: int | None
    stale: bool
    issues: tuple[str, ...]
    lists: tuple[ListState, ...]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that could not be read, of one run of a source."""

    source: str
    run: int
    state: str
    feed: str
    origin: str
    row: int | None
    field: str | None
    found: str | None
    reason: str
    loses_row: bool
    record_id: str | None


def source_states(
    engine: Engine, today: date, *, stale_after: Mapping[str, int] | None = None
) -> tuple[SourceState, ...]:
    """Every source that ever had a run, in order of name. ``stale_after``: days by source, else ``STALE_AFTER``."""
    run, delivery = table_of(RunRow), table_of(DeliveryRow)
    with reading(engine) as connection:
        runs = connection.execute(select(run).order_by(run.c.id)).mappings().all()
        deliveries = connection.execute(
            select(delivery, run.c.source)
            .join(run, run.c.id == delivery.c.run_id)
            .where(run.c.state == "published")
            .order_by(delivery.c.id)
        )
        newest: dict[str, dict[str, Any]] = {}
        for row in deliveries.mappings():
            held = newest.setdefault(row["source"], {}).get(row["feed"])
            if held is None or row["as_at"] >= held["as_at"]:
                newest[row["source"]][row["feed"]] = row
    by_source: dict[str, list[Any]] = {}
    for one in runs:
        by_source.setdefault(one["source"], []).append(one)
    limits = stale_after or {}
    return tuple(
        _state(name, by_source[name], newest.get(name, {}), today, limit=limits.get(name, STALE_AFTER))
        for name in sorted(by_source)
    )


def _state(name: str, runs: Sequence[Any], newest: Mapping[str, Any], today: date, *, limit: int) -> SourceState:
    """One source's state from its runs, in order, and the newest good list of each of its feeds."""
    good = [run for run in runs if run["state"] == "published"]
    last_good = good[-1] if good else None
    lists = tuple(
        ListState(**{field: newest[feed][field] for field in ListState.__slots__ if field != "run"}, run=row["run_id"])
        for feed, row in sorted(newest.items())
    )
    as_at = max((one.as_at for one in lists), default=None)
    age = (today - as_at).days if as_at else None
    issues = []
    for run in runs:
        if run["state"] != "published" and (last_good is None or run["id"] > last_good["id"]):
            said = " ".join(json.loads(run["reasons"]))
            issues.append(f"Run {run['id']} of {run['learnt']:%Y-%m-%d %H:%M} UTC was {run['state']}: {said}")
    failed = bool(issues)
    if last_good is None:
        issues.append("No run has been published yet.")
    if age is not None and age > limit:
        issues.append(f"The newest list is as at {as_at}, {age} days ago; more than {limit} days is stale.")
    lost = sum(one.quarantined for one in lists)
    if lost:
        issues.append(f"{lost} rows of the newest lists are in quarantine.")
    unread = sum(one.fields_unread for one in lists)
    if unread:
        issues.append(f"{unread} fields of the newest lists could not be read and are left unknown.")
    return SourceState(
        source=name,
        last_good_run=last_good["id"] if last_good else None,
        learnt=last_good["learnt"] if last_good else None,
        as_at=as_at,
        age=age,
        stale=failed or last_good is None or (age is not None and age > limit),
        issues=tuple(issues),
        lists=lists,
    )


def list_days(engine: Engine, known: date | None = None) -> dict[str, tuple[date, ...]]:
    """The days of each feed's published whole lists, ascending, as known at the end of ``known`` (default: now)."""
    run, delivery = table_of(RunRow), table_of(DeliveryRow)
    query = (
        select(delivery.c.feed, delivery.c.as_at)
        .join(run, run.c.id == delivery.c.run_id)
        .where(run.c.state == "published", delivery.c.complete)
        .distinct()
        .order_by(delivery.c.feed, delivery.c.as_at)
    )
    if known is not None:
        query = query.where(run.c.learnt < datetime(known.year, known.month, known.day) + timedelta(days=1))  # noqa: DTZ001 - kept as UTC without a zone
    days: dict[str, list[date]] = {}
    with reading(engine) as connection:
        for feed, day in connection.execute(query):
            days.setdefault(feed, []).append(day)
    return {feed: tuple(some) for feed, some in days.items()}


def quarantine_rows(engine: Engine, source: str | None = None) -> tuple[Quarantined, ...]:
    """What could not be read in the last run of each source (or of one), in order of run and as handed over.

    A source's last run counts even where it was kept aside: its quarantine may be the reason.
    """
    run, quarantine = table_of(RunRow), table_of(QuarantineRow)
    with reading(engine) as connection:
        latest: dict[str, tuple[int, str]] = {}
        for row in connection.execute(select(run.c.id, run.c.source, run.c.state).order_by(run.c.id)):
            if row.state != "abandoned" and source in (None, row.source):
                latest[row.source] = (row.id, row.state)
        of_run = {number: (name, state) for name, (number, state) in latest.items()}
        rows = connection.execute(
            select(quarantine).where(quarantine.c.run_id.in_(of_run)).order_by(quarantine.c.run_id, quarantine.c.id)
        )
        return tuple(
            Quarantined(
                source=of_run[row["run_id"]][0],
                run=row["run_id"],
                state=of_run[row["run_id"]][1],
                **{
                    field: row[field]
                    for field in ("feed", "origin", "row", "field", "found", "reason", "loses_row", "record_id")
                },
            )
            for row in rows.mappings()
        )

"""How each source stands: last good run, age, the sum of what was read, and why it is stale if it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, and_, func, or_, select

from register.database import reading
from register.models import DeliveryRow, QuarantineRow, RunRow, TitleVersion, table_of
from register.runs import Cost
from register.spool import left_overs

#: Age in days of the newest list above which a source is stale, where none is set: monthly files come some days late.
STALE_AFTER = 45
#: So many kinds of remark are told of a source; all of them are in the quarantine.
MOST_REMARKS = 8


@dataclass(frozen=True, slots=True)
class ListState:
    """The last good list of one feed, or the list of changes (``increment``) that came after it.

    With its sum: ``handed`` = ``published`` + ``unchanged`` + ``quarantined``.
    """

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
    increment: bool = False


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as of a day. ``as_at`` is its newest list's day, ``age`` the days since then; ``None``: no good run.

    ``learnt`` is when the last good run was learnt (UTC). ``issues`` are sentences. ``failed``: the last run was not
    published; ``stale``: that is so, or the newest list is too old; ``partial``: a newest list was not read whole, so
    that what is absent from it says nothing. ``cost`` is what the last run cost, where it was a crawl; ``nothing_new``
    says what the last good run asked for and found unchanged.
    """

    source: str
    last_good_run: int | None
    learnt: datetime | None
    as_at: date | None
    age: int | None
    stale: bool
    issues: tuple[str, ...]
    lists: tuple[ListState, ...]
    partial: bool = False
    failed: bool = False
    nothing_new: tuple[str, ...] = ()
    cost: Cost | None = None

    @property
    def health(self) -> Literal["ok", "partial", "stale", "failed"]:
        """The source in one word, the worst that is true of it."""
        if self.failed or self.last_good_run is None:
            return "failed"
        return "stale" if self.stale else "partial" if self.partial else "ok"


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
    engine: Engine, today: date, *, stale_after: Mapping[str, int] | None = None, spool_dir: Path | None = None
) -> tuple[SourceState, ...]:
    """Every source that ever had a run, in order of name. ``stale_after``: days by source, else ``STALE_AFTER``.

    In ``spool_dir`` lies what runs left that were killed and that no later run has written down yet.
    """
    run, delivery = table_of(RunRow), table_of(DeliveryRow)
    with reading(engine) as connection:
        runs = connection.execute(select(run).order_by(run.c.id)).mappings().all()
        deliveries = connection.execute(
            select(delivery, run.c.source)
            .join(run, run.c.id == delivery.c.run_id)
            .where(run.c.state == "published")
            .order_by(delivery.c.id)
        )
        newest: dict[str, dict[tuple[str, bool], Any]] = {}
        for row in deliveries.mappings():
            of_source = newest.setdefault(row["source"], {})
            held = of_source.get((row["feed"], row["increment"]))
            if held is None or row["as_at"] >= held["as_at"]:
                of_source[row["feed"], row["increment"]] = row
                if not row["increment"]:
                    of_source.pop((row["feed"], True), None)  # a whole list says again what had changed before it
        remarks = _remarks(connection, {row["id"]: row for feeds in newest.values() for row in feeds.values()})
    by_source: dict[str, list[Any]] = {}
    for one in runs:
        by_source.setdefault(one["source"], []).append(one)
    killed: dict[str, list[str]] = {}
    for left in left_overs(spool_dir) if spool_dir is not None else ():
        began = f" that began on {left.learnt:%Y-%m-%d %H:%M}" if left.learnt else ""
        killed.setdefault(left.source, []).append(f"A run{began} was killed before its end; it published nothing.")
    limits = stale_after or {}
    return tuple(
        _state(
            name,
            by_source.get(name, ()),
            newest.get(name, {}),
            today,
            limit=limits.get(name, STALE_AFTER),
            killed=killed.get(name, ()),
            remarks=[one for one in remarks if one.source == name],
        )
        for name in sorted(by_source.keys() | killed.keys())
    )


@dataclass(frozen=True, slots=True)
class _Remark:
    """What was said so many times of one field of a newest list, or once of the list itself."""

    source: str
    feed: str
    field: str | None
    reason: str
    times: int
    found: str | None
    of_list: bool
    nameless: bool

    @property
    def sentence(self) -> str:
        """The remark as a sentence."""
        if self.of_list:
            return f"{self.feed}: {self.reason.rstrip('.')}."
        what = f"{self.feed}, {self.field}" if self.field else self.feed
        such = f", such as {self.found}" if self.found else ""
        return f"{what}: {self.reason.rstrip('.')} ({self.times:,} {'time' if self.times == 1 else 'times'}{such})."


def _remarks(connection: Connection, lists: Mapping[int, Any]) -> list[_Remark]:
    """What was remarked on some lists, by their number: of the lists themselves first, then the most frequent."""
    table = table_of(QuarantineRow)
    nowhere = and_(table.c.row.is_(None), table.c.field.is_(None), table.c.record_id.is_(None), ~table.c.loses_row)
    nameless = and_(table.c.loses_row, table.c.record_id.is_(None))
    columns = (table.c.delivery_id, table.c.field, table.c.reason, nowhere.label("o"), nameless.label("n"))
    found = connection.execute(
        select(*columns, func.count(), func.min(table.c.found)).where(table.c.delivery_id.in_(lists)).group_by(*columns)
    )
    remarks = [
        _Remark(
            lists[number]["source"], lists[number]["feed"], field, reason, times, such, bool(of_list), bool(no_name)
        )
        for number, field, reason, of_list, no_name, times, such in found
    ]
    return sorted(remarks, key=lambda one: (not one.of_list, -one.times, one.feed, one.field or "", one.reason))


def _state(
    name: str,
    runs: Sequence[Any],
    newest: Mapping[tuple[str, bool], Any],
    today: date,
    *,
    limit: int,
    killed: Sequence[str],
    remarks: Sequence[_Remark],
) -> SourceState:
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
    issues += killed
    failed = bool(issues)
    if last_good is None:
        issues.append("No run has been published yet.")
    if age is not None and age > limit:
        issues.append(f"The newest list is as at {as_at}, {age} days ago; more than {limit} days is stale.")
    of_lists = [one for one in remarks if one.of_list]
    issues += [one.sentence for one in of_lists]
    lost = sum(one.quarantined for one in lists)
    if lost:
        issues.append(f"{lost} rows of the newest lists are in quarantine.")
    unread = sum(one.fields_unread for one in lists) - len(of_lists)
    if unread:
        how_many = "1 remark" if unread == 1 else f"{unread:,} remarks"
        issues.append(f"{how_many} on fields of the newest lists: what could not be read is left unknown.")
    others = [one for one in remarks if not one.of_list]
    issues += [one.sentence for one in others[:MOST_REMARKS]]
    if len(others) > MOST_REMARKS:
        issues.append(f"{len(others) - MOST_REMARKS} further kinds of remark: see longstop status --quarantine.")
    return SourceState(
        source=name,
        last_good_run=last_good["id"] if last_good else None,
        learnt=last_good["learnt"] if last_good else None,
        as_at=as_at,
        age=age,
        stale=failed or last_good is None or (age is not None and age > limit),
        issues=tuple(issues),
        lists=lists,
        partial=bool(of_lists) or any(one.nameless for one in others),
        failed=failed,
        nothing_new=tuple(json.loads(last_good["reasons"])) if last_good else (),
        cost=_cost(runs[-1]) if runs else None,
    )


def _cost(run: Any) -> Cost | None:
    """What a run cost; ``None`` for files that were handed over."""
    return None if run["requests"] is None else Cost(run["requests"], run["received"] or 0, run["seconds"] or 0.0)


def first_learnt(engine: Engine) -> datetime | None:
    """When the first published run was learnt (UTC, without a zone); ``None`` where nothing was ever published."""
    run = table_of(RunRow)
    with reading(engine) as connection:
        return connection.execute(select(func.min(run.c.learnt)).where(run.c.state == "published")).scalar()


def last_runs(engine: Engine) -> dict[str, datetime]:
    """When each source's newest run that came to its end was learnt (UTC, without a zone): published or kept aside."""
    run = table_of(RunRow)
    query = select(run.c.source, func.max(run.c.learnt)).where(run.c.state != "abandoned").group_by(run.c.source)
    with reading(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def holds_titles(engine: Engine) -> bool:
    """Whether the register holds a title of land, on which a home may stand."""
    title = table_of(TitleVersion)
    with reading(engine) as connection:
        return connection.execute(select(title.c.version).limit(1)).first() is not None


def list_days(engine: Engine, known: date | None = None) -> dict[str, tuple[date, ...]]:
    """The days of each feed's published whole lists, and of the lists of changes on top of them, ascending.

    As known at the end of ``known`` (default: now).
    """
    run, delivery = table_of(RunRow), table_of(DeliveryRow)
    query = (
        select(delivery.c.feed, delivery.c.as_at)
        .join(run, run.c.id == delivery.c.run_id)
        .where(run.c.state == "published", or_(delivery.c.complete, delivery.c.increment))
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

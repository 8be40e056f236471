"""Executes what ``register.decide`` intends: one list's statements become rows of history, set by set.

The common case, a record that says what it said before, costs one comparison of digests in memory. Only records
whose state differs on the list's day have their whole history read and decided.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Table, bindparam, func, insert, or_, select, update

from register.decide import Interval, Retire, Write, decide, next_statement
from register.handover import Handed
from register.models import VERSIONS, DeliveryRow, QuarantineRow, RunRow, Sighting, table_of
from register.records import Fault, Record
from register.spool import Spool

_CHUNK = 500
#: Of more records than this the whole feed is read at once: that is quicker than asking for them by id.
MANY = 20 * _CHUNK
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The sum of one list: ``handed`` = ``published`` + ``unchanged`` + ``quarantined`` (where it was published).

    ``ended`` counts records that were believed and are absent from this complete list. ``fields_unread`` counts
    single fields left unknown in rows that were kept.
    """

    feed: str
    as_at: date
    complete: bool
    origin: str
    handed: int
    published: int
    unchanged: int
    quarantined: int
    ended: int
    fields_unread: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Grid:
    """The days on which a feed's lists spoke: of everything (complete), of some, and where they could not be read."""

    complete: list[date]
    silent: dict[str, set[date]]


def publish_delivery(connection: Connection, spool: Spool, run: int, lot: Handed) -> DeliveryReport:
    """Make one list's statements part of what is believed, inside the caller's transaction."""
    delivery = lot.delivery
    day = delivery.as_at
    number = _write_delivery(connection, run, lot)
    seen = {identifier for of_kind in lot.records.values() for identifier in of_kind}
    write_quarantine(connection, run, number, lot.faults, seen)
    if not lot.whole:
        _write_sightings(connection, run, delivery.feed, day, seen)
    grid = _read_grid(connection, delivery.feed)
    quarantined = {fault.record_id for fault in lot.lost}
    published = ended = 0
    for kind in _kinds_of(connection, lot):
        observed = lot.records.get(kind.__name__, {})
        table = table_of(VERSIONS[kind])
        believed = _state_at(connection, table, delivery.feed, day, among=None if lot.whole else list(observed))
        differing = [identifier for identifier, held in observed.items() if believed.get(identifier) != held.digest]
        absent = []
        if lot.whole:
            absent = [one for one in believed if one not in observed and one not in quarantined]
        if differing or absent:
            _execute(connection, spool, run, lot, kind=kind, grid=grid, differing=differing, absent=absent)
        published += len(differing)
        ended += len(absent)
    notes: tuple[str, ...] = ()
    if delivery.complete and any(fault.record_id is None for fault in lot.lost):
        notes = (
            f"{delivery.feed} as at {day}: a row's id could not be read, so absence from this list ended nothing.",
        )
    notes += tuple(f"{delivery.feed} as at {day}: {one.reason}." for one in lot.faults if one.of_list)
    report = DeliveryReport(
        feed=delivery.feed,
        as_at=day,
        complete=lot.whole,
        origin=delivery.origin,
        handed=lot.handed + len(lot.lost),
        published=published,
        unchanged=lot.handed - published,
        quarantined=len(lot.lost),
        ended=ended,
        fields_unread=len(lot.faults) - len(lot.lost),
        notes=notes,
    )
    connection.execute(
        update(table_of(DeliveryRow))
        .where(table_of(DeliveryRow).c.id == number)
        .values(published=report.published, unchanged=report.unchanged, ended=report.ended)
    )
    return report


def record_unpublished(connection: Connection, run: int, lot: Handed) -> DeliveryReport:
    """Write down a list of a run that is kept aside: what was handed over and what could not be read."""
    number = _write_delivery(connection, run, lot)
    write_quarantine(connection, run, number, lot.faults)
    return DeliveryReport(
        feed=lot.delivery.feed,
        as_at=lot.delivery.as_at,
        complete=lot.whole,
        origin=lot.delivery.origin,
        handed=lot.handed + len(lot.lost),
        published=0,
        unchanged=0,
        quarantined=len(lot.lost),
        ended=0,
        fields_unread=len(lot.faults) - len(lot.lost),
    )


def write_quarantine(
    connection: Connection, run: int, delivery: int | None, faults: Sequence[Fault], read: Collection[str] = ()
) -> None:
    """Keep what could not be read, with file, row, field and reason; ``read`` are the ids that the list does hold."""
    rows = [
        {"run_id": run, "delivery_id": delivery, "silences": fault.loses_row and fault.record_id not in read}
        | {name: getattr(fault, name) for name in fault.__struct_fields__}
        for fault in faults
    ]
    if rows:
        connection.execute(insert(table_of(QuarantineRow)), rows)


def row_of(record: Record) -> dict[str, Any]:
    """A record's fields as columns: lists as canonical JSON text, ``None`` as null."""
    return {
        name: msgspec.json.encode(value, order="deterministic").decode() if isinstance(value, tuple) else value
        for name in record.__struct_fields__
        for value in (getattr(record, name),)
    }


def chunks(things: Iterable[_T], size: int = _CHUNK) -> Iterator[list[_T]]:
    """Lists of at most ``size``, in order: databases take only so many parameters at once."""
    iterator = iter(things)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _write_delivery(connection: Connection, run: int, lot: Handed) -> int:
    """Write the list's row, sums of change still at nought, and give its number."""
    table = table_of(DeliveryRow)
    row = {
        "run_id": run,
        "feed": lot.delivery.feed,
        "as_at": lot.delivery.as_at,
        "complete": lot.whole,
        "increment": lot.delivery.increment,
        "origin": lot.delivery.origin,
        "kinds": ",".join(sorted(lot.records)),
        "rank": lot.rank,
        "handed": lot.handed + len(lot.lost),
        "published": 0,
        "unchanged": 0,
        "quarantined": len(lot.lost),
        "ended": 0,
        "fields_unread": len(lot.faults) - len(lot.lost),
    }
    return int(connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one())


def _write_sightings(connection: Connection, run: int, feed: str, day: date, seen: set[str]) -> None:
    """Remember which records an incomplete list spoke of; a list loaded again adds nothing."""
    table = table_of(Sighting)
    known = set(connection.execute(select(table.c.id).where(table.c.feed == feed, table.c.day == day)).scalars())
    rows = [{"feed": feed, "id": identifier, "day": day, "run_id": run} for identifier in sorted(seen - known)]
    if rows:
        connection.execute(insert(table), rows)


def _read_grid(connection: Connection, feed: str) -> _Grid:
    """The days of the feed's published complete lists, the one being published included, and their silences.

    Two lists of one day are one day: it is silent of a record only where every list of it quarantined the record.
    """
    delivery, run, quarantine = table_of(DeliveryRow), table_of(RunRow), table_of(QuarantineRow)
    days: dict[int, date] = {}
    lists_of: Counter[date] = Counter()
    for number, day in connection.execute(
        select(delivery.c.id, delivery.c.as_at)
        .join(run, run.c.id == delivery.c.run_id)
        .where(delivery.c.feed == feed, delivery.c.complete, run.c.state == "published")
    ):
        days[number] = day
        lists_of[day] += 1
    lists_without: dict[tuple[str, date], set[int]] = {}
    for number, identifier in connection.execute(
        select(quarantine.c.delivery_id, quarantine.c.record_id).where(
            quarantine.c.feed == feed, quarantine.c.silences, quarantine.c.record_id.is_not(None)
        )
    ):
        if number in days:
            lists_without.setdefault((identifier, days[number]), set()).add(number)
    silent: dict[str, set[date]] = {}
    for (identifier, day), lists in lists_without.items():
        if len(lists) == lists_of[day]:
            silent.setdefault(identifier, set()).add(day)
    return _Grid(sorted(lists_of), silent)


def _kinds_of(connection: Connection, lot: Handed) -> list[type[Record]]:
    """The kinds of record that a list can change: those in it, and in a whole list those that its feed ever held."""
    names = set(lot.records)
    if lot.whole:
        delivery = table_of(DeliveryRow)
        for kinds in connection.execute(
            select(delivery.c.kinds).where(delivery.c.feed == lot.delivery.feed).distinct()
        ).scalars():
            names.update(kinds.split(","))
    return [kind for kind in VERSIONS if kind.__name__ in names]


def _state_at(
    connection: Connection, table: Table, feed: str, day: date, *, among: Sequence[str] | None
) -> dict[str, str]:
    """The digest believed of each record of a feed for a day; of those ``among`` some ids where they are given."""
    believed = select(table.c.id, table.c.record_digest).where(
        table.c.feed == feed,
        table.c.superseded_by.is_(None),
        table.c.valid_from <= day,
        or_(table.c.valid_to.is_(None), table.c.valid_to > day),
    )
    if among is None or len(among) > MANY:
        return {row.id: row.record_digest for row in connection.execute(believed)}
    return {
        row.id: row.record_digest
        for some in chunks(among)
        for row in connection.execute(believed.where(table.c.id.in_(some)))
    }


def _execute(
    connection: Connection,
    spool: Spool,
    run: int,
    lot: Handed,
    *,
    kind: type[Record],
    grid: _Grid,
    differing: Sequence[str],
    absent: Sequence[str],
) -> None:
    """Decide each record whose state differs, and write what follows."""
    table = table_of(VERSIONS[kind])
    feed, day = lot.delivery.feed, lot.delivery.as_at
    observed = lot.records.get(kind.__name__, {})
    concerned = [*differing, *absent]
    timelines = _timelines(connection, table, feed, concerned)
    sightings = _later_sightings(connection, feed, day, concerned)
    retired: list[int] = []
    fresh: list[tuple[int, Write]] = []
    copied: list[Write] = []
    for identifier in concerned:
        held = observed.get(identifier)
        until = next_statement(day, grid.complete, grid.silent.get(identifier, ()), sightings.get(identifier, ()))
        for intent in decide(timelines.get(identifier, ()), day, held.digest if held else None, until):
            match intent:
                case Retire(version):
                    retired.append(version)
                case Write(like=None) if held is not None:
                    fresh.append((held.offset, intent))
                case Write():
                    copied.append(intent)
    shared = {"run_id": run, "superseded_by": None}
    for pairs in chunks(fresh, 5000):
        rows = []
        staged_records = spool.records_at((offset for offset, _ in pairs), kind)
        for (_, write), (staged, record) in zip(pairs, staged_records, strict=True):
            rows.append(
                row_of(record)
                | shared
                | {
                    "feed": feed,
                    "valid_from": write.start,
                    "valid_to": write.end,
                    "record_digest": staged.record_digest,
                    "observed_on": day,
                    "raw_digest": staged.raw_digest,
                    "origin": staged.origin,
                    "row": staged.row,
                }
            )
        connection.execute(insert(table), rows)
    for writes in chunks(copied):
        likes = {write.like for write in writes}
        models = {row["version"]: dict(row) for row in _rows(connection, table, likes)}
        rows = [models[write.like] | shared | {"valid_from": write.start, "valid_to": write.end} for write in writes]
        for row in rows:
            del row["version"]
        connection.execute(insert(table), rows)
    if retired:
        connection.execute(
            update(table).where(table.c.version == bindparam("gone")).values(superseded_by=run),
            [{"gone": version} for version in retired],
        )


def _rows(connection: Connection, table: Table, versions: Iterable[int | None]) -> Iterable[Any]:
    """Whole rows by number."""
    return connection.execute(select(table).where(table.c.version.in_(sorted(v for v in versions if v)))).mappings()


def _timelines(connection: Connection, table: Table, feed: str, concerned: Sequence[str]) -> dict[str, list[Interval]]:
    """What is believed of some records in a feed, by record, in order of day."""
    columns = select(table.c.id, table.c.version, table.c.valid_from, table.c.valid_to, table.c.record_digest)
    believed = columns.where(table.c.feed == feed, table.c.superseded_by.is_(None)).order_by(table.c.valid_from)
    found: dict[str, list[Interval]] = {}
    if len(concerned) > MANY:
        rows: Iterable[Any] = connection.execute(believed)
    else:
        rows = (row for some in chunks(concerned) for row in connection.execute(believed.where(table.c.id.in_(some))))
    for identifier, version, start, end, digest in rows:
        found.setdefault(identifier, []).append(Interval(version, start, end, digest))
    return found


def _later_sightings(connection: Connection, feed: str, day: date, concerned: Sequence[str]) -> dict[str, list[date]]:
    """The later days on which incomplete lists held some records: only where something is loaded out of order."""
    table = table_of(Sighting)
    later = connection.execute(select(func.count()).where(table.c.feed == feed, table.c.day > day)).scalar_one()
    found: dict[str, list[date]] = {}
    if later:
        wanted = set(concerned)
        for identifier, seen in connection.execute(
            select(table.c.id, table.c.day).where(table.c.feed == feed, table.c.day > day)
        ):
            if identifier in wanted:
                insort(found.setdefault(identifier, []), seen)
    return found

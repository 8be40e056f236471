"""Rows of history read back as records: of each feed, what it holds of each record on a day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from register.models import VERSIONS, Sighting, table_of
from register.records import LocationRecord, Record


class State(IntEnum):
    """What a feed says of a record on a day: it holds it, it held it before, or it speaks of it only later."""

    HELD = 0
    GONE = 1
    LATER = 2


@dataclass(frozen=True, slots=True)
class Believed:
    """What was believed after run ``run``, with the feeds' facts as then known.

    ``complete_days`` are ascending; ``ranks`` are of the latest delivery; ``lists`` gives (origin, run) of the latest
    list of a feed and day.
    """

    run: int
    complete_days: Mapping[str, Sequence[date]]
    ranks: Mapping[str, int]
    lists: Mapping[tuple[str, date], tuple[str, int]]

    def holds(self, table: Table) -> ColumnElement[bool]:
        """The rows of a table that were believed."""
        later = or_(table.c.superseded_by.is_(None), table.c.superseded_by > self.run)
        return and_(table.c.run_id <= self.run, later)


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as one feed speaks of it on a day, with the evidence.

    ``confirmed`` is the day of the newest list, up to the day asked for, that held this content; ``first`` that of the
    first list that held the record at all, with whatever content.
    """

    record: Record
    feed: str
    rank: int
    state: State
    confirmed: date
    first: date
    valid_from: date
    valid_to: date | None
    observed_on: date
    origin: str
    row: int | None
    raw_digest: str
    run: int


def read_seen(connection: Connection, believed: Believed, kind: type[Record], day: date) -> dict[str, list[Seen]]:
    """Every record of a kind, by id, as each feed speaks of it on a day.

    Of locations only those that some list has called a care home: the register holds many other services.
    """
    table = table_of(VERSIONS[kind])
    query = select(table).where(believed.holds(table))
    if kind is LocationRecord:
        homes = table.alias("homes")
        query = query.where(table.c.id.in_(select(homes.c.id).where(homes.c.care_home, believed.holds(homes))))  # type: ignore[arg-type]
    result = connection.execute(query)
    columns = list(result.keys())
    at = {name: position for position, name in enumerate(columns)}
    feed_at, id_at, from_at, to_at = at["feed"], at["id"], at["valid_from"], at["valid_to"]
    observed_at = at["observed_on"]
    best: dict[tuple[str, str], tuple[State, int, Any]] = {}
    first: dict[tuple[str, str], date] = {}
    for row in result:
        start, end = row[from_at], row[to_at]
        if start > day:
            rated = (State.LATER, start.toordinal())
        elif end is None or end > day:
            rated = (State.HELD, 0)
        else:
            rated = (State.GONE, -end.toordinal())
        key = (row[id_at], row[feed_at])
        first[key] = min(first.get(key, date.max), row[observed_at])
        held = best.get(key)
        if held is None or rated < held[:2]:
            best[key] = (*rated, row)
    sightings = _last_sightings(connection, believed, day) if best else {}
    fields = [(name, at[name]) for name in kind.__struct_fields__]
    listed = _list_fields(kind)
    found: dict[str, list[Seen]] = {}
    for (identifier, feed), (state, _, row) in best.items():
        values: dict[str, Any] = {
            name: _decoded(row[position], listed[name]) if name in listed else row[position]
            for name, position in fields
            if row[position] is not None
        }
        found.setdefault(identifier, []).append(
            Seen(
                record=kind(**values),
                feed=feed,
                rank=believed.ranks.get(feed, 0),
                state=state,
                confirmed=_confirmed(
                    believed.complete_days.get(feed, ()),
                    row[from_at],
                    row[to_at],
                    day=day,
                    sighted=sightings.get((feed, identifier)),
                ),
                first=first[identifier, feed],
                valid_from=row[from_at],
                valid_to=row[to_at],
                observed_on=row[observed_at],
                origin=row[at["origin"]],
                row=row[at["row"]],
                raw_digest=row[at["raw_digest"]],
                run=row[at["run_id"]],
            )
        )
    return found


def read_listings(connection: Connection, believed: Believed) -> dict[str, tuple[LocationRecord, ...]]:
    """The names and addresses that the lists, of any day, have given each care home, where they are more than one.

    By id, each once and in one order; the records hold id, name, first line, postcode, UPRN and beds alone.
    """
    table = table_of(VERSIONS[LocationRecord])
    columns = [table.c[name] for name in ("id", "name", "address", "postcode", "uprn", "beds")]
    found: dict[str, set[tuple[Any, ...]]] = {}
    query = select(*columns).where(believed.holds(table), table.c.care_home.is_(True)).distinct()
    for identifier, *listing in connection.execute(query):
        found.setdefault(identifier, set()).add(tuple(listing))
    return {
        identifier: tuple(
            LocationRecord(
                id=identifier,
                name=name,
                address=_decoded(address, str) if address else None,
                postcode=postcode,
                uprn=uprn,
                beds=beds,
            )
            for name, address, postcode, uprn, beds in sorted(listings, key=repr)
        )
        for identifier, listings in found.items()
        if len(listings) > 1
    }


def _confirmed(days: Sequence[date], start: date, end: date | None, *, day: date, sighted: date | None) -> date:
    """The newest list up to ``day`` that held content of ``start`` to ``end``: of the feed's complete lists (``days``)
    and the record's last sighting; for content that begins later, its first day."""
    if start > day:
        return start
    position = bisect_right(days, day) if end is None or end > day else bisect_left(days, end)
    latest = days[position - 1] if position and days[position - 1] >= start else start
    if sighted and sighted >= latest and (end is None or sighted < end):
        latest = sighted
    return latest


def _last_sightings(connection: Connection, believed: Believed, day: date) -> dict[tuple[str, str], date]:
    """The last day, up to a day, on which an incomplete list held each record."""
    table = table_of(Sighting)
    rows = connection.execute(
        select(table.c.feed, table.c.id, func.max(table.c.day))
        .where(table.c.day <= day, table.c.run_id <= believed.run)
        .group_by(table.c.feed, table.c.id)
    )
    return {(feed, identifier): seen for feed, identifier, seen in rows}


@cache
def _list_fields(kind: type[Record]) -> Mapping[str, Any]:
    """The fields of a record that are lists, kept as JSON text, and the type of their items."""
    lists = {}
    for name, annotated in get_type_hints(kind).items():
        for one in (annotated, *get_args(annotated)):
            if get_origin(one) is tuple:
                lists[name] = get_args(one)[0]
    return lists


@cache
def _decoded(text: str, item: Any) -> tuple[Any, ...]:
    """A list read back from its canonical text; equal lists are read once."""
    return msgspec.json.decode(text, type=tuple[item, ...])

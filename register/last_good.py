"""What a new list is judged against: the good lists before it, and what is believed of their feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from register.checks import FEW, RATING, RELIED_ON, STEADY, Before
from register.handover import Handed
from register.models import DeliveryRow, LocationVersion, RunRow, table_of
from register.publication import row_of
from register.records import LocationRecord
from register.spool import Spool


def complete_lists(connection: Connection, feeds: Collection[str]) -> dict[str, list[tuple[date, int]]]:
    """The published complete lists of some feeds: their day and how many rows could be read; earliest day first.

    Of lists of one day the one published last stands last.
    """
    delivery, run = table_of(DeliveryRow), table_of(RunRow)
    found: dict[str, list[tuple[date, int]]] = {}
    for feed, day, rows in connection.execute(
        select(delivery.c.feed, delivery.c.as_at, delivery.c.handed - delivery.c.quarantined)
        .join(run, run.c.id == delivery.c.run_id)
        .where(run.c.state == "published", delivery.c.complete, delivery.c.feed.in_(feeds))
        .order_by(delivery.c.as_at, delivery.c.id)
    ):
        found.setdefault(feed, []).append((day, rows))
    return found


def known_before(connection: Connection, feed: str, day: date) -> Before:
    """What is believed of a feed for a day: how many locations, how many care homes, and what is known of those."""
    table = table_of(LocationVersion)
    home = case((table.c.care_home, 1))
    looked_at = (*RELIED_ON, RATING)
    filled = [func.count(case((table.c.care_home, table.c[name]))) for name in looked_at]
    rows, homes, *known = connection.execute(
        select(func.count(), func.count(home), *filled).where(_believed(feed, day))
    ).one()
    return Before(rows, homes, dict(zip(looked_at, known, strict=True)))


def other_values(connection: Connection, spool: Spool, lot: Handed, before: Before, most: float) -> dict[str, int]:
    """How many care homes of a list have another value than is believed, in each field that seldom changes; capitals
    make no difference.

    Nothing where fewer records differ than a share of ``most`` would be of a list of half the homes.
    """
    records = lot.records.get(LocationRecord.__name__, {})
    feed, day = lot.delivery.feed, lot.delivery.as_at
    few = max(FEW, before.care_homes * most / (1 if lot.delivery.increment else 2))
    if len(records) <= few:
        return {}
    table = table_of(LocationVersion)
    columns = select(table.c.id, table.c.record_digest, *(table.c[name] for name in STEADY))
    held = {
        row.id: row
        for row in connection.execute(columns.where(_believed(feed, day), table.c.care_home))
        if row.id in records and records[row.id].digest != row.record_digest
    }
    if len(held) <= few:
        return {}
    others: Counter[str] = Counter()
    for _, record in spool.records_at((records[identifier].offset for identifier in held), LocationRecord):
        said = row_of(record)
        for name in STEADY:
            was, now = getattr(held[record.id], name), said[name]
            others[name] += was is not None and now is not None and str(was).casefold() != str(now).casefold()
    return dict(others)


def _believed(feed: str, day: date) -> ColumnElement[bool]:
    """The locations of a feed that are believed to be so on a day."""
    table = table_of(LocationVersion)
    return and_(
        table.c.feed == feed,
        table.c.superseded_by.is_(None),
        table.c.valid_from <= day,
        or_(table.c.valid_to.is_(None), table.c.valid_to > day),
    )

"""What a new list is judged against: the good lists before it, and what is believed of their feed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, case, func, or_, select

from register.checks import RELIED_ON, Before
from register.models import DeliveryRow, LocationVersion, RunRow, table_of


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
    filled = [func.count(case((table.c.care_home, table.c[name]))) for name in RELIED_ON]
    rows, homes, *known = connection.execute(
        select(func.count(), func.count(home), *filled).where(
            table.c.feed == feed,
            table.c.superseded_by.is_(None),
            table.c.valid_from <= day,
            or_(table.c.valid_to.is_(None), table.c.valid_to > day),
        )
    ).one()
    return Before(rows, homes, dict(zip(RELIED_ON, known, strict=True)))

"""Where a source was left off, so that the next night asks only for what is new.

Bookmarks are read before a crawl and written in the transaction that publishes it: of a run that is kept aside or
abandoned nothing is remembered, and the next night asks for the same again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from register.database import reading
from register.models import BookmarkRow, RunRow, table_of


def read_bookmarks(engine: Engine, source: str) -> dict[str, str]:
    """What a source's last published runs left: value by name. Raises DatabaseProblem."""
    with reading(engine) as connection:
        return _held(connection, source)


def last_crawl(engine: Engine, source: str) -> datetime | None:
    """When the source's last published run began (UTC, without a zone); ``None`` where that was of files handed over.

    What was published since the last crawl without one is not known to the source's own server. Raises DatabaseProblem.
    """
    run = table_of(RunRow)
    with reading(engine) as connection:
        last = connection.execute(
            select(run.c.learnt, run.c.requests)
            .where(run.c.source == source, run.c.state == "published")
            .order_by(run.c.id.desc())
            .limit(1)
        ).first()
    return last.learnt if last is not None and last.requests is not None else None


def write_bookmarks(connection: Connection, source: str, run: int, marks: Mapping[str, str | None]) -> None:
    """Keep a run's bookmarks, inside the caller's transaction; ``None`` forgets one. What is held so is not written."""
    table = table_of(BookmarkRow)
    held = _held(connection, source)
    new = {name: value for name, value in sorted(marks.items()) if held.get(name) != value}
    for name in new.keys() & held.keys():
        connection.execute(delete(table).where(table.c.source == source, table.c.name == name))
    rows = [
        {"source": source, "name": name, "value": value, "run_id": run}
        for name, value in new.items()
        if value is not None
    ]
    if rows:
        connection.execute(insert(table), rows)


def _held(connection: Connection, source: str) -> dict[str, str]:
    table = table_of(BookmarkRow)
    rows = connection.execute(
        select(table.c.name, table.c.value).where(table.c.source == source).order_by(table.c.name)
    )
    return {row.name: row.value for row in rows}

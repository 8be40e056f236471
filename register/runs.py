"""One run as it is written down and as it is reported: what became of it, why, and what it cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, insert

from register.database import writing
from register.models import RunRow, table_of
from register.publication import DeliveryReport
from register.spool import left_overs

RunState = Literal["published", "kept aside", "abandoned"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a crawl cost: requests made (those answered with 304 included), bytes of answers, and seconds."""

    requests: int
    received: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """What became of a run: its number, its state, why it was not published, and the sum of each list.

    ``nothing_new`` names what was asked for and has not changed since it was last read: its lists stand as they are.
    ``cost`` is ``None`` for files that were handed over.
    """

    run: int
    source: str
    state: RunState
    reasons: tuple[str, ...]
    deliveries: tuple[DeliveryReport, ...]
    notes: tuple[str, ...] = ()
    nothing_new: tuple[str, ...] = ()
    cost: Cost | None = None

    @property
    def changed(self) -> int:
        """How many records were new, changed or found absent."""
        return sum(d.published + d.ended for d in self.deliveries)


def write_run(
    connection: Connection,
    source: str,
    learnt: datetime,
    state: RunState,
    *,
    reasons: tuple[str, ...] = (),
    facts: Mapping[str, str] | None = None,
    cost: Cost | None = None,
) -> int:
    """Write a run's row and give its number. ``learnt`` is UTC without a zone; ``facts`` are publisher and licence."""
    row = {
        "source": source,
        "learnt": learnt,
        "state": state,
        "reasons": json.dumps(list(reasons)),
        **{name: (facts or {}).get(name, "") for name in ("publisher", "licence", "attribution")},
        "requests": cost.requests if cost else None,
        "received": cost.received if cost else None,
        "seconds": cost.seconds if cost else None,
    }
    run = table_of(RunRow)
    return int(connection.execute(insert(run).values(row).returning(run.c.id)).scalar_one())


def mark_killed(engine: Engine, spool_dir: Path, learnt: datetime) -> None:
    """Write down runs that were killed before they ended, and remove what they left.

    ``learnt`` (UTC, without a zone) is when this is learnt, for a run killed before it said when it began. Raises
    DatabaseProblem; then what they left stays, and they are written down by whoever comes next.
    """
    for left in left_overs(spool_dir):
        began = left.learnt or learnt
        began = began.astimezone(UTC).replace(tzinfo=None) if began.tzinfo else began
        with writing(engine) as connection:
            reasons = ("Killed before the end; nothing of it was published.",)
            write_run(connection, left.source or "unknown", began, "abandoned", reasons=reasons)
        left.remove()

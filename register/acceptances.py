"""Whether the operator has accepted the licence of a source whose data may not be passed on.

An acceptance is a row that is never changed. It holds for the words that were accepted, and for as long as the licence
runs; a newer one takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, insert, select

from register.database import reading, writing
from register.models import AcceptanceRow, table_of

#: Days in the twelve months for which the land registry's licence runs; a leap day is the operator's.
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted which licence of a source, and when."""

    source: str
    licence: str
    accepted_by: str
    accepted_on: date

    def holds(self, licence: str, on: date) -> bool:
        """Whether it is of these words and has not run out on a day."""
        return self.licence == licence and on - self.accepted_on <= YEAR


def accept(engine: Engine, acceptance: Acceptance) -> None:
    """Write an acceptance down. Raises DatabaseProblem."""
    with writing(engine) as connection:
        connection.execute(
            insert(table_of(AcceptanceRow)).values(
                source=acceptance.source,
                licence=acceptance.licence,
                accepted_by=acceptance.accepted_by,
                accepted_on=acceptance.accepted_on,
            )
        )


def acceptances(engine: Engine, source: str | None = None) -> tuple[Acceptance, ...]:
    """Every acceptance, of one source or of all, the newest last. Raises DatabaseProblem."""
    table = table_of(AcceptanceRow)
    query = select(table).order_by(table.c.number)
    if source is not None:
        query = query.where(table.c.source == source)
    with reading(engine) as connection:
        return tuple(
            Acceptance(row.source, row.licence, row.accepted_by, row.accepted_on) for row in connection.execute(query)
        )


def accepted(engine: Engine, source: str, licence: str, on: date) -> Acceptance | None:
    """The newest acceptance of a source that is of these words and has not run out. Raises DatabaseProblem."""
    held = [one for one in acceptances(engine, source) if one.holds(licence, on)]
    return held[-1] if held else None

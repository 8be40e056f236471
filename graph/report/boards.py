"""Boards: the directors who sit on those of several groups, and the groups that share them."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from graph.claims import Claim
from graph.measures.boards import Seats, shared_seats
from graph.measures.ground import Ground
from graph.ownership import name_of
from graph.report.ledger import Ledger, rests_on
from printing.layout import Column, Table
from printing.wording import number
from register.snapshot import Officer

#: Groups named in one cell at most.
_NAMED = 8


def board_tables(ground: Ground, ledger: Ledger) -> tuple[Table, ...]:
    """Directors on the boards of several groups; and the groups that share directors, each once.

    Not the pairs of groups: one director of a thousand boards would make half a million.
    """
    seats = shared_seats(ground)
    order = sorted(seats.held, key=lambda one: (-len(seats.held[one]), name_of(ground.network, one), one))
    directors = Table(
        caption="Directors on the boards of several groups",
        columns=(
            Column("Director", 30),
            Column("Groups", 9, numeric=True),
            Column("Which", 60),
            Column("Rests on", 60, under=True),
            Column("Records", 20, refs=True),
        ),
        rows=tuple(
            (
                name_of(ground.network, director),
                len(seats.held[director]),
                _first(seats.names[group] for group in seats.held[director]),
                rests_on(claims),
                ledger.cite(claims),
            )
            for director in order
            for claims in (_seats(ledger, director, seats.held[director].values()),)
        ),
        sheet="Directors",
        note="Inferred: two entries are held to be one person by name and month of birth, or by Companies House's own "
        "number of the officer. A shared director is no shared owner. Groups by the rule control50.",
        empty="No two groups in scope are known to share a director.",
        page_most=200,
        most=25,
    )
    return directors, _sharing(seats)


def _sharing(seats: Seats) -> Table:
    """Every group that shares a director with another, whom with and how many."""
    boards: dict[str, list[str]] = {}
    for director, groups in seats.held.items():
        for group in groups:
            boards.setdefault(group, []).append(director)
    rows = []
    for group, some in boards.items():
        others = {other for director in some for other in seats.held[director]} - {group}
        rows.append((seats.names[group], len(some), len(others)))
    rows.sort(key=lambda row: (-row[2], -row[1], row[0]))
    return Table(
        caption="Groups that share directors with other groups",
        columns=(
            Column("Group", 34),
            Column("Directors shared", 10, numeric=True),
            Column("Other groups", 10, numeric=True),
        ),
        rows=tuple(rows),
        sheet="Boards",
        note="The directors and their records stand in the table before.",
        empty="None are known.",
        page_most=60,
        most=15,
    )


def _first(names: Iterable[str]) -> str:
    """Names in order of the alphabet, as many as a cell holds; of the others how many they are."""
    some = list(names)
    more = f"; and {number(len(some) - _NAMED)} more" if len(some) > _NAMED else ""
    return "; ".join(nsmallest(_NAMED, some)) + more


def _seats(ledger: Ledger, director: str, officers: Iterable[Officer]) -> list[Claim]:
    return [claim for officer in officers for claim in ledger.edges(director, officer.record.company, "officer")]

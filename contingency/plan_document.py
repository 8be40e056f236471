"""The plan as it is published (``longstop/plan/1``), read back and checked: what a report may rely on.

A plan file may have been edited, cut short or made by another program. It is read strictly, and a plan that loses a
person on the way from ``affected`` to ``moves`` and ``unplaced`` is refused: no page is made from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

SCHEMA = "longstop/plan/1"


class PlanFault(ValueError):
    """A plan document that is not one, or that contradicts itself. The message names the place and the cause."""


class NeedCount(msgspec.Struct, frozen=True):
    """How many people of one home have one need."""

    need: str
    people: int


class Affected(msgspec.Struct, frozen=True):
    """A home that would close. Basis "unknown": nobody knows how many live there, which is not the same as nobody."""

    home: str
    people: int
    basis: str
    name: str | None = None
    authority: str | None = None
    beds: int | None = None
    needs: tuple[NeedCount, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether the number of people is known or estimated at all."""
        return self.basis != "unknown"


class Move(msgspec.Struct, frozen=True, rename={"origin": "from", "to": "to"}):
    """``people`` with one need from ``origin`` (``from`` in JSON) to a pool of beds in ``to``, ``km`` away."""

    origin: str
    to: str
    need: str
    pool: str
    people: int
    km: float
    minutes: float | None = None


class Unplaced(msgspec.Struct, frozen=True, rename={"origin": "from"}):
    """``people`` with one need of home ``origin`` for whom no place was found, and why."""

    origin: str
    need: str
    people: int
    reason: str


class Assumption(msgspec.Struct, frozen=True):
    """One figure that the plan rests on, with where it comes from and its date."""

    name: str
    value: Any
    basis: str
    source: str | None = None
    date: str | None = None


class Scenario(msgspec.Struct, frozen=True):
    """What was asked: the kind of failure, the ids named, the options given."""

    kind: str
    ids: tuple[str, ...]
    options: dict[str, Any] = {}
    sentence: str = ""


class Link(
    msgspec.Struct,
    frozen=True,
    rename={"holder": "from", "holder_name": "from_name", "held": "to", "held_name": "to_name"},
):
    """One link of the chain that failed, with what it rests on. ``certain`` is False where it waits for a person.

    ``weak``: by this link alone nothing of what is held fails.
    """

    kind: str
    holder: str
    holder_name: str
    held: str
    held_name: str
    sentence: str
    rests_on: str
    rule: str = ""
    share: str | None = None
    certain: bool = True
    weak: bool = False
    record: str | None = None


class Failed(msgspec.Struct, frozen=True):
    """What failed: names by id, and every link from it down to the homes."""

    names: dict[str, str] = {}
    chain: tuple[Link, ...] = ()


class WatchedHome(msgspec.Struct, frozen=True):
    """A home that does not close by this failure, and why it is to be watched."""

    home: str
    why: str
    name: str | None = None
    provider: str | None = None


class Travel(msgspec.Struct, frozen=True):
    """How distance was measured: the engine's name and its own words for its method."""

    engine: str
    unit: str = "km"
    method: str = ""


class NotOffered(msgspec.Struct, frozen=True):
    """How many homes were offered to nobody for one reason, and how many beds in them admit."""

    reason: str
    homes: int
    beds: int | None = None


class Summary(msgspec.Struct, frozen=True):
    """The plan's own totals; distances are kilometres over the people placed, ``None`` where nobody is."""

    people: int
    placed: int
    unplaced: int
    total_km: float | None = None
    mean_km: float | None = None
    median_km: float | None = None
    p90_km: float | None = None
    max_km: float | None = None
    admitting_beds_offered: int | None = None
    homes_offered: int | None = None
    homes_not_offered: tuple[NotOffered, ...] = ()
    people_sent_to_same_hands: int = 0
    placed_if_same_hands_offered: int | None = None


class Optimality(msgspec.Struct, frozen=True):
    """Whether the placement is proved best, with the total reached and the proven bound (kilometres)."""

    proved: bool
    objective: float | None = None
    bound: float | None = None


class PlanDocument(msgspec.Struct, frozen=True):
    """A whole plan, as in the interface's "The plan as JSON"; fields that a report does not use are left aside."""

    schema: Literal["longstop/plan/1"]
    snapshot: str
    on: date
    scenario: Scenario
    travel: Travel
    affected: tuple[Affected, ...]
    moves: tuple[Move, ...]
    unplaced: tuple[Unplaced, ...]
    summary: Summary
    optimality: Optimality
    assumptions: tuple[Assumption, ...] = ()
    failed: Failed = Failed()
    watched: tuple[WatchedHome, ...] = ()


def read_plan(plan: Mapping[str, Any]) -> PlanDocument:
    """Read a plan document and check that it keeps every person.

    Raises PlanFault where a field is missing or of the wrong kind, where a count is not positive, where a home's
    people are not its moves plus its unplaced, or where the summary says otherwise than the lists.
    """
    try:
        document = msgspec.convert(dict(plan), type=PlanDocument)
    except msgspec.ValidationError as fault:
        raise PlanFault(f"not a {SCHEMA} document: {fault}") from fault
    _check_counts(document)
    _check_homes(document)
    _check_summary(document)
    return document


def _check_counts(plan: PlanDocument) -> None:
    lines: tuple[tuple[str, tuple[Move | Unplaced, ...]], ...] = (("moves", plan.moves), ("unplaced", plan.unplaced))
    for list_name, rows in lines:
        for position, row in enumerate(rows):
            if row.people <= 0:
                raise PlanFault(f"{list_name}[{position}]: people is {row.people}, expected 1 or more")
    for position, move in enumerate(plan.moves):
        if not 0 <= move.km < float("inf"):
            raise PlanFault(f"moves[{position}]: km is {move.km}, expected a distance of 0 or more")


def _check_homes(plan: PlanDocument) -> None:
    leaving: Counter[str] = Counter()
    rows: tuple[Move | Unplaced, ...] = (*plan.moves, *plan.unplaced)
    for row in rows:
        leaving[row.origin] += row.people
    seen: set[str] = set()
    for home in plan.affected:
        if home.home in seen:
            raise PlanFault(f"affected: {home.home} is listed twice")
        seen.add(home.home)
        if home.people != leaving[home.home]:
            raise PlanFault(
                f"affected: {home.home} has {home.people} people, but moves and unplaced hold {leaving[home.home]}"
            )
    for origin in leaving:
        if origin not in seen:
            raise PlanFault(f"moves or unplaced name {origin}, which is not among the homes affected")


def _check_summary(plan: PlanDocument) -> None:
    placed = sum(move.people for move in plan.moves)
    unplaced = sum(row.people for row in plan.unplaced)
    said = plan.summary
    if (said.placed, said.unplaced, said.people) != (placed, unplaced, placed + unplaced):
        raise PlanFault(
            f"summary says {said.people} people, {said.placed} placed and {said.unplaced} unplaced; "
            f"the lists hold {placed + unplaced}, {placed} and {unplaced}"
        )

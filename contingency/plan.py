"""If it fails tonight, who goes where: from a Snapshot and a scenario to a proved plan.

The plan is a frozen answer: equal snapshot, scenario, options and assumptions give an equal document, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from contingency.assumptions import Assumptions, Occupancy
from contingency.needs import NOT_STATED, Need, Offer, offer_of, split
from contingency.needs import Need as PersonNeed
from contingency.occupancy import Beds, beds_of_homes
from contingency.placement import place, why_unplaced
from contingency.problem import BoolArray, Placement, Problem, Vacancy
from contingency.problem import Need as ProblemNeed
from contingency.same_hands import UNDER_WHAT_FAILED, same_hands
from contingency.scenarios import Failure, failure_of
from contingency.suitability import refusal, suits
from contingency.travel import Engine
from graph.answers import Ownership
from register.snapshot import Home, Snapshot

NO_COORDINATES = "where the home stands is not known, so no distance can be measured"
NEED_UNKNOWN = "the home does not say whom it serves, so no other home is known to suit"


@dataclass(frozen=True, slots=True)
class Options:
    """What a planner may set. ``cap_km`` above 0; ``occupancy`` a share 0 to 1; ``min_rating`` one of RATING_FLOORS.

    ``rule`` says what a group is (``graph.groups.RULES``; None: ``brand``), or that a landlord stands for all landlords
    of its group (None: for itself). ``offer_same_owner``: beds in the same hands as what fails are offered too.
    """

    travel: str = "crow"
    cap_km: float | None = None
    occupancy: float | None = None
    min_rating: str = "requires improvement"
    objective: Literal["total", "worst"] = "total"
    rule: str | None = None
    offer_same_owner: bool = False

    def document(self) -> dict[str, Any]:
        """The options that differ from nothing said, for the plan's record of itself."""
        return {
            "cap_km": self.cap_km,
            "min_rating": self.min_rating,
            "objective": self.objective,
            "occupancy": self.occupancy,
            "offer_same_owner": self.offer_same_owner,
            "travel": self.travel,
        }


@dataclass(frozen=True, slots=True)
class HomeNeeds:
    """One affected home: its beds and its people by need, in order of need."""

    home: Home
    beds: Beds
    needs: tuple[tuple[PersonNeed, int], ...]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """``people`` of one home with one need for whom there is no bed, and why."""

    home: str
    need: str
    people: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotOffered:
    """How many homes are offered to nobody for one reason, and how many of their beds are open to admissions."""

    reason: str
    homes: int
    beds: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The solved scenario: everything that the document, the problem files and the report are written from.

    ``refused`` are the homes offered to nobody, by reason; ``words`` the sources' words not understood, by count;
    ``tied`` whose hands a home is in that is in those of what fails, offered or not.
    """

    snapshot: Snapshot
    kind: str
    failure: Failure
    options: Options
    assumptions: Assumptions
    occupancy: tuple[Occupancy, ...]
    engine: Engine
    affected: tuple[HomeNeeds, ...]
    problem: Problem
    placement: Placement
    unplaced: tuple[Unplaced, ...]
    refused: tuple[NotOffered, ...]
    words: tuple[tuple[str, int], ...]
    beds: dict[str, Beds]
    tied: Mapping[str, str]
    ownership: Ownership


def make_plan(
    snapshot: Snapshot,
    kind: str,
    names: Sequence[str],
    *,
    options: Options,
    assumptions: Assumptions,
    engine: Engine,
    chance: np.random.Generator | None = None,
    before: Plan | None = None,
    ownership: Ownership | None = None,
) -> Plan:
    """Work out who goes where if ``names`` of ``kind`` fail; with ``chance``, on one random draw of the estimates.

    ``before`` is an earlier plan of the same snapshot, kind, names and options: what the names mean is taken from it.
    ``ownership`` is what the graph answers of the snapshot, where it is at hand already.

    Raises UnknownName for a name that fits nothing. A person without a bed is part of the answer, with a reason.
    """
    ownership = before.ownership if before else ownership or Ownership(snapshot)
    failure = before.failure if before else failure_of(kind, snapshot, names, rule=options.rule, ownership=ownership)
    tied = before.tied if before else same_hands(ownership, kind, failure)
    beds, rows = beds_of_homes(snapshot, assumptions, occupied=options.occupancy, chance=chance)
    affected = tuple(_needs_of(home, beds[home.id], assumptions) for home in failure.homes)
    needs, left_out = _problem_needs(affected)
    withheld = {} if options.offer_same_owner else dict(tied)
    withheld |= dict.fromkeys((one.home.id for one in failure.watched), UNDER_WHAT_FAILED)
    vacancies, offers, refused = _vacancies(
        snapshot, beds, {home.id for home in failure.homes}, withheld, options.min_rating
    )
    kinds = tuple(sorted({need.need for need in needs}))
    problem = Problem(
        needs,
        tuple(vacancies),
        kinds,
        _suitable(kinds, vacancies, offers),
        cap_metres=None if options.cap_km is None else round(options.cap_km * 1000),
        objective=options.objective,
    )
    costs = engine.costs(_coordinates(problem.needs), _coordinates(problem.vacancies))
    placement = place(problem, costs)
    reasons = why_unplaced(problem, placement, costs)
    unplaced = [
        Unplaced(need.home, need.need, int(people), reasons[i])
        for i, (need, people) in enumerate(zip(problem.needs, placement.unplaced, strict=True))
        if people
    ]
    return Plan(
        snapshot,
        kind,
        failure,
        options,
        assumptions,
        rows,
        engine,
        affected,
        problem,
        placement,
        tuple(sorted([*unplaced, *left_out], key=lambda u: (u.home, u.need, u.reason))),
        refused,
        _words(snapshot, beds),
        beds,
        tied,
        ownership,
    )


def _needs_of(home: Home, beds: Beds, assumptions: Assumptions) -> HomeNeeds:
    if beds.needs:
        return HomeNeeds(home, beds, beds.needs)
    if not beds.people:
        return HomeNeeds(home, beds, ())
    needs = split(
        beds.people,
        offer_of(home.current.record),
        dementia_share=assumptions.dementia_share.value,
        nursing_share=assumptions.nursing_share_where_both.value,
    )
    return HomeNeeds(home, beds, needs)


def _problem_needs(affected: Iterable[HomeNeeds]) -> tuple[tuple[ProblemNeed, ...], list[Unplaced]]:
    """The people a solver can place, and those whom no distance or no known need lets it try to place."""
    needs: list[ProblemNeed] = []
    left_out: list[Unplaced] = []
    for entry in affected:
        at = entry.home.current.place
        for need, people in entry.needs:
            if need.client == NOT_STATED:
                left_out.append(Unplaced(entry.home.id, str(need), people, NEED_UNKNOWN))
            elif at.latitude is None or at.longitude is None:
                left_out.append(Unplaced(entry.home.id, str(need), people, NO_COORDINATES))
            else:
                needs.append(ProblemNeed(entry.home.id, str(need), people, at.latitude, at.longitude))
    return tuple(needs), left_out


def _vacancies(
    snapshot: Snapshot, beds: dict[str, Beds], failing: set[str], withheld: Mapping[str, str], floor: str
) -> tuple[list[Vacancy], list[Offer], tuple[NotOffered, ...]]:
    """The beds offered, and the homes that offer none. A home is counted by the first reason that holds it back."""
    vacancies: list[Vacancy] = []
    offers: list[Offer] = []
    refused: dict[str, list[int]] = {}
    for home_id, state in sorted(beds.items()):
        if home_id in failing:
            continue
        home = snapshot.homes[home_id]
        reason = refusal(home.current.record, floor=floor)
        reason = reason or withheld.get(home_id)
        at = home.current.place
        if reason is None and at.latitude is None:
            reason = "where it stands is not known"
        if reason is None and state.registered is None and not state.vacancies:
            reason = "beds unknown"
        if reason is not None:
            refused.setdefault(reason, []).append(sum(free for _, free in state.vacancies))
            continue
        if at.latitude is None or at.longitude is None:
            continue
        offer = offer_of(home.current.record)
        for pool, free in state.vacancies:
            vacancies.append(Vacancy(home_id, pool or offer.pool, free, at.latitude, at.longitude))
            offers.append(offer)
    return vacancies, offers, tuple(NotOffered(why, len(some), sum(some)) for why, some in sorted(refused.items()))


def _suitable(kinds: Sequence[str], vacancies: Sequence[Vacancy], offers: Sequence[Offer]) -> BoolArray:
    """Which vacancy suits which kind of need: shape (kinds, vacancies). Offers alike are asked about once."""
    needs = [Need.parse(kind) for kind in kinds]
    columns: dict[tuple[Offer, str], int] = {}
    where = np.array(
        [columns.setdefault((o, v.pool), len(columns)) for o, v in zip(offers, vacancies, strict=True)], dtype=np.int64
    )
    table = np.array([[suits(n, offer, pool) for offer, pool in columns] for n in needs], dtype=np.bool_)
    return table.reshape(len(needs), len(columns))[:, where]


def _coordinates(points: Sequence[ProblemNeed] | Sequence[Vacancy]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Longitude and latitude of each point: shape (n, 2)."""
    return np.array([(p.longitude, p.latitude) for p in points], dtype=np.float64).reshape(-1, 2)


def _words(snapshot: Snapshot, beds: dict[str, Beds]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for home_id in beds:
        for word in offer_of(snapshot.homes[home_id].current.record).words_not_understood:
            counts[word] = counts.get(word, 0) + 1
    return tuple(sorted(counts.items()))

"""Counts that a report draws from a plan: by home, by council, by receiving home, by pair of councils.

Pure arithmetic on a checked plan. The median is over people, not moves: the middle person's distance, or the mean of
the two middle ones, as in the plan's own summary; the 90th percentile is the nearest rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contingency.plan_document import Affected, Move, PlanDocument, Unplaced
from contingency.report_context import ReportContext, ReportHome
from printing.wording import KM_IN_A_MILE, clean

#: Needs of families: what is reported beyond (a distance at which visiting becomes hard): 10 miles.
FAR_MILES = 10
FAR_KM = FAR_MILES * KM_IN_A_MILE

NOT_KNOWN = "not known"
_NOWHERE = ReportHome()


@dataclass(frozen=True, slots=True)
class Spread:
    """Distances in kilometres over the people of some moves. All ``None`` where there are none."""

    people: int
    median: float | None
    p90: float | None
    worst: float | None
    far: int


@dataclass(frozen=True, slots=True)
class HomeFinding:
    """One home that would close: ``number`` is its number on the map, ``receivers`` how many homes its people go to."""

    number: int
    affected: Affected
    moves: tuple[Move, ...]
    unplaced: tuple[Unplaced, ...]
    spread: Spread
    receivers: int

    @property
    def left(self) -> int:
        """People for whom no place was found."""
        return sum(row.people for row in self.unplaced)


@dataclass(frozen=True, slots=True)
class AuthorityFinding:
    """One council (``None``: not known): whose duty the people are, and who would arrive in its area.

    ``unclear`` counts people placed where either end's council is not known; ``arrivals`` includes its own people.
    """

    code: str | None
    homes: int
    people: int
    inside: int
    outside: int
    unclear: int
    unplaced: int
    arrivals: int
    spread: Spread


@dataclass(frozen=True, slots=True)
class ReceiverFinding:
    """One home that would take people: ``origins`` is how many closing homes they come from."""

    home: str
    people: int
    origins: int
    nearest: float
    worst: float


@dataclass(frozen=True, slots=True)
class FlowFinding:
    """People who would go from one council's area to another's, or stay in it."""

    origin: str | None
    to: str | None
    spread: Spread


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the pages count. Homes by people, most first; receivers the same; councils by people who leave."""

    plan: PlanDocument
    context: ReportContext
    homes: tuple[HomeFinding, ...]
    authorities: tuple[AuthorityFinding, ...]
    receivers: tuple[ReceiverFinding, ...]
    flows: tuple[FlowFinding, ...]
    spread: Spread
    names: Mapping[str, str]
    councils: Mapping[str, str | None]

    def home(self, home: str) -> ReportHome:
        """What the register knows of a home; nothing known where it is not there."""
        return self.context.homes.get(home, _NOWHERE)

    def council(self, home: str) -> str:
        """The name of the council whose area a home stands in: as the plan gives it, else as the register does."""
        return self.authority(self.councils.get(home) or self.home(home).authority)

    def name(self, home: str) -> str:
        """A home's name, the plan's own where the register has none, else its id."""
        return clean(self.home(home).name) or clean(self.names.get(home)) or clean(home)

    def authority(self, code: str | None) -> str:
        """A council's name, else its code, else "council not known"."""
        return clean(self.context.authorities.get(code or "")) or clean(code) or "council not known"


def find(plan: PlanDocument, context: ReportContext) -> Findings:
    """Count everything a report prints. Same plan and context, same findings in the same order."""
    homes = _homes(plan)
    councils = {home.home: home.authority or _council(context, home.home) for home in plan.affected}
    return Findings(
        plan=plan,
        context=context,
        homes=homes,
        authorities=_authorities(homes, councils, context),
        receivers=_receivers(plan.moves),
        flows=_flows(plan.moves, councils, context),
        spread=spread(plan.moves),
        names={home.home: home.name for home in plan.affected if home.name},
        councils=councils,
    )


def spread(moves: Iterable[Move]) -> Spread:
    """Median, 90th percentile and worst distance over people, and how many go further than 10 miles."""
    ordered = sorted((move.km, move.people) for move in moves)
    people = sum(number for _, number in ordered)
    if not people:
        return Spread(people=0, median=None, p90=None, worst=None, far=0)
    return Spread(
        people=people,
        median=(_rank(ordered, (people + 1) // 2) + _rank(ordered, people // 2 + 1)) / 2,
        p90=_rank(ordered, -(-people * 9 // 10)),
        worst=ordered[-1][0],
        far=sum(number for distance, number in ordered if distance > FAR_KM),
    )


def _rank(ordered: list[tuple[float, int]], rank: int) -> float:
    reached = 0
    for distance, people in ordered:
        reached += people
        if reached >= rank:
            return distance
    return ordered[-1][0]


def _homes(plan: PlanDocument) -> tuple[HomeFinding, ...]:
    moves: defaultdict[str, list[Move]] = defaultdict(list)
    left: defaultdict[str, list[Unplaced]] = defaultdict(list)
    for move in plan.moves:
        moves[move.origin].append(move)
    for row in plan.unplaced:
        left[row.origin].append(row)
    ordered = sorted(plan.affected, key=lambda home: (-home.people, not home.counted, home.home))
    return tuple(
        HomeFinding(
            number=number,
            affected=home,
            moves=tuple(sorted(moves[home.home], key=lambda move: (move.km, move.to, move.need, move.pool))),
            unplaced=tuple(sorted(left[home.home], key=lambda row: (row.need, row.reason))),
            spread=spread(moves[home.home]),
            receivers=len({move.to for move in moves[home.home]}),
        )
        for number, home in enumerate(ordered, start=1)
    )


def _council(context: ReportContext, home: str) -> str | None:
    return context.homes.get(home, _NOWHERE).authority


def _authorities(
    homes: tuple[HomeFinding, ...], councils: Mapping[str, str | None], context: ReportContext
) -> tuple[AuthorityFinding, ...]:
    leaving: defaultdict[str | None, list[HomeFinding]] = defaultdict(list)
    arrivals: defaultdict[str | None, int] = defaultdict(int)
    for finding in homes:
        leaving[councils[finding.affected.home]].append(finding)
        for move in finding.moves:
            arrivals[_council(context, move.to)] += move.people
    rows = [_authority(code, leaving[code], arrivals[code], context) for code in {*leaving, *arrivals}]
    return tuple(sorted(rows, key=lambda row: (-row.people, -row.arrivals, row.code is None, row.code or "")))


def _authority(code: str | None, homes: list[HomeFinding], arrivals: int, context: ReportContext) -> AuthorityFinding:
    moves = [move for home in homes for move in home.moves]
    placed = sum(move.people for move in moves)
    unclear = sum(move.people for move in moves if code is None or _council(context, move.to) is None)
    inside = sum(move.people for move in moves if code is not None and _council(context, move.to) == code)
    left = sum(home.left for home in homes)
    return AuthorityFinding(
        code=code,
        homes=len(homes),
        people=placed + left,
        inside=inside,
        outside=placed - inside - unclear,
        unclear=unclear,
        unplaced=left,
        arrivals=arrivals,
        spread=spread(moves),
    )


def _receivers(moves: tuple[Move, ...]) -> tuple[ReceiverFinding, ...]:
    arriving: defaultdict[str, list[Move]] = defaultdict(list)
    for move in moves:
        arriving[move.to].append(move)
    rows = (
        ReceiverFinding(
            home=home,
            people=sum(move.people for move in taken),
            origins=len({move.origin for move in taken}),
            nearest=min(move.km for move in taken),
            worst=max(move.km for move in taken),
        )
        for home, taken in arriving.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.people, row.home)))


def _flows(
    moves: tuple[Move, ...], councils: Mapping[str, str | None], context: ReportContext
) -> tuple[FlowFinding, ...]:
    between: defaultdict[tuple[str | None, str | None], list[Move]] = defaultdict(list)
    for move in moves:
        between[councils[move.origin], _council(context, move.to)].append(move)
    rows = (FlowFinding(origin=origin, to=to, spread=spread(taken)) for (origin, to), taken in between.items())
    return tuple(sorted(rows, key=lambda row: (-row.spread.people, row.origin or "", row.to or "")))

"""Who goes where: a minimum-cost flow, proved optimal. Leaving someone without a place is an answer, not an error.

As many people as possible are placed first; then the total distance is least (or, for the objective "worst", the
number beyond the cap, then the longest journey, then the total). The proof has two parts. Prices show that no pair of
homes, seen or unseen, could lower the total for the same number placed. And from those who are left without a place,
no chain of moves over any permitted pair reaches a free bed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from contingency.coarse import first_candidates
from contingency.network import Network, Tariff, build, split
from contingency.pricing import Arcs, Flow, Prices, lowest_prices, objective, solve, violations
from contingency.problem import UNREACHABLE, BoolArray, Costs, IntArray, Placement, Problem
from contingency.repair import Repair

#: So few new pairs are worked in one by one; more are solved afresh.
FEW = 200
#: Pairs that may be looked at while working new ones in, before a fresh solve is cheaper.
STEPS = 1_200_000

NOT_SUITABLE: Final = "no suitable vacancy anywhere"
NOT_REACHABLE: Final = "no suitable vacancy can be reached over land"
ALL_TAKEN: Final = "all suitable beds are taken by others in this plan"


@dataclass(frozen=True, slots=True)
class Solved:
    """An optimal flow on the candidates, the prices that prove it, and how it was reached."""

    arcs: Arcs
    flow: Flow
    prices: Prices
    penalty: int
    rounds: int


def place(problem: Problem, costs: Costs) -> Placement:
    """Place as many people as can be placed, at the least cost by the problem's objective, and prove it.

    Raises ValueError for a need or a vacancy without people or beds, a need of unknown kind, a ``suitable`` of the
    wrong shape, or distances too large for the solver.
    """
    network = build(problem, costs)
    if not (len(network.people) and len(network.beds)):
        return _nobody(problem)
    best = optimal(network, None) if problem.objective == "total" else None
    if best is None:
        network, best = _worst(network)
    used = np.flatnonzero(best.flow.on > 0)
    need, vacancy, people = split(problem, network, best.arcs.i[used], best.arcs.j[used], best.flow.on[used])
    order = np.lexsort((vacancy, need))
    need, vacancy, people = need[order], vacancy[order], people[order]
    cost = costs.exact(need, vacancy).astype(np.int64)
    unplaced = np.array([one.people for one in problem.needs], dtype=np.int64)
    np.subtract.at(unplaced, need, people)
    total = int(cost @ people)
    surcharged = int(people[cost > network.tariff.cap].sum()) if network.tariff.cap is not None else 0
    penalties = best.penalty * int(best.flow.unplaced.sum()) + network.tariff.surcharge * surcharged
    bound = objective(network, best.prices) - penalties
    return Placement(need, vacancy, people, cost, unplaced, total, bound, total == bound, len(best.arcs), best.rounds)


def why_unplaced(problem: Problem, placement: Placement, costs: Costs) -> tuple[str, ...]:
    """For each need the reason why some of its people have no place; "" where all have one.

    No vacancy suits; none that suits is within the cap; none can be reached over land; or all are taken by others.
    """
    kinds = {kind: k for k, kind in enumerate(problem.kinds)}
    reasons = [""] * len(problem.needs)
    for n in np.flatnonzero(placement.unplaced > 0).tolist():
        suitable = np.flatnonzero(problem.suitable[kinds[problem.needs[n].need]])
        reasons[n] = _reason(problem, costs, n, suitable)
    return tuple(reasons)


def _reason(problem: Problem, costs: Costs, need: int, suitable: IntArray) -> str:
    if not len(suitable):
        return NOT_SUITABLE
    cap = problem.cap_metres if problem.objective == "total" else None
    bound = costs.floor(np.array([need]), suitable)[0]
    suitable = suitable[np.argsort(bound, kind="stable")]
    reached = False
    start, count = 0, 16
    while start < len(suitable):  # nearest first: the first few nearly always decide
        block = suitable[start : start + count]
        exact = costs.exact(np.full(len(block), need), block)
        if (exact != UNREACHABLE).any():
            reached = True
            if cap is None or (exact <= 10 * cap).any():
                return ALL_TAKEN
        start, count = start + count, 4 * count
    return f"no suitable vacancy within {cap / 1000:g} km" if reached and cap is not None else NOT_REACHABLE


def _nobody(problem: Problem) -> Placement:
    """The placement of nobody: there are no people, or no bed suits any of them."""
    none = np.zeros(0, dtype=np.int64)
    people = np.array([need.people for need in problem.needs], dtype=np.int64)
    return Placement(none, none, none, none, people, 0, 0, True, 0, 0)


def optimal(network: Network, known: Arcs | None) -> Solved:
    """Solve on candidates (or on ``known`` ones), add every pair that undercuts the prices, until none does.

    The penalty for leaving someone without a place starts at a few times the longest distance. That is more than any
    chain of displaced people can cost in nearly every problem; where ``_free_bed`` finds that it was not, it rises.
    """
    longest = float(network.bound.max(initial=0.0))
    if not np.isfinite(longest):
        longest = float(network.bound[np.isfinite(network.bound)].max(initial=0.0))
    penalty = 4 * int(longest) + 1
    if known is None:
        i, j = first_candidates(network, penalty)
        known = _measured(network, i, j)
    arcs = known
    penalty = max(penalty, 4 * int(arcs.cost.max(initial=0)) + 1)
    rounds = 0
    while True:
        flow = solve(network, arcs, penalty)
        prices = lowest_prices(network, arcs, flow, penalty)
        rounds += 1
        while True:
            new = violations(network, prices)
            if not len(new):
                break
            arcs = arcs.with_more(new.i, new.j, new.cost)
            repaired = Repair(network, arcs, flow, prices, penalty).run(STEPS) if len(new) <= FEW else None
            if repaired is None:
                break
            flow, prices = repaired
        if len(new):
            continue
        more = _free_bed(network, flow, arcs)
        if more is None:
            return Solved(arcs, flow, prices, penalty, rounds)
        arcs = arcs.with_more(more.i, more.j, more.cost)
        penalty *= 16


def _measured(network: Network, i: IntArray, j: IntArray) -> Arcs:
    cost = network.measure(i, j)
    able = cost != UNREACHABLE
    return Arcs(i[able], j[able], cost[able])


def _free_bed(network: Network, flow: Flow, arcs: Arcs) -> Arcs | None:
    """``None`` if no more people can be placed: no chain of moves over any permitted pair leads to a free bed.

    Else the pairs of such a chain that are no candidates yet.
    """
    while (flow.unplaced > 0).any():
        chain = _chain(network, flow, arcs)
        if not len(chain.i):
            return None
        cost = network.measure(chain.i, chain.j)
        if (cost != UNREACHABLE).all():
            width = len(network.beds)
            new = ~np.isin(chain.i * width + chain.j, arcs.i * width + arcs.j)
            return Arcs(chain.i[new], chain.j[new], cost[new])
        for origin in np.unique(chain.i[cost == UNREACHABLE]).tolist():  # its bound was too hopeful: measure its row
            suited = np.flatnonzero(network.suits[network.kind[origin]][network.pool])
            network.measure(np.full(len(suited), origin), suited)
    return None


@dataclass(frozen=True, slots=True)
class Chain:
    """A way from someone unplaced to a free bed, as pairs (i, j), none where there is none; and what was reached."""

    i: IntArray
    j: IntArray
    origins: BoolArray
    beds: BoolArray


def _chain(network: Network, flow: Flow, arcs: Arcs) -> Chain:
    """Breadth first from the unplaced over pairs that are not known to be forbidden, and back over pairs in use."""
    free = np.bincount(arcs.j, flow.on, len(network.beds)) < network.beds
    on = np.flatnonzero(flow.on > 0)
    on = on[np.argsort(arcs.j[on], kind="stable")]
    on_i, on_j = arcs.i[on], arcs.j[on]
    bed_from = np.full(len(network.beds), -1, dtype=np.int64)
    origin_from = np.full(len(network.people), -1, dtype=np.int64)
    seen: BoolArray = np.asarray(flow.unplaced > 0)
    frontier = np.flatnonzero(seen).tolist()
    i: list[int] = []
    j: list[int] = []
    while frontier and not i:
        following: list[int] = []
        for origin in frontier:
            beds = np.flatnonzero(network.suits[network.kind[origin]][network.pool] & (bed_from < 0))
            beds = beds[np.isfinite(network.bound[network.row[origin], network.column[beds]])]
            bed_from[beds] = origin
            if free[beds].any():
                bed = int(beds[free[beds]][0])
                while bed >= 0:
                    i.append(int(bed_from[bed]))
                    j.append(bed)
                    bed = int(origin_from[i[-1]])
                break
            first, last = np.searchsorted(on_j, beds), np.searchsorted(on_j, beds, side="right")
            for bed, a, b in zip(beds.tolist(), first.tolist(), last.tolist(), strict=True):
                for other in on_i[a:b].tolist():
                    if not seen[other]:
                        seen[other] = True
                        origin_from[other] = bed
                        following.append(other)
        frontier = following
    return Chain(np.array(i, dtype=np.int64), np.array(j, dtype=np.int64), seen, bed_from >= 0)


def _worst(network: Network) -> tuple[Network, Solved]:
    """Fewest beyond the cap, then the shortest longest journey, then the least total; always as many as can be placed.

    A surcharge keeps people within the cap. Whether it was high enough is proved by prices in the tariff that counts
    people beyond the cap and nothing else; where it was not, it rises.
    """
    cap = network.tariff.cap
    surcharge = 0
    best = optimal(network, None)
    if cap is not None:
        surcharge = 4 * max(int(best.arcs.cost.max(initial=0)), cap) + 1
        while True:
            network = network.under(Tariff(cap=cap, surcharge=surcharge))
            best = optimal(network, _under(network, best.arcs))
            if _fewest_beyond(network, best):
                break
            surcharge *= 16
    unplaced, beyond = int(best.flow.unplaced.sum()), _beyond(best, network)
    low, high = 0 if not beyond or cap is None else cap + 1, _longest(best, network)
    known = best.arcs
    limit = high - 1  # the first question is whether the longest journey can be any shorter
    while low < high:
        tight = network.under(replace(network.tariff, limit=limit))
        attempt = optimal(tight, _under(tight, known))
        width = len(network.beds)
        new = ~np.isin(attempt.arcs.i * width + attempt.arcs.j, known.i * width + known.j)
        known = known.with_more(attempt.arcs.i[new], attempt.arcs.j[new], attempt.arcs.cost[new])
        if int(attempt.flow.unplaced.sum()) > unplaced:
            low = max(limit + 1, _next_distance(tight, attempt, limit))
        elif _beyond(attempt, tight) > beyond:
            low = limit + 1
        else:
            high = _longest(attempt, tight)
        limit = (low + high) // 2
    tight = network.under(replace(network.tariff, limit=high))
    return tight, optimal(tight, _under(tight, known))


def _next_distance(tight: Network, attempt: Solved, limit: int) -> int:
    """The least distance beyond ``limit`` that could place one more person.

    Whoever can be reached from the unplaced fills all the beds in reach: a further pair must lead out of them.
    """
    chain = _chain(tight, attempt.flow, attempt.arcs)
    nearest = np.inf
    for origin in np.flatnonzero(chain.origins).tolist():
        out = np.flatnonzero(tight.suits[tight.kind[origin]][tight.pool] & ~chain.beds)
        nearest = min(nearest, tight.distance[tight.row[origin], tight.column[out]].min(initial=np.inf))
    return int(nearest) if np.isfinite(nearest) else limit + 1


def _under(network: Network, arcs: Arcs) -> Arcs:
    """The same pairs at the costs of this network's tariff, without those that it forbids."""
    return _measured(network, arcs.i, arcs.j)


def _distances(solved: Solved, network: Network) -> tuple[IntArray, IntArray]:
    """Exact decimetres of the pairs in use, and the people on each."""
    used = np.flatnonzero(solved.flow.on > 0)
    plain = network.under(Tariff())
    return plain.measure(solved.arcs.i[used], solved.arcs.j[used]), solved.flow.on[used]


def _longest(solved: Solved, network: Network) -> int:
    return int(_distances(solved, network)[0].max(initial=0))


def _beyond(solved: Solved, network: Network) -> int:
    if network.tariff.cap is None:
        return 0
    distance, people = _distances(solved, network)
    return int(people[distance > network.tariff.cap].sum())


def _fewest_beyond(network: Network, best: Solved) -> bool:
    """Whether no other plan that places as many has fewer people beyond the cap."""
    beyond = _beyond(best, network)
    if beyond == 0:
        return True
    counting = network.under(Tariff(cap=network.tariff.cap, count=True))
    fewest = optimal(counting, _under(counting, best.arcs))
    return _beyond(fewest, network) == beyond

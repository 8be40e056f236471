"""A placement problem as a transport network: sorted, merged, with a lower bound on every distance.

Rows that nothing tells apart are one: needs of one home that the same vacancies suit, vacancies of one home that suit
the same needs. Sorting first makes the answer independent of the order in which the problem was written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from contingency.problem import UNREACHABLE, BoolArray, Costs, FloatArray, IntArray, Problem

#: Homes for which lower bounds are asked for at once: a block of this many rows stays in the processor's cache.
ROWS = 8

T = TypeVar("T")


def in_blocks(work: Callable[[slice], T], length: int, rows: int) -> list[T]:
    """The results of ``work`` on slices of ``rows``, in order. (Two threads were slower: the blocks are too small.)"""
    return [work(slice(start, start + rows)) for start in range(0, length, rows)]


@dataclass(frozen=True, slots=True)
class Layer:
    """Origins with people, destinations with beds, and a matrix of lower bounds between their homes.

    ``bound`` has shape (home rows, home columns), infinite where no one may go; ``row`` and ``column`` say where an
    origin and a destination stand in it. ``suits`` has shape (kinds, pools).
    """

    people: IntArray
    beds: IntArray
    row: IntArray
    column: IntArray
    kind: IntArray
    pool: IntArray
    suits: BoolArray
    bound: NDArray[np.floating]

    def lower(self, i: IntArray, j: IntArray) -> FloatArray:
        """Lower bounds of the pairs (i, j) in solver cost, shape (n,)."""
        return self.bound[self.row[i], self.column[j]].astype(np.float64)


@dataclass(frozen=True, slots=True)
class Tariff:
    """How a distance becomes the solver's cost.

    Beyond ``limit`` decimetres a pair is forbidden; beyond ``cap`` it costs ``surcharge`` more. With ``count`` a
    pair costs 1 beyond the cap and nothing within it: the tariff that counts people beyond the cap.
    """

    limit: int | None = None
    cap: int | None = None
    surcharge: int = 0
    count: bool = False

    def cost(self, exact: IntArray) -> IntArray:
        """Solver costs of exact distances: UNREACHABLE stays UNREACHABLE."""
        gone: BoolArray = exact == UNREACHABLE
        if self.limit is not None:
            gone |= exact > self.limit
        beyond = np.zeros(exact.shape, dtype=np.int64) if self.cap is None else (exact > self.cap).astype(np.int64)
        cost = beyond if self.count else np.where(gone, 0, exact) + beyond * self.surcharge
        return np.where(gone, UNREACHABLE, cost)

    def lower(self, bound: NDArray[np.float32]) -> NDArray[np.floating]:
        """Solver costs of lower bounds: never above the cost of the exact distance, as ``cost`` never falls.

        Without limit, surcharge and count it is the same array, so that what is learned is learned once.
        """
        if self.limit is None and not self.count and not (self.cap is not None and self.surcharge):
            return bound
        if self.count:
            cost: NDArray[np.floating] = (bound > (np.inf if self.cap is None else self.cap)).astype(np.float32)
        elif self.cap is not None and self.surcharge:
            cost = bound.astype(np.float64)
            cost += (bound > self.cap) * float(self.surcharge)
        else:
            cost = bound.copy()
        cost[~np.isfinite(bound)] = np.inf
        if self.limit is not None:
            cost[bound > self.limit] = np.inf
        return cost


@dataclass(frozen=True, slots=True)
class Network(Layer):
    """The problem itself as a layer; its costs can be measured.

    ``distance`` is ``bound`` before the tariff, in decimetres. ``row_need`` and ``column_vacancy`` name one need and
    one vacancy that stand at each home, ``row_at`` and ``column_at`` its latitude and longitude. ``need`` and
    ``vacancy`` map each of the problem's needs and vacancies to its origin or destination, -1 for those left out (a
    need that nothing suits, a vacancy that suits nobody here).
    """

    costs: Costs
    tariff: Tariff
    distance: NDArray[np.float32]
    row_need: IntArray
    column_vacancy: IntArray
    row_at: FloatArray
    column_at: FloatArray
    need: IntArray
    vacancy: IntArray

    def measure(self, i: IntArray, j: IntArray) -> IntArray:
        """Exact solver costs of the pairs (i, j), shape (n,), UNREACHABLE where forbidden.

        What was learned replaces the pairs' lower bounds.
        """
        rows, columns = self.row[i], self.column[j]
        exact = self.costs.exact(self.row_need[rows], self.column_vacancy[columns]).astype(np.int64)
        cost = self.tariff.cost(exact)
        self.distance[rows, columns] = rounded_down(np.where(exact == UNREACHABLE, np.inf, exact.astype(np.float64)))
        if self.bound is not self.distance:
            known = np.where(cost == UNREACHABLE, np.inf, cost.astype(np.float64))
            self.bound[rows, columns] = known if self.bound.dtype == np.float64 else rounded_down(known)
        return cost

    def under(self, tariff: Tariff) -> Network:
        """The same network with another tariff; what has been measured is kept."""
        return replace(self, tariff=tariff, bound=tariff.lower(self.distance))


def rounded_down(values: FloatArray) -> NDArray[np.float32]:
    """Whole numbers not above ``values`` in single precision (exact below 2**24, about 1,677 km)."""
    whole: FloatArray = np.floor(values)
    single: NDArray[np.float32] = whole.astype(np.float32)
    return np.where(single > whole, np.nextafter(single, np.float32(-np.inf)), single)


def build(problem: Problem, costs: Costs) -> Network:
    """Sort and merge a problem, and bound its distances. Raises ValueError for a need or a shape that cannot be."""
    kinds = {kind: k for k, kind in enumerate(problem.kinds)}
    if problem.suitable.shape != (len(problem.kinds), len(problem.vacancies)):
        raise ValueError(
            f"suitable has shape {problem.suitable.shape}, expected {(len(problem.kinds), len(problem.vacancies))}"
        )
    for need in problem.needs:
        if need.need not in kinds:
            raise ValueError(f"home {need.home}: need {need.need!r} is not among the kinds {problem.kinds}")
        if need.people < 1:
            raise ValueError(f"home {need.home}: {need.people} people with need {need.need!r}; expected 1 or more")
    for vacancy in problem.vacancies:
        if vacancy.beds < 1:
            raise ValueError(f"home {vacancy.home}: {vacancy.beds} beds in pool {vacancy.pool!r}; expected 1 or more")

    present = sorted({need.need for need in problem.needs})
    table = problem.suitable[[kinds[kind] for kind in present]].astype(np.bool_)
    used = np.flatnonzero(table.any(axis=0))
    one_kind, row_kind = _distinct(table[:, used])
    one_pool, pool = _distinct(table[one_kind][:, used].T)
    pools = table[np.ix_(one_kind, used[one_pool])]
    kind_of = dict(zip(present, row_kind.tolist(), strict=True))
    served: BoolArray = np.asarray(pools.any(axis=1))

    people = np.array([need.people for need in problem.needs], dtype=np.int64)
    kind = np.array([kind_of[need.need] for need in problem.needs], dtype=np.int64)
    kept = np.flatnonzero(served[kind]) if len(problem.needs) else np.zeros(0, dtype=np.int64)
    beds = np.array([vacancy.beds for vacancy in problem.vacancies], dtype=np.int64)
    origin_homes = [(need.home, need.latitude, need.longitude) for need in problem.needs]
    home_row, row_need, row_at = _homes([origin_homes[n] for n in kept.tolist()])
    places = [(vacancy.home, vacancy.latitude, vacancy.longitude) for vacancy in problem.vacancies]
    home_column, column_vacancy, column_at = _homes([places[v] for v in used.tolist()])
    row_need, column_vacancy = kept[row_need], used[column_vacancy]

    width = max(len(pools), pool.size, 1)
    origin, need_at = np.unique(home_row * width + kind[kept], return_inverse=True)
    destination, vacancy_at = np.unique(home_column * width + pool, return_inverse=True)
    need_of = np.full(len(problem.needs), -1, dtype=np.int64)
    need_of[kept] = need_at.reshape(-1)
    vacancy_of = np.full(len(problem.vacancies), -1, dtype=np.int64)
    vacancy_of[used] = vacancy_at.reshape(-1)

    distance = np.empty((len(row_need), len(column_vacancy)), dtype=np.float32)

    def fill(block: slice) -> None:
        distance[block] = rounded_down(np.maximum(costs.floor(row_need[block], column_vacancy), 0.0))

    in_blocks(fill, len(row_need), ROWS)
    cap = None if problem.cap_metres is None else 10 * problem.cap_metres
    tariff = Tariff(limit=cap) if problem.objective == "total" else Tariff(cap=cap)
    return Network(
        people=np.bincount(need_at.reshape(-1), people[kept], len(origin)).astype(np.int64),
        beds=np.bincount(vacancy_at.reshape(-1), beds[used], len(destination)).astype(np.int64),
        row=origin // width,
        column=destination // width,
        kind=origin % width,
        pool=destination % width,
        suits=pools,
        bound=tariff.lower(distance),
        costs=costs,
        tariff=tariff,
        distance=distance,
        row_need=row_need,
        column_vacancy=column_vacancy,
        row_at=row_at,
        column_at=column_at,
        need=need_of,
        vacancy=vacancy_of,
    )


def _distinct(rows: BoolArray) -> tuple[IntArray, IntArray]:
    """One row of each sort, in an order that depends on nothing but what they hold, and the sort of each row."""
    packed = np.packbits(rows, axis=1)
    each = [row.tobytes() for row in packed]
    place = {row: at for at, row in enumerate(sorted(set(each)))}
    sort = np.array([place[row] for row in each], dtype=np.int64)
    one = np.zeros(len(place), dtype=np.int64)
    one[sort[::-1]] = np.arange(len(each) - 1, -1, -1)
    return one, sort


def _homes(homes: list[tuple[str, float, float]]) -> tuple[IntArray, IntArray, FloatArray]:
    """Of homes in any order: the sorted place of each, one index that stands at each place, and its coordinates."""
    distinct = sorted(set(homes))
    place = {home: at for at, home in enumerate(distinct)}
    which = np.array([place[home] for home in homes], dtype=np.int64)
    one = np.zeros(len(distinct), dtype=np.int64)
    one[which[::-1]] = np.arange(len(homes) - 1, -1, -1)
    return which, one, np.array([home[1:] for home in distinct], dtype=np.float64).reshape(-1, 2)


def overlay(
    groups: int, group_a: IntArray, amount_a: IntArray, group_b: IntArray, amount_b: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Within each group, lay the amounts of ``a`` and of ``b`` end to end on one line: pieces (a, b, amount).

    Both are sorted by group. Where the two sums differ, what is over on the longer side has no piece.
    """
    sum_a = np.bincount(group_a, amount_a, groups).astype(np.int64)
    sum_b = np.bincount(group_b, amount_b, groups).astype(np.int64)
    origin = np.cumsum(np.maximum(sum_a, sum_b)) - np.maximum(sum_a, sum_b)
    end_a = np.cumsum(amount_a) + (origin - np.cumsum(sum_a) + sum_a)[group_a]
    end_b = np.cumsum(amount_b) + (origin - np.cumsum(sum_b) + sum_b)[group_b]
    cuts = np.union1d(end_a, end_b)
    a, b = np.searchsorted(end_a, cuts), np.searchsorted(end_b, cuts)
    inside = (a < len(end_a)) & (b < len(end_b))
    cuts, a, b = cuts[inside], a[inside], b[inside]
    start = np.maximum(end_a[a] - amount_a[a], end_b[b] - amount_b[b])
    both = start < cuts
    return a[both], b[both], (cuts - start)[both]


def split(problem: Problem, network: Network, i: IntArray, j: IntArray, flow: IntArray) -> tuple[IntArray, ...]:
    """Give the people of merged rows back to the problem's own needs and vacancies: need, vacancy, people."""
    needs = _by_name(network.need, [need.need for need in problem.needs])
    people = np.array([problem.needs[n].people for n in needs.tolist()], dtype=np.int64)
    order = np.lexsort((j, i))
    i, j, flow = i[order], j[order], flow[order]
    a, b, moved = overlay(len(network.people), network.need[needs], people, i, flow)
    who, to = needs[a], j[b]
    vacancies = _by_name(network.vacancy, [vacancy.pool for vacancy in problem.vacancies])
    beds = np.array([problem.vacancies[v].beds for v in vacancies.tolist()], dtype=np.int64)
    order = np.argsort(to, kind="stable")
    who, to, moved = who[order], to[order], moved[order]
    a, b, moved = overlay(len(network.beds), to, moved, network.vacancy[vacancies], beds)
    return who[a], vacancies[b], moved


def _by_name(group: IntArray, names: list[str]) -> IntArray:
    """Positions that have a group, sorted by group and within it by name."""
    rank = {name: at for at, name in enumerate(sorted(set(names)))}
    order = np.lexsort((np.array([rank[name] for name in names], dtype=np.int64), group))
    return order[group[order] >= 0]

"""Solving on few candidate pairs, and the prices that prove whether an unseen pair could help.

A price on a bed is what the plan would save if one more bed were there. With optimal prices, a pair whose cost plus
the destination's price is not below what the origin pays already cannot improve the plan. No pair of homes is left
unchecked: lower bounds are compared first, and exact costs decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # type: ignore[import-untyped]  # ships no types

from contingency.network import Layer, Network, in_blocks
from contingency.problem import UNREACHABLE, BoolArray, FloatArray, IntArray

#: Origins whose pairs are priced at once; the block stays in the processor's cache.
ROWS = 16
#: Whole numbers below this are exact in single precision, and so are sums of two of them.
SINGLE = 2**23
#: Where many pairs undercut the prices: homes looked at, and pairs added, for an origin, and pairs for a bed pool.
MOST, PER_ORIGIN, PER_BED = 128, 48, 12


@dataclass(frozen=True, slots=True)
class Arcs:
    """Candidate pairs: origin ``i``, destination ``j``, whole solver cost; no pair twice."""

    i: IntArray
    j: IntArray
    cost: IntArray

    def __len__(self) -> int:
        return len(self.i)

    def with_more(self, i: IntArray, j: IntArray, cost: IntArray) -> Arcs:
        """These pairs and further ones."""
        return Arcs(np.concatenate([self.i, i]), np.concatenate([self.j, j]), np.concatenate([self.cost, cost]))


@dataclass(frozen=True, slots=True)
class Flow:
    """People on each candidate pair, and people of each origin without a place."""

    on: IntArray
    unplaced: IntArray


@dataclass(frozen=True, slots=True)
class Prices:
    """What an origin pays for its dearest placed person (``pays``), and the price of each destination's beds."""

    pays: IntArray
    beds: IntArray


def solve(layer: Layer, arcs: Arcs, penalty: int) -> Flow:
    """The cheapest flow on the candidate pairs, where leaving a person without a place costs ``penalty``.

    Raises ValueError where costs are too large for the solver's 64-bit arithmetic.
    """
    origins = len(layer.people)
    has_arc = np.bincount(arcs.j, minlength=len(layer.beds)) > 0
    used = np.flatnonzero(has_arc)
    head = origins + np.cumsum(has_arc)[arcs.j] - 1
    sink = origins + len(used)
    graph = SimpleMinCostFlow()
    every = np.arange(origins, dtype=np.int64)
    out = graph.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([arcs.i, origins + np.arange(len(used)), every]).astype(np.int32),
        np.concatenate([head, np.full(len(used) + origins, sink)]).astype(np.int32),
        np.concatenate([np.minimum(layer.people[arcs.i], layer.beds[arcs.j]), layer.beds[used], layer.people]),
        np.concatenate([arcs.cost, np.zeros(len(used), dtype=np.int64), np.full(origins, penalty)]),
    )
    supply = np.concatenate([layer.people, np.zeros(len(used), dtype=np.int64), [-int(layer.people.sum())]])
    graph.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    status = graph.solve()
    if status != graph.OPTIMAL:
        raise ValueError(f"placement cannot be solved: OR-Tools answers {status.name}; the costs are too large")
    flows = graph.flows(out)
    return Flow(flows[: len(arcs)].astype(np.int64), flows[len(arcs) + len(used) :].astype(np.int64))


def lowest_prices(layer: Layer, arcs: Arcs, flow: Flow, penalty: int) -> Prices:
    """The lowest prices under which the flow is optimal on its candidates (a fixed point from below).

    A destination with a free bed has price 0; an origin with someone unplaced pays the penalty.
    """
    order = np.argsort(arcs.j, kind="stable")
    i, cost = arcs.i[order], arcs.cost[order]
    used, first = np.unique(arcs.j[order], return_index=True)
    on = np.flatnonzero(flow.on > 0)
    on = on[np.argsort(arcs.i[on], kind="stable")]
    on_j, on_cost = arcs.j[on], arcs.cost[on]
    placed, first_on = np.unique(arcs.i[on], return_index=True)
    short = flow.unplaced > 0
    pays = np.where(short, penalty, 0).astype(np.int64)
    beds = np.zeros(len(layer.beds), dtype=np.int64)
    if not len(arcs):
        return Prices(pays, beds)
    while True:
        if len(on):
            pays[placed] = np.maximum.reduceat(on_cost + beds[on_j], first_on)
            pays[short] = penalty
        raised = np.maximum(np.maximum.reduceat(pays[i] - cost, first), 0)
        if np.array_equal(raised, beds[used]):
            return Prices(pays, beds)
        beds[used] = raised


def objective(layer: Layer, prices: Prices) -> int:
    """The value of these prices: no plan costs less, penalties counted, if no pair undercuts them."""
    return int(layer.people @ prices.pays) - int(layer.beds @ prices.beds)


def undercutting(layer: Layer, prices: Prices, most: int) -> tuple[IntArray, IntArray]:
    """All pairs whose lower bound undercuts the prices. Shape (n,) each.

    Where a block of origins has more than ``most`` homes an origin, the ``most`` that undercut most are taken.
    """
    return _pairs(layer, prices.pays, prices.beds, most, 0)


def nearest(
    layer: Layer, pays: NDArray[np.number], beds: NDArray[np.number], most: int, at_least: int
) -> tuple[IntArray, IntArray]:
    """For each origin the suitable pools at the homes nearest by distance plus price.

    As many as cost less than it ``pays``, but no more than ``most`` homes and no fewer than ``at_least``.
    """
    return _pairs(layer, pays, beds, most, at_least)


def _pairs(
    layer: Layer, pays: NDArray[np.number], beds: NDArray[np.number], most: int, at_least: int
) -> tuple[IntArray, IntArray]:
    single = layer.bound.dtype == np.float32 and max(pays.max(initial=0), beds.max(initial=0)) < SINGLE
    kind_of_float = np.float32 if single else np.float64
    found: list[tuple[IntArray, IntArray]] = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    for kind in range(len(layer.suits)):
        origins = np.flatnonzero(layer.kind == kind)
        pools = np.flatnonzero(layer.suits[kind][layer.pool])
        if len(origins) and len(pools):
            cheapest = np.full(layer.bound.shape[1], np.inf)
            np.minimum.at(cheapest, layer.column[pools], beds[pools])
            question = _Question(
                layer, origins, pools, pays.astype(kind_of_float), beds, cheapest.astype(kind_of_float), most, at_least
            )
            found.extend(in_blocks(question.answer, len(origins), ROWS))
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])


@dataclass(frozen=True, slots=True)
class _Question:
    """What ``_pairs`` asks of one kind's origins and the pools that suit them; ``cheapest`` price at each home."""

    layer: Layer
    origins: IntArray
    pools: IntArray
    pays: NDArray[np.floating]
    beds: NDArray[np.number]
    cheapest: NDArray[np.floating]
    most: int
    at_least: int

    def answer(self, block: slice) -> tuple[IntArray, IntArray]:
        """Whole home columns first, at the price of the cheapest suitable pool there; then each pool at its own."""
        layer, some = self.layer, self.origins[block]
        reduced = layer.bound[layer.row[some]] + self.cheapest
        reduced -= self.pays[some][:, None]
        hits = np.flatnonzero(reduced < 0) if not self.at_least else np.zeros(0, dtype=np.int64)
        if self.at_least or len(hits) > self.most * len(some):
            i, columns = self._lowest(some, reduced)
        else:
            row, columns = np.divmod(hits, reduced.shape[1])
            i = some[row]
        at = layer.column[self.pools]  # sorted, as destinations are sorted by home
        first = np.searchsorted(at, columns)
        count = np.searchsorted(at, columns, side="right") - first
        i = np.repeat(i, count)
        j = self.pools[np.arange(len(i)) + np.repeat(first - np.cumsum(count) + count, count)]
        if self.at_least:
            return i, j
        keep = layer.bound[layer.row[i], layer.column[j]].astype(np.float64) + self.beds[j] < self.pays[i]
        return i[keep], j[keep]

    def _lowest(self, origins: IntArray, reduced: NDArray[np.floating]) -> tuple[IntArray, IntArray]:
        """The lowest columns of each origin's row: those below 0 among the ``most`` lowest, and ``at_least`` some."""
        few = min(self.most, reduced.shape[1])
        columns = np.argpartition(reduced, few - 1, axis=1)[:, :few]
        chosen = np.take_along_axis(reduced, columns, axis=1)
        keep = chosen < 0
        if self.at_least:
            last = min(self.at_least, few) - 1
            keep |= (chosen <= np.partition(chosen, last, axis=1)[:, last, None]) & np.isfinite(chosen)
        return np.repeat(origins, keep.sum(axis=1)), columns[keep]


def violations(network: Network, prices: Prices) -> Arcs:
    """Pairs that undercut the prices by their exact cost: none proves that no pair outside the candidates can help.

    Where many do, those that undercut most for each origin and for each destination.
    """
    measured = np.zeros(0, dtype=np.int64)
    while True:
        i, j = undercutting(network, prices, most=MOST)
        new = ~np.isin(i * len(network.beds) + j, measured)
        i, j = i[new], j[new]
        if not len(i):
            return Arcs(i, j, np.zeros(0, dtype=np.int64))
        reduced = network.lower(i, j) + prices.beds[j] - prices.pays[i]
        chosen = np.zeros(len(i), dtype=np.bool_)
        chosen[best_of(i, reduced, PER_ORIGIN)] = True
        chosen[best_of(j, reduced, PER_BED)] = True
        for picked in (np.flatnonzero(chosen), np.flatnonzero(~chosen)):
            cost = network.measure(i[picked], j[picked])
            open_ = np.flatnonzero(cost != UNREACHABLE)
            bad = open_[cost[open_] + prices.beds[j[picked[open_]]] < prices.pays[i[picked[open_]]]]
            if len(bad):
                return Arcs(i[picked[bad]], j[picked[bad]], cost[bad])
        measured = np.concatenate([measured, i * len(network.beds) + j])


def best_of(group: IntArray, value: FloatArray, most: int) -> IntArray:
    """Positions of the ``most`` lowest values in each group, sorted."""
    order = np.lexsort((value, group))
    sorted_group = group[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_group, sorted_group)
    return np.sort(order[rank < most])


def sorted_set(keys: IntArray) -> IntArray:
    """The distinct values, sorted (for hundreds of thousands of integers several times as fast as ``np.unique``)."""
    ordered: IntArray = np.sort(keys)
    first: BoolArray = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    distinct: IntArray = ordered[first]
    return distinct

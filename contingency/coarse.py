"""Where to look first: the problem solved on ever smaller squares of the map, and candidates from its prices.

Nothing here decides anything: it only makes the first candidates good, so that the proof soon succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from contingency.network import Layer, Network, in_blocks, overlay
from contingency.pricing import Arcs, Flow, Prices, best_of, lowest_prices, nearest, solve, sorted_set
from contingency.problem import FloatArray, IntArray

#: Sides of the squares in kilometres; each divides the one before, so that squares nest.
SQUARES = (60.0, 15.0, 5.0)
#: A problem with fewer pairs than this is solved on all of them at once.
ALL_PAIRS = 20_000
#: Most homes for an origin among the first candidates, fewest pools for one, and most origins for a pool in use.
HOMES_PER_ORIGIN, AT_LEAST, ORIGINS_PER_POOL = 80, 8, 8
#: Pairs dearer by this many decimetres than what an origin pays, as far as squares can tell, are left out at first.
DOUBT = 30_000.0
#: Squares for a square among the candidates on the map of squares.
AMONG_SQUARES = 24
#: Costs between squares are in units of 10 m.
UNIT = 100.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A solved layer, and which of its groups each origin and destination of the network belongs to."""

    layer: Layer
    arcs: Arcs
    flow: Flow
    prices: Prices
    origin: IntArray
    destination: IntArray


def first_candidates(network: Network, penalty: int) -> tuple[IntArray, IntArray]:
    """Pairs (origin, destination) that the best plan probably uses, sorted, each once."""
    origins, destinations = len(network.people), len(network.beds)
    if origins * destinations <= ALL_PAIRS:
        i, j = np.divmod(np.arange(origins * destinations), destinations)
        able = network.suits[network.kind[i], network.pool[j]] & np.isfinite(network.lower(i, j))
        return i[able], j[able]
    answer: Answer | None = None
    for side in SQUARES:
        answer = _solved(network, side, answer, penalty)
    assert answer is not None  # noqa: S101 - SQUARES is not empty
    prices = answer.prices.beds[answer.destination].astype(np.float64) * UNIT
    pays = answer.prices.pays[answer.origin].astype(np.float64) * UNIT
    i, j = nearest(network, pays + DOUBT, prices, HOMES_PER_ORIGIN, AT_LEAST)
    pairs = [i * destinations + j, _best_origins(network, pays, answer)]
    i, j = _inherited(network, answer)
    pairs.append(i * destinations + j)
    i, j = np.divmod(sorted_set(np.concatenate(pairs)), destinations)
    return i, j


def _solved(network: Network, side: float, before: Answer | None, penalty: int) -> Answer:
    """The problem between squares of ``side`` kilometres, with candidates from the answer on larger squares."""
    origin, one_origin = _squares(network.row_at[network.row], network.kind, network.people, side)
    destination, one_destination = _squares(network.column_at[network.column], network.pool, network.beds, side)
    rows, row = np.unique(network.row[one_origin], return_inverse=True)
    columns, column = np.unique(network.column[one_destination], return_inverse=True)
    order = np.argsort(column.reshape(-1), kind="stable")  # destinations stand sorted by home
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    destination, one_destination, column = rank[destination], one_destination[order], column.reshape(-1)[order]
    apart = network.bound[np.ix_(rows, columns)].astype(np.float32)
    # People and beds within one square are still some way apart: 0.4 of its side.
    np.hypot(apart, np.float32(4_000.0 * side), out=apart)
    np.floor(np.divide(apart, np.float32(UNIT), out=apart), out=apart)
    layer = Layer(
        people=np.bincount(origin, network.people, len(one_origin)).astype(np.int64),
        beds=np.bincount(destination, network.beds, len(one_destination)).astype(np.int64),
        row=row.reshape(-1),
        column=column,
        kind=network.kind[one_origin],
        pool=network.pool[one_destination],
        suits=network.suits,
        bound=apart,
    )
    width = len(layer.beds)
    if before is None:
        most = max(AMONG_SQUARES, 60_000 // len(layer.people))
        i, j = nearest(layer, np.zeros(len(layer.people)), np.zeros(width), most, most)
    else:
        weight = np.bincount(destination, before.prices.beds[before.destination] * network.beds, width)
        i, j = nearest(layer, np.zeros(len(layer.people)), weight / layer.beds, AMONG_SQUARES, AMONG_SQUARES)
        parents = Answer(
            before.layer, before.arcs, before.flow, before.prices,
            before.origin[one_origin], before.destination[one_destination],
        )  # fmt: skip
        more_i, more_j = _inherited(layer, parents)
        i, j = np.divmod(sorted_set(np.concatenate([i * width + j, more_i * width + more_j])), width)
    lower = layer.lower(i, j)
    joined = np.isfinite(lower)  # an island that no road reaches is infinitely far away
    arcs = Arcs(i[joined], j[joined], lower[joined].astype(np.int64))
    fine = max(int(penalty / UNIT), 1)
    flow = solve(layer, arcs, fine)
    return Answer(layer, arcs, flow, lowest_prices(layer, arcs, flow, fine), origin, destination)


def _squares(at: FloatArray, label: IntArray, weight: IntArray, side: float) -> tuple[IntArray, IntArray]:
    """Group rows by square and label: the group of each row, and for each group the row nearest its weighted centre.

    ``at`` is latitude and longitude; the squares are square at 53 degrees north, the middle of England, and need be
    no better.
    """
    steps = at * np.array([111.2, 111.2 * 0.6]) / side
    square = np.floor(steps).astype(np.int64)
    square -= square.min(axis=0)
    key = (square[:, 0] * (square[:, 1].max() + 1) + square[:, 1]) * (label.max() + 1) + label
    _, group = np.unique(key, return_inverse=True)
    total = np.bincount(group, weight)
    centre = np.column_stack([np.bincount(group, weight * steps[:, axis]) / total for axis in (0, 1)])
    off = ((steps - centre[group]) ** 2).sum(axis=1)
    nearest_centre = np.lexsort((off, group))
    return group, nearest_centre[np.searchsorted(group[nearest_centre], np.arange(len(total)))]


def _inherited(layer: Layer, parent: Answer) -> tuple[IntArray, IntArray]:
    """Pairs that carry the parent's whole flow on this layer, so that whoever had a place there has one here."""
    on = np.flatnonzero(parent.flow.on > 0)
    on = on[np.argsort(parent.arcs.i[on], kind="stable")]
    by_origin = np.argsort(parent.origin, kind="stable")
    a, b, people = overlay(
        len(parent.layer.people), parent.origin[by_origin], layer.people[by_origin],
        parent.arcs.i[on], parent.flow.on[on],
    )  # fmt: skip
    who, to = by_origin[a], parent.arcs.j[on][b]
    order = np.argsort(to, kind="stable")
    who, to, people = who[order], to[order], people[order]
    by_destination = np.argsort(parent.destination, kind="stable")
    a, b, _ = overlay(
        len(parent.layer.beds), to, people, parent.destination[by_destination], layer.beds[by_destination]
    )
    return who[a], by_destination[b]


def _best_origins(network: Network, pays: FloatArray, answer: Answer) -> IntArray:
    """For each bed pool of a square in use, the origins that would pay most for it: keys origin * beds + bed."""
    used = np.bincount(answer.arcs.j, answer.flow.on, len(answer.layer.beds)) > 0
    wanted = used[answer.destination]
    found = [np.zeros(0, dtype=np.int64)]
    for pool in range(network.suits.shape[1]):
        able = np.flatnonzero(network.suits[network.kind, pool])
        pools = np.flatnonzero(wanted & (network.pool == pool))
        if len(able) and len(pools):
            best = able[best_of(network.row[able], -pays[able], 1)]  # one origin a home
            found.extend(in_blocks(partial(_offers, network, pays, best, pools), len(pools), 64))
    return np.concatenate(found)


def _offers(network: Network, pays: FloatArray, best: IntArray, pools: IntArray, block: slice) -> IntArray:
    """For a block of pools, the few of the ``best`` origins with the most to spare after the distance: keys."""
    some, few = pools[block], min(ORIGINS_PER_POOL, len(best))
    apart = network.bound.take(network.column[some], axis=1)[network.row[best]]
    reduced = np.ascontiguousarray(apart.T) - pays[best].astype(np.float32)
    chosen = np.argpartition(reduced, few - 1, axis=1)[:, :few]
    keep = np.take_along_axis(reduced, chosen, axis=1) < DOUBT
    who, which = np.nonzero(keep)
    return best[chosen[who, which]] * len(network.beds) + some[who]

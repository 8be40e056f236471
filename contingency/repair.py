"""Bring an optimal flow up to date when few pairs are added: shortest paths between the two ends, no fresh solve.

The primal-dual method: for a new pair that undercuts the prices, find the cheapest way to send a person round the
circle that it closes. Move people while that saves something, and shift prices by how far each end could be reached.
Every pair already known stays priced rightly throughout.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from contingency.network import Layer
from contingency.pricing import Arcs, Flow, Prices
from contingency.problem import IntArray

#: A step along an arc: (arc, +1 for one more person on it), or (-1, 0) for a step to or from the common sink.
Step = tuple[int, int]


class Repair:
    """A flow and its prices on the candidate pairs, kept optimal while pairs are added one by one."""

    def __init__(self, layer: Layer, arcs: Arcs, flow: Flow, prices: Prices, penalty: int, known: int) -> None:
        """``arcs[:known]`` are priced rightly by ``prices``; ``flow.on`` has shape (known,)."""
        self._origins, destinations = len(layer.people), len(layer.beds)
        self._sink = self._origins + destinations
        self._penalty, self._known, self._budget = penalty, known, 0
        self._i, self._j, self._cost = arcs.i.tolist(), arcs.j.tolist(), arcs.cost.tolist()
        self._on = [*flow.on.tolist(), *[0] * (len(arcs) - known)]
        self._right = [True] * known + [False] * (len(arcs) - known)
        self._unplaced = flow.unplaced.tolist()
        self._taken = np.bincount(arcs.j[:known], flow.on, destinations).astype(np.int64).tolist()
        self._beds = layer.beds.tolist()
        self._pays, self._price = prices.pays.tolist(), prices.beds.tolist()
        self._out, self._out_first = _by(arcs.i, self._origins)
        self._in, self._in_first = _by(arcs.j, destinations)

    def run(self, budget: int) -> tuple[Flow, Prices] | None:
        """Add the pairs beyond ``known``; ``None`` where that takes more than ``budget`` steps (then solve afresh)."""
        self._budget = budget
        # The largest first: the prices that it moves often settle the others.
        for arc in sorted(range(self._known, len(self._i)), key=self._reduced):
            if not self._add(arc):
                return None
        return (
            Flow(np.array(self._on, dtype=np.int64), np.array(self._unplaced, dtype=np.int64)),
            Prices(np.array(self._pays, dtype=np.int64), np.array(self._price, dtype=np.int64)),
        )

    def _reduced(self, arc: int) -> int:
        return self._cost[arc] + self._price[self._j[arc]] - self._pays[self._i[arc]]

    def _add(self, arc: int) -> bool:
        while (saving := -self._reduced(arc)) > 0:
            start, goal = self._origins + self._j[arc], self._i[arc]
            back, back_next, back_sink, back_end = self._search_back(goal, saving)
            ahead, ahead_from, ahead_sink, ahead_end, best, meeting = self._search_ahead(start, saving, back)
            if self._budget < 0:
                return False
            length = min(best, ahead_sink + back_sink, saving)
            raise_by = min(ahead_sink, length)
            lower_by = length - raise_by
            for node, distance in ahead.items():
                if distance < raise_by:
                    self._shift(node, raise_by - distance)
            for node, distance in back.items():
                if distance < lower_by:
                    self._shift(node, distance - lower_by)
            if length < saving:
                path: list[tuple[int, Step]] = []
                if best <= ahead_sink + back_sink:
                    a, step, b = meeting
                    path += [*_trace_back(a, ahead_from), (b, step)]
                    node = b
                else:
                    path += [*_trace_back(ahead_end, ahead_from), (self._sink, (-1, 0)), (back_end, (-1, 0))]
                    node = back_end
                while node != goal:
                    node, step = back_next[node]
                    path.append((node, step))
                self._send(start, [*path, (start, (arc, 1))])
        self._right[arc] = True
        return True

    def _shift(self, node: int, by: int) -> None:
        if node < self._origins:
            self._pays[node] += by
        else:
            j = node - self._origins
            self._price[j] += by
            if self._taken[j] == 0:  # an unused bed has no price
                self._price[j] = max(self._price[j], 0)

    def _search_ahead(self, start: int, limit: int, back: dict[int, int]):  # type: ignore[no-untyped-def]
        """Distances from ``start``; the common sink is an end, not a way through."""
        far = limit + 1
        distance, final, came = {start: 0}, {}, {}
        heap = [(0, start)]
        sink, end, best, meeting = far, -1, far, None
        while heap:
            d, node = heappop(heap)
            if node in final:
                continue
            if d >= sink or d >= limit:
                break
            final[node] = d
            self._budget -= 1
            if node < self._origins:
                at_sink = d + self._penalty - self._pays[node]
                steps = [
                    (d + self._reduced(a), self._origins + self._j[a], (a, 1))
                    for a in self._out[self._out_first[node] : self._out_first[node + 1]]
                    if self._right[a]
                ]
            else:
                j = node - self._origins
                at_sink = d if self._taken[j] < self._beds[j] else far
                steps = [
                    (d, self._i[a], (a, -1))
                    for a in self._in[self._in_first[j] : self._in_first[j + 1]]
                    if self._on[a] > 0 and self._right[a]
                ]
            if at_sink < sink:
                sink, end = at_sink, node
            for reach, to, step in steps:
                if to in back and reach + back[to] < best:
                    best, meeting = reach + back[to], (node, step, to)
                if reach < limit and reach < distance.get(to, far):
                    distance[to] = reach
                    came[to] = (node, step)
                    heappush(heap, (reach, to))
        return final, came, sink, end, best, meeting

    def _search_back(self, goal: int, limit: int):  # type: ignore[no-untyped-def]
        """Distances to ``goal``; the common sink is an end, not a way through."""
        far = limit + 1
        distance, final, onward = {goal: 0}, {}, {}
        heap = [(0, goal)]
        sink, end = far, -1
        while heap:
            d, node = heappop(heap)
            if node in final:
                continue
            if d >= sink or d >= limit:
                break
            final[node] = d
            self._budget -= 1
            if node < self._origins:
                at_sink = d if self._unplaced[node] > 0 else far
                steps = [
                    (d, self._origins + self._j[a], (a, -1))
                    for a in self._out[self._out_first[node] : self._out_first[node + 1]]
                    if self._on[a] > 0 and self._right[a]
                ]
            else:
                j = node - self._origins
                at_sink = d + self._price[j] if self._taken[j] > 0 else far
                steps = [
                    (d + self._reduced(a), self._i[a], (a, 1))
                    for a in self._in[self._in_first[j] : self._in_first[j + 1]]
                    if self._right[a]
                ]
            if at_sink < sink:
                sink, end = at_sink, node
            for reach, to, step in steps:
                if reach < limit and reach < distance.get(to, far):
                    distance[to] = reach
                    onward[to] = (node, step)
                    heappush(heap, (reach, to))
        return final, onward, sink, end

    def _send(self, start: int, path: list[tuple[int, Step]]) -> None:
        """Send as many people as possible round a circle given as (node, step into it), loops in it left out."""
        nodes, steps = [start], []
        seen = {start: 0}
        for node, step in path[:-1]:
            if node in seen:
                for left in nodes[seen[node] + 1 :]:
                    del seen[left]
                del nodes[seen[node] + 1 :], steps[seen[node] :]
                continue
            seen[node] = len(nodes)
            nodes.append(node)
            steps.append(step)
        nodes.append(start)
        steps.append(path[-1][1])
        room = [self._room(a, b, step) for (a, b), step in zip(pairwise(nodes), steps, strict=True)]
        people = min(room)
        for (a, b), (arc, sign) in zip(pairwise(nodes), steps, strict=True):
            if arc >= 0:
                self._on[arc] += sign * people
            elif b == self._sink:
                self._at_sink(a, people)
            else:
                self._at_sink(b, -people)

    def _room(self, a: int, b: int, step: Step) -> int:
        arc, sign = step
        unlimited = 2**62
        if arc >= 0:
            return unlimited if sign > 0 else self._on[arc]
        if b == self._sink:
            return unlimited if a < self._origins else self._beds[a - self._origins] - self._taken[a - self._origins]
        return self._unplaced[b] if b < self._origins else self._taken[b - self._origins]

    def _at_sink(self, node: int, people: int) -> None:
        if node < self._origins:
            self._unplaced[node] += people
        else:
            self._taken[node - self._origins] += people


def _by(end: IntArray, ends: int) -> tuple[list[int], list[int]]:
    """Arcs sorted by one end, and where each end's arcs begin."""
    order = np.argsort(end, kind="stable")
    return order.tolist(), np.searchsorted(end[order], np.arange(ends + 1)).tolist()


def _trace_back(node: int, came: dict[int, tuple[int, Step]]) -> list[tuple[int, Step]]:
    """The steps (node, step into it) from the start of a search to ``node``."""
    path = []
    while node in came:
        before, step = came[node]
        path.append((node, step))
        node = before
    return path[::-1]

"""Bring an optimal flow up to date when few pairs are added: shortest paths between the two ends, no fresh solve.

The primal-dual method. A new pair that undercuts the prices closes a circle: from its bed back to its origin, along
pairs in use backwards and along other pairs forwards, perhaps by way of the common sink (a free bed, or someone left
without a place). People are sent round the shortest circle while that saves something, and prices move by how far
each end could be reached. Every pair already known stays priced rightly throughout.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from contingency.network import Layer
from contingency.pricing import Arcs, Flow, Prices
from contingency.problem import IntArray


@dataclass(slots=True)
class Search:
    """Distances from a bed (or to an origin), and the arc by which each node was reached.

    ``sink`` is the distance of the common sink; the last node before it is the origin ``sink_origin`` or, where that
    is -1, the bed ``sink_bed``. Searches never go through the sink.
    """

    sink: int
    sink_origin: int = -1
    sink_bed: int = -1
    origins: dict[int, int] = field(default_factory=dict)
    beds: dict[int, int] = field(default_factory=dict)
    by_origin: dict[int, int] = field(default_factory=dict)
    by_bed: dict[int, int] = field(default_factory=dict)


class Repair:
    """A flow and its prices on the candidate pairs, kept optimal while pairs are added one by one."""

    def __init__(self, layer: Layer, arcs: Arcs, flow: Flow, prices: Prices, penalty: int) -> None:
        """The first ``len(flow.on)`` arcs are priced rightly by ``prices``; the others are to be added."""
        known = len(flow.on)
        self._known, self._arcs, self._penalty, self._steps = known, arcs, penalty, 0
        self._origin, self._bed = arcs.i.tolist(), arcs.j.tolist()
        self._pays, self._price = prices.pays.tolist(), prices.beds.tolist()
        self._unplaced = flow.unplaced.tolist()
        taken = np.bincount(arcs.j[:known], flow.on, len(layer.beds)).astype(np.int64)
        self._taken, self._free = taken.tolist(), (layer.beds - taken).tolist()
        self._on: dict[int, int] = {}
        self._beds_of: dict[int, dict[int, int]] = {}  # origin: {arc in use: its bed}
        self._origins_of: dict[int, dict[int, int]] = {}  # bed: {arc in use: its origin}
        used = np.flatnonzero(flow.on)
        for arc, people in zip(used.tolist(), flow.on[used].tolist(), strict=True):
            self._send_on(arc, people)
        self._out = _Arcs(arcs.i[:known], arcs.j[:known], arcs.cost[:known], len(layer.people))
        self._in = _Arcs(arcs.j[:known], arcs.i[:known], arcs.cost[:known], len(layer.beds))

    def run(self, most: int) -> tuple[Flow, Prices] | None:
        """Add the pairs; ``None`` where that means looking at more than ``most`` pairs."""
        self._steps = most
        arcs = self._arcs
        new = np.arange(self._known, len(arcs))
        undercut = np.array(self._price)[arcs.j[new]] + arcs.cost[new] - np.array(self._pays)[arcs.i[new]]
        # The largest first: the prices that it moves often settle the others.
        for arc in new[np.argsort(undercut, kind="stable")].tolist():
            if not self._add(arc):
                return None
        on = np.zeros(len(arcs), dtype=np.int64)
        on[list(self._on)] = list(self._on.values())
        prices = Prices(np.array(self._pays, dtype=np.int64), np.array(self._price, dtype=np.int64))
        return Flow(on, np.array(self._unplaced, dtype=np.int64)), prices

    def _add(self, arc: int) -> bool:
        origin, bed, cost = self._origin[arc], self._bed[arc], int(self._arcs.cost[arc])
        while (saving := self._pays[origin] - self._price[bed] - cost) > 0:
            back = self._search_back(origin, saving)
            ahead, direct, meeting = self._search_ahead(bed, saving, back)
            if self._steps < 0:
                return False
            length = min(direct, ahead.sink + back.sink, saving)
            raised = min(ahead.sink, length)
            self._shift(ahead, raised, 1)
            self._shift(back, length - raised, -1)
            if length < saving:
                self._send(arc, ahead, back, meeting if direct <= ahead.sink + back.sink else None)
        self._out.add(origin, (cost, bed, arc))
        self._in.add(bed, (cost, origin, arc))
        if arc in self._on:
            self._beds_of.setdefault(origin, {})[arc] = bed
            self._origins_of.setdefault(bed, {})[arc] = origin
        return True

    def _search_ahead(  # noqa: PLR0912 - one loop: a call for each arc would double its time
        self, bed: int, limit: int, back: Search
    ) -> tuple[Search, int, tuple[int, int]]:
        """From ``bed``: also the shortest way to the goal of ``back`` without the sink, and (arc, bed) where they meet.

        The arc is -1 where ``bed`` itself was met.
        """
        found = Search(sink=0 if self._free[bed] else limit + 1, sink_bed=bed)
        found.beds[bed] = 0
        direct, meeting = back.beds.get(bed, limit + 1), (-1, bed)
        nearest: dict[int, int] = {}
        heap: list[tuple[int, int]] = []
        for arc, origin in self._origins_of.get(bed, {}).items():
            nearest[origin] = 0
            found.by_origin[origin] = arc
            heap.append((0, origin))
        pays, price, reached = self._pays, self._price, found.beds
        while heap:
            distance, origin = heappop(heap)
            if distance >= found.sink:
                break
            if origin in found.origins:
                continue
            found.origins[origin] = distance
            self._steps -= len(self._out[origin])
            base = distance - pays[origin]
            if base + self._penalty < found.sink:
                found.sink, found.sink_origin = base + self._penalty, origin
            for cost, to, arc in self._out[origin]:
                if base + cost >= limit:
                    break  # sorted by cost, and no price is below 0
                at = base + cost + price[to]
                if at >= limit:
                    continue
                if to in back.beds and at + back.beds[to] < direct:
                    direct, meeting = at + back.beds[to], (arc, to)
                if at >= found.sink or at >= reached.get(to, limit):
                    continue
                reached[to] = at
                found.by_bed[to] = arc
                if self._free[to]:
                    found.sink, found.sink_origin, found.sink_bed = at, -1, to
                for on, other in self._origins_of.get(to, {}).items():
                    if at < nearest.get(other, limit):
                        nearest[other] = at
                        found.by_origin[other] = on
                        heappush(heap, (at, other))
        return found, direct, meeting

    def _search_back(self, origin: int, limit: int) -> Search:
        """To ``origin``: how far each node is from it."""
        found = Search(sink=limit + 1)
        nearest = {origin: 0}
        heap = [(0, origin)]
        pays, price = self._pays, self._price
        while heap:
            distance, at = heappop(heap)
            if distance >= found.sink:
                break
            if at in found.origins:
                continue
            found.origins[at] = distance
            if self._unplaced[at]:
                found.sink, found.sink_origin = distance, at
            for on, bed in self._beds_of.get(at, {}).items():
                if bed in found.beds:
                    continue
                found.beds[bed] = distance
                found.by_bed[bed] = on
                if distance + price[bed] < found.sink:
                    found.sink, found.sink_origin, found.sink_bed = distance + price[bed], -1, bed
                base = distance + price[bed]
                self._steps -= len(self._in[bed])
                for cost, other, arc in self._in[bed]:
                    far = base + cost - pays[other]
                    if far < limit and far < found.sink and far < nearest.get(other, limit):
                        nearest[other] = far
                        found.by_origin[other] = arc
                        heappush(heap, (far, other))
        return found

    def _shift(self, found: Search, by: int, sign: int) -> None:
        for origin, distance in found.origins.items():
            if distance < by:
                self._pays[origin] += sign * (by - distance)
        for bed, distance in found.beds.items():
            if distance < by:
                self._price[bed] += sign * (by - distance)

    def _send(self, new: int, ahead: Search, back: Search, meeting: tuple[int, int] | None) -> None:
        """Send as many people as possible round the circle that ``new`` closes, by a meeting or by the sink."""
        forward: list[int] = [new]
        backward: list[int] = []
        if meeting is not None:
            arc, bed = meeting
            if arc >= 0:
                forward.append(arc)
                self._trace_ahead(self._origin[arc], ahead, forward, backward)
            self._trace_back(bed, back, forward, backward)
            people = min(self._on[arc] for arc in backward)
        else:
            rooms = []
            if ahead.sink_origin >= 0:
                self._trace_ahead(ahead.sink_origin, ahead, forward, backward)
            else:
                rooms.append(self._free[ahead.sink_bed])
                if ahead.sink_bed in ahead.by_bed:
                    forward.append(ahead.by_bed[ahead.sink_bed])
                    self._trace_ahead(self._origin[forward[-1]], ahead, forward, backward)
            if back.sink_origin >= 0:
                rooms.append(self._unplaced[back.sink_origin])
                self._trace_back_from(back.sink_origin, back, forward, backward)
            else:
                rooms.append(self._taken[back.sink_bed])
                self._trace_back(back.sink_bed, back, forward, backward)
            people = min([*rooms, *(self._on[arc] for arc in backward)])
            self._at_sink(ahead, people)
            self._at_sink(back, -people)
        for arc in forward:
            self._send_on(arc, people, new)
        for arc in backward:
            self._send_on(arc, -people, new)

    def _trace_ahead(self, origin: int, found: Search, forward: list[int], backward: list[int]) -> None:
        """The arcs from the start of a search ahead to ``origin``."""
        while True:
            arc = found.by_origin[origin]
            backward.append(arc)
            bed = self._bed[arc]
            if bed not in found.by_bed:
                return
            forward.append(found.by_bed[bed])
            origin = self._origin[forward[-1]]

    def _trace_back(self, bed: int, found: Search, forward: list[int], backward: list[int]) -> None:
        """The arcs from ``bed`` to the goal of a search back."""
        backward.append(found.by_bed[bed])
        self._trace_back_from(self._origin[backward[-1]], found, forward, backward)

    def _trace_back_from(self, origin: int, found: Search, forward: list[int], backward: list[int]) -> None:
        """The arcs from ``origin`` to the goal of a search back."""
        while origin in found.by_origin:
            forward.append(found.by_origin[origin])
            backward.append(found.by_bed[self._bed[forward[-1]]])
            origin = self._origin[backward[-1]]

    def _at_sink(self, found: Search, people: int) -> None:
        if found.sink_origin >= 0:
            self._unplaced[found.sink_origin] += people
        else:
            self._taken[found.sink_bed] += people
            self._free[found.sink_bed] -= people

    def _send_on(self, arc: int, people: int, new: int = -1) -> None:
        """So many more (or fewer) people on an arc. The arc being added is no way back before its price is right."""
        before = self._on.get(arc, 0)
        origin, bed = self._origin[arc], self._bed[arc]
        if before + people:
            self._on[arc] = before + people
            if not before and arc != new:
                self._beds_of.setdefault(origin, {})[arc] = bed
                self._origins_of.setdefault(bed, {})[arc] = origin
        else:
            del self._on[arc], self._beds_of[origin][arc], self._origins_of[bed][arc]


class _Arcs:
    """Arcs by one end, cheapest first: (cost, other end, arc). Lists are made when first asked for."""

    def __init__(self, end: IntArray, other: IntArray, cost: IntArray, ends: int) -> None:
        self._order = np.argsort(end, kind="stable")
        self._first = np.searchsorted(end[self._order], np.arange(ends + 1))
        self._other, self._cost = other, cost
        self._made: dict[int, list[tuple[int, int, int]]] = {}

    def __getitem__(self, end: int) -> list[tuple[int, int, int]]:
        made = self._made.get(end)
        if made is None:
            arcs = self._order[self._first[end] : self._first[end + 1]]
            made = sorted(zip(self._cost[arcs].tolist(), self._other[arcs].tolist(), arcs.tolist(), strict=True))
            self._made[end] = made
        return made

    def add(self, end: int, arc: tuple[int, int, int]) -> None:
        """One more arc at this end."""
        insort(self[end], arc)

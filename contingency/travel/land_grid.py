"""``land-grid``: the shortest path over land, so that nobody is 9 km away across an estuary.

Where the straight line between two homes meets no coast, that line is the shortest path over land and is used as it
is. Elsewhere the path goes over one-kilometre land cells and the listed bridges, tunnels and causeways. Ferries are no
path: a home on an island that no road reaches is unreachable, and the plan says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph

from contingency.problem import UNREACHABLE, FloatArray, IntArray
from contingency.travel.crossings import Island, crossing_table
from contingency.travel.crow import CrowCosts
from contingency.travel.engine import DECIMETRES_PER_KM, Point, geodesic_decimetres, points, sites, unique_pairs
from contingency.travel.grid import Grid, build
from contingency.travel.land import land_of, to_grid
from register.records import AreaRecord

#: First search radius in decimetres; it is doubled for the origins that need more.
_FIRST_LIMIT = 60 * DECIMETRES_PER_KM
#: Beyond this no path is longer: the search is then without limit.
_LAST_LIMIT = 2_000 * DECIMETRES_PER_KM
#: In the table of costs: it is known that there is no way. Five times round the Earth, so no distance is near it.
_NO_WAY = np.iinfo(np.int32).max
#: Pairs whose bounds are raised at once: what fits in a processor's cache.
_PAIRS_AT_ONCE = 100_000
#: Origins searched at once: one search writes two megabytes for each.
_ORIGINS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Landmass:
    """One connected piece of land and how many of the given points stand on it.

    ``island`` is its name in the list of landmasses that no road joins; ``None`` means that a link is missing from
    the list of crossings, or the island from the list of islands. ``first`` is the number of the first such point.
    """

    island: str | None
    points: int
    first: int


@dataclass(frozen=True, slots=True)
class LandGrid:
    """The engine ``land-grid``. Build it once with ``LandGrid.of``: the graph takes seconds, the searches share it."""

    grid: Grid
    method: str
    islands: tuple[Island, ...]
    name: str = "land-grid"
    unit: str = "km"

    @classmethod
    def of(cls, areas: Iterable[AreaRecord] = (), *, year: int | None = None, cache: Path | None = None) -> LandGrid:
        """The engine on these boundaries as they stood in a year (``None``: as they stand).

        Uses layer "uk", the invented county's areas, and crossings in layer "crossing"; without any boundary, the
        fallback mask. ``cache`` is a folder that may keep the tested steps. Raises ValueError naming the area whose
        geometry cannot be read.
        """
        table = crossing_table()
        land = land_of(areas, table, year)
        return cls(build(land, cache), land.method, table.islands)

    def costs(self, origins: FloatArray, destinations: FloatArray) -> LandGridCosts:
        """Distances between origins, shape (n, 2), and destinations, shape (m, 2), in longitude and latitude.

        Raises ValueError for a row that is no position.
        """
        return LandGridCosts(self.grid, points(origins), points(destinations))

    def km(self, a: Point, b: Point) -> float | None:
        """The land path between two points (longitude, latitude) in kilometres, or ``None`` where none exists."""
        zero = np.zeros(1, dtype=np.int64)
        cost = int(self.costs(np.array([a]), np.array([b])).exact(zero, zero)[0])
        return None if cost == UNREACHABLE else cost / DECIMETRES_PER_KM

    def components(self, lonlat: FloatArray) -> tuple[Landmass, ...]:
        """The landmasses that these points, shape (n, 2), stand on, the fullest first; points off the map last.

        Every one but points off the map should have an island's name: a home that is cut off from its neighbours for
        want of a listed bridge would be planned as if it stood alone in the sea.
        """
        at = points(lonlat)
        names = self._names()
        cell, _ = self.grid.snap(at)
        landmass = np.where(cell >= 0, self.grid.component[cell], -1)
        found, first, count = np.unique(landmass, return_index=True, return_counts=True)
        each = zip(found.tolist(), first.tolist(), count.tolist(), strict=True)
        rows = [(k == -1, -n, at_, Landmass(names.get(k), n, at_)) for k, at_, n in each]
        return tuple(row[-1] for row in sorted(rows, key=lambda row: row[:3]))

    def snapped_metres(self, lonlat: FloatArray) -> FloatArray:
        """How far each point, shape (n, 2), stands from its land cell's centre, in metres; infinite off the map."""
        cell, decimetres = self.grid.snap(points(lonlat))
        metres: FloatArray = np.where(cell >= 0, decimetres / 10.0, np.inf)
        return metres

    def _names(self) -> dict[int, str]:
        """The listed island that each component is; of two islands that a crossing joins, the one listed first."""
        cell, _ = self.grid.snap(np.array([island.at for island in self.islands]))
        named: dict[int, str] = {}
        for island, at in zip(self.islands, cell.tolist(), strict=True):
            if at >= 0:
                named.setdefault(int(self.grid.component[at]), island.name)
        return named


class LandGridCosts:
    """Land-path distances of one problem: see ``contingency.problem.Costs``.

    Searches grow on demand and are kept. A pair that has been asked for costs nothing to ask for again, and its lower
    bound is from then on its exact cost.
    """

    def __init__(self, grid: Grid, origins: FloatArray, destinations: FloatArray) -> None:
        self._grid = grid
        self._crow = CrowCosts(origins, destinations)
        self._from, self._need_at = sites(origins)
        self._to, self._vacancy_at = sites(destinations)
        self._from_xy, self._to_xy = to_grid(self._from), to_grid(self._to)
        self._from_cell, self._from_way = grid.snap(self._from)
        self._to_cell, self._to_way = grid.snap(self._to)
        # Off the map is a landmass of its own on either side, so that nothing is joined to it.
        self._from_mass = np.where(self._from_cell >= 0, grid.component[self._from_cell], -1)
        self._to_mass = np.where(self._to_cell >= 0, grid.component[self._to_cell], -2)
        self._apart = len(np.union1d(self._from_mass, self._to_mass)) > 1
        # Both tables are zero where nothing is known yet. The system gives zeroed memory page by page when it is
        # written to, so that a problem of every home against every home takes what is asked of it and no more.
        shape = (len(self._from), len(self._to))
        self._cost: NDArray[np.int32] = np.zeros(shape, dtype=np.int32)  # decimetres + 1, or _NO_WAY
        self._path: NDArray[np.int32] = np.zeros(shape, dtype=np.int32)  # decimetres + 1 between the two cells
        self._limit = np.zeros(len(self._from))
        self._asked = False

    def floor(self, needs: IntArray, vacancies: IntArray) -> FloatArray:
        """A lower bound in decimetres, shape (len(needs), len(vacancies)): the straight chord, or the exact if known.

        Infinite where there is no way, for the landmasses are known beforehand.
        """
        bound = self._crow.floor(needs, vacancies)
        if (self._asked or self._apart) and bound.size:
            origin, destination = self._need_at[needs], self._vacancy_at[vacancies]
            block = max(1, _PAIRS_AT_ONCE // len(vacancies))
            for at in range(0, len(needs), block):
                part, some = bound[at : at + block], origin[at : at + block]
                if self._asked:
                    known = self._cost.take(some, axis=0).take(destination, axis=1)
                    np.maximum(part, known - 1.0, out=part)
                if self._apart:
                    part[self._from_mass[some][:, None] != self._to_mass[destination]] = np.inf
        return bound

    def exact(self, needs: IntArray, vacancies: IntArray) -> IntArray:
        """The land path in whole decimetres for each pair (needs[i], vacancies[i]), shape (n,).

        UNREACHABLE where the two stand on landmasses that nothing joins, or one is further than 5 km from any land.
        """
        start, end = self._need_at[needs], self._vacancy_at[vacancies]
        unknown = self._cost[start, end] == 0
        if unknown.any():
            self._asked = True
            new_start, new_end, _ = unique_pairs(start[unknown], end[unknown], len(self._to))
            self._cost[new_start, new_end] = self._measure(new_start, new_end)
        known = self._cost[start, end].astype(np.int64)
        return np.where(known == _NO_WAY, UNREACHABLE, known - 1)

    def _measure(self, start: IntArray, end: IntArray) -> IntArray:
        """What goes into the table for pairs of sites: decimetres + 1, or _NO_WAY. Shape (n,)."""
        straight = geodesic_decimetres(self._from[start], self._to[end])
        joined = self._from_mass[start] == self._to_mass[end]
        doubtful = np.flatnonzero(joined & (self._from_cell[start] != self._to_cell[end]))
        blocked = self._grid.coast.between(self._from_xy[start[doubtful]], self._to_xy[end[doubtful]])
        around = doubtful[blocked]
        start, end = start[around], end[around]
        self._search(start, end, straight[around])
        legs = self._from_way[start] + self._to_way[end]
        cost = straight.copy()
        cost[around] = np.maximum(straight[around], self._path[start, end] - 1 + legs)
        return np.where(joined, cost + 1, _NO_WAY)

    def _search(self, start: IntArray, end: IntArray, straight: IntArray) -> None:
        """Grow the search from each origin until every destination asked for is found: all are on its landmass."""
        wanted = np.zeros(len(self._from))
        np.maximum.at(wanted, start, _FIRST_LIMIT * np.ceil(1.25 * straight / _FIRST_LIMIT))
        missing = self._path[start, end] == 0
        while missing.any():
            start, end = start[missing], end[missing]
            asked = np.unique(start)
            # Whoever has been searched as far as was wanted, and still misses a destination, is searched twice as far.
            wanted[asked] = np.maximum(wanted[asked], 2 * self._limit[asked])
            wanted[wanted > _LAST_LIMIT] = np.inf
            for limit in np.unique(wanted[asked]).tolist():
                origins = asked[wanted[asked] == limit]
                for at in range(0, len(origins), _ORIGINS_AT_ONCE):
                    self._run(origins[at : at + _ORIGINS_AT_ONCE], limit)
            missing = self._path[start, end] == 0

    def _run(self, origins: IntArray, limit: float) -> None:
        """Search from origins out to a limit in decimetres and keep the way to every destination's cell."""
        cells, row = np.unique(self._from_cell[origins], return_inverse=True)
        reached = csgraph.dijkstra(self._grid.matrix, directed=False, indices=cells, limit=limit)
        ways = reached[:, self._to_cell][row.reshape(-1)]
        found = np.isfinite(ways) & (self._to_cell >= 0)
        self._path[origins] = np.where(found, np.where(found, ways, 0) + 1, 0)
        self._limit[origins] = limit

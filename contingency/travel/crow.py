"""``crow``: the straight line. The WGS 84 geodesic between two homes' coordinates, with no factor.

It crosses estuaries that no ambulance can; use ``land-grid`` for a plan, and this to compare and to check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
from scipy.spatial.distance import cdist

from contingency.problem import FloatArray, IntArray
from contingency.travel.engine import DECIMETRES_PER_KM, Point, geodesic_decimetres, points, sites, unique_pairs

#: Earth-centred Cartesian coordinates of points on the ellipsoid.
_CARTESIAN = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4978", always_xy=True)
#: ``exact`` rounds to a whole decimetre (0.5) and the floating point error of both sides is far below 0.001.
_ROUNDING = 0.501


@dataclass(frozen=True, slots=True)
class Crow:
    """The engine ``crow``. Needs no map and no network."""

    name: str = "crow"
    unit: str = "km"
    method: str = "Straight line between the homes' coordinates (geodesic on the WGS 84 ellipsoid), no factor applied."

    def costs(self, origins: FloatArray, destinations: FloatArray) -> CrowCosts:
        """Distances between origins, shape (n, 2), and destinations, shape (m, 2), in longitude and latitude.

        Raises ValueError for a row that is no position.
        """
        return CrowCosts(points(origins), points(destinations))

    def km(self, a: Point, b: Point) -> float:
        """The geodesic between two points (longitude, latitude), rounded to the decimetre: ``4.2171`` km."""
        start, end = points(np.array([a])), points(np.array([b]))
        return int(geodesic_decimetres(start, end)[0]) / DECIMETRES_PER_KM


class CrowCosts:
    """Straight-line distances of one problem: see ``contingency.problem.Costs``."""

    def __init__(self, origins: FloatArray, destinations: FloatArray) -> None:
        self._from, self._need_at = sites(origins)
        self._to, self._vacancy_at = sites(destinations)
        self._origins_xyz = _decimetres_from_centre(origins)
        self._destinations_xyz = _decimetres_from_centre(destinations)

    def floor(self, needs: IntArray, vacancies: IntArray) -> FloatArray:
        """The chord through the Earth, in decimetres, shape (len(needs), len(vacancies)).

        A straight line is never longer than the way over the ground: this bound needs no safety factor and no region.
        It falls short by 1 part in 100,000 at 100 km and 1 in 1,000 at 1,000 km.
        """
        if not (len(needs) and len(vacancies)):
            return np.zeros((len(needs), len(vacancies)))
        chords: FloatArray = cdist(self._origins_xyz[needs], self._destinations_xyz[vacancies])
        chords -= _ROUNDING
        return np.ceil(chords, out=chords)

    def exact(self, needs: IntArray, vacancies: IntArray) -> IntArray:
        """The geodesic in whole decimetres for each pair (needs[i], vacancies[i]), shape (n,)."""
        start, end, pair = unique_pairs(self._need_at[needs], self._vacancy_at[vacancies], max(1, len(self._to)))
        return geodesic_decimetres(self._from[start], self._to[end])[pair]


def _decimetres_from_centre(lonlat: FloatArray) -> FloatArray:
    """Earth-centred coordinates in decimetres, shape (n, 3), of points (longitude, latitude) on the ellipsoid."""
    x, y, z = _CARTESIAN.transform(lonlat[:, 0], lonlat[:, 1], np.zeros(len(lonlat)))
    return np.column_stack([x, y, z]) * 10.0

"""What every travel engine is: a name, a sentence on its method, distances for one pair and for many.

Points are WGS 84 degrees, longitude first. Distances inside a problem are whole decimetres, so that sums are exact
and the printed kilometre (three decimals) is never the rounding of a rounding.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyproj

from contingency.problem import Costs, FloatArray, IntArray

#: WGS 84 longitude and latitude in degrees, in this order.
Point = tuple[float, float]

DECIMETRES_PER_KM = 10_000

_WGS84 = pyproj.Geod(ellps="WGS84")


class Engine(Protocol):
    """A way to measure how far people would have to travel. Frozen; every page that uses it prints ``method``."""

    @property
    def name(self) -> str:
        """The name that the command line knows it by: ``crow``."""
        ...

    @property
    def method(self) -> str:
        """One sentence: how it measures, on which map, of which date, from whom."""
        ...

    @property
    def unit(self) -> str:
        """The unit that results are printed in: ``km``."""
        ...

    def costs(self, origins: FloatArray, destinations: FloatArray) -> Costs:
        """Distances between needs' homes, shape (n, 2), and vacancies' homes, shape (m, 2): longitude, latitude."""
        ...

    def km(self, a: Point, b: Point) -> float | None:
        """One distance in kilometres to the decimetre, or ``None`` where no way exists."""
        ...


def points(values: FloatArray) -> FloatArray:
    """The points as a float array of shape (n, 2), checked to be longitudes and latitudes in degrees.

    Raises ValueError naming the first row that is not a position on Earth; an unknown position has no distance.
    """
    array = np.asarray(values, dtype=np.float64).reshape(-1, 2)
    with np.errstate(invalid="ignore"):
        wrong = ~((np.abs(array[:, 0]) <= 180) & (np.abs(array[:, 1]) <= 90))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"point {row} is not a longitude and a latitude in degrees: {array[row].tolist()}")
    return array


def geodesic_decimetres(a: FloatArray, b: FloatArray) -> IntArray:
    """Length of the WGS 84 geodesic between each pair of points, a and b of shape (n, 2): whole decimetres, (n,).

    Karney's method as PROJ has it (better than a millimetre); halves are rounded to even.
    """
    _, _, metres = _WGS84.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    return np.rint(np.asarray(metres) * 10.0).astype(np.int64)


def sites(lonlat: FloatArray) -> tuple[FloatArray, IntArray]:
    """The distinct positions, shape (k, 2), and for each point the position it stands at, shape (n,).

    Several needs live in one home, several pools belong to one home, and homes share a postcode's centroid: a
    distance between two positions is measured once.
    """
    distinct, inverse = np.unique(lonlat, axis=0, return_inverse=True)
    return distinct, inverse.reshape(-1).astype(np.int64)


def unique_pairs(first: IntArray, second: IntArray, width: int) -> tuple[IntArray, IntArray, IntArray]:
    """The distinct pairs among (first[i], second[i]), ``second`` below ``width``, and which of them each i is."""
    keys, inverse = np.unique(first * np.int64(width) + second, return_inverse=True)
    return keys // width, keys % width, inverse.reshape(-1).astype(np.int64)

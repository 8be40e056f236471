"""An invented England, drawn from a seed: homes around invented towns, their beds, residents and vacancies.

Nothing here is a record of a real home. The outline is a hand-drawn polygon of round coordinates; the totals (14,500
homes, 455,000 beds, 14 % of them empty) are of the size that the regulators and DHSC publish for England in 2025, so
that times and memory measured here carry over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray

from contingency.problem import BoolArray, FloatArray, IntArray, Need, Problem, Vacancy

#: Longitude and latitude of a rough island of England's size, in round numbers.
OUTLINE = (
    (-5.4, 50.1), (-3.5, 50.3), (-1.2, 50.7), (1.3, 51.1), (0.6, 51.5), (1.7, 52.5), (0.3, 52.9), (-0.1, 54.0),
    (-1.4, 55.0), (-2.0, 55.7), (-3.0, 54.9), (-3.0, 53.4), (-3.0, 51.9), (-2.8, 51.4), (-4.3, 51.1),
)  # fmt: skip

#: What a person needs, and the bed types that suit it (a nursing home may take a person who needs no nurse).
KINDS = {
    "residential": ("residential", "residential/dementia", "nursing"),
    "residential/dementia": ("residential/dementia", "nursing/dementia"),
    "nursing": ("nursing", "nursing/dementia"),
    "nursing/dementia": ("nursing/dementia",),
    "learning disability": ("learning disability",),
}
POOLS = ("residential", "residential/dementia", "nursing", "nursing/dementia", "learning disability")

#: Kinds of home: share of homes, median beds, and the bed types found in one.
SORTS = (
    (0.44, 28.0, ("residential", "residential/dementia")),
    (0.28, 46.0, ("nursing", "nursing/dementia", "residential")),
    (0.28, 7.0, ("learning disability",)),
)


@dataclass(frozen=True, slots=True)
class England:
    """Homes as arrays of one length; ``beds``, ``people`` and ``vacant`` have shape (homes, len(POOLS))."""

    latitude: FloatArray
    longitude: FloatArray
    operator: IntArray
    beds: IntArray
    people: IntArray
    vacant: IntArray

    def home(self, index: int) -> str:
        """The id of a home by its position."""
        return f"synthetic:{index:05d}"


def shares(total: int, weights: NDArray[np.float64]) -> IntArray:
    """Whole numbers in proportion to ``weights`` that sum to ``total`` (largest remainder)."""
    wanted = weights * (total / weights.sum())
    whole: IntArray = np.floor(wanted).astype(np.int64)
    order = np.argsort(-(wanted - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def england(seed: int = 1, *, homes: int = 14_500, beds: int = 455_000, empty: float = 0.1406) -> England:
    """Draw an England: the same seed gives the same homes on every machine with the same NumPy."""
    draw = np.random.default_rng(seed)
    outline = shapely.Polygon(OUTLINE)
    shapely.prepare(outline)

    def inside(count: int, around: FloatArray, spread_km: FloatArray) -> FloatArray:
        """``count`` points (longitude, latitude), each within the outline, scattered about its row of ``around``."""
        points = np.empty((count, 2))
        todo = np.arange(count)
        while todo.size:
            step = draw.normal(size=(todo.size, 2)) * spread_km[todo, None]
            points[todo] = around[todo] + step / (111.2 * np.array([0.61, 1.0]))
            todo = todo[~shapely.contains_xy(outline, points[todo, 0], points[todo, 1])]
        return points

    middle = np.tile([-1.5, 52.6], (30, 1))
    cities = inside(30, middle, np.full(30, 150.0))
    near = draw.integers(0, 30, 1_100)
    towns = inside(1_100, np.where(draw.random(1_100)[:, None] < 0.55, cities[near], middle[0]),
                   np.where(draw.random(1_100) < 0.6, 18.0, 170.0))  # fmt: skip
    size = draw.pareto(1.1, 1_100) + 0.3
    town = np.sort(draw.choice(1_100, homes, p=size / size.sum()))
    spot = inside(homes, towns[town], np.minimum(1.0 + 0.5 * np.sqrt(size[town]), 9.0))

    sort = draw.choice(len(SORTS), homes, p=[share for share, _, _ in SORTS])
    median = np.array([m for _, m, _ in SORTS])[sort]
    places = 1 + shares(beds - homes, median * draw.lognormal(0.0, 0.45, homes))
    split = np.zeros((homes, len(POOLS)))
    for index, (_, _, pools) in enumerate(SORTS):
        rows = np.flatnonzero(sort == index)
        columns = [POOLS.index(pool) for pool in pools]
        split[rows[:, None], columns] = draw.dirichlet(np.full(len(pools), 1.2), rows.size)
    by_pool = np.stack([shares(int(n), s) for n, s in zip(places, split, strict=True)])
    crowded = draw.beta(1.2, 6.0, homes)
    vacant = draw.binomial(by_pool, np.minimum(crowded * (empty / crowded.mean()), 0.9)[:, None])
    chain = draw.zipf(1.7, homes) % 5_500
    return England(spot[:, 1], spot[:, 0], chain.astype(np.int64), by_pool, by_pool - vacant, vacant)


def failing(place: England, count: int, *, seed: int = 1, spread: bool = True) -> IntArray:
    """Positions of ``count`` homes that fail together: a national chain (``spread``) or all homes of one region.

    A chain's homes are larger than most (752 homes of Southern Cross held about 31,000 people), so they are drawn
    in proportion to their beds.
    """
    draw = np.random.default_rng((seed, count))
    beds = place.beds.sum(axis=1)
    if spread:
        weight = beds.astype(np.float64)
        return np.sort(draw.choice(beds.size, count, replace=False, p=weight / weight.sum()))
    centre = draw.integers(0, beds.size)
    apart = np.hypot(
        place.latitude - place.latitude[centre], (place.longitude - place.longitude[centre]) * 0.61
    )  # degrees: only the order matters
    return np.sort(np.argsort(apart, kind="stable")[:count])


def problem(
    place: England, closed: IntArray, *, usable: float = 1.0, seed: int = 1, cap_metres: int | None = None
) -> Problem:
    """The placement problem when the homes at ``closed`` fail and a share ``usable`` of other vacancies is open."""
    draw = np.random.default_rng((seed, 7))
    kinds = tuple(KINDS)
    needs = tuple(
        Need(place.home(h), kinds[p], int(place.people[h, p]), float(place.latitude[h]), float(place.longitude[h]))
        for h in closed.tolist()
        for p in np.flatnonzero(place.people[h]).tolist()
    )
    left = place.vacant.copy() if usable >= 1 else draw.binomial(place.vacant, usable)
    left[closed] = 0
    rows, columns = np.nonzero(left)
    vacancies = tuple(
        Vacancy(place.home(h), POOLS[p], int(left[h, p]), float(place.latitude[h]), float(place.longitude[h]))
        for h, p in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    pool = np.array([v.pool for v in vacancies])
    suitable: BoolArray = np.array([np.isin(pool, KINDS[kind]) for kind in kinds])
    return Problem(needs, vacancies, kinds, suitable, cap_metres=cap_metres)

"""A placement problem: people with needs, places with vacancies, and which place suits which need.

It knows no distance and no register: ``contingency.placement.place`` solves it with costs from a travel engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: A cost that no path has: the two ends are not joined (an island, or beyond what was searched).
UNREACHABLE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Need:
    """``people`` (whole, above 0) with one need who must leave one home at WGS 84 ``latitude``, ``longitude``."""

    home: str
    need: str
    people: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Vacancy:
    """``beds`` (whole, above 0) of one pool (bed type) that a home would admit people to."""

    home: str
    pool: str
    beds: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Who must move, where they could go, and what suits whom.

    ``suitable`` has shape (number of kinds, number of vacancies); row k says which vacancies suit ``kinds[k]``.
    ``cap_metres``: no one is moved further; ``None``: no cap. ``objective`` "total": as many as can be placed, then
    least total distance. "worst": as many as can be, then fewest beyond ``cap_metres`` (which then does not forbid),
    then the shortest longest journey, then least total.
    """

    needs: tuple[Need, ...]
    vacancies: tuple[Vacancy, ...]
    kinds: tuple[str, ...]
    suitable: BoolArray
    cap_metres: int | None = None
    objective: Literal["total", "worst"] = "total"


class Costs(Protocol):
    """Distances between the needs' homes (origins) and the vacancies' homes (destinations) of one problem.

    Indices are positions in ``Problem.needs`` and ``Problem.vacancies``. Costs are whole decimetres, so that sums
    are exact and the printed kilometre (three decimals) is never the rounding of a rounding.
    """

    def floor(self, needs: IntArray, vacancies: IntArray) -> FloatArray:
        """A lower bound in decimetres for every pair: shape (len(needs), len(vacancies)). Cheap; never above exact."""
        ...

    def exact(self, needs: IntArray, vacancies: IntArray) -> IntArray:
        """The cost in decimetres of each pair (needs[i], vacancies[i]): shape (n,). UNREACHABLE where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer: ``people[i]`` go from need ``need[i]`` to vacancy ``vacancy[i]``, each ``cost[i]`` decimetres.

    ``unplaced`` has shape (number of needs,). ``objective`` is the total cost in decimetres, ``bound`` the proven
    lower bound for the same number of people placed; ``proved`` is true where they agree and no more can be placed.
    ``arcs`` and ``rounds`` say how large the proven candidate graph was and how often it was solved.
    """

    need: IntArray
    vacancy: IntArray
    people: IntArray
    cost: IntArray
    unplaced: IntArray
    objective: int
    bound: int
    proved: bool
    arcs: int
    rounds: int

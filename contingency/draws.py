"""Ranges instead of points: the same plan made again and again on random draws of what is only estimated.

An average occupancy holds for a nation and not for every home on one night. Each draw lets every estimated home's beds
fall at random, with the same shares, and solves the plan anew. Imported figures do not vary. The range says how much
rests on chance alone; it does not say how wrong the shares themselves may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from contingency.document import distances
from contingency.plan import Plan

#: Low and high end of a printed range: nine draws in ten lie between them.
LOW, HIGH = 5, 95


def ranges(draws: int, seed: int, make: Callable[[np.random.Generator], Plan]) -> dict[str, Any]:
    """Low, middle and high of people, placed, unplaced and distances over ``draws`` plans (at least 1).

    Draw k of a seed is the same whatever the number of draws. Ends are the 5th and 95th percentile
    by nearest rank; a distance that a draw does not have (nobody is placed) is left out of its range.
    """
    figures = [_figures(make(chance)) for chance in _chances(draws, seed)]
    answer: dict[str, Any] = {"draws": draws, "seed": seed, "low_percentile": LOW, "high_percentile": HIGH}
    for name in figures[0]:
        values = sorted(value for f in figures if (value := f[name]) is not None)
        if values:
            low, middle, high = (values[-(-share * len(values) // 100) - 1] for share in (LOW, 50, HIGH))
            answer[name] = {"low": low, "middle": middle, "high": high}
    return answer


def _chances(draws: int, seed: int) -> Iterator[np.random.Generator]:
    return (np.random.default_rng((seed, number)) for number in range(draws))


def _figures(plan: Plan) -> dict[str, float | int | None]:
    people = sum(n for entry in plan.affected for _, n in entry.needs)
    unplaced = sum(u.people for u in plan.unplaced)
    each = distances(plan.placement.cost, plan.placement.people)
    return {
        "people": people,
        "placed": people - unplaced,
        "unplaced": unplaced,
        **{name: each[name] for name in ("total_km", "median_km", "p90_km", "max_km")},
    }

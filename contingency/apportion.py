"""Whole people and whole beds out of shares, with exact totals."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from contingency.problem import FloatArray, IntArray


def whole(value: float | Decimal) -> int:
    """The nearest whole number, halves to even, decided in decimal so that 0.5 means 0.5 on every machine."""
    return int(Decimal(str(value)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def apportion(total: int, quotas: FloatArray, ceilings: IntArray) -> IntArray:
    """Share ``total`` whole units out by quota (largest remainder), none above its ceiling. Shape (n,) in and out.

    Ties go to the earlier position, so the caller's order decides and the same input gives the same answer.
    The total is met exactly wherever the ceilings allow it; otherwise every ceiling is filled.
    """
    given = np.minimum(np.floor(quotas + 1e-9).astype(np.int64), ceilings)
    short = min(total, int(ceilings.sum())) - int(given.sum())
    if short < 0:  # the quotas add to more than the total: take back from the smallest remainders
        order = np.argsort(quotas - given, kind="stable")
        for position in order[given[order] > 0][:-short]:
            given[position] -= 1
        return given
    remainder = quotas - given
    while short > 0:
        open_to_more = np.flatnonzero(given < ceilings)
        order = open_to_more[np.argsort(-remainder[open_to_more], kind="stable")][:short]
        given[order] += 1
        remainder[order] -= 1.0
        short -= len(order)
    return given

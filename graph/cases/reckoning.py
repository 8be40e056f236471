"""What a case's figures come to: sums beside what was stated, with the difference printed and never settled."""

from __future__ import annotations

from dataclasses import dataclass

from graph.cases.library import BadCase, Case, Fact, Sum


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A sum worked out: its parts with their figures, what they come to, what was stated, and how far off it is.

    ``difference`` is the sum less what was stated. ``loose``: a figure in it is rounded or contested, so that a
    difference may be nothing but that.
    """

    sum: Sum
    parts: tuple[tuple[Fact, float], ...]
    total: Fact
    comes_to: float
    stated: float
    loose: bool

    @property
    def difference(self) -> float:
        """What the parts come to, less what was stated."""
        return self.comes_to - self.stated

    @property
    def sentence(self) -> str:
        """``199 + 43 + … = 327, where 325 is stated: 2 more``; ``615 + 116 + 19 = 750, as stated``."""
        parts = " + ".join(f"{value:g}" for _, value in self.parts)
        said = f"{parts} = {self.comes_to:g}" if len(self.parts) > 1 else f"{self.comes_to:g}"
        ends = " (with rounded or contested figures in it)" if self.loose else ""
        if not self.difference:
            return f"{said}, as stated{ends}"
        off = abs(self.difference)
        return f"{said}, where {self.stated:g} is stated: {off:g} {'more' if self.difference > 0 else 'fewer'}{ends}"


def reconcile(case: Case) -> tuple[Reconciled, ...]:
    """Every sum of a case, worked out, in the file's order."""
    found = []
    for one in case.sums:
        parts = tuple((fact, _number(fact)) for fact in map(case.fact, one.parts))
        total = case.fact(one.total)
        figures = [figure for fact, _ in (*parts, (total, 0.0)) for figure in fact.figures]
        loose = any(figure.about for figure in figures) or len(figures) > len(parts) + 1
        found.append(Reconciled(one, parts, total, sum(value for _, value in parts), _number(total), loose))
    return tuple(found)


def _number(fact: Fact) -> float:
    value = fact.figures[0].value
    if isinstance(value, str):
        raise BadCase(f"fact {fact.id} is words and cannot be added up")
    return float(value)

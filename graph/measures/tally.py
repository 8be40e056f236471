"""What a measure is: a question asked of every home, whose answers, the unknown among them, add up to the total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from register.snapshot import Home

#: How a figure was come by. "inferred": worked out from records by a stated rule.
Basis = Literal["recorded", "imported", "estimated", "inferred"]
YES, NO, UNKNOWN = "yes", "no", "not known"


@dataclass(frozen=True, slots=True)
class Count:
    """So many homes, with so many registered beds; ``beds_unknown`` of the homes have beds that are not known."""

    homes: int
    beds: int
    beds_unknown: int

    def __add__(self, other: Count) -> Count:
        return Count(self.homes + other.homes, self.beds + other.beds, self.beds_unknown + other.beds_unknown)


NOBODY = Count(0, 0, 0)


def stated(beds: int, unknown: int, homes: int) -> int | None:
    """A sum of beds for a page: None where the beds of all the homes are unknown, which is not nought."""
    return None if homes and unknown == homes else beds


@dataclass(frozen=True, slots=True)
class Bounds:
    """A share of the whole, 0 to 1, that lies between these two whatever the unknown ones turn out to be."""

    low: float
    high: float

    def __str__(self) -> str:
        """``12.5 %`` where nothing is unknown, else ``12.5 % to 40.0 %``."""
        if self.low == self.high:
            return f"{100 * self.low:.1f} %"
        return f"{100 * self.low:.1f} % to {100 * self.high:.1f} %"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and the homes that gave it, in order of id. ``known`` is False where the answer is that we do not."""

    word: str
    count: Count
    homes: tuple[str, ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Measure:
    """One question asked of every home in scope. The answers' counts add up to ``total``.

    ``formula`` says how it is worked out and ``source`` whose measure it is. ``rests_on`` are the lists read for it,
    each with its day; ``as_at`` is the oldest of these days (None where no list was read). ``basis`` as in ``Basis``.
    """

    id: str
    title: str
    formula: str
    source: str
    answers: tuple[Answer, ...]
    total: Count
    basis: Basis
    rests_on: tuple[str, ...]
    as_at: date | None
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> Count:
        """The homes of which an answer is known."""
        return sum((one.count for one in self.answers if one.known), NOBODY)

    def share(self, word: str) -> tuple[Bounds | None, Bounds | None]:
        """The share of homes and of beds that gave an answer, as bounds; None where there is nothing to share."""
        said = self._count(word)
        unknown = sum((one.count for one in self.answers if not one.known), NOBODY)
        return (
            bounds(said.homes, unknown.homes, self.total.homes),
            bounds(said.beds, unknown.beds, self.total.beds),
        )

    def share_of_known(self, word: str) -> tuple[Bounds | None, Bounds | None]:
        """The same, of the homes of which an answer is known, and of their beds."""
        said, known = self._count(word), self.known
        return bounds(said.homes, 0, known.homes), bounds(said.beds, 0, known.beds)

    def _count(self, word: str) -> Count:
        return sum((one.count for one in self.answers if one.word == word), NOBODY)


def bounds(said: int, unknown: int, whole: int) -> Bounds | None:
    """``said`` of ``whole``, and at most all the unknown besides; None of nothing."""
    return Bounds(said / whole, (said + unknown) / whole) if whole else None


def count_of(homes: Iterable[Home], on: date) -> Count:
    """Homes and their registered beds on a day."""
    beds = [home.beds(on) for home in homes]
    return Count(len(beds), sum(one for one in beds if one is not None), sum(one is None for one in beds))


def tally(
    homes: Sequence[Home],
    on: date,
    answer_of: Callable[[Home], str],
    *,
    order: Sequence[str],
    unknown: Iterable[str] = (UNKNOWN,),
) -> tuple[Answer, ...]:
    """Every home's answer, counted: those in ``order`` first, nought or not; any other after them, by name.

    ``unknown`` are the answers that say that it is not known.
    """
    gathered: dict[str, list[Home]] = {word: [] for word in order}
    for home in homes:
        gathered.setdefault(answer_of(home), []).append(home)
    nothing = set(unknown)
    words = [*order, *sorted(set(gathered) - set(order))]
    return tuple(
        Answer(
            word, count_of(gathered[word], on), tuple(sorted(home.id for home in gathered[word])), word not in nothing
        )
        for word in words
    )

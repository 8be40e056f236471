"""What an observation means for what is believed. Pure: no clock, no database; storage executes the intents.

The history of one record in one feed is a step function over the days of that feed's lists. A *statement* is what a
list of a day says of the record: its content, or that it is absent (a complete list without it). A statement holds
from its day until the next day on which a list speaks of the record. Hence lists can be loaded in any order, and an
older list loaded late corrects only the days between itself and the next one.

A list that could not be read for a record (quarantine) makes no statement about it, and neither does an incomplete
list that lacks it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Interval:
    """One believed stretch, ``start`` up to but not including ``end`` (``None``: still so), with its row's number."""

    version: int
    start: date
    end: date | None
    digest: str


@dataclass(frozen=True, slots=True)
class Retire:
    """Stop believing row ``version``."""

    version: int


@dataclass(frozen=True, slots=True)
class Write:
    """Believe a stretch from now on; content and evidence of row ``like``, or of the observation where ``None``."""

    start: date
    end: date | None
    digest: str
    like: int | None


Intent = Retire | Write


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: date
    end: date | None
    digest: str
    like: int | None


def state_at(timeline: Iterable[Interval], day: date) -> str | None:
    """The digest believed for a day; ``None`` where the record was absent or never seen."""
    for held in timeline:
        if held.start <= day and (held.end is None or day < held.end):
            return held.digest
    return None


def next_statement(
    day: date, complete_days: Sequence[date], silent: Collection[date], sightings: Sequence[date]
) -> date | None:
    """The next day after ``day`` on which a list of the feed says anything of this record; ``None``: no list yet.

    ``complete_days`` are the days of the feed's complete lists and ``sightings`` those of incomplete lists that
    held the record, both ascending; ``silent`` are days whose complete lists quarantined it.
    """
    at = bisect_right(complete_days, day)
    while at < len(complete_days) and complete_days[at] in silent:
        at += 1
    seen = bisect_right(sightings, day)
    following = [*complete_days[at : at + 1], *sightings[seen : seen + 1]]
    return min(following, default=None)


def decide(timeline: Sequence[Interval], day: date, digest: str | None, until: date | None) -> tuple[Intent, ...]:
    """Intents that make the record's state ``digest`` (``None``: absent) from ``day`` up to ``until``.

    ``timeline`` is what is believed now: disjoint stretches in which neighbours differ. So is the result. Stretches
    of equal content that touch become one, resting on the earliest evidence.
    """
    if state_at(timeline, day) == digest:
        return ()
    stretches: list[_Stretch] = []
    for held in timeline:
        if held.start < day:
            end = day if held.end is None or held.end > day else held.end
            stretches.append(_Stretch(held.start, end, held.digest, held.version))
        if until is not None and (held.end is None or held.end > until):
            stretches.append(_Stretch(max(held.start, until), held.end, held.digest, held.version))
    if digest is not None:
        stretches.append(_Stretch(day, until, digest, None))
    stretches.sort(key=lambda stretch: stretch.start)
    wanted: list[_Stretch] = []
    for stretch in stretches:
        last = wanted[-1] if wanted else None
        if last is not None and last.end == stretch.start and last.digest == stretch.digest:
            wanted[-1] = _Stretch(last.start, stretch.end, last.digest, last.like)
        else:
            wanted.append(stretch)
    held_already = {(held.version, held.start, held.end) for held in timeline}
    kept = {(w.like, w.start, w.end) for w in wanted} & held_already
    retired = [Retire(held.version) for held in timeline if (held.version, held.start, held.end) not in kept]
    written = [Write(w.start, w.end, w.digest, w.like) for w in wanted if (w.like, w.start, w.end) not in kept]
    return (*retired, *written)

"""Whether a run may be published: floors and ceilings, judged against the last good run. Pure.

A source that breaks half-way looks like a night on which half the homes closed. A run that fails a check is kept
aside with the reason, the register keeps what it had, and the source is shown as stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Checks:
    """What a source's lists must satisfy.

    ``max_fall``: the rows of a complete list may not fall by more than this share against the nearest earlier good
    list of the same feed. ``max_quarantined``: nor may more than this share of rows be unreadable.
    ``floors`` and ``ceilings`` are per feed and measure: ``rows``, ``care_homes``, or ``<field>_known``, the share
    (0 to 1) of care homes, or of rows of another kind, in which a field is filled. Floors on counts apply only
    where ``publisher_address`` is true: a test site or one council's folder is smaller than the country.
    """

    max_fall: float = 0.2
    max_quarantined: float = 0.2
    floors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ceilings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    publisher_address: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """One list of a run as counted before publication.

    ``rows`` are records handed over that could be read, ``lost`` those that could not. ``filled`` counts, among
    ``fillable`` records (care homes, or every record of a kind that has none), those in which a field is known.
    """

    feed: str
    as_at: date
    complete: bool
    rows: int
    lost: int
    care_homes: int
    fillable: int
    filled: Mapping[str, int]

    def measure(self, name: str) -> float:
        """The value of a measure as named in floors and ceilings. A share of nothing is 1: nothing is missing."""
        if name == "rows":
            return self.rows
        if name == "care_homes":
            return self.care_homes
        if not name.endswith("_known"):
            raise ValueError(f'"{name}" is not a measure: rows, care_homes or <field>_known')
        return self.filled.get(name.removesuffix("_known"), 0) / self.fillable if self.fillable else 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run may be published, and a sentence for each thing that says it may not."""

    reasons: tuple[str, ...]

    @property
    def good(self) -> bool:
        """True where nothing speaks against publishing."""
        return not self.reasons


def judge(
    checks: Checks, lists: Sequence[Counted], last_good: Mapping[tuple[str, date], int], *, learnt: date
) -> Verdict:
    """Judge a run's lists. ``last_good`` maps (feed, day) of each list of the run to the rows of the nearest good
    complete list of that feed of an earlier day; absent where there is none. ``learnt`` is the day of the run."""
    reasons: list[str] = []
    if not lists:
        reasons.append("The run delivered no list at all.")
    for counted in lists:
        named = f"{counted.feed} as at {counted.as_at}"
        if counted.as_at > learnt:
            reasons.append(f"{named} describes a day that has not come (the run is of {learnt}).")
        reasons += _rows(checks, counted, last_good.get((counted.feed, counted.as_at)), named)
        for name, floor in sorted(checks.floors.get(counted.feed, {}).items()):
            found = counted.measure(name)
            counts = not name.endswith("_known")
            if found < floor and (checks.publisher_address or not counts):
                reasons.append(f"{named}: {name} is {_said(found, counts)}, below the floor of {_said(floor, counts)}.")
        for name, ceiling in sorted(checks.ceilings.get(counted.feed, {}).items()):
            found = counted.measure(name)
            counts = not name.endswith("_known")
            if found > ceiling:
                said = _said(ceiling, counts)
                reasons.append(f"{named}: {name} is {_said(found, counts)}, above the ceiling of {said}.")
    return Verdict(tuple(reasons))


def _rows(checks: Checks, counted: Counted, before: int | None, named: str) -> list[str]:
    """What the number of rows says: none at all, too many unreadable, or far fewer than last time."""
    reasons = []
    handed = counted.rows + counted.lost
    if counted.complete and counted.rows == 0 and handed == 0:
        reasons.append(f"{named} says that it is the whole list, and is empty.")
    if handed and counted.lost / handed > checks.max_quarantined:
        share = _said(counted.lost / handed, False)
        limit = _said(checks.max_quarantined, False)
        reasons.append(f"{named}: {counted.lost} of {handed} rows ({share}) could not be read; the limit is {limit}.")
    if counted.complete and before and counted.rows < before * (1 - checks.max_fall):
        reasons.append(
            f"{named} has {counted.rows} rows where the list before it had {before}: "
            f"a fall of more than {_said(checks.max_fall, False)}."
        )
    return reasons


def _said(value: float, counts: bool) -> str:
    """A count as a whole number, a share in per cent."""
    return f"{value:,.0f}" if counts else f"{value:.1%}"

"""Whether a run may be published: floors and ceilings, judged against the last good run. Pure.

A source that breaks half-way looks like a night on which half the homes closed. A run that fails a check is kept
aside with the reason, the register keeps what it had, and the source is shown as stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

#: Fields of a care home without which no plan can be made for it: which it is, how many live there, of what kind,
#: where, under whom.
RELIED_ON = ("name", "beds", "postcode", "provider_id", "status", "service_types", "bands", "client_group")
#: Homes below a rating are not offered, homes without one are: a column of ratings that is gone would offer them. But
#: ratings are withdrawn by the hundred (CQC's single assessment framework): only most of them at once are a bad night.
RATING, MOST_RATINGS = "rating", 0.5
#: What a home seldom has another of: from one list to the next not half of a nation's homes have. Figures multiplied by
#: ten, days and months exchanged, columns that slipped against each other fill every field, and with other values.
#: Where it is so all the same, a person hands the file over (``--from``), which nobody doubts on that account.
STEADY = ("name", "beds", "postcode", "provider_id", "registered_on", "service_types")
#: A field that fewer homes than this have lost is no sign of a bad night: of five homes, one is a fifth.
FEW = 5


@dataclass(frozen=True, slots=True)
class Checks:
    """What a source's lists must satisfy.

    ``max_fall``: against the nearest good list of the same feed of that day or an earlier one, the rows of a complete
    list may not fall by more than this share; nor, in any list, the share of its rows that are care homes, nor the
    share of care homes in which a field of ``RELIED_ON`` is known. ``max_rise``: how far the rows of a complete list
    may rise (``None``: as far as they will). ``max_others``: the share of the care homes known before that may have
    another value in one field of ``STEADY`` (``None``: any; between files that a person hands over may lie years).
    In no list but one of changes may ``MOST_RATINGS`` of the homes have lost their rating. ``max_quarantined``: the
    share of rows that may be unreadable.
    ``floors`` and ``ceilings`` are per feed and measure: ``rows``, ``care_homes``, or ``<field>_known``, the share
    (0 to 1) of care homes, or of rows of another kind, in which a field is filled. Floors on counts apply only
    where ``publisher_address`` is true: a test site or one council's folder is smaller than the country.
    ``may_be_empty`` names the feeds whose whole list may hold nothing: what is computed may find nothing.
    """

    max_fall: float = 0.2
    max_rise: float | None = None
    max_others: float | None = None
    max_quarantined: float = 0.2
    floors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ceilings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    publisher_address: bool = False
    may_be_empty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Counted:
    """One list of a run as counted before publication.

    ``increment``: it holds what changed since the list before it, and nothing else. ``rows`` are records handed over
    that could be read, of which ``repeated`` say again what another says; ``lost`` are those that could not.
    ``filled`` counts, among ``fillable`` records (care homes, or every record of a kind that has none), those in which
    a field is known. ``others`` counts, of the care homes known before, those that have another value in a field of
    ``STEADY``.
    """

    feed: str
    as_at: date
    complete: bool
    rows: int
    lost: int
    care_homes: int
    fillable: int
    filled: Mapping[str, int]
    increment: bool = False
    repeated: int = 0
    others: Mapping[str, int] = field(default_factory=dict)

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
class Before:
    """What was known of a feed before the list that is judged: ``rows`` of which ``care_homes``, and how many of those
    have each field of ``RELIED_ON``, and a rating, known (``filled``)."""

    rows: int
    care_homes: int
    filled: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run may be published, and a sentence for each thing that says it may not."""

    reasons: tuple[str, ...]

    @property
    def good(self) -> bool:
        """True where nothing speaks against publishing."""
        return not self.reasons


def judge(
    checks: Checks,
    lists: Sequence[Counted],
    last_good: Mapping[tuple[str, date], int],
    *,
    learnt: date,
    known: Mapping[tuple[str, date], Before] | None = None,
) -> Verdict:
    """Judge a run's lists. ``last_good`` maps (feed, day) of each list of the run to the rows of the nearest good
    complete list of that feed, of that day or an earlier one, and ``known`` to what was known then; absent where there
    is nothing before it. ``learnt`` is the day of the run."""
    reasons: list[str] = []
    if not lists:
        reasons.append("The run delivered no list at all.")
    for counted in lists:
        named = f"{counted.feed} as at {counted.as_at}"
        if counted.as_at > learnt:
            reasons.append(f"{named} describes a day that has not come (the run is of {learnt}).")
        reasons += _rows(checks, counted, last_good.get((counted.feed, counted.as_at)), named)
        reasons += _shares(checks, counted, (known or {}).get((counted.feed, counted.as_at)), named)
        if counted.increment:
            continue  # floors and ceilings are of the whole list
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
    if counted.complete and handed == 0 and counted.feed not in checks.may_be_empty:
        reasons.append(f"{named} says that it is the whole list, and is empty.")
    few = counted.increment and counted.lost <= FEW
    if handed and counted.lost / handed > checks.max_quarantined and not few:
        share = _said(counted.lost / handed, False)
        limit = _said(checks.max_quarantined, False)
        reasons.append(f"{named}: {counted.lost} of {handed} rows ({share}) could not be read; the limit is {limit}.")
    if counted.complete and counted.repeated > max(FEW, counted.rows * checks.max_fall):
        reasons.append(f"{named}: {counted.repeated:,} of {counted.rows:,} rows say again what other rows of it say.")
    if counted.complete and before and counted.rows < before * (1 - checks.max_fall):
        reasons.append(
            f"{named} has {counted.rows} rows where the list before it had {before}: "
            f"a fall of more than {_said(checks.max_fall, False)}."
        )
    if counted.complete and before and checks.max_rise is not None and counted.rows > before * (1 + checks.max_rise):
        reasons.append(
            f"{named} has {counted.rows} rows where the list before it had {before}: "
            f"a rise of more than {_said(checks.max_rise, False)}."
        )
    return reasons


def _shares(checks: Checks, counted: Counted, before: Before | None, named: str) -> list[str]:
    """What the list no longer says: fewer of its rows are care homes, or fewer homes have a field that plans rest on;
    and what it says of too many homes that is not what was said before.

    A list of less than half of the rows known is of a part, and says nothing of the rest. What has changed in a night
    may be of any kind, but not all of it can have lost its beds: there the fields are looked at, with more patience.
    """
    if before is None or not before.care_homes or (counted.rows * 2 < before.rows and not counted.increment):
        return []
    reasons = []
    usual = max(checks.max_fall, 0.2) if counted.increment else checks.max_fall
    measures: dict[str, tuple[int, int, int, int, float]] = {}
    looked_at: tuple[str, ...] = RELIED_ON
    if not counted.increment:
        measures["are care homes"] = (before.care_homes, before.rows, counted.care_homes, counted.rows, usual)
        looked_at = (*RELIED_ON, RATING)
    for name in looked_at:
        of_homes = (before.filled.get(name, 0), before.care_homes, counted.filled.get(name, 0), counted.care_homes)
        measures[f"have {name} known"] = (*of_homes, MOST_RATINGS if name == RATING else usual)
    for words, (had, of_all, has, of_now, most) in measures.items():
        expected = had / of_all * of_now
        if has < expected * (1 - most) and expected - has > FEW:
            reasons.append(
                f"{named}: {has:,} of {of_now:,} {words}, where before it was {had:,} of {of_all:,}: "
                f"a fall of more than {_said(most, False)}."
            )
    known = before.care_homes if counted.increment else min(before.care_homes, counted.care_homes)
    for name, others in sorted(counted.others.items()):
        if checks.max_others is not None and others > FEW and others > known * checks.max_others:
            share = _said(checks.max_others, False)
            reasons.append(
                f"{named}: {others:,} of {known:,} care homes have another {name} than before; the limit is {share}."
            )
    return reasons


def _said(value: float, counts: bool) -> str:
    """A count as a whole number, a share in per cent."""
    return f"{value:,.0f}" if counts else f"{value:.1%}"

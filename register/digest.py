"""What changed, arranged to be read: by council, worst first, many alike in one sentence; as plain text and as JSON.

No clock: the only days are those of the data, so that equal registers give equal bytes.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from register.change_kinds import NO_PROVIDER_FAILED, SEVERITY, Change, Kind, in_words, plain
from register.snapshot import Evidence

SCHEMA = "longstop/changes/1"
TITLE = "What changed in the register of care homes"
INVENTED = "INVENTED: an exercise. No home, person or company here is real."

#: From this many homes on, one sentence says what happened alike to all of them.
MANY = 3
WIDTH = 78

#: Severities in words.
DEGREES = {
    1: "beds lost, a provider failed, or figures in doubt",
    2: "warning",
    3: "to be looked at",
    4: "worth knowing",
    5: "for the better",
}
#: What happened alike to many homes, by kind; any other kind is said home by home.
ALIKE: dict[Kind, str] = {
    "closed": "closed. Nobody has taken these places on.",
    "earlier closure confirmed": "closed before, as is known now. Nobody has taken these places on.",
    "ended, successor unknown": "their registrations ended and no successor is known: candidates for closure, not yet "
    "closures.",
    "no longer listed as a care home": "no longer listed as care homes. That they closed is not said.",
    "cancellation proposed": "their owner has asked to end the registrations. They are still open.",
    "dormant": "dormant: registered, but looking after nobody for now.",
    "rating changed": "rated {after}, before {before}.",
    "new provider": "now registered to {after}; before, to {before}. None of them has closed.",
    "council changed": "now in the area of {after}; before, {before}.",
    "first rating": "rated {after}; they had no rating before.",
    "active again": "active again.",
}

#: Kinds of which the beds of the homes are added up: they came, went, or have another owner.
WITH_BEDS: frozenset[Kind] = frozenset(
    [
        "closed", "ended, successor unknown", "earlier closure confirmed", "no longer listed as a care home",
        "cancellation proposed", "dormant", "active again", "new provider", "opened", "newly listed",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """What was compared: registers (``cqc``; none means every one), two days, and the digests of the two snapshots."""

    registers: tuple[str, ...]
    since: date
    on: date
    digests: tuple[str, str]

    @property
    def sentence(self) -> str:
        """The period as a sentence's part."""
        of = f"{', '.join(self.registers)}: " if self.registers else ""
        return f"{of}from {in_words(self.since)} to {in_words(self.on)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One change, or several that are alike."""

    changes: tuple[Change, ...]
    areas: int = 1

    @property
    def severity(self) -> int:
        """How severe, 1 the worst."""
        return self.changes[0].severity

    @property
    def sentence(self) -> str:
        """What happened, to whom."""
        first = self.changes[0]
        if len(self.changes) == 1:
            return first.sentence
        if first.company:
            homes = {home for change in self.changes for home in change.homes}
            beds = sum(change.beds or 0 for change in self.changes)
            where = f"{len(homes):,} homes in {self.areas} councils' areas, {beds:,} beds"
            spared = f" {NO_PROVIDER_FAILED}" if all(NO_PROVIDER_FAILED in one.said for one in self.changes) else ""
            return f"{first.name}: {first.event} It concerns {where}.{spared}"
        owner = first.provider_name or first.provider
        of = f" of {owner}" if owner and first.kind != "council changed" else ""
        where = f" in {self.areas} councils' areas" if self.areas > 1 else ""
        said = ALIKE[first.kind].format(before=first.before, after=first.after)
        return f"{len(self.changes):,} homes{of}{where}: {said}"


@dataclass(frozen=True, slots=True)
class Section:
    """The changes of one council's area, worst first. ``code`` is ``None`` for homes whose council is not known and
    for sources."""

    code: str | None
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that changed, arranged. ``across`` are changes alike in several areas, which stand in their sections
    too. ``totals`` counts by kind, worst first: what happened to a company once, in however many areas its homes
    are; ``details`` how many beds that is, or how many ratings fell; ``notes`` say what could not be compared."""

    periods: tuple[Period, ...]
    across: tuple[Line, ...]
    sections: tuple[Section, ...]
    totals: tuple[tuple[Kind, int], ...]
    notes: tuple[str, ...] = ()
    attributions: tuple[str, ...] = ()
    invented: bool = False
    details: tuple[tuple[Kind, str], ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change once, in the order of the sections."""
        return tuple(change for section in self.sections for line in section.lines for change in line.changes)


def arrange(
    periods: Sequence[Period],
    changes: Iterable[Change],
    *,
    notes: Sequence[str] = (),
    attributions: Iterable[str] = (),
    invented: bool = False,
) -> Digest:
    """Arrange changes: sources first, then the areas in order of their worst changes, each area worst first."""
    ordered = sorted(changes, key=lambda change: change.order)
    areas: dict[str | None, list[Change]] = {}
    sources = [change for change in ordered if change.of_source]
    for change in ordered:
        if not change.of_source:
            areas.setdefault(change.authority, []).append(change)
    sections = [Section(None, "Sources", tuple(Line((change,)) for change in sources))] if sources else []
    for code in sorted(areas, key=lambda code: (_weight(areas[code]), code or "")):
        name = next((change.authority_name for change in areas[code] if change.authority_name), code)
        title = plain(name) if name else "Homes whose council is not known"
        sections.append(Section(code, title, _lines(areas[code])))
    totals = Counter(kind for kind, _ in {(change.kind, _happened(change)) for change in ordered})
    return Digest(
        periods=tuple(periods),
        across=_across(ordered),
        sections=tuple(sections),
        totals=tuple((kind, totals[kind]) for kind in SEVERITY if totals[kind]),
        notes=tuple(notes),
        attributions=tuple(sorted(set(attributions))),
        invented=invented,
        details=tuple((kind, words) for kind in SEVERITY if (words := _detail(kind, ordered))),
    )


def _detail(kind: Kind, changes: Iterable[Change]) -> str:
    """How much the changes of one kind come to, where adding them up says something: beds, or ratings that fell."""
    some = [change for change in changes if change.kind == kind]
    if not some:
        return ""
    if kind == "rating changed":
        fell, rose = (sum(change.severity in degrees for change in some) for degrees in ((2, 3), (5,)))
        others = f", {len(some) - fell - rose:,} cannot be compared" if fell + rose < len(some) else ""
        return f"{fell:,} fell, {rose:,} rose{others}"
    if kind in ("fewer beds", "more beds"):
        counts = [(one.before, one.after) for one in some]
        return f"{sum(abs(b - a) for a, b in counts if isinstance(a, int) and isinstance(b, int)):,} beds"
    if kind not in WITH_BEDS:
        return ""
    unknown = sum(change.beds is None for change in some)
    least = f", those of {unknown:,} not known" if unknown else ""
    return f"{sum(change.beds or 0 for change in some):,} beds{least}"


def _happened(change: Change) -> tuple[object, ...]:
    """What two changes have in common that tell one event: a company's is told in every area of its homes."""
    if change.company:
        return change.company, change.kind, change.event, change.before, change.after, change.day
    return change.home, change.name, change.before, change.after, change.day


def _weight(changes: Sequence[Change]) -> tuple[tuple[bool, int, int], ...]:
    """The area with changes of the worst severity sorts first, by the beds that they concern and then by how many they
    are; among equals the next severity decides."""
    found = []
    for severity in sorted(DEGREES):
        some = [change for change in changes if change.severity == severity]
        beds = {home: change.beds or 0 for change in some for home in (change.home or change.homes,)}
        found.append((not some, -sum(beds.values()), -len(some)))
    return tuple(found)


def _alike(change: Change) -> tuple[object, ...] | None:
    """What changes that one sentence can tell have in common; ``None`` for a change to be told by itself."""
    if change.kind not in ALIKE or (change.provider is None and change.kind != "council changed"):
        return None
    owner = None if change.kind == "council changed" else change.provider
    return change.kind, change.severity, owner, change.before, change.after


def _together(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """Changes alike side by side, where they are MANY, in the order of the first; all others alone."""
    alike: dict[tuple[object, ...], list[Change]] = {}
    for position, change in enumerate(changes):
        alike.setdefault(_alike(change) or (position,), []).append(change)
    groups: list[tuple[Change, ...]] = []
    for some in alike.values():
        groups += [tuple(some)] if len(some) >= MANY else [(change,) for change in some]
    return sorted(groups, key=lambda group: (group[0].order[:2], -len(group), group[0].order))


def _lines(changes: Iterable[Change]) -> tuple[Line, ...]:
    return tuple(Line(group) for group in _together(changes))


def _across(changes: Sequence[Change]) -> tuple[Line, ...]:
    """Changes alike in more areas than one, each with the number of areas; first what happened to companies."""
    events: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        if change.company:
            events.setdefault(_happened(change), []).append(change)
    some = [*map(tuple, events.values()), *_together(change for change in changes if not change.company)]
    groups = [(group, len({change.authority for change in group})) for group in some]
    return tuple(Line(group, areas) for group, areas in groups if areas > 1)


def evidence_words(evidence: Evidence | None) -> str:
    """A piece of evidence on one line: list, day, row or file, beginning of the raw record's SHA-256; or the list that
    does not hold it."""
    if evidence is None:
        return "no list"
    if not evidence.raw_digest:
        return f"not on {evidence.feed} as at {evidence.as_at}"
    where = f"row {evidence.row}" if evidence.row is not None else plain(evidence.origin)
    return f"{evidence.feed} as at {evidence.as_at}, {where}, sha-256 {evidence.raw_digest[:12]}"


def summary(digest: Digest) -> tuple[str, ...]:
    """The digest in a few sentences: what was compared, and how many of each kind."""
    periods = "; ".join(period.sentence for period in digest.periods)
    compared = [f"Compared: {periods}."] if periods else []
    if not digest.totals:
        nothing = "Nothing changed in what could be compared." if digest.notes else "Nothing changed."
        return (*compared, nothing) if periods else ("Nothing could be compared.",)
    return (*compared, *(f"{kind}: {words}" for kind, words in totals_words(digest)))


def totals_words(digest: Digest) -> tuple[tuple[Kind, str], ...]:
    """Every kind with its count and what that comes to: ``41 (996 beds)``."""
    details = dict(digest.details)
    return tuple(
        (kind, f"{count:,} ({details[kind]})" if kind in details else f"{count:,}") for kind, count in digest.totals
    )


def as_text(digest: Digest) -> str:
    """The digest as plain text for a terminal or an e-mail, lines of at most WIDTH characters where words allow."""
    lines = [*([INVENTED, ""] if digest.invented else []), TITLE, "=" * len(TITLE), ""]
    for sentence in (*summary(digest), *digest.notes):
        lines += _wrapped(sentence, "")
    if digest.across:
        lines += ["", "Across several councils", "-----------------------"]
        for line in digest.across:
            lines += _wrapped(line.sentence, "* ")
    for section in digest.sections:
        title = f"{section.title} ({section.code})" if section.code else section.title
        lines += ["", title, "-" * len(title)]
        for line in section.lines:
            lines += _wrapped(line.sentence, "* ")
            for change in line.changes:
                if len(line.changes) > 1:
                    lines += _wrapped(change.name, "  - ")
                if not change.of_source:
                    lines += _wrapped(_sources(change), "    ")
    if digest.attributions:
        lines += [""]
        for attribution in digest.attributions:
            lines += _wrapped(plain(attribution), "")
    return "\n".join(lines) + "\n"


def _sources(change: Change) -> str:
    was = f"; before: {evidence_words(change.evidence_before)}" if change.evidence_before else ""
    return f"[{evidence_words(change.evidence_after)}{was}]"


def _wrapped(text: str, mark: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def document(digest: Digest) -> dict[str, Any]:
    """The digest as JSON values: periods, totals, and every change once with its evidence, in the order of reading."""
    return {
        "schema": SCHEMA,
        "invented": digest.invented,
        "periods": [
            {
                "registers": list(period.registers),
                "since": period.since.isoformat(),
                "on": period.on.isoformat(),
                "snapshots": list(period.digests),
            }
            for period in digest.periods
        ],
        "totals": dict(digest.totals),
        "details": dict(digest.details),
        "notes": list(digest.notes),
        "attributions": list(digest.attributions),
        "changes": [_change_document(change) for change in digest.changes],
    }


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "severity": change.severity,
        "home": change.home,
        "company": change.company,
        "homes": list(change.homes) if change.company else [change.home] if change.home else [],
        "provider": change.provider,
        "authority": change.authority,
        "authority_name": change.authority_name,
        "day": change.day.isoformat(),
        "before": change.before,
        "after": change.after,
        "beds": change.beds,
        "sentence": change.sentence,
        "evidence_before": _evidence_document(change.evidence_before),
        "evidence_after": _evidence_document(change.evidence_after),
    }


def _evidence_document(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return {
        "feed": evidence.feed,
        "as_at": evidence.as_at.isoformat(),
        "file": evidence.origin,
        "row": evidence.row,
        "sha256": evidence.raw_digest or None,
    }

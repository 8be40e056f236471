"""The kinds of change, how severe each is, and a change itself in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from register.snapshot import Evidence, Home, Registration, Snapshot

Kind = Literal[
    "source stale",
    "insolvency event",
    "closed",
    "ended, successor unknown",
    "no longer listed as a care home",
    "cancellation proposed",
    "company status changed",
    "accounts overdue",
    "dormant",
    "rating changed",
    "manager absent",
    "new provider",
    "new controller",
    "controller ceased",
    "new landlord",
    "landlord left",
    "new charge",
    "confirmation statement overdue",
    "registered office in doubt",
    "earlier closure confirmed",
    "fewer beds",
    "landlord found",
    "officers changed",
    "re-registered",
    "council changed",
    "address changed",
    "more beds",
    "first rating",
    "charge satisfied",
    "manager no longer absent",
    "active again",
    "opened",
    "newly listed",
]

#: Every kind with its severity: 1 beds are lost or figures cannot be trusted, 2 a warning of that, 3 somebody should
#: look, 4 worth knowing, 5 good news. A rating that fell is 3, to the regulator's lowest 2; one that rose is 5. An
#: insolvency is 1 where a company that holds a registration has failed in law, 4 where it is a solvent winding up.
SEVERITY: Mapping[Kind, int] = {
    "source stale": 1,
    "insolvency event": 2,
    "closed": 1,
    "ended, successor unknown": 1,
    "no longer listed as a care home": 1,
    "cancellation proposed": 2,
    "company status changed": 2,
    "accounts overdue": 2,
    "dormant": 2,
    "rating changed": 4,
    "manager absent": 3,
    "new provider": 3,
    "new controller": 3,
    "controller ceased": 3,
    "new landlord": 3,
    "landlord left": 3,
    "new charge": 3,
    "confirmation statement overdue": 3,
    "registered office in doubt": 3,
    "earlier closure confirmed": 3,
    "fewer beds": 3,
    "landlord found": 4,
    "officers changed": 4,
    "re-registered": 4,
    "council changed": 4,
    "address changed": 4,
    "more beds": 5,
    "first rating": 5,
    "charge satisfied": 5,
    "manager no longer absent": 5,
    "active again": 5,
    "opened": 5,
    "newly listed": 5,
}
_RANK = {kind: rank for rank, kind in enumerate(SEVERITY)}

#: Said of the failure of a company that holds no registration.
NO_PROVIDER_FAILED = "By this no home's provider has failed."

#: Months in English, whatever the machine's language.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than it was.

    ``home`` is the home's id in the later snapshot (``None``: of a source, or of a company), ``provider`` the one it is
    registered to, or was. Of a company it is told once for each council in whose area it stands behind homes:
    ``company`` is its number (``gb-coh:…``) and ``homes`` are those homes, whose beds ``beds`` adds up. ``authority``
    is the ONS code of the council. ``day`` is the day the public record gives for the change, else that of the first
    list that shows it. ``severity``: 1 is worst (SEVERITY). ``beds`` are those of the home on the later day, or the
    last known. ``said`` is what happened, without the home's name, in plain English; ``event`` is what happened to a
    company, without where its homes are: the same in every council's area.
    """

    kind: Kind
    home: str | None
    name: str
    said: str
    day: date
    severity: int
    before: str | int | None = None
    after: str | int | None = None
    provider: str | None = None
    provider_name: str | None = None
    authority: str | None = None
    authority_name: str | None = None
    beds: int | None = None
    evidence_before: Evidence | None = None
    evidence_after: Evidence | None = None
    company: str | None = None
    homes: tuple[str, ...] = ()
    event: str | None = None

    @property
    def of_source(self) -> bool:
        """Whether it is said of a source, and of no home or company."""
        return self.home is None and self.company is None

    @property
    def sentence(self) -> str:
        """The change in one or two sentences: who, then what."""
        return f"{self.name}: {self.said}"

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Worst first; among equals the larger home first."""
        return self.severity, _RANK[self.kind], -(self.beds or 0), self.home or self.company or self.name


def plain(text: object) -> str:
    """Someone else's words on one line, without characters that draw nothing or turn the direction of writing."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def in_words(day: date | None) -> str:
    """A day as a person writes it, in any locale: ``31 May 2025``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else "a day not given"


def evidence_of(registration: Registration, field: str) -> Evidence:
    """The evidence for one field of a registration."""
    return registration.evidence[registration.field_evidence.get(field, 0)]


def absence_of(after: Snapshot, seen: Evidence) -> Evidence | None:
    """The list of a later snapshot that does not hold what an earlier one held; ``None`` where it has none."""
    state = next((feed for feed in after.feeds if feed.feed == seen.feed), None)
    return Evidence(state.feed, state.as_at, state.origin, None, "", state.run) if state else None


def change_of(kind: Kind, home: Home, snapshot: Snapshot, said: str, *, day: date | None = None) -> Change:
    """A change of a home, described as a snapshot has it."""
    record, place = home.current.record, home.current.place
    seen = evidence_of(home.current, "registered_on")
    return Change(
        kind=kind,
        home=home.id,
        name=home_words(home),
        said=plain(said),
        day=day or seen.as_at,
        severity=SEVERITY[kind],
        provider=record.provider_id,
        provider_name=_provider_name(snapshot, record.provider_id),
        authority=place.authority,
        authority_name=place.authority_name,
        beds=record.beds,
        evidence_after=seen,
    )


def home_words(home: Home) -> str:
    """A home as a person reads it: ``Rose House, Oldham (cqc:1-135286954)``."""
    record = home.current.record
    name = ", ".join(plain(part) for part in (record.name, record.town) if part and plain(part))
    return f"{name or 'A home without a published name'} ({home.id})"


def provider_words(snapshot: Snapshot, identifier: str | None) -> str:
    """A provider as a person reads it; one whose name is not kept (an individual) by id alone."""
    if identifier is None:
        return "a provider that is not named"
    name = _provider_name(snapshot, identifier)
    return f"{name} ({identifier})" if name else identifier


def _provider_name(snapshot: Snapshot, identifier: str | None) -> str | None:
    provider = snapshot.providers.get(identifier or "")
    return plain(provider.record.name) if provider and provider.record.name else None

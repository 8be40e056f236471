"""The register as at one day: frozen plain objects, all that the graph, the planner and the pages ever read.

Nothing here knows of a database. A Snapshot is made by ``register.reading.load_snapshot``; equal register content,
equal ``on`` and equal ``known`` give an equal digest on any machine and any database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from register.parties import Party
from register.records import (
    AreaRecord,
    CompanyRecord,
    ControlRecord,
    LocationRecord,
    ProviderRecord,
    ResidentsRecord,
    VacancyRecord,
)

#: How well a coordinate fixes the building: a postcode's centroid is the best that public files give.
Precision = Literal["source", "unit postcode", "none"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact comes from: feed, the day the list describes, file and row, digest of the raw record, run."""

    feed: str
    as_at: date
    origin: str
    row: int | None
    raw_digest: str
    run: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a home stands. Degrees are WGS 84; ``None`` coordinates are a counted unknown, never (0, 0).

    ``authority`` is the ONS code of the council with social-services duties (``E10000008``), ``None`` where it
    could not be told; ``district`` the code of the district council area of the postcode. ``basis`` says in words
    where coordinates and codes come from.
    """

    latitude: float | None
    longitude: float | None
    precision: Precision
    authority: str | None
    authority_name: str | None
    district: str | None
    nation: str | None
    basis: str


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration as at the snapshot's day: the merged record and the evidence for it.

    ``field_evidence`` names, for fields that more than one feed speaks of, the index in ``evidence`` of the feed that
    was followed; any other field rests on ``evidence[0]``.
    """

    record: LocationRecord
    evidence: tuple[Evidence, ...]
    place: Place
    field_evidence: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The registration's id with its register: ``cqc:1-319143351``."""
        return self.record.id

    def active(self, on: date) -> bool:
        """Whether it was registered on a day: from its first day on, up to but not including its last."""
        begun = self.record.registered_on is None or self.record.registered_on <= on
        return begun and (self.record.deregistered_on is None or on < self.record.deregistered_on)


@dataclass(frozen=True, slots=True)
class Join:
    """Why two registrations are held to be one home. ``recorded``: the regulator says so; ``inferred``: a rule did."""

    earlier: str
    later: str
    basis: Literal["recorded", "inferred"]
    reason: str


#: ``ended``: the last registration ended and no successor is recorded: a candidate for closure, not a closure.
HomeStatus = Literal["open", "dormant", "not yet open", "ended, successor unknown", "closed"]


@dataclass(frozen=True, slots=True)
class Home:
    """A care home: the place, through all its registrations, earliest first.

    ``id`` is the id of ``current``: the latest registration active on the snapshot's day, else the last one known.
    """

    id: str
    registrations: tuple[Registration, ...]
    current: Registration
    joins: tuple[Join, ...]
    status: HomeStatus
    dual: tuple[str, ...] = ()

    def beds(self, on: date) -> int | None:
        """Registered beds on a day: of the latest registration active then, never a sum. ``None`` is unknown.

        Registrations of one home overlap for days or months while it changes hands; adding them counts beds twice.
        """
        active = [r for r in self.registrations if r.active(on)]
        return active[-1].record.beds if active else None


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as at the snapshot's day, with the ids of the homes whose current registration it holds."""

    record: ProviderRecord
    evidence: tuple[Evidence, ...]
    homes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """A company as at the snapshot's day."""

    record: CompanyRecord
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """One entry of a company's register of control, ceased ones included: ask ``active``.

    ``party`` is whom it speaks of. ``name_of_number`` is the register's name of the number filed, where that is not
    the name filed: the link rests on the number, and a reader must see that the two differ.
    """

    record: ControlRecord
    evidence: tuple[Evidence, ...]
    party: Party
    name_of_number: str | None = None

    def active(self, on: date) -> bool:
        """Whether it held on a day: from the day it was notified, up to but not including the day it ceased."""
        if self.record.ceased:
            return False
        begun = self.record.notified_on is None or self.record.notified_on <= on
        return begun and (self.record.ceased_on is None or on < self.record.ceased_on)


@dataclass(frozen=True, slots=True)
class FeedState:
    """The delivery of a feed that the snapshot rests on: the last by its day, else the first there is."""

    feed: str
    as_at: date
    complete: bool
    origin: str
    run: int
    rows: int
    publisher: str
    licence: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The register as at ``on`` and as known on ``known`` (``None``: all that is known now).

    ``homes`` holds every care home ever known by then, in order of id, closed ones included: ask ``status``.
    ``home_of`` maps every registration's id to its home's id. ``companies`` are those on the newest list; ``controls``
    holds the entries of each company's register of control, by company and in order of id.
    """

    on: date
    known: date | None
    digest: str
    homes: Mapping[str, Home]
    home_of: Mapping[str, str]
    providers: Mapping[str, Provider]
    areas: tuple[AreaRecord, ...]
    vacancies: Mapping[str, tuple[VacancyRecord, ...]]
    residents: Mapping[str, tuple[ResidentsRecord, ...]]
    feeds: tuple[FeedState, ...]
    companies: Mapping[str, Company] = field(default_factory=dict)
    controls: Mapping[str, tuple[Control, ...]] = field(default_factory=dict)

    @property
    def invented(self) -> bool:
        """True where any home is of the invented county, so that every page can say so."""
        return any(home.startswith("exercise:") for home in self.homes)

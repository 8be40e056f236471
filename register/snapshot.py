"""The register as at one day: frozen plain objects, all that the graph, the planner and the pages ever read.

Nothing here knows of a database. A Snapshot is made by ``register.reading.load_snapshot``; equal register content,
equal ``on`` and equal ``known`` give an equal digest on any machine and any database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from register.parties import Party
from register.records import (
    AccountsRecord,
    AreaRecord,
    ChargeRecord,
    CharityRecord,
    CompanyRecord,
    ControlRecord,
    InsolvencyRecord,
    LinkRecord,
    LinkState,
    LocationRecord,
    NoticeRecord,
    OfficerRecord,
    Proprietor,
    ProviderRecord,
    Record,
    ResidentsRecord,
    TitleRecord,
    Untraced,
    VacancyRecord,
)

#: How well a coordinate fixes the building: a postcode's centroid is the best that public files give.
Precision = Literal["source", "unit postcode", "none"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact comes from: feed, the day the list describes, file and row, digest of the raw record, run.

    ``as_at`` is the first list that held the record as it is; ``first`` the first that held it at all, where known.
    """

    feed: str
    as_at: date
    origin: str
    row: int | None
    raw_digest: str
    run: int
    first: date | None = None


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
        return next((one.record.beds for one in reversed(self.registrations) if one.active(on)), None)


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


RecordT = TypeVar("RecordT", bound=Record)


@dataclass(frozen=True, slots=True)
class Sourced(Generic[RecordT]):
    """A record as at the snapshot's day, and the evidence for it."""

    record: RecordT
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Officer:
    """One appointment to a board, past ones included: ask ``active``. ``party`` is whom it speaks of."""

    record: OfficerRecord
    evidence: tuple[Evidence, ...]
    party: Party

    def active(self, on: date) -> bool:
        """Whether the appointment held on a day: up to but not including the day of resigning."""
        begun = self.record.appointed_on is None or self.record.appointed_on <= on
        return begun and (self.record.resigned_on is None or on < self.record.resigned_on)


@dataclass(frozen=True, slots=True)
class Owner:
    """A proprietor of a title, who that is, and where that is incorporated (in lower case; None: not given)."""

    proprietor: Proprietor
    party: Party
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """A title (``hmlr:…``) as its one or two lists give it (from here, from abroad), and all its named owners."""

    id: str
    entries: tuple[Sourced[TitleRecord], ...]
    owners: tuple[Owner, ...]

    @property
    def tenure(self) -> str | None:
        """Freehold or Leasehold, as given; a lease of seven years or less has no title."""
        return self.entries[0].record.tenure

    @property
    def more_owners(self) -> bool:
        """Whether it has owners of a kind that the lists leave out."""
        return any(entry.record.more_owners for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided of one question, and when (UTC): the newest of the question."""

    verdict: Literal["same", "different"]
    judge: str
    why: str
    judged: datetime


@dataclass(frozen=True, slots=True)
class HomeTitle:
    """A home and a title it stands on: accepted, by rule or by a person, or still waiting for one."""

    state: LinkState
    title: str
    record: LinkRecord
    evidence: tuple[Evidence, ...]
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What the search for a home's building came to, with people's judgements applied; links in order of title.

    ``untraced`` is None unless the outcome is "untraced". Links that a person judged different are left out.
    """

    outcome: Literal["accepted", "waiting", "untraced"]
    untraced: Untraced | None
    detail: str | None
    links: tuple[HomeTitle, ...]
    evidence: tuple[Evidence, ...]

    @property
    def accepted(self) -> tuple[HomeTitle, ...]:
        """The titles that count."""
        return tuple(link for link in self.links if link.state == "accepted")


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
    holds the entries of each company's register of control, by company and in order of id; so do ``officers``,
    ``charges``, ``insolvencies``, ``accounts`` and ``notices``. ``traces`` is by home: a home that is not in it has
    not been searched for.
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
    officers: Mapping[str, tuple[Officer, ...]] = field(default_factory=dict)
    charges: Mapping[str, tuple[Sourced[ChargeRecord], ...]] = field(default_factory=dict)
    insolvencies: Mapping[str, tuple[Sourced[InsolvencyRecord], ...]] = field(default_factory=dict)
    accounts: Mapping[str, tuple[Sourced[AccountsRecord], ...]] = field(default_factory=dict)
    notices: Mapping[str, tuple[Sourced[NoticeRecord], ...]] = field(default_factory=dict)
    charities: Mapping[str, Sourced[CharityRecord]] = field(default_factory=dict)
    titles: Mapping[str, Title] = field(default_factory=dict)
    traces: Mapping[str, Trace] = field(default_factory=dict)

    @property
    def invented(self) -> bool:
        """True where any home is of the invented county, so that every page can say so."""
        return any(home.startswith("exercise:") for home in self.homes)

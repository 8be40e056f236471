"""A case as a Snapshot, so that history can be asked what the register is asked.

Homes and companies are those that the sources name. Homes that are only counted stand as numbered homes of a
portfolio, with nothing known of them but who ran them and whose the building was; their ids begin with ``case:``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Literal

import msgspec

from graph.cases.library import Case, Lends, NamedHome, Portfolio
from register.parties import Party
from register.records import (
    ChargeRecord,
    CompanyRecord,
    ControlRecord,
    InsolvencyRecord,
    LinkRecord,
    LocationRecord,
    Proprietor,
    ProviderRecord,
    TitleRecord,
    VacancyRecord,
)
from register.snapshot import (
    Company,
    Control,
    Evidence,
    FeedState,
    Home,
    HomeTitle,
    Join,
    Owner,
    Place,
    Provider,
    Registration,
    Snapshot,
    Sourced,
    Title,
    Trace,
)

#: What the pages of a case are, where a register has its lists.
PAGES = "case"
_RULE = "named so in the case's sources"
_NATIONS: Mapping[str, Literal["England", "Scotland", "Wales", "Northern Ireland"]] = {
    "England": "England",
    "Scotland": "Scotland",
    "Wales": "Wales",
    "Northern Ireland": "Northern Ireland",
}


def case_snapshot(case: Case, on: date | None = None) -> Snapshot:
    """The case as a register would have held it on a day (default: the day on which its questions are asked)."""
    on = on or case.as_at
    digest = hashlib.sha256(msgspec.json.encode(case, order="deterministic") + on.isoformat().encode()).hexdigest()
    told = _Told(case, digest)
    homes, titles, traces = _homes(case, told, on)
    held = {link.held for link in case.holds}  # whatever is owned is a company, registered here or not
    companies = {
        entity: Company(
            CompanyRecord(id=entity, name=one.name, country_of_origin=one.jurisdiction), told.by(one.sources)
        )
        for one in sorted(case.entities, key=lambda one: one.id)
        if one.kind == "company" or one.id in held
        for entity in (entity_id(one.id),)
    }
    providers = {
        provider_id(key): Provider(
            ProviderRecord(id=provider_id(key), name=case.entity(key).name, company=entity_id(key)),
            told.by(case.entity(key).sources),
            tuple(home.id for home in homes.values() if home.current.record.provider_id == provider_id(key)),
        )
        for key in sorted(_operators(case))
    }
    return Snapshot(
        on=on,
        known=None,
        digest=digest,
        homes=homes,
        home_of={one.id: home.id for home in homes.values() for one in home.registrations},
        providers=providers,
        areas=(),
        vacancies=_lived_in(case, homes),
        residents={},
        feeds=_pages(case),
        companies=companies,
        controls=_controls(case, told),
        charges=_charges(case, told, on),
        insolvencies=_insolvencies(case, told, on),
        titles=titles,
        traces=traces,
    )


def entity_id(key: str) -> str:
    """``case:elli-investments``: the id of an entity of a case."""
    return f"case:{key}"


def provider_id(key: str) -> str:
    """``case:provider/four-seasons``: the provider that an entity of a case is."""
    return f"case:provider/{key}"


class _Told:
    """Evidence for what a case says: the page, its day, and a digest of the case."""

    def __init__(self, case: Case, digest: str) -> None:
        self._case, self._digest = case, digest

    def by(self, sources: Iterable[str]) -> tuple[Evidence, ...]:
        found = [(one, one.day or self._case.as_at) for one in map(self._case.sources.__getitem__, sources)]
        feed = f"case/{self._case.name}"
        return tuple(Evidence(feed, day, one.address, None, self._digest, 0) for one, day in found)


def _pages(case: Case) -> tuple[FeedState, ...]:
    """The pages that a case rests on, as the lists of its register."""
    return tuple(
        FeedState(
            feed=f"{PAGES}/{key}",
            as_at=page.day or case.as_at,
            complete=False,
            origin=page.address,
            run=0,
            rows=sum(key in figure.sources for fact in case.facts for figure in fact.figures),
            publisher=page.publisher,
            licence="facts only, in words of our own",
            attribution=f"{page.publisher}: {page.title} ({page.dated or 'undated'}), {page.address}",
        )
        for key, page in sorted(case.sources.items())
    )


def _operators(case: Case) -> set[str]:
    return (
        {one.operator for one in case.homes}
        | {one.operator for one in case.portfolios}
        | {passed.to for one in case.homes for passed in one.passed}
    )


def _homes(case: Case, told: _Told, on: date) -> tuple[dict[str, Home], dict[str, Title], dict[str, Trace]]:
    """The homes of the day, the titles that they stand on, and what is known of whose they are."""
    homes: list[Home] = []
    titles: list[Title] = []
    traces: dict[str, Trace] = {}
    apart = Counter[str | None]()  # so many of a portfolio's homes are told by themselves
    for one in case.homes:
        if one.since is not None and on < one.since:
            continue
        apart[one.counted_in] += 1
        home = _named(one, told, on)
        homes.append(home)
        if one.landlord:
            titles.append(_title(case, told, home.id, one.landlord, one.sources))
            traces[home.id] = _traced(told, home.id, titles[-1], one.sources)
    for some in case.portfolios:
        if (some.until is not None and some.until <= on) or (some.since is not None and on < some.since):
            continue
        for turn in range(1, (1 if some.homes is None else some.homes - apart[some.id]) + 1):
            home = _counted(case, some, turn, told)
            homes.append(home)
            if some.landlord and (some.let_since is None or some.let_since <= on):
                titles.append(_title(case, told, home.id, some.landlord, some.sources))
                traces[home.id] = _traced(told, home.id, titles[-1], some.sources)
            elif some.untraced:
                detail = "the case's sources say that no owner was established"
                traces[home.id] = Trace("untraced", some.untraced, detail, (), told.by(some.sources))
    by_id = sorted(homes, key=lambda home: home.id)
    return (
        {home.id: home for home in by_id},
        {title.id: title for title in sorted(titles, key=lambda title: title.id)},
        {home: traces[home] for home in sorted(traces)},
    )


def _named(one: NamedHome, told: _Told, on: date) -> Home:
    """A named home through its operators up to the day."""
    spans = [(one.operator, one.since), *((later.to, later.day) for later in one.passed if later.day <= on)]
    closed = one.closed if one.closed is not None and one.closed <= on else None
    ends = [*(since for _, since in spans[1:]), closed]
    registrations = []
    for turn, ((operator, since), ended) in enumerate(zip(spans, ends, strict=True)):
        record = LocationRecord(
            id=entity_id(one.id) + (f"/{turn + 1}" if turn else ""),
            provider_id=provider_id(operator),
            name=f"{one.name}, {one.place}",
            nation=_NATIONS.get(one.nation or ""),
            care_home=True,
            registered_on=since,
            deregistered_on=ended,
            town=one.place,
            beds=one.beds,
            bands=one.serves or None,
        )
        registrations.append(Registration(record, told.by(one.sources), _place(one.nation)))
    joins = tuple(
        Join(earlier.id, later.id, "recorded", "the source says that the home passed on")
        for earlier, later in pairwise(registrations)
    )
    current = registrations[-1]
    return Home(current.id, tuple(registrations), current, joins, "closed" if closed else "open")


def _lived_in(case: Case, homes: Mapping[str, Home]) -> dict[str, tuple[VacancyRecord, ...]]:
    """How many people lived in the homes of which the sources say so. No bed of theirs is offered to anybody."""
    found: dict[str, tuple[VacancyRecord, ...]] = {}
    for one in case.homes:
        home = next((home for home in homes.values() if home.registrations[0].id == entity_id(one.id)), None)
        if one.people is not None and home is not None:
            record = VacancyRecord(
                id=f"{home.id}/total",
                location_id=home.id,
                bed_type="total",
                occupied=one.people,
                updated_on=max(case.sources[key].day or case.as_at for key in one.sources),
            )
            found[home.id] = (record,)
    return found


def _counted(case: Case, some: Portfolio, turn: int, told: _Told) -> Home:
    """One of the homes that are counted and not named."""
    of = f"home {turn} of {some.homes}" if some.homes is not None else "homes, how many is not said"
    record = LocationRecord(
        id=entity_id(f"{some.id}/{turn:03d}"),
        provider_id=provider_id(some.operator),
        name=f"{case.entity(some.operator).name}: {of} (not named in the sources)",
        nation=_NATIONS.get(some.nation or ""),
        care_home=True,
    )
    registration = Registration(record, told.by(some.sources), _place(some.nation))
    return Home(record.id, (registration,), registration, (), "open")


def _place(nation: str | None) -> Place:
    return Place(None, None, "none", None, None, None, nation, "the case's sources give no address")


def _title(case: Case, told: _Told, home: str, landlord: str, sources: Iterable[str]) -> Title:
    owner = case.entity(landlord)
    identifier = f"{home}/title"
    proprietor = Proprietor(name=owner.name, country=owner.jurisdiction)
    record = TitleRecord(id=f"{identifier}/entry", title=identifier, tenure="Freehold", proprietors=(proprietor,))
    party = Party(owner.kind, entity_id(landlord), _RULE)
    return Title(identifier, (Sourced(record, told.by(sources)),), (Owner(proprietor, party),))


def _traced(told: _Told, home: str, title: Title, sources: Iterable[str]) -> Trace:
    record = LinkRecord(
        id=f"{home}/link",
        location=home,
        title=title.id,
        state="accepted",
        method="case library",
        reason="the source says whose the building is",
    )
    evidence = told.by(sources)
    return Trace("accepted", None, None, (HomeTitle("accepted", title.id, record, evidence),), evidence)


def _controls(case: Case, told: _Told) -> dict[str, tuple[Control, ...]]:
    """Who stands above whom. No nature of control is stated, and so none is made up: the share stays unknown."""
    found: dict[str, list[Control]] = {}
    for link in case.holds:
        holder = case.entity(link.holder)
        record = ControlRecord(
            id=f"case:{case.name}/{link.holder}>{link.held}",
            company=entity_id(link.held),
            kind="corporate-entity-person-with-significant-control",
            name=holder.name,
            country_registered=holder.jurisdiction,
        )
        party = Party(holder.kind, entity_id(link.holder), f"{_RULE}: {link.what}")
        found.setdefault(record.company, []).append(Control(record, told.by(link.sources), party))
    return {company: tuple(sorted(found[company], key=lambda one: one.record.id)) for company in sorted(found)}


def _charges(case: Case, told: _Told, on: date) -> dict[str, tuple[Sourced[ChargeRecord], ...]]:
    found: dict[str, list[Sourced[ChargeRecord]]] = {}
    for turn, loan in enumerate(case.lends, start=1):
        if on < loan.since:
            continue
        record = ChargeRecord(
            id=f"case:{case.name}/charge/{turn}",
            company=entity_id(loan.borrower),
            status="satisfied" if _repaid(loan, on) else "outstanding",
            classification="Charge code",
            persons_entitled=(case.entity(loan.lender).name,),
            created_on=loan.since,
            satisfied_on=loan.until if _repaid(loan, on) else None,
            particulars=loan.what,
        )
        found.setdefault(record.company, []).append(Sourced(record, told.by(loan.sources)))
    return {company: tuple(found[company]) for company in sorted(found)}


def _repaid(loan: Lends, on: date) -> bool:
    return loan.until is not None and loan.until <= on


def _insolvencies(case: Case, told: _Told, on: date) -> dict[str, tuple[Sourced[InsolvencyRecord], ...]]:
    found: dict[str, list[Sourced[InsolvencyRecord]]] = {}
    for turn, event in enumerate(case.events, start=1):
        if event.insolvency is None or on < event.day:
            continue
        record = InsolvencyRecord(
            id=f"case:{case.name}/insolvency/{turn}",
            company=entity_id(event.entity),
            kind=event.insolvency,
            dates=(f"{event.what} {event.day.isoformat()}",),
        )
        found.setdefault(record.company, []).append(Sourced(record, told.by(event.sources)))
    return {company: tuple(found[company]) for company in sorted(found)}

"""Reads the register as at a day and as known on a day: the only way from tables to a ``Snapshot``.

Where several feeds speak of one registration, each field is taken from the feed whose list is newest (as at the
day), and of equally new ones from the feed of lower rank; a feed that does not speak of a field never blanks it.
For a day before the first list, the earliest list is followed and the registration's own dates decide whether it
existed. A registration that the newest list no longer holds has ended, on a day not recorded: the first complete list
without it. A list that gives no status and no dates (ratings) cannot end what another list still holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select

from register.database import reading
from register.fingerprint import digest_of
from register.holdings import by_company, held, officers_of, read_judgements, sourced, titles_of, traces_of
from register.identifiers import scheme
from register.merging import MergedLocation, merge, merge_location, speaks_of_registration
from register.models import VERSIONS, DeliveryRow, PostcodePlace, RunRow, table_of
from register.parties import names_agree, party_of
from register.place import Councils, Places, PostcodeFact
from register.records import (
    AccountsRecord,
    AreaRecord,
    ChargeRecord,
    CharityRecord,
    CompanyRecord,
    ControlRecord,
    InsolvencyRecord,
    LinkRecord,
    LocationRecord,
    NoticeRecord,
    OfficerRecord,
    ProviderRecord,
    Record,
    ResidentsRecord,
    TitleRecord,
    TraceRecord,
    VacancyRecord,
)
from register.snapshot import Company, Control, Evidence, FeedState, Home, Provider, Registration, Snapshot
from register.succession import Sight, homes_of
from register.versions import Believed, Seen, State, read_listings, read_seen

#: Lists of boundaries, companies and land do not move the day that a register is read as at: a plan is about homes.
_HOMES = frozenset({"LocationRecord", "ProviderRecord", "VacancyRecord", "ResidentsRecord"})
#: Of what companies and land registers hold, what is read in one way.
_HOLDINGS: tuple[type[Record], ...] = (
    OfficerRecord,
    ChargeRecord,
    InsolvencyRecord,
    AccountsRecord,
    NoticeRecord,
    CharityRecord,
    TitleRecord,
    LinkRecord,
    TraceRecord,
)
_Figure = TypeVar("_Figure", VacancyRecord, ResidentsRecord)


@dataclass(frozen=True, slots=True)
class _List:
    """One published list with the facts of its source."""

    state: FeedState
    kinds: tuple[str, ...]
    rank: int
    delivery: int
    increment: bool


def load_snapshot(engine: Engine, *, on: date | None = None, known: date | None = None) -> Snapshot:
    """The register as at ``on`` (default: the latest day that any published list of homes or council figures
    describes) and as known at the end of ``known`` (default: all that is known now).

    Raises DatabaseProblem where the database cannot be read. An empty register gives a snapshot without homes.
    """
    with reading(engine) as connection:
        run = _last_run(connection, known)
        lists = _lists(connection, run)
        believed = _believed(run, lists)
        day = on or max((one.state.as_at for one in lists if _HOMES.intersection(one.kinds)), default=date.min)
        seen = read_seen(connection, believed, LocationRecord, day)
        listings = read_listings(connection, believed)
        seen_providers = read_seen(connection, believed, ProviderRecord, day)
        seen_areas = read_seen(connection, believed, AreaRecord, day)
        seen_vacancies = read_seen(connection, believed, VacancyRecord, day)
        seen_residents = read_seen(connection, believed, ResidentsRecord, day)
        seen_companies = read_seen(connection, believed, CompanyRecord, day)
        seen_controls = read_seen(connection, believed, ControlRecord, day)
        beside = {kind: read_seen(connection, believed, kind, day) for kind in _HOLDINGS}
        judgements = read_judgements(connection, known)
        postcodes = _postcodes(connection)
    areas = tuple(_areas(seen_areas))
    merged = [merge_location(seen[identifier], believed.lists) for identifier in sorted(seen)]
    sights = {one.record.id: replace(one.sight, also_listed=listings.get(one.record.id, ())) for one in merged}
    places, until = Places(postcodes, Councils(areas), day), _listed_until(seen, believed, day)
    homes, home_of = _homes(merged, sights, places, until, day)
    wanted = {r.record.provider_id for home in homes.values() for r in home.registrations if r.record.provider_id}
    providers = _providers(seen_providers, wanted, homes)
    vacancies = _of_homes(_current(seen_vacancies, VacancyRecord), homes, home_of)
    residents = _of_homes(_current(seen_residents, ResidentsRecord), homes, home_of)
    companies = _companies(seen_companies)
    controls = _controls(seen_controls, companies)
    titles = titles_of(sourced(beside[TitleRecord], TitleRecord), companies, judgements)
    snapshot = Snapshot(
        on=day,
        known=known,
        digest="",
        homes=homes,
        home_of=home_of,
        providers=providers,
        areas=areas,
        vacancies=vacancies,
        residents=residents,
        feeds=_latest(lists, day),
        companies=companies,
        controls=controls,
        officers=officers_of(sourced(beside[OfficerRecord], OfficerRecord)),
        charges=by_company(sourced(beside[ChargeRecord], ChargeRecord)),
        insolvencies=by_company(sourced(beside[InsolvencyRecord], InsolvencyRecord)),
        accounts=by_company(sourced(beside[AccountsRecord], AccountsRecord)),
        notices=by_company(sourced(beside[NoticeRecord], NoticeRecord)),
        charities=sourced(beside[CharityRecord], CharityRecord),
        titles=titles,
        traces=traces_of(
            sourced(beside[TraceRecord], TraceRecord),
            sourced(beside[LinkRecord], LinkRecord),
            titles,
            judgements,
            home_of,
        ),
    )
    return replace(snapshot, digest=digest_of(snapshot))


def register_digest(engine: Engine) -> str:
    """SHA-256 over all that is believed, in world time: feed, record, days and content; not runs, files or clocks.

    Equal for SQLite and PostgreSQL, for any order of loading, and before and after loading the same again.
    """
    total = hashlib.sha256()
    with reading(engine) as connection:
        for kind, model in VERSIONS.items():
            table = table_of(model)
            rows = connection.execute(
                select(table.c.feed, table.c.id, table.c.valid_from, table.c.valid_to, table.c.record_digest).where(
                    table.c.superseded_by.is_(None)
                )
            )
            lines = sorted(
                f"{kind.__name__}\t{feed}\t{identifier}\t{start}\t{end}\t{digest}\n"
                for feed, identifier, start, end, digest in rows
            )
            total.update("".join(lines).encode())
    return total.hexdigest()


def _last_run(connection: Connection, known: date | None) -> int:
    """The number of the last run by the end of a day (UTC), of all runs where the day is ``None``."""
    run = table_of(RunRow)
    query = select(func.max(run.c.id))
    if known is not None:
        query = query.where(run.c.learnt < datetime(known.year, known.month, known.day) + timedelta(days=1))  # noqa: DTZ001 - kept as UTC without a zone
    return connection.execute(query).scalar() or 0


def _lists(connection: Connection, last_run: int) -> list[_List]:
    """Every list published by a run, in order of publication."""
    run, delivery = table_of(RunRow), table_of(DeliveryRow)
    rows = connection.execute(
        select(
            *(delivery.c[name] for name in ("id", "feed", "as_at", "complete", "origin", "kinds", "rank", "run_id")),
            delivery.c.increment,
            (delivery.c.handed - delivery.c.quarantined).label("rows"),
            *(run.c[name] for name in ("publisher", "licence", "attribution")),
        )
        .join(run, run.c.id == delivery.c.run_id)
        .where(run.c.state == "published", run.c.id <= last_run)
        .order_by(delivery.c.id)
    )
    return [
        _List(
            FeedState(
                feed=row.feed,
                as_at=row.as_at,
                complete=row.complete,
                origin=row.origin,
                run=row.run_id,
                rows=row.rows,
                publisher=row.publisher,
                licence=row.licence,
                attribution=row.attribution,
            ),
            tuple(row.kinds.split(",")) if row.kinds else (),
            row.rank,
            row.id,
            row.increment,
        )
        for row in rows
    ]


def _believed(run: int, lists: Sequence[_List]) -> Believed:
    """The feeds' facts as known after a run."""
    days: dict[str, set[date]] = {}
    for one in lists:
        if one.state.complete:
            days.setdefault(one.state.feed, set()).add(one.state.as_at)
    return Believed(
        run=run,
        complete_days={feed: sorted(some) for feed, some in days.items()},
        ranks={one.state.feed: one.rank for one in lists},
        lists={(one.state.feed, one.state.as_at): (one.state.origin, one.state.run) for one in lists},
    )


def _latest(lists: Sequence[_List], day: date) -> tuple[FeedState, ...]:
    """The list of each feed that the snapshot rests on, in order of feed: the newest by ``day``, else the earliest
    there is; of two of one day, the later-learnt. A list of changes brings the list before it up to its own day.
    """
    chosen: dict[str, _List] = {}
    for one in sorted(lists, key=lambda one: (one.state.as_at, one.delivery)):
        held = chosen.get(one.state.feed)
        if held is None or one.state.as_at <= day or one.state.as_at == held.state.as_at:
            later = replace(held.state, as_at=one.state.as_at, run=one.state.run) if held and one.increment else None
            chosen[one.state.feed] = replace(one, state=later) if later else one
    return tuple(chosen[feed].state for feed in sorted(chosen))


def _postcodes(connection: Connection) -> dict[str, PostcodeFact]:
    """Every postcode looked up so far."""
    table = table_of(PostcodePlace)
    columns = (table.c.postcode, table.c.latitude, table.c.longitude, table.c.district, table.c.source)
    rows = connection.execute(select(*columns, table.c.source_date))
    return {code: PostcodeFact(lat, lon, district, f"{of}, {when}") for code, lat, lon, district, of, when in rows}


def _areas(seen: Mapping[str, list[Seen]]) -> Iterable[AreaRecord]:
    """Boundaries in order of id; one loaded later than the day asked for is still the only one there is."""
    for identifier in sorted(seen):
        views = [view for view in seen[identifier] if view.state is not State.GONE]
        if views and isinstance(record := merge(views).record, AreaRecord):
            yield record


def _listed_until(seen: Mapping[str, list[Seen]], believed: Believed, day: date) -> dict[str, date]:
    """By register, the newest complete list of registrations up to a day."""
    feeds: dict[str, set[str]] = {}
    for identifier, views in seen.items():
        for view in views:
            if view.feed in believed.complete_days and speaks_of_registration(view):
                feeds.setdefault(scheme(identifier), set()).add(view.feed)
    until: dict[str, date] = {}
    for register, some in feeds.items():
        days = [one for feed in some for one in believed.complete_days[feed] if one <= day]
        if days:
            until[register] = max(days)
    return until


def _homes(
    merged: Sequence[MergedLocation],
    sights: Mapping[str, Sight],
    places: Places,
    listed_until: Mapping[str, date],
    day: date,
) -> tuple[dict[str, Home], dict[str, str]]:
    """Care homes of what is merged."""
    registrations = [
        Registration(one.record, one.evidence, places.of(one.record), one.field_evidence)
        for one in merged
        if one.record.care_home
    ]
    return homes_of(registrations, on=day, sights=sights, listed_until=listed_until)


def _providers(seen: Mapping[str, list[Seen]], wanted: Iterable[str], homes: Mapping[str, Home]) -> dict[str, Provider]:
    """Every provider that any registration names, with the homes it holds now; known by id alone if need be."""
    holds: dict[str, list[str]] = {}
    for home in homes.values():
        if home.current.record.provider_id:
            holds.setdefault(home.current.record.provider_id, []).append(home.id)
    found = {}
    for identifier in sorted(wanted):
        record, evidence = ProviderRecord(id=identifier), tuple[Evidence, ...]()
        if identifier in seen:
            one = merge(seen[identifier])
            if isinstance(one.record, ProviderRecord):
                record, evidence = one.record, one.evidence
        found[identifier] = Provider(record, evidence, tuple(sorted(holds.get(identifier, ()))))
    return found


def _companies(seen: Mapping[str, list[Seen]]) -> dict[str, Company]:
    """Companies that the newest lists hold, in order of id; for a day before the first list, those of the first."""
    return {
        identifier: Company(one.record, one.evidence)
        for identifier, one in held(seen).items()
        if isinstance(one.record, CompanyRecord)
    }


def _controls(seen: Mapping[str, list[Seen]], companies: Mapping[str, Company]) -> dict[str, tuple[Control, ...]]:
    """Entries of registers of control, by company. An entry carries its own dates, so a later list speaks of them too;
    one that the newest list no longer holds was struck out, and is left out."""
    found: dict[str, list[Control]] = {}
    for one in held(seen).values():
        record = one.record
        if not isinstance(record, ControlRecord):
            continue
        party = party_of(record)
        holder = companies.get(party.id or "")
        differs = holder is not None and not names_agree(record.name, holder.record)
        found.setdefault(record.company, []).append(
            Control(record, one.evidence, party, holder.record.name if holder and differs else None)
        )
    return {company: tuple(found[company]) for company in sorted(found)}


def _current(seen: Mapping[str, list[Seen]], kind: type[_Figure]) -> list[_Figure]:
    """Council figures of the day asked for, in order of id: never of a later day, the newest where feeds differ."""
    found = []
    for identifier in sorted(seen):
        views = [view for view in seen[identifier] if view.state is State.HELD]
        if views:
            newest = max(views, key=lambda view: (view.confirmed, -view.rank, view.feed)).record
            if isinstance(newest, kind):
                found.append(newest)
    return found


def _of_homes(
    figures: Iterable[_Figure], homes: Mapping[str, Home], home_of: Mapping[str, str]
) -> dict[str, tuple[_Figure, ...]]:
    """Figures by home. Of a home with figures under several registrations, those of the latest count, never a sum.

    Figures of a place that the register does not hold stay under the id they came with.
    """
    by_location: dict[str, list[_Figure]] = {}
    for figure in figures:
        by_location.setdefault(figure.location_id, []).append(figure)
    of_home: dict[str, list[str]] = {}
    for location in by_location:
        of_home.setdefault(home_of.get(location, location), []).append(location)
    found = {}
    for home, locations in of_home.items():
        if home in homes:
            order = {r.id: at for at, r in enumerate(homes[home].registrations)}
            best = home if home in locations else max(locations, key=lambda one: order[one])
        else:
            best = locations[0]
        found[home] = tuple(by_location[best])
    return dict(sorted(found.items()))

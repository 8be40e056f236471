"""From a solved plan to what its report prints besides: names, places, boundaries, sources."""

from __future__ import annotations

from contingency.plan import Plan
from contingency.report_context import ReportArea, ReportContext, ReportFeed, ReportHome
from printing.wording import listed
from register.snapshot import Home, Snapshot

#: A monthly list older than this is called old on the page: two editions have been missed.
OLD_AFTER_DAYS = 62


def report_context(plan: Plan) -> ReportContext:
    """Everything the report needs of the snapshot: only the homes that the plan names, and the areas they stand in."""
    snapshot = plan.snapshot
    named = {entry.home.id for entry in plan.affected} | {v.home for v in plan.problem.vacancies}
    named |= {one.home.id for one in plan.failure.watched}
    homes = {home_id: _home(snapshot, snapshot.homes[home_id]) for home_id in sorted(named)}
    return ReportContext(
        title=_title(plan),
        scenario=plan.failure.sentence,
        homes=homes,
        authorities={h.authority: h.authority_name for h in homes.values() if h.authority and h.authority_name},
        areas=_areas(snapshot),
        attributions=tuple(sorted({feed.attribution for feed in snapshot.feeds if feed.attribution})),
        feeds=tuple(_feed(snapshot, number) for number in range(len(snapshot.feeds))),
        duty=(),
        invented=snapshot.invented,
        nations=tuple(sorted({entry.home.current.place.nation or "" for entry in plan.affected} - {""})),
    )


def _title(plan: Plan) -> str:
    if plan.failure.names:
        return listed(list(plan.failure.names))
    snapshot = plan.snapshot
    names = []
    councils = {h.current.place.authority: h.current.place.authority_name for h in snapshot.homes.values()}
    for identifier in plan.failure.ids:
        names.append(f"the homes in {councils[identifier]}" if councils.get(identifier) else identifier)
    return " and ".join(names)


def _home(snapshot: Snapshot, home: Home) -> ReportHome:
    record, place, evidence = home.current.record, home.current.place, home.current.evidence[0]
    provider = snapshot.providers.get(record.provider_id or "")
    return ReportHome(
        name=record.name,
        provider=provider.record.name if provider else None,
        postcode=record.postcode,
        town=record.town,
        authority=place.authority,
        authority_name=place.authority_name,
        latitude=place.latitude,
        longitude=place.longitude,
        beds=home.beds(snapshot.on),
        rating=record.rating,
        rated_on=record.rated_on,
        service_types=record.service_types or (),
        feed=evidence.feed,
        as_at=evidence.as_at,
    )


def _areas(snapshot: Snapshot) -> tuple[ReportArea, ...]:
    """Council areas in force on the snapshot's day, for the map."""
    year = snapshot.on.year
    return tuple(
        ReportArea(area.code, area.name, area.geometry)
        for area in snapshot.areas
        if area.layer == "utla"
        and (area.start is None or area.start <= year)
        and (area.end is None or area.end >= year)
    )


def _feed(snapshot: Snapshot, number: int) -> ReportFeed:
    feed = snapshot.feeds[number]
    age = (snapshot.on - feed.as_at).days
    if age > OLD_AFTER_DAYS:
        note = f"{age:,} days older than the plan's day"
    else:
        note = f"describes a day {-age:,} days after the plan's: there is no earlier list" if age < 0 else ""
    return ReportFeed(feed.feed, feed.publisher, feed.as_at, note)

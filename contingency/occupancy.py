"""How many of each home's beds are lived in, open to admissions, or empty and closed: estimated or imported.

Estimates are whole numbers with exact totals: in every authority the people add up to its beds times the occupancy,
rounded once, and so do the admitting beds, so that no rounding of 14,000 homes makes or loses a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TypeVar

import numpy as np

from contingency.apportion import apportion, whole
from contingency.assumptions import Assumptions, Basis, Occupancy
from contingency.needs import Need, UnknownNeed
from register.records import VacancyRecord
from register.snapshot import Home, Snapshot

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Beds:
    """One home's beds on the plan's day. ``registered`` None is unknown; then nothing is estimated.

    ``vacancies`` are (pool, beds) pairs open to admissions; an empty pool name stands for the home's own kind of bed.
    ``needs`` are a council's own counts by need, empty where there are none. ``stale`` counts imported rows that were
    too old to use.
    """

    registered: int | None
    people: int | None
    people_basis: Basis | None
    vacancies: tuple[tuple[str, int], ...]
    vacancies_basis: Basis | None
    needs: tuple[tuple[Need, int], ...] = ()
    stale: int = 0
    marked: int = 0


def beds_of_homes(
    snapshot: Snapshot,
    assumptions: Assumptions,
    *,
    occupied: float | None = None,
    chance: np.random.Generator | None = None,
) -> tuple[dict[str, Beds], tuple[Occupancy, ...]]:
    """Beds of every open or dormant home, by home id, and the occupancy rows used (in order of area).

    ``occupied`` takes the place of every estimated occupancy (share 0 to 1), the empty beds split as assumed.
    A dormant home has registered beds, no people and no vacancy. Imported figures replace estimates home by home.
    With ``chance``, each estimated home's beds fall to lived in, admitting or closed at random with the same shares,
    instead of by exact totals: what a plan would be if averages hold for the nation and not for every home.
    """
    groups: defaultdict[tuple[str, Occupancy], list[tuple[Home, int]]] = defaultdict(list)
    row_of = cache(lambda nation, region: assumptions.occupancy_of(nation, region, snapshot.on))
    result: dict[str, Beds] = {}
    for home in snapshot.homes.values():
        if home.status not in {"open", "dormant"}:
            continue
        beds = home.beds(snapshot.on)
        if home.status == "dormant":
            result[home.id] = Beds(beds, 0, "recorded", (), None)
        elif beds is None:
            result[home.id] = Beds(None, None, None, (), None)
        else:
            place = home.current.place
            row = row_of(place.nation, home.current.record.region)
            groups[(place.authority or f"no authority, {place.nation}", row)].append((home, beds))
    for key in sorted(groups, key=lambda k: (k[0], k[1].area)):
        result.update(_estimate(groups[key], _with(key[1], occupied, assumptions), chance))
    _import_vacancies(snapshot, assumptions, result)
    _import_residents(snapshot, result)
    return result, tuple(sorted({row for _, row in groups}, key=lambda row: (row.area, row.date)))


def _with(row: Occupancy, occupied: float | None, assumptions: Assumptions) -> Occupancy:
    if occupied is None:
        return row
    admitting = (1 - occupied) * assumptions.admitting_share_of_empty.value
    return Occupancy(row.area, row.date, occupied, admitting, "given with --occupancy", None)


def _estimate(
    group: list[tuple[Home, int]], row: Occupancy, chance: np.random.Generator | None
) -> Iterable[tuple[str, Beds]]:
    group = sorted(group, key=lambda pair: pair[0].id)
    beds = np.array([n for _, n in group], dtype=np.int64)
    shares = beds.astype(np.float64)
    total = int(beds.sum())
    if chance is None:
        people = apportion(whole(round(total * row.occupied, 6)), shares * row.occupied, beds)
        admitting = apportion(whole(round(total * row.admitting, 6)), shares * row.admitting, beds - people)
    else:
        drawn = chance.multinomial(beds, [row.occupied, row.admitting, max(row.closed, 0.0)])
        people, admitting = drawn[:, 0], drawn[:, 1]
    for (home, n), lived_in, free in zip(group, people.tolist(), admitting.tolist(), strict=True):
        yield home.id, Beds(n, lived_in, "estimated", (("", free),) if free else (), "estimated")


def _import_vacancies(snapshot: Snapshot, assumptions: Assumptions, beds: dict[str, Beds]) -> None:
    for home_id, rows in _by_home(snapshot, snapshot.vacancies).items():
        known = beds.get(home_id)
        if known is None or known.people_basis == "recorded":
            continue
        fresh = [r for r in rows if _age(r, snapshot.on) <= assumptions.vacancy_unused_after_days]
        stale = len(rows) - len(fresh)
        marked = sum(_age(r, snapshot.on) > assumptions.vacancy_marked_after_days for r in fresh)
        if not fresh:
            beds[home_id] = replace(known, stale=stale)
            continue
        typed = [r for r in fresh if r.bed_type != "total"] or fresh
        pools = tuple(
            ("" if r.bed_type == "total" else r.bed_type, r.vacant_accepting_admissions)
            for r in sorted(typed, key=lambda r: r.bed_type)
            if r.vacant_accepting_admissions
        )
        lived_in = [r.occupied for r in typed if r.occupied is not None]
        beds[home_id] = Beds(
            known.registered,
            sum(lived_in) if lived_in else known.people,
            "imported" if lived_in else known.people_basis,
            pools,
            "imported",
            stale=stale,
            marked=marked,
        )


def _import_residents(snapshot: Snapshot, beds: dict[str, Beds]) -> None:
    for home_id, rows in _by_home(snapshot, snapshot.residents).items():
        known = beds.get(home_id)
        if known is None:
            continue
        needs: dict[Need, int] = {}
        for row in rows:
            try:
                need = Need.parse(row.need)
            except UnknownNeed:
                continue  # refused on loading with its reason; a register written by other means may still hold one
            needs[need] = needs.get(need, 0) + row.people
        counted = tuple(sorted((need, people) for need, people in needs.items() if people))
        beds[home_id] = replace(known, people=sum(n for _, n in counted), people_basis="imported", needs=counted)


def _by_home(snapshot: Snapshot, rows: Mapping[str, tuple[_Row, ...]]) -> dict[str, list[_Row]]:
    """Council figures by home: they may be filed under any of a home's registrations."""
    found: defaultdict[str, list[_Row]] = defaultdict(list)
    for key in sorted(rows):
        home_id = snapshot.home_of.get(key)
        if home_id is not None:
            found[home_id].extend(rows[key])
    return found


def _age(row: VacancyRecord, on: date) -> int:
    """Days between the figure and the plan's day; a figure without a date counts as unusably old."""
    return (on - row.updated_on).days if row.updated_on else 10**6

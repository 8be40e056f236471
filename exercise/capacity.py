"""Beds as homes file them in the capacity tracker, and residents as a council counts them.

County-wide, the beds filed come out as England's did in the week to 14 July 2025 (DHSC monthly statistics, August
2025): 86.0 % occupied, 10.8 % vacant and accepting admissions, 3.2 % vacant but not to be had (here, a quarter of
those are reserved). On the north bank hardly a nursing bed is open: the shortage that a plan has to show.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from exercise.stock import NURSING, RESIDENTIAL, Registration, Stock

OCCUPIED, ACCEPTING, RESERVED = 0.860, 0.108, 0.008
#: Homes that file in a month, England: 91.6 % (DHSC, July 2025).
_RESPONSE = 0.92
#: How freely nursing beds are open, against 1 for residential ones. North: the shortage. Both are our own.
_NURSING_OPEN: Mapping[str, float] = {"north": 0.1, "south": 0.8}
#: Bed types (DHSC's metric codes) and the need of the people in them, as ``longstop load residents`` reads it.
NEEDS: Mapping[str, str] = {
    "general_residential": "residential/older",
    "dementia_residential": "residential/dementia",
    "general_nursing": "nursing/older",
    "dementia_nursing": "nursing/dementia",
    "learning_disability_residential": "residential/learning disability",
    "learning_disability_nursing": "nursing/learning disability",
    "mental_health_residential": "residential/mental health",
    "ypd_young_physically_disabled": "nursing/physical disability",
}
VACANCY_COLUMNS = (
    "cqc_location_id",
    "bed_type",
    "maximum_capacity",
    "occupied",
    "vacant_reserved",
    "vacant_accepting_admissions",
    "vacant_not_admittable",
    "last_updated_utc",
)
RESIDENT_COLUMNS = ("cqc_location_id", "need", "people", "counted_on")


@dataclass(frozen=True, slots=True)
class Filing:
    """One home's beds of one type. The four states add up to ``maximum``; a home's types to its registered beds."""

    location: str
    bed_type: str
    maximum: int
    occupied: int
    reserved: int
    accepting: int
    closed: int
    updated: datetime


def bed_types(home: Registration) -> tuple[tuple[str, int], ...]:
    """A home's registered beds by bed type, adding up to all of them."""
    if not home.kind.startswith("older"):
        kind = home.kind.replace(" ", "_").replace("_nursing", "").replace(",", "")
        setting = "nursing" if home.nursing else "residential"
        young = "ypd_young_physically_disabled"
        return ((young if kind.startswith("younger") else f"{kind}_{setting}", home.beds),)
    nursing = 0
    if NURSING in home.services:
        nursing = round(0.6 * home.beds) if RESIDENTIAL in home.services else home.beds
    dementia = 0.4 if "Dementia" in home.specialisms else 0.0
    split = []
    for setting, beds in (("nursing", nursing), ("residential", home.beds - nursing)):
        special = round(dementia * beds)
        split += [(f"dementia_{setting}", special), (f"general_{setting}", beds - special)]
    return tuple((bed_type, beds) for bed_type, beds in split if beds)


def file_beds(stock: Stock, as_at: date, chance: Random) -> tuple[Filing, ...]:
    """What homes filed in the window (8th to 14th) of the month before ``as_at``; a few figures are months older.

    Dormant homes have nobody and file nothing; of a dual pair the primary registration files.
    """
    filing = [r for r in stock.registrations.values() if r.counted and not r.dormant and chance.random() < _RESPONSE]
    rows = [(home, bed_type, beds) for home in filing for bed_type, beds in bed_types(home)]
    beds = [row[2] for row in rows]
    total = sum(beds)
    openness = [_openness(home, bed_type) * n * chance.uniform(0.3, 1.7) for home, bed_type, n in rows]
    accepting = allot(round(ACCEPTING * total), openness, [math.ceil(0.5 * n) for n in beds], chance)
    spare = [n - a for n, a in zip(beds, accepting, strict=True)]
    reserved = allot(round(RESERVED * total), [chance.uniform(0.2, 1.8) * n for n in beds], spare, chance)
    spare = [n - r for n, r in zip(spare, reserved, strict=True)]
    shut = [(2.2 - _openness(home, bed_type)) * n * chance.uniform(0, 2) for home, bed_type, n in rows]
    empty = total - round(OCCUPIED * total) - sum(accepting) - sum(reserved)
    closed = allot(empty, shut, [math.ceil(0.7 * n) for n in spare], chance)
    window = datetime.combine((as_at.replace(day=1) - timedelta(days=1)).replace(day=8), time(7))
    stamps = {
        home.id: window
        + timedelta(minutes=chance.randint(0, 6 * 24 * 60 + 600))
        - timedelta(days=chance.randint(40, 200) if chance.random() < 0.03 else 0)
        for home in filing
    }
    return tuple(
        Filing(home.id, bed_type, n, n - a - r - c, r, a, c, stamps[home.id])
        for (home, bed_type, n), a, r, c in zip(rows, accepting, reserved, closed, strict=True)
    )


def _openness(home: Registration, bed_type: str) -> float:
    """How freely a bed is open to admissions, against 1; 0 in a home rated Inadequate, which may admit nobody."""
    if home.rating is not None and home.rating.overall == "Inadequate":
        return 0.0
    nursing = "nursing" in bed_type or bed_type.startswith("ypd")
    return _NURSING_OPEN[home.building.council.bank] if nursing else 1.0


def allot(total: int, weights: Sequence[float], most: Sequence[int], chance: Random) -> list[int]:
    """Whole numbers that add up to ``total``, in proportion to ``weights``, none above ``most``.

    Systematic rounding: every part is its quota rounded up or down. Raises ValueError where ``most`` leaves no room.
    """
    room = sum(m for m, w in zip(most, weights, strict=True) if w > 0)
    if not 0 <= total <= room:
        raise ValueError(f"{total} cannot be allotted: there is room for {room}")
    if not total:
        return [0] * len(weights)
    scale = total / sum(weights)
    quotas = [0.0] * len(weights)
    for _ in range(200):
        quotas = [min(float(m), w * scale) for m, w in zip(most, weights, strict=True)]
        if abs(sum(quotas) - total) < 1e-9:
            break
        scale *= total / sum(quotas)
    running, given, parts = chance.random() * 0.98 + 0.01, 0, []
    for quota in quotas:
        running += quota
        parts.append(math.floor(running) - given)
        given += parts[-1]
    return parts


def write_vacancies(filings: Iterable[Filing], to: Path) -> None:
    """Write the vacancies in the shape that ``longstop load vacancies`` reads: one row a home and bed type."""
    _write(
        VACANCY_COLUMNS,
        (
            (
                f.location,
                f.bed_type,
                f.maximum,
                f.occupied,
                f.reserved,
                f.accepting,
                f.closed,
                f"{f.updated:%Y-%m-%dT%H:%M:%SZ}",
            )
            for f in filings
        ),
        to,
    )


def write_residents(filings: Iterable[Filing], counted_on: date, to: Path) -> None:
    """Write the people living in each home by need, as a council would count them: as many as its occupied beds."""
    _write(
        RESIDENT_COLUMNS,
        ((f.location, NEEDS[f.bed_type], f.occupied, counted_on.isoformat()) for f in filings if f.occupied),
        to,
    )


def _write(columns: Sequence[str], rows: Iterable[Sequence[object]], to: Path) -> None:
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)

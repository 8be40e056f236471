"""Labelled sets for the tracing of landlords: homes, titles with dirty addresses, and which home stands on which."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from exercise.county import build_county
from exercise.dirt import Written, spoil
from exercise.land_registry import labels, title_rows, with_shared_buildings
from register.matching import Kin
from register.matching.sides import plain_names
from register.records import LocationRecord, Proprietor, TitleRecord

_NUMBER = re.compile(r"^(\d+[A-Za-z]?(?:\s*(?:-|to|&|and|/)\s*\d+[A-Za-z]?)*)\s+(.*)$")
_OUTBUILDINGS = ("Rose Cottage", "The Old Barn", "The Coach House", "Orchard House", "Park View", "Hillcrest")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Homes and titles as records, who is kin to each home's provider, and the (home, title) pairs that are true."""

    homes: tuple[LocationRecord, ...]
    titles: tuple[TitleRecord, ...]
    kin: dict[str, Kin]
    labels: frozenset[tuple[str, str]]


def county_set(homes: int, seed: int, kinds: frozenset[str]) -> Labelled:
    """The invented county with its land register; one home in 25 shares its building with another."""
    county = with_shared_buildings(build_county(homes, seed))
    records, kin = [], {}
    for home in county.registrations(active=True):
        if not home.counted:
            continue
        provider, place = county.stock.providers[home.provider], home.building
        records.append(
            LocationRecord(
                id=home.id,
                name=home.name,
                nation="England",
                address=(place.street,),
                town=place.town,
                postcode=place.postcode,
                uprn=place.uprn,
                authority=place.council.name,
            )
        )
        kin[home.id] = Kin((f"gb-coh:{provider.company}",) if provider.company else (), plain_names([provider.name]))
    rows = title_rows(county, kinds)
    titles = tuple(
        TitleRecord(
            id=f"{'ocod' if row.overseas else 'ccod'}:{row.number}",
            title=f"hmlr:{row.number}",
            tenure=row.tenure,
            address=row.address,
            district=row.district,
            county=row.county,
            region=row.region,
            postcode=row.postcode or None,
            schedule=row.multiple,
            more_owners=row.additional,
            added_on=row.added,
            proprietors=tuple(
                Proprietor(name=one.name, number=one.number or None, category=one.category, country=one.country)
                for one in row.proprietors
            ),
        )
        for row in rows
    )
    return Labelled(tuple(records), titles, kin, frozenset((home, f"hmlr:{number}") for home, number in labels(rows)))


def published_set(path: Path, homes: int, seed: int, kinds: frozenset[str]) -> Labelled:
    """Homes' published addresses (CQC's file of ratings, gzipped CSV) against invented titles; nothing is kept.

    Homes of one address are labelled with each other's titles: they share a building.
    """
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "Residential" in row["Location Primary Inspection Category"]]
    rows = Random(seed).sample(rows, min(homes, len(rows)))
    records = tuple(
        LocationRecord(
            id=row["Location ID"],
            name=row["Location Name"],
            address=tuple(filter(None, (row["Location Street Address"], row["Location Address Line 2"]))),
            town=row["Location City"],
            postcode=row["Location Post Code"],
            authority=row["Location Local Authority"],
            region=row["Location Region"],
        )
        for row in rows
    )
    sites: dict[tuple[str, str], list[str]] = {}
    for record in records:
        sites.setdefault(_site(record), []).append(record.id)
    kin = {row["Location ID"]: Kin((), plain_names([row["Provider Name"]])) for row in rows}
    titles: list[TitleRecord] = []
    true: set[tuple[str, str]] = set()
    for turn, (record, row) in enumerate(zip(records, rows, strict=True)):
        chance = Random(f"{seed}/{record.id}")
        for title, own in _titles_of(turn, record, row["Provider Name"], chance, kinds):
            titles.append(title)
            if own:
                true.update((home, title.title) for home in sites[_site(record)])
    return Labelled(records, tuple(titles), kin, frozenset(true))


def _site(record: LocationRecord) -> tuple[str, str]:
    return record.postcode or "", (record.address or ("",))[0].casefold()


def _titles_of(
    turn: int, record: LocationRecord, provider: str, chance: Random, kinds: frozenset[str]
) -> Iterator[tuple[TitleRecord, bool]]:
    """Four homes in five have a freehold, three in ten a lease of the provider's; neighbours' titles beside them."""
    clean = _written(record)
    if chance.random() < 0.8:
        owner = provider if chance.random() < 0.45 else f"EXERCISE ESTATES {chance.randint(1, 300)} LIMITED"
        yield _title(f"A{turn}", "Freehold", spoil(clean, chance, kinds), owner), True
    if chance.random() < 0.3:
        yield _title(f"B{turn}", "Leasehold", spoil(clean, chance, kinds), provider), True
    doors = [int(number) for number in re.findall(r"\d+", clean.number)]
    # No number within the home's own range of numbers: a title of a part of the building would be the home's too.
    door = max(doors, default=chance.randint(1, 90)) + 2 * chance.randint(1, 9)
    beside = replace(clean, number=str(door))
    decoys = (
        (0.5, replace(beside, name="")),
        (0.3, replace(beside, name=f"Flat {chance.randint(1, 12)}")),
        (0.2, replace(clean, name=chance.choice(_OUTBUILDINGS), number="")),
        (0.08, replace(clean, before="Electricity sub station at")),
        (0.08, replace(clean, before="Land adjoining")),
        (0.1, replace(clean, name="", number="", before="Land on the east side of", postcode="")),
    )
    for which, (share, written) in enumerate(decoys):
        if chance.random() < share:
            spoilt = spoil(written, chance, kinds & {"capitals", "no postcode in the text", "county"})
            yield _title(f"D{turn}.{which}", "Freehold", spoilt, f"EXERCISE HOLDERS {turn % 400} LIMITED"), False


def _title(number: str, tenure: str, written: Written, owner: str) -> TitleRecord:
    return TitleRecord(
        id=f"ccod:{number}",
        title=f"hmlr:{number}",
        tenure=tenure,
        address=written.text(),
        postcode=(written.postcode or None) if written.column else None,
        schedule=written.schedule,
        proprietors=(Proprietor(name=owner.upper()),),
    )


def _written(record: LocationRecord) -> Written:
    """A published address in parts: the first line with a number in front is the street, else the last of the line."""
    first, *rest = record.address or ("",)
    if rest and not re.search(r"\d", first) and _NUMBER.match(rest[0]):
        first, rest = rest[0], []
    parts = [part.strip() for part in first.split(",") if part.strip()] or [""]
    number, street = next((found.groups() for part in parts if (found := _NUMBER.match(part))), ("", parts[-1]))
    town = ", ".join([*rest, record.town or ""])
    return Written((record.name or "").strip(), number, street, town, "", (record.postcode or "").strip())

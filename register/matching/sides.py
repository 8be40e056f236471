"""The two sides of the comparison: a home as its regulator knows it, and a title as the land register writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from register.matching.address import Text, extent_of, find, is_street, postcode_in, read_text, words
from register.parties import plain_company_name
from register.records import LocationRecord, Proprietor, TitleRecord


@dataclass(frozen=True, slots=True)
class Kin:
    """Who would be no stranger as the owner of a home's building: its provider, and the provider's group.

    ``companies`` are ids (``gb-coh:…``), the provider's own first; ``names`` plain company names, likewise. Either
    may be empty. ``excluded`` says, where it is so, why the lists would leave such a provider out as an owner.
    """

    companies: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    excluded: str | None = None


@dataclass(frozen=True, slots=True)
class Building:
    """A home's address, made ready for comparing.

    ``name`` is the name without endings such as "Care Home" and without what is only its street or town; ``streets``
    are rows of words, ``places`` the words of its town and locality, ``areas`` those of council and county.
    """

    id: str
    title: str
    lines: tuple[str, ...]
    postcode: str | None
    uprn: str | None
    name: tuple[str, ...]
    name_numbers: frozenset[str]
    streets: tuple[tuple[str, ...], ...]
    numbers: frozenset[str]
    places: frozenset[str]
    areas: frozenset[str]
    area_names: tuple[str, ...]
    localities: tuple[str, ...]
    town: tuple[str, ...]
    all_words: frozenset[str]
    kin: Kin


@dataclass(frozen=True, slots=True)
class Estate:
    """A title (``hmlr:…``) as its one or two rows give it, made ready for comparing."""

    id: str
    address: str
    tenure: str | None
    postcode: str | None
    text: Text
    extent: str
    area: frozenset[str]
    area_names: tuple[str, ...]
    proprietors: tuple[Proprietor, ...]
    schedule: bool
    more_owners: bool
    overseas: bool = False
    rows: tuple[str, ...] = field(default=())


def building_of(record: LocationRecord, kin: Kin = Kin()) -> Building:
    """Make a home's record ready."""
    lines = [part for line in record.address or () for part in line.split(",")]
    named = read_text(record.name or "")
    texts = [read_text(line) for line in lines]
    streets: list[tuple[str, ...]] = []
    localities: set[str] = set()
    premises: list[tuple[str, ...]] = []
    for text in texts:
        for at, segment in enumerate(text.segments):
            if is_street(segment, numbered=at in text.numbered) or (at in text.numbered and not streets):
                streets.append(segment)
            else:
                localities.update(segment)
                premises.append(segment)
    town = read_text(record.town or "").words
    localities.update(town)
    area_names = _joined(record.authority, record.county)
    areas = {word for name in (*area_names, *_joined(record.region)) for word in name.split()}
    numbers = frozenset(number for text in texts for number in text.numbers)
    name, name_numbers = _core(named, streets, town)
    if not streets and premises and not name:
        streets.append(premises[0])
    return Building(
        id=record.id,
        title=record.name or "",
        lines=tuple(line for line in (*(record.address or ()), record.town) if line),
        postcode=record.postcode,
        uprn=record.uprn,
        name=name,
        name_numbers=name_numbers,
        streets=tuple(dict.fromkeys(streets)),
        numbers=numbers or frozenset(number for number in named.numbers if number not in name_numbers),
        places=frozenset(localities),
        areas=frozenset(areas - localities),
        area_names=area_names,
        localities=tuple(dict.fromkeys(" ".join(part) for part in premises)),
        town=town,
        all_words=frozenset([*named.words, *(word for text in texts for word in text.words)]),
        kin=kin,
    )


def _core(
    named: Text, streets: Sequence[tuple[str, ...]], town: Sequence[str]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """What of a home's name is a name: "Fairview Nursing Home" is "fairview"; "12 High Street" is none.

    A number in it is of the name where the name's words stand before it ("Zelbury House 2").
    """
    endings = words()["endings"]
    for segment in named.segments:
        if any(find(street, segment) or find(segment, street) for street in streets):
            continue
        kept = list(segment)
        while kept and kept[-1] in endings:
            kept.pop()
        while kept and kept[0] in {"the", "a", "an"}:
            kept.pop(0)
        if kept and tuple(kept) != tuple(town):
            return tuple(kept), frozenset(named.numbers) if not named.numbered - {0} else frozenset()
    whole = named.words
    if len(whole) > 1 and whole[-1] in endings and not named.numbers:
        return whole, frozenset()  # "Upminster Nursing Home": only all of it is a name
    return (), frozenset()


def estate_of(rows: Iterable[TitleRecord]) -> Estate:
    """Make a title ready: its row in either list, or in both. At least one."""
    some = sorted(rows, key=lambda row: row.id)
    first = next((row for row in some if row.address), some[0])
    address = first.address or ""
    area_names = _joined(first.district, first.county)
    area = {word for name in (*area_names, *_joined(first.region)) for word in name.split()}
    return Estate(
        id=first.title,
        address=address,
        tenure=first.tenure,
        postcode=next((row.postcode for row in some if row.postcode), None) or postcode_in(address),
        text=read_text(address),
        extent=extent_of(address),
        area=frozenset(area),
        area_names=area_names,
        proprietors=tuple(dict.fromkeys(owner for row in some for owner in row.proprietors or ())),
        schedule=any(row.schedule for row in some),
        more_owners=any(row.more_owners for row in some),
        overseas=any(row.id.startswith("ocod:") for row in some),
        rows=tuple(row.id for row in some),
    )


def _joined(*names: str | None) -> tuple[str, ...]:
    """Names of areas in plain words, each once."""
    return tuple(dict.fromkeys(filter(None, (" ".join(read_text(name or "").words) for name in names))))


def plain_names(names: Iterable[str | None]) -> tuple[str, ...]:
    """Companies' names as they are compared, each once, in order."""
    return tuple(dict.fromkeys(plain_company_name(name) for name in names if name))

"""The two sides of the comparison: a home as its regulator knows it, and a title as the land register writes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from register.matching.address import Text, find, is_street, postcodes_in, read_text, words
from register.matching.description import Extent, describe
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
    """A title (``hmlr:…``) as its one or two rows give it, made ready for comparing.

    ``schedule``: it covers several addresses, by its row or because its text gives several postcodes.
    """

    id: str
    address: str
    tenure: str | None
    postcodes: tuple[str, ...]
    text: Text
    extent: Extent
    thing: tuple[str, ...]
    area: frozenset[str]
    area_names: tuple[str, ...]
    proprietors: tuple[Proprietor, ...]
    schedule: bool
    more_owners: bool
    overseas: bool = False
    rows: tuple[str, ...] = field(default=())


def brands_of(records: Iterable[LocationRecord]) -> frozenset[tuple[str, ...]]:
    """First parts of names that homes with other second parts share: "Exercise Care - Fairview", "… - The Elms"."""
    seconds: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for record in records:
        parts = read_text(record.name or "").segments
        if len(parts) > 1:
            seconds.setdefault(parts[0], set()).add(parts[1])
    return frozenset(first for first, others in seconds.items() if len(others) > 1)


def building_of(
    record: LocationRecord, kin: Kin = Kin(), brands: Collection[tuple[str, ...]] = frozenset()
) -> Building:
    """Make a home's record ready. ``brands`` are what ``brands_of`` finds: no house's name where another follows."""
    lines = [part for line in record.address or () for part in line.split(",")]
    named = read_text(record.name or "")
    texts = [read_text(line) for line in lines]
    streets: list[tuple[str, ...]] = []
    premises: list[tuple[str, ...]] = []
    houses: list[tuple[str, ...]] = []
    for text in texts:
        for at, segment in enumerate(text.segments):
            if not streets and not premises:
                houses.append(segment)
            road = is_street(segment, numbered=at in text.numbered) or (at in text.numbered and not streets)
            (streets if road else premises).append(segment)
    numbers = frozenset().union(*(text.numbers for text in texts))
    doors = [named.segments[at] for at in named.numbered if at < len(named.segments) and _is_door(named, at)]
    if doors and not numbers:  # "Exercise Care - 12 Sample Road", of "Zelbury Hill"
        premises += streets
        streets, numbers = doors, named.numbers
    town = read_text(record.town or "").words
    places = (town, *(part for part in premises if part[-1] not in words().generic))
    providers = [tuple(name.split()) for name in kin.names]
    name, name_numbers = _core(named, streets, places, lambda first: _is_brand(first, providers, named, brands))
    house = [part for part in houses if name and find(name, part)]  # "Fairview, 12 Sample Road": no locality
    localities = {word for part in premises if part not in house for word in part} | set(town)
    area_names = _joined(record.authority, record.county)
    areas = {word for names in (*area_names, *_joined(record.region)) for word in names.split()}
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


def _is_door(text: Text, at: int) -> bool:
    return is_street(text.segments[at], numbered=False)


def _is_brand(
    first: tuple[str, ...],
    providers: Iterable[tuple[str, ...]],
    named: Text,
    brands: Collection[tuple[str, ...]],
) -> bool:
    """Whether the first part of a home's name is its provider's, or that of several homes."""
    return named.segments[0] in brands or any(first[:2] == name[: len(first[:2])] for name in providers)


def _all_endings(segment: Sequence[str], hit: tuple[int, int, bool]) -> bool:
    """Whether beside what was found in it a name is only "Care Home" and the like."""
    return all(word in words().endings for word in (*segment[: hit[0]], *segment[hit[1] :]))


def _core(
    named: Text,
    streets: Sequence[tuple[str, ...]],
    places: Sequence[tuple[str, ...]],
    is_brand: Callable[[tuple[str, ...]], bool],
) -> tuple[tuple[str, ...], frozenset[str]]:
    """What of a home's name is a name: "Fairview Nursing Home" is "fairview"; "12 High Street" is none.

    ``places`` are its town, then what else of its address names no house. A number is of the name where the name's
    words stand before it ("Zelbury House 2"). Of several parts a brand is none:
    "Exercise Care - Fairview" is "fairview".
    """
    endings = words().endings
    doors = any(_is_door(named, at) for at in named.numbered if at < len(named.segments))
    found: list[tuple[str, ...]] = []
    for at, segment in enumerate(named.segments):
        if any((hit := find(street, segment)) and _all_endings(segment, hit) for street in streets):
            continue
        kept = list(segment)
        while kept and kept[-1] in endings:
            kept.pop()
        while kept and kept[0] in {"the", "a", "an"}:
            kept.pop(0)
        place = tuple(kept) in (places if found else places[:1])
        if kept and not place and not (at in named.numbered and _is_door(named, at)):
            found.append(tuple(kept))
    if found:
        if is_brand(found[0]) and (len(found) > 1 or (doors and found[0] not in places)):
            found.pop(0)
        own = found[0] if found else ()
        return own, named.numbers if not set(named.numbered) - {0} else frozenset()
    whole = named.words
    if len(whole) > 1 and whole[-1] in endings and not named.numbers:
        return whole, frozenset()  # "Upminster Nursing Home": only all of it is a name
    return (), frozenset()


def estate_of(rows: Iterable[TitleRecord]) -> Estate:
    """Make a title ready: its row in either list, or in both. At least one."""
    some = sorted(rows, key=lambda row: row.id)
    first = next((row for row in some if row.address), some[0])
    address = first.address or ""
    description = describe(address)
    postcodes = tuple(dict.fromkeys([*(row.postcode for row in some if row.postcode), *postcodes_in(address)]))
    area_names = _joined(first.district, first.county)
    area = {word for name in (*area_names, *_joined(first.region)) for word in name.split()}
    return Estate(
        id=first.title,
        address=address,
        tenure=first.tenure,
        postcodes=postcodes,
        text=read_text(description.address),
        extent=description.extent,
        thing=description.thing,
        area=frozenset(area),
        area_names=area_names,
        proprietors=tuple(dict.fromkeys(owner for row in some for owner in row.proprietors or ())),
        schedule=any(row.schedule for row in some) or len(postcodes_in(address)) > 1,
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

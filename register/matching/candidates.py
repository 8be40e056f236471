"""Which titles are worth comparing with which homes: those that share a postcode, a street, a name or an owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from register.matching.address import near
from register.matching.owners import owner_number
from register.matching.sides import Building, Estate
from register.parties import plain_company_name

_LONGEST_PHRASE = 5
#: Homes by a row of words, and by the place they stand in.
Index = dict[tuple[str, ...], dict[str, list[str]]]


class Blocks:
    """Homes by what a title may share with them. Beside a postcode, a town, locality or council must agree as well:
    streets and names are shared by hundreds of homes, and owners have homes everywhere.
    """

    def __init__(self, homes: Mapping[str, Building]) -> None:
        self._homes = homes
        self._by_postcode: dict[str, list[str]] = defaultdict(list)
        self._by_street: Index = {}
        self._by_name: Index = {}
        self._by_owner: dict[str, dict[str, list[str]]] = {}
        self._places: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._areas: set[str] = set()
        for home in homes.values():
            if home.postcode:
                self._by_postcode[home.postcode].append(home.id)
            where = (*_places_of(home), *home.area_names)
            for street in home.streets:
                _enter(self._by_street.setdefault(street, {}), where, home.id)
            if home.name:
                _enter(self._by_name.setdefault(home.name, {}), where, home.id)
            for owner in (*home.kin.companies, *home.kin.names):
                _enter(self._by_owner.setdefault(owner, {}), where, home.id)
            for place in _places_of(home):
                self._places[place[:1], len(place)].add(place)
            self._areas.update(home.area_names)
        self._meant: dict[str, tuple[str, ...]] = {}

    def of(self, estate: Estate) -> tuple[str, ...]:
        """The homes to compare a title with, in order of id."""
        found = {home for postcode in estate.postcodes for home in self._by_postcode.get(postcode, ())}
        phrases = [phrase for segment in estate.text.segments for phrase in _phrases(segment)]
        shared = [homes for phrase in phrases if (homes := self._by_name.get(phrase))]
        for owner in estate.proprietors:
            keys = {owner_number(owner), plain_company_name(owner.name)}
            shared += [homes for key in sorted(filter(None, keys)) if (homes := self._by_owner.get(key))]
        streets = [homes for phrase in phrases if (homes := self._by_street.get(phrase))]
        if shared or streets:
            where = self._where(estate, phrases)
            found.update(home for homes in shared for place in where for home in homes.get(place, ()))
            said = estate.text.numbers
            for homes in streets:
                for place in where:
                    # Of a street's other numbers nothing is to be expected.
                    found.update(home for home in homes.get(place, ()) if _may_be(self._homes[home].numbers, said))
        return tuple(sorted(found))

    def _where(self, estate: Estate, phrases: Iterable[tuple[str, ...]]) -> list[str]:
        """The places that a title may mean: by its text, a part of which may be misspelt; else by council or county."""
        found = [name for phrase in phrases if self._is_place(name := " ".join(phrase))]
        if not found:
            found = [place for part in estate.text.segments for place in self._places_meant(" ".join(part))]
        if not found:
            found = [area for area in estate.area_names if area in self._areas]
        found += [postcode.split()[0].casefold() for postcode in estate.postcodes]
        return list(dict.fromkeys(found))

    def _is_place(self, name: str) -> bool:
        return name in self._places.get((name[:1], len(name)), ())

    def _places_meant(self, said: str) -> tuple[str, ...]:
        """The places whose names are a slip away from what is said."""
        if said not in self._meant:
            sizes = range(max(4, len(said) - 2), len(said) + 3)
            alike = sorted(place for size in sizes for place in self._places.get((said[:1], size), ()))
            self._meant[said] = tuple(place for place in alike if near(place, said))
        return self._meant[said]


def _may_be(own: frozenset[str], said: frozenset[str]) -> bool:
    return not own or not said or bool(own & said)


def _places_of(home: Building) -> tuple[str, ...]:
    """The names by which a home's whereabouts may be told: its town, its localities, its outward postcode."""
    names = dict.fromkeys([" ".join(home.town), *home.localities])
    return (*filter(None, names), *((home.postcode.split()[0].casefold(),) if home.postcode else ()))


def _enter(index: dict[str, list[str]], where: Iterable[str], home: str) -> None:
    for place in where:
        index.setdefault(place, []).append(home)


def _phrases(segment: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every row of one to five words in a segment."""
    for start in range(len(segment)):
        for end in range(start + 1, min(len(segment), start + _LONGEST_PHRASE) + 1):
            yield tuple(segment[start:end])

"""Which titles are worth comparing with which homes: those that share a postcode, a street, a name or an owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from register.matching.address import has
from register.matching.evidence import owner_number
from register.matching.sides import Building, Estate
from register.parties import plain_company_name

_LONGEST_PHRASE = 5


class Blocks:
    """Homes by what a title may share with them. Outside a home's postcode a town or district must agree as well."""

    def __init__(self, homes: Mapping[str, Building]) -> None:
        self._homes = homes
        self._by_postcode: dict[str, list[str]] = defaultdict(list)
        self._by_phrase: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._by_owner: dict[str, list[str]] = defaultdict(list)
        for home in homes.values():
            if home.postcode:
                self._by_postcode[home.postcode].append(home.id)
            for phrase in dict.fromkeys([*home.streets, *((home.name,) if home.name else ())]):
                self._by_phrase[phrase].append(home.id)
            for owner in (*home.kin.companies, *home.kin.names):
                self._by_owner[owner].append(home.id)

    def of(self, estate: Estate, beside: Iterable[str] = ()) -> tuple[str, ...]:
        """The homes to compare a title with, in order of id; ``beside`` are proposed by somebody else."""
        found = set(self._by_postcode.get(estate.postcode or "", ()))
        found.update(home for home in beside if home in self._homes)
        for home in self._sharing(estate):
            if home not in found and self._is_near(self._homes[home], estate):
                found.add(home)
        return tuple(sorted(found))

    def _sharing(self, estate: Estate) -> Iterator[str]:
        for segment in estate.text.segments:
            for phrase in _phrases(segment):
                yield from self._by_phrase.get(phrase, ())
        for owner in estate.proprietors:
            yield from self._by_owner.get(owner_number(owner) or "", ())
            yield from self._by_owner.get(plain_company_name(owner.name), ())

    def _is_near(self, home: Building, estate: Estate) -> bool:
        if home.postcode and estate.postcode:
            return home.postcode.split()[0] == estate.postcode.split()[0]
        said = {*estate.text.words, *estate.area}
        return any(len(word) > 2 and has(word, said) for word in (*home.places, *home.areas))


def _phrases(segment: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every row of one to five words in a segment."""
    for start in range(len(segment)):
        for end in range(start + 1, min(len(segment), start + _LONGEST_PHRASE) + 1):
            yield tuple(segment[start:end])

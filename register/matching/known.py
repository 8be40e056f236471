"""What a whole register knows beside one home and one title: who bears which name, which towns there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from register.matching.address import read_text, words
from register.matching.sides import Building

#: Words of names that any home may bear: they tell no home from its namesake.
_ANY = frozenset({"care", "home", "homes", "centre", "unit", "service", "services", "limited", "ltd"})


@dataclass(frozen=True, slots=True)
class Known:
    """``namesakes``: how many homes bear each name. ``towns`` they stand in. ``kinds``: by home, the kinds of care in
    its name ("nursing") and those in the names of its namesakes at the same postcode, a set for each.
    """

    namesakes: Mapping[tuple[str, ...], int]
    towns: frozenset[tuple[str, ...]]
    town_words: frozenset[str]
    kinds: Mapping[str, tuple[frozenset[str], tuple[frozenset[str], ...]]]

    @classmethod
    def of(cls, homes: Iterable[Building]) -> Known:
        """Counted over all homes."""
        some = list(homes)
        towns = frozenset(home.town for home in some if home.town)
        names = Counter(home.name for home in some if home.name)
        return cls(dict(names), towns, frozenset(word for town in towns for word in town), _kinds(some))

    def is_namesakes(self, home: str, said: Collection[str]) -> bool:
        """Whether a title with these words is of a home's namesake next door: "Fairview Nursing Home" is of that, and
        not of "Fairview Residential Home".
        """
        if home not in self.kinds:
            return False
        own, others = self.kinds[home]
        return any((other - own) & set(said) and not (own - other) & set(said) for other in others)


def _kinds(homes: Iterable[Building]) -> dict[str, tuple[frozenset[str], tuple[frozenset[str], ...]]]:
    """Of homes that have a namesake at their postcode, and only of those."""
    together: dict[tuple[object, ...], list[Building]] = defaultdict(list)
    for home in homes:
        if home.name and home.postcode:
            together[home.name, home.name_numbers, home.postcode].append(home)
    found = {}
    for some in together.values():
        kinds = [frozenset(read_text(home.title).words) & words().endings - _ANY for home in some]
        for at, home in enumerate(some[: len(some) if len(some) > 1 else 0]):
            found[home.id] = kinds[at], tuple(kinds[:at] + kinds[at + 1 :])
    return found

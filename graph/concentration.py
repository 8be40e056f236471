"""How few hold how much: Herfindahl's index and the largest shares, by council and need.

The index is the sum of the squares of the shares of beds, times 10,000. Competition authorities speak of a
concentrated market from 1,500 and a highly concentrated one from 2,500; whether that fits care homes is not settled.
Where nobody knows who a home's owner is, the owner may be somebody new, or the largest already there: the two ends of
the bounds. Homes whose beds are not known are counted and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from graph.measures.ground import Ground
from graph.measures.tally import Bounds
from register.snapshot import Home

Level = Literal["provider", "group", "landlord"]
LEVELS: tuple[Level, ...] = ("provider", "group", "landlord")
#: How many of the largest are added up.
TOPS = (1, 3, 5)
ALL_NEEDS = "all care"
NO_COUNCIL = "not known"


@dataclass(frozen=True, slots=True)
class Concentration:
    """One market at one level. ``hhi`` is 0 to 10,000 as bounds; ``top`` the share of beds of the 1, 3 and 5 largest.

    ``owners`` are the known ones; ``beds_unowned`` beds of homes whose owner at this level is not known;
    ``homes_beds_unknown`` homes left out. ``largest`` is the known owner with most beds (id), with those beds.
    """

    area: str
    area_name: str | None
    need: str
    level: Level
    homes: int
    homes_beds_unknown: int
    beds: int
    beds_unowned: int
    owners: int
    largest: str | None
    largest_beds: int
    hhi: Bounds | None
    top: tuple[Bounds | None, ...]


def hhi(known: Iterable[int], unknown: Iterable[int]) -> Bounds | None:
    """The index of known owners' beds and of single homes whose owner is unknown; None where there is no bed.

    Least: every unknown home is somebody else's. Most: all are the largest owner's.
    """
    owned, loose = [one for one in known if one > 0], [one for one in unknown if one > 0]
    whole = sum(owned) + sum(loose)
    if not whole:
        return None
    largest = max(owned, default=0)
    squares = sum(one * one for one in owned)
    low = squares + sum(one * one for one in loose)
    high = squares - largest * largest + (largest + sum(loose)) ** 2
    return Bounds(10_000 * low / whole**2, 10_000 * high / whole**2)


def top_share(known: Iterable[int], unknown: Iterable[int], most: int) -> Bounds | None:
    """The share of the ``most`` largest owners, with the same two ends; None where there is no bed."""
    owned, loose = sorted((one for one in known if one > 0), reverse=True), [one for one in unknown if one > 0]
    whole = sum(owned) + sum(loose)
    if not whole:
        return None
    low = sum(sorted([*owned, *loose], reverse=True)[:most])
    high = sum(owned[:most]) + sum(loose)
    return Bounds(low / whole, high / whole)


def concentration(
    ground: Ground,
    needs_of: Callable[[Home], Sequence[str]] | None = None,
    levels: Sequence[Level] = LEVELS,
) -> tuple[Concentration, ...]:
    """Every council's market for every need at every level, in order of council, need and level.

    ``needs_of`` names what a home offers ("nursing/dementia"); a home that offers several counts with all its beds in
    each, because beds are not registered by need. Without it there is one market a council. Homes whose council is
    not known are one area, so that they are counted.
    """
    markets: dict[tuple[str, str], list[Home]] = {}
    names: dict[str, str | None] = {}
    for home in ground.homes:
        place = home.current.place
        area = place.authority or NO_COUNCIL
        names.setdefault(area, place.authority_name)
        for need in (ALL_NEEDS, *(needs_of(home) if needs_of else ())):
            markets.setdefault((area, need), []).append(home)
    owners = {level: _owners(ground, level) for level in levels}
    order = sorted(markets, key=lambda one: (one[0], one[1] != ALL_NEEDS, one[1]))
    return tuple(
        _market(ground, (area, names[area], need, level), markets[area, need], owners[level])
        for area, need in order
        for level in levels
    )


def _owners(ground: Ground, level: Level) -> Mapping[str, str | None]:
    """By home, who owns it at a level; None where that is not known."""
    if level == "provider":
        return {home.id: home.current.record.provider_id for home in ground.homes}
    if level == "group":
        return {
            home.id: group.id if (group := ground.groups.get(home.id)) else home.current.record.provider_id
            for home in ground.homes
        }
    return {home.id: _building(ground, home) for home in ground.homes}


def _building(ground: Ground, home: Home) -> str | None:
    """Who owns the building; co-owners are one owner together."""
    holding = ground.holdings[home.id]
    if holding.state != "traced":
        return None
    return " and ".join(sorted({one.party for one in holding.superior})) or None


def _market(
    ground: Ground,
    which: tuple[str, str | None, str, Level],
    homes: Sequence[Home],
    owners: Mapping[str, str | None],
) -> Concentration:
    held: dict[str, int] = {}
    loose: list[int] = []
    missing = 0
    for home in homes:
        beds = home.beds(ground.on)
        if beds is None:
            missing += 1
        elif (owner := owners[home.id]) is None:
            loose.append(beds)
        else:
            held[owner] = held.get(owner, 0) + beds
    largest = min(held, key=lambda owner: (-held[owner], owner), default=None)
    return Concentration(
        *which,
        len(homes),
        missing,
        sum(held.values()) + sum(loose),
        sum(loose),
        len(held),
        largest,
        held[largest] if largest is not None else 0,
        hhi(held.values(), loose),
        tuple(top_share(held.values(), loose, most) for most in TOPS),
    )

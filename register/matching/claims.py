"""Weighs the claims of several homes to one title: of homes in different buildings, one at the most is right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from register.matching.evidence import Evidence
from register.matching.sides import Building

_NUMBERED = frozenset({"same", "overlaps"})
_NAMED = frozenset({"same", "rare", "common"})


def site_of(home: Building) -> tuple[object, ...]:
    """What tells a home's building: its UPRN, else number, street and postcode, else name and postcode."""
    if home.uprn:
        return ("uprn", home.uprn)
    if home.numbers and home.streets and home.postcode:
        return ("door", home.postcode, home.numbers, home.streets)
    return ("name", home.postcode, home.name, home.name_numbers, home.streets, home.id if not home.name else "")


def settle(claims: Sequence[Evidence], homes: Mapping[str, Building]) -> dict[str, float]:
    """By home, the probability that the title is its building's, with all claims to the title weighed together.

    Homes in one building share its claim, but for one told by its name alone where the title bears a namesake's
    ("Fairview Nursing Home" beside "Fairview Residential Home"). Homes that a title names side by side, each by its own
    name, do not compete.
    """
    sites = {claim.home: _site(claim, homes[claim.home]) for claim in claims}
    best: dict[tuple[object, ...], Evidence] = {}
    for claim in claims:
        site = sites[claim.home]
        if site not in best or claim.bits > best[site].bits:
            best[site] = claim
    found = {}
    for claim in claims:
        own = best[sites[claim.home]]
        odds = math.exp2(own.bits)
        others = sum(math.exp2(other.bits) for other in _rivals(own, best.values(), homes))
        found[claim.home] = odds / (1.0 + odds + others)
    return found


def _site(claim: Evidence, home: Building) -> tuple[object, ...]:
    site = site_of(home)
    return (*site, home.id) if site[0] == "name" and claim.levels["name"] == "of a namesake" else site


def _rivals(claim: Evidence, others: Iterable[Evidence], homes: Mapping[str, Building]) -> list[Evidence]:
    return [other for other in others if other is not claim and not _side_by_side(claim, other, homes)]


def _side_by_side(one: Evidence, other: Evidence, homes: Mapping[str, Building]) -> bool:
    """Whether a title names both homes, each by its own name, or by its own number in its own street."""
    first, second = homes[one.home], homes[other.home]
    if one.levels["name"] in _NAMED and other.levels["name"] in _NAMED:
        names = set(first.name), set(second.name)
        if not (names[0] <= names[1] or names[1] <= names[0]):
            return True
    numbered = one.levels["number"] in _NUMBERED and other.levels["number"] in _NUMBERED
    return numbered and not set(first.streets) & set(second.streets)

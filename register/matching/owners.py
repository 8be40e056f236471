"""Whether an owner named in a title is a stranger to a home: its provider, one of the provider's group, or neither."""

from __future__ import annotations

import re
from functools import lru_cache

from register.identifiers import BadIdentifier, company_number
from register.matching.address import near
from register.matching.sides import Kin
from register.parties import plain_company_name
from register.records import Proprietor

#: Levels of the owner that make it no stranger to the home.
PROVIDERS = frozenset({"the provider", "by name the provider"})
KNOWN_OWNERS = PROVIDERS | {"of its group"}


def owner_level(kin: Kin, proprietors: tuple[Proprietor, ...]) -> str:
    """Whether an owner is the provider, or of its group: the best of up to four."""
    levels = {_owner_level(kin, owner) for owner in proprietors}
    for level in ("the provider", "by name the provider", "of its group", "alike in name"):
        if level in levels:
            return level
    return "somebody else" if levels and (kin.companies or kin.names) else "not told"


def _owner_level(kin: Kin, owner: Proprietor) -> str:
    number = owner_number(owner)
    if number and number in kin.companies:
        return "the provider" if number == kin.companies[0] else "of its group"
    name = plain_company_name(owner.name)
    if name in kin.names:
        return "by name the provider" if name == kin.names[0] else "of its group"
    return "alike in name" if any(_alike(name, other) for other in kin.names) else "somebody else"


@lru_cache(maxsize=65_536)
def owner_number(owner: Proprietor) -> str | None:
    """The company number filed for an owner from here, as ``gb-coh:…``; None for others."""
    raw = re.sub(r"[\s./-]", "", owner.number or "").upper()
    try:
        return company_number(raw) if raw and owner.country is None else None
    except BadIdentifier:
        return None


_FORMS = frozenset({"ltd", "plc", "llp", "group", "holdings", "properties", "property", "care", "homes", "home", "uk"})


@lru_cache(maxsize=262_144)
def _alike(one: str, other: str) -> bool:
    """Whether two companies' names begin with the same two telling words: "longwater exercise care properties"."""
    first = [word for word in one.split() if word not in _FORMS][:2]
    second = [word for word in other.split() if word not in _FORMS][:2]
    return len(first) == 2 and len(second) == 2 and all(near(a, b) for a, b in zip(first, second, strict=True))

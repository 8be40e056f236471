"""Finds homes and providers by id, postcode or words of the name. Simple on purpose: a planner knows the name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from register.identifiers import BadIdentifier, postcode
from register.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Hit:
    """One home or provider found, and why. ``status`` is a home's; ``place`` a home's town and postcode."""

    kind: Literal["home", "provider"]
    id: str
    name: str | None
    status: str | None
    place: str
    why: str


def search(snapshot: Snapshot, text: str, *, limit: int = 50) -> tuple[Hit, ...]:
    """Homes, then providers, best grounds first: id (also of an earlier registration), postcode, then words of a name.

    Every word must be in the name of a registration, an earlier one included, or in its town. Capitals and accents
    of punctuation do not matter. At most ``limit`` hits; empty text finds nothing.
    """
    wanted = text.strip()
    if not wanted:
        return ()
    found: dict[str, tuple[int, Hit]] = {}
    words = _words(wanted)
    code = _postcode(wanted)
    for home in snapshot.homes.values():
        for registration in home.registrations:
            record = registration.record
            if _same_id(record.id, wanted):
                _keep(found, 0, _home(snapshot, home.id, f"id {record.id}"))
            elif code and record.postcode == code:
                _keep(found, 1, _home(snapshot, home.id, f"postcode {code}"))
            elif words and words <= _words(f"{record.name or ''} {record.town or ''} {record.id}"):
                _keep(found, 2, _home(snapshot, home.id, f"name {record.name}"))
    for provider in snapshot.providers.values():
        record_of = provider.record
        hit = Hit("provider", record_of.id, record_of.name, None, record_of.postcode or "", "")
        if _same_id(record_of.id, wanted) or (record_of.company and _same_id(record_of.company, wanted)):
            _keep(found, 3, _because(hit, f"id {wanted}"))
        elif code and record_of.postcode == code:
            _keep(found, 4, _because(hit, f"postcode {code}"))
        elif words and record_of.name and words <= _words(record_of.name):
            _keep(found, 5, _because(hit, "name"))
    ordered = sorted(found.values(), key=lambda ranked: (ranked[0], ranked[1].name or "", ranked[1].id))
    return tuple(hit for _, hit in ordered[:limit])


def _home(snapshot: Snapshot, identifier: str, why: str) -> Hit:
    home = snapshot.homes[identifier]
    record = home.current.record
    place = ", ".join(part for part in (record.town, record.postcode) if part)
    return Hit("home", home.id, record.name, home.status, place, why)


def _because(hit: Hit, why: str) -> Hit:
    return Hit(hit.kind, hit.id, hit.name, hit.status, hit.place, why)


def _keep(found: dict[str, tuple[int, Hit]], rank: int, hit: Hit) -> None:
    held = found.get(hit.id)
    if held is None or rank < held[0]:
        found[hit.id] = (rank, hit)


def _same_id(identifier: str, text: str) -> bool:
    """Whether text is the id, with or without its register."""
    folded = text.casefold()
    return folded in (identifier.casefold(), identifier.partition(":")[2].casefold())


def _postcode(text: str) -> str | None:
    try:
        return postcode(text)
    except BadIdentifier:
        return None


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold().replace("'", "").replace("’", "")))

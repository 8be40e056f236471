"""Finds homes, providers and owners by id, postcode or words of a name. Simple on purpose: a planner knows the name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from register.identifiers import BadIdentifier, postcode
from register.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Hit:
    """One home, provider or other party found, and why. ``status`` is a home's; ``place`` its town and postcode;
    ``homes`` how many a provider runs."""

    kind: str
    id: str
    name: str | None
    status: str | None
    place: str
    why: str
    homes: int | None = None


def search(snapshot: Snapshot, text: str, others: Iterable[tuple[str, str, str]] = ()) -> tuple[Hit, ...]:
    """Homes, then providers, then ``others`` (kind, id and name: companies, landlords, lenders), best grounds first: id
    (also of an earlier registration), postcode, then words of a name.

    Every word must be in the name of a registration, an earlier one included, or in its town. Capitals and
    apostrophes do not matter. Empty text finds nothing.
    """
    wanted = text.strip()
    if not wanted:
        return ()
    found: dict[str, tuple[int, Hit]] = {}
    words = _words(wanted)
    _find_registered(snapshot, wanted, words, found)
    for kind, identifier, name in others:
        by_id = _same_id(identifier, wanted)
        if by_id or (words and words <= _words(name)):
            why = f"id {wanted}" if by_id else "name"
            _keep(found, 6 if by_id else 7, Hit(kind, identifier, name, None, "", why))
    ordered = sorted(found.values(), key=lambda ranked: (ranked[0], ranked[1].name or "", ranked[1].id))
    return tuple(hit for _, hit in ordered)


def _find_registered(snapshot: Snapshot, wanted: str, words: frozenset[str], found: dict[str, tuple[int, Hit]]) -> None:
    """Keep the homes and providers that fit, each with the rank of its best grounds."""
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
        hit = Hit("provider", record_of.id, record_of.name, None, record_of.postcode or "", "", len(provider.homes))
        if _same_id(record_of.id, wanted) or (record_of.company and _same_id(record_of.company, wanted)):
            _keep(found, 3, _because(hit, f"id {wanted}"))
        elif code and record_of.postcode == code:
            _keep(found, 4, _because(hit, f"postcode {code}"))
        elif words and record_of.name and words <= _words(record_of.name):
            _keep(found, 5, _because(hit, "name"))


def _home(snapshot: Snapshot, identifier: str, why: str) -> Hit:
    home = snapshot.homes[identifier]
    record = home.current.record
    place = ", ".join(part for part in (record.town, record.postcode) if part)
    return Hit("home", home.id, record.name, home.status, place, why)


def _because(hit: Hit, why: str) -> Hit:
    return replace(hit, why=why)


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

"""What a report is about: the United Kingdom, a nation, some homes of an area, a group, a landlord, a lender."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from graph.answers import Ownership
from graph.groups import RULES
from graph.ownership import STANDING
from register.snapshot import Snapshot

ScopeKind = Literal["uk", "nation", "area", "group", "landlord", "lender"]
NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")


class UnknownScope(ValueError):
    """A scope in which no home stands, or that fits nothing. The message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Scope:
    """``id`` is what was asked for, ``words`` what follows "the care homes" ("in England"), ``homes`` the homes that
    stand in it, in order of id. ``why`` says how a home comes to be in it.
    """

    kind: ScopeKind
    id: str
    words: str
    why: str
    homes: tuple[str, ...]

    @property
    def document(self) -> dict[str, str | int]:
        """As JSON, without the homes."""
        return {"kind": self.kind, "id": self.id, "words": self.words, "why": self.why, "homes": len(self.homes)}


def scope_of(ownership: Ownership, kind: ScopeKind, identifier: str = "", *, rule: str = "control50") -> Scope:
    """The scope of that kind. ``identifier`` is a nation's name, a council's code, or an id of the network.

    Raises UnknownScope; UnknownRule for a rule that is none.
    """
    snapshot = ownership.snapshot
    match kind:
        case "uk":
            words = "in the invented county" if snapshot.invented else "in the register"
            return _scope(snapshot, ("uk", "uk"), words, "it stands in the register", snapshot.homes)
        case "nation":
            return _nation(snapshot, identifier)
        case "area":
            return _area(snapshot, identifier)
        case "group":
            return _group(ownership, identifier, rule)
        case "landlord":
            return _landlord(ownership, identifier)
        case "lender":
            return _lender(ownership, identifier)


def _scope(snapshot: Snapshot, which: tuple[ScopeKind, str], words: str, why: str, homes: Iterable[str]) -> Scope:
    standing = tuple(sorted(home for home in homes if snapshot.homes[home].status in STANDING))
    if not standing:
        raise UnknownScope(f"no home stands {words} on {snapshot.on.isoformat()}")
    return Scope(*which, words, why, standing)


def _nation(snapshot: Snapshot, name: str) -> Scope:
    nation = next((one for one in NATIONS if one.casefold() == name.strip().casefold()), None)
    if nation is None:
        raise UnknownScope(f"{name!r} is not a nation; choose {', '.join(NATIONS)}")
    homes = [
        home.id
        for home in snapshot.homes.values()
        if (home.current.place.nation or home.current.record.nation) == nation
    ]
    return _scope(
        snapshot, ("nation", nation), f"in {nation}", "it stands there, by its postcode or its regulator", homes
    )


def _area(snapshot: Snapshot, code: str) -> Scope:
    places = {home.id: home.current.place for home in snapshot.homes.values()}
    homes = [home for home, place in places.items() if code in (place.authority, place.district)]
    name = next((places[home].authority_name for home in sorted(homes) if places[home].authority == code), None)
    return _scope(snapshot, ("area", code), f"in {name or code}", "it stands there, by its postcode", homes)


def _group(ownership: Ownership, member: str, rule: str) -> Scope:
    found = next((one for one in ownership.groups(rule) if member == one.id or member in one.members), None)
    if found is None:
        raise UnknownScope(f"{member} stands in no group of homes by the rule {rule}")
    words = f"of the group of {found.name} (rule {rule})"
    return _scope(ownership.snapshot, ("group", found.id), words, f"rule {rule}: {RULES[rule]}", found.homes)


def _landlord(ownership: Ownership, party: str) -> Scope:
    found = next((one for one in ownership.landlords if one.id == party), None)
    if found is None:
        raise UnknownScope(f"{party} owns no traced building that another runs a home in")
    why = "its building's superior title, found and accepted, names this owner"
    return _scope(ownership.snapshot, ("landlord", party), f"let by {found.name}", why, found.homes)


def _lender(ownership: Ownership, lender: str) -> Scope:
    found = next((one for one in ownership.lenders if one.id == lender), None)
    if found is None:
        raise UnknownScope(f"{lender} is named in no outstanding charge of a company that stands behind a home")
    why = "its provider gave the charge, or it hangs on a company that did; the table of lenders tells them apart"
    homes = (*found.homes, *found.watched)
    return _scope(ownership.snapshot, ("lender", lender), f"under charges to {found.name}", why, homes)

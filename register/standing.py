"""Which companies stand behind which homes: who is registered, who is above, who owns the building. Pure.

This is as much of the network of owners as it takes to say whom a company's news concerns; shares are not weighed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from register.change_kinds import home_words, in_words, plain
from register.snapshot import Home, Owner, Snapshot

#: A company holds the registration of a home, stands above the company that does, owns the home's building, or held the
#: registration on an earlier day.
Role = Literal["registered", "above", "landlord", "former"]
ROLES_NOW: tuple[Role, ...] = ("registered", "above", "landlord")
_WORDS: Mapping[Role, str] = {
    "registered": "It holds the registration of {}.",
    "above": "It holds no registration itself: it stands above the registered provider of {}.",
    "landlord": "It holds no registration: it owns the building of {}.",
    "former": "It held the registration of {}; another provider holds it now.",
}
#: So many homes are named; of more, how many they are.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """A company's homes in one council's area, by its nearest role to each: registered, else above, else landlord, else
    former."""

    authority: str | None
    authority_name: str | None
    homes: Mapping[Role, tuple[Home, ...]]

    @property
    def all(self) -> tuple[Home, ...]:
        """Every home of the area once, in order of id."""
        return tuple(sorted((home for some in self.homes.values() for home in some), key=lambda home: home.id))

    @property
    def beds(self) -> int:
        """Their registered beds; a home whose number is not known adds none."""
        return sum(home.current.record.beds or 0 for home in self.all)

    @property
    def sentence(self) -> str:
        """Which homes are concerned and how, in one sentence a role."""
        return " ".join(_WORDS[role].format(_homes(some)) for role, some in self.homes.items() if some)


def _homes(homes: Sequence[Home]) -> str:
    beds = sum(home.current.record.beds or 0 for home in homes)
    known = all(home.current.record.beds is not None for home in homes)
    counted = f"{beds:,} beds" if known else f"{beds:,} beds at least"
    names = [_words(home) for home in sorted(homes, key=lambda home: (-(home.current.record.beds or 0), home.id))]
    if len(homes) == 1:
        return f"{names[0]}, {counted}"
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"{len(homes):,} homes here, {counted}: {'; '.join(names[:NAMED])}{more}"


def _words(home: Home) -> str:
    ended = home.current.record.deregistered_on
    return home_words(home) + (f", whose registration ended on {in_words(ended)}" if ended else "")


def standings(snapshot: Snapshot, before: Snapshot | None = None) -> dict[str, tuple[Standing, ...]]:
    """By company (``gb-coh:…``), where it stands behind homes: one entry a council's area, in order of code.

    Homes are those open on the snapshot's day, and those whose registration ended after the day of ``before``, the
    earlier snapshot, by which the companies are told too that ran them then.
    A company is above another where the latter's register of control names it by a number of Companies House.
    """
    roles: dict[str, dict[str, Role]] = {}
    above = {
        company: sorted(
            {entry.party.id or "" for entry in entries if entry.active(snapshot.on) and _is_company(entry.party.id)}
        )
        for company, entries in snapshot.controls.items()
    }
    for home in snapshot.homes.values():
        ended = home.current.record.deregistered_on
        lately = before is not None and ended is not None and before.on < ended
        if not home.current.active(snapshot.on) and not lately:
            continue
        provider = snapshot.providers.get(home.current.record.provider_id or "")
        company = provider.record.company if provider else None
        if company is not None:
            roles.setdefault(company, {})[home.id] = "registered"
            for parent in _ancestors(company, above):
                roles.setdefault(parent, {}).setdefault(home.id, "above")
        for landlord in owners_of(snapshot, home.id):
            if _is_company(landlord):
                roles.setdefault(landlord, {}).setdefault(home.id, "landlord")
        former = _ran(before, home) if before else None
        if former is not None:
            roles.setdefault(former, {}).setdefault(home.id, "former")
    return {company: _by_area(snapshot, roles[company]) for company in sorted(roles)}


def _ran(before: Snapshot, home: Home) -> str | None:
    """The company of the provider that a home was registered to on the earlier day, if it was registered then."""
    for registration in home.registrations:
        held_in = before.homes.get(before.home_of.get(registration.id, ""))
        if held_in is not None and held_in.current.active(before.on):
            provider = before.providers.get(held_in.current.record.provider_id or "")
            return provider.record.company if provider else None
    return None


def owners_of(snapshot: Snapshot, home: str, by: date = date.max) -> dict[str, str]:
    """The named owners of a home's accepted titles: the party's id, and its name as a person reads it. ``by`` as in
    ``proprietors_of``."""
    found: dict[str, str] = {}
    for owner in proprietors_of(snapshot, home, by):
        country = f", {plain(owner.proprietor.country)}" if owner.proprietor.country else ""
        number = f" ({owner.party.id})" if _is_company(owner.party.id) else ""
        found.setdefault(owner.party.id or owner.party.rule, f"{plain(owner.proprietor.name)}{country}{number}")
    return dict(sorted(found.items()))


def proprietors_of(snapshot: Snapshot, home: str, by: date = date.max) -> Iterator[Owner]:
    """The owners of a home's accepted titles. Links and titles that only lists of days after ``by`` hold are left
    out."""
    trace = snapshot.traces.get(home)
    for link in trace.accepted if trace else ():
        title = snapshot.titles.get(link.title)
        seen = [one.as_at for entry in title.entries for one in entry.evidence] if title else []
        if min(seen, default=date.max) > by or min((one.as_at for one in link.evidence), default=by) > by:
            continue
        yield from title.owners if title else ()


def _is_company(party: str | None) -> bool:
    return party is not None and party.startswith("gb-coh:")


def _ancestors(company: str, above: Mapping[str, Sequence[str]]) -> list[str]:
    """Every company above one, each once; a ring ends where it began."""
    found, fresh = dict[str, None](), [company]
    while fresh:
        fresh = [one for below in fresh for one in above.get(below, ()) if one not in found and one != company]
        found |= dict.fromkeys(fresh)
    return list(found)


def _by_area(snapshot: Snapshot, roles: Mapping[str, Role]) -> tuple[Standing, ...]:
    areas: dict[str, dict[Role, list[Home]]] = {}
    for identifier, role in roles.items():
        home = snapshot.homes[identifier]
        areas.setdefault(home.current.place.authority or "", {}).setdefault(role, []).append(home)
    found = []
    for code in sorted(areas):
        some: dict[Role, tuple[Home, ...]] = {role: tuple(areas[code].get(role, ())) for role in _WORDS}
        name = next(home.current.place.authority_name for homes in some.values() for home in homes)
        found.append(Standing(code or None, name, some))
    return tuple(found)

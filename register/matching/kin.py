"""Who would be no stranger as the owner of a home's building: its provider, and whoever is under one roof with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from register.matching.sides import Kin, plain_names
from register.snapshot import Control, Home, Snapshot

#: Natures of control by which a holder is taken to control a company: over half, or the right to fill its board.
_MAJORITY = ("50-to-75-percent", "75-to-100-percent", "right-to-appoint-and-remove")
#: Types of ownership, in CQC's words, of providers whom lists of corporate owners leave out.
_PRIVATE = {"individual": "an individual", "partnership": "a partnership"}


def kin_of(snapshot: Snapshot) -> dict[str, Kin]:
    """By home, its provider and the companies of its group, as companies and by name; the provider's own first.

    Companies are of one group where one controls the other, or one party both, by more than half or by the right to
    fill the board: entries of the registers of control that hold on the snapshot's day.
    """
    roots = _groups(snapshot.controls, snapshot.on)
    members: dict[str, list[str]] = {}
    for party, root in sorted(roots.items()):
        members.setdefault(root, []).append(party)
    bodies = {
        control.party.id: control.record.name
        for entries in snapshot.controls.values()
        for control in entries
        if control.party.kind == "body" and control.party.id
    }
    return {key: _kin(home, snapshot, members.get(roots.get(_company(home, snapshot) or "", ""), []), bodies)
            for key, home in snapshot.homes.items()}  # fmt: skip


def _company(home: Home, snapshot: Snapshot) -> str | None:
    provider = snapshot.providers.get(home.current.record.provider_id or "")
    return provider.record.company if provider else None


def _kin(home: Home, snapshot: Snapshot, group: list[str], bodies: Mapping[str, str | None]) -> Kin:
    provider = snapshot.providers.get(home.current.record.provider_id or "")
    if provider is None:
        return Kin()
    own = provider.record.company
    others = [party for party in group if party != own]
    companies = tuple(dict.fromkeys(party for party in (own, *others) if party and party.startswith("gb-coh:")))
    known = [snapshot.companies[party].record.name for party in others if party in snapshot.companies]
    names = plain_names([provider.record.name, *known, *(bodies.get(party) for party in others)])
    return Kin(companies, names, _excluded(provider.record.ownership_type, provider.record.charity))


def _excluded(ownership: str | None, charity: str | None) -> str | None:
    """Why a provider who owns its building would be in no list of corporate owners; None where it would."""
    if charity:
        return "No title is found, and the provider is a charity: the lists leave charities out."
    what = _PRIVATE.get((ownership or "").casefold())
    return f"No title is found, and the provider is {what}: the lists leave private people out." if what else None


def _groups(controls: Mapping[str, tuple[Control, ...]], on: date) -> dict[str, str]:
    """By company or other party, the smallest id among those joined to it."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while (above := parent.setdefault(one, one)) != one:
            parent[one] = parent.setdefault(above, above)
            one = parent[one]
        return one

    for company, entries in controls.items():
        for control in entries:
            if control.party.id and control.active(on) and _majority(control):
                first, last = sorted((root(company), root(control.party.id)))
                parent[last] = first
    return {one: root(one) for one in list(parent)}


def _majority(control: Control) -> bool:
    return any(words in nature for nature in control.record.natures or () for words in _MAJORITY)

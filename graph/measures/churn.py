"""How often homes changed hands in five years: who runs them, and who owns the buildings."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from graph.measures.ground import Ground
from graph.measures.tally import NO, UNKNOWN, YES, Answer, tally
from register.snapshot import Home

YEARS = 5


def since_of(on: date) -> date:
    """The day five years before, the 28th of February for a 29th."""
    day = 28 if (on.month, on.day) == (2, 29) else on.day
    return date(on.year - YEARS, on.month, day)


def operator_changes(ground: Ground) -> tuple[Answer, ...]:
    """How often a home passed to another provider in the five years: by its registrations, the same company not twice.

    Not known of a home whose first registration is younger than that and which says nothing of an earlier one: it may
    be new, or its past may not be in the lists. A home that did change in that time counts by the changes seen.
    """
    since = since_of(ground.on)

    def answer(home: Home) -> str:
        changes = owner_changes(ground, home, since)
        if changes:
            return "1 change" if changes == 1 else "2 changes or more"
        first = home.registrations[0].record.registered_on
        return "none" if first is not None and first <= since else UNKNOWN

    return tally(ground.homes, ground.on, answer, order=("none", "1 change", "2 changes or more", UNKNOWN))


def rate_words(ground: Ground) -> tuple[str, ...]:
    """The changes seen for each home of which the five years are known."""
    since = since_of(ground.on)
    changes = sum(owner_changes(ground, home, since) for home in ground.homes)
    known = sum(one.count.homes for one in operator_changes(ground) if one.known)
    rate = f"{changes / known:.2f} a home" if known else "of no home known"
    return (f"Changes from {since.isoformat()} to {ground.on.isoformat()}: {changes}, {rate} in five years.",)


def owner_changes(ground: Ground, home: Home, since: date) -> int:
    """Registrations after ``since``, up to the register's day, with another legal person than the one before."""
    changes = 0
    for earlier, later in pairwise(home.registrations):
        begun = later.record.registered_on
        if begun is None or not since < begun <= ground.on:
            continue
        before, after = _runs(ground, earlier.record.provider_id), _runs(ground, later.record.provider_id)
        changes += before != after
    return changes


def building_changes(ground: Ground) -> tuple[Answer, ...]:
    """Whether the owner of the superior title was entered in the last five years: the day of the latest proprietor."""
    since = since_of(ground.on)

    def answer(home: Home) -> str:
        holding = ground.holdings[home.id]
        if holding.state != "traced":
            return UNKNOWN
        days = [entry.record.added_on for one in holding.superior for entry in one.title.entries]
        if any(day is not None and since < day for day in days):
            return YES
        return UNKNOWN if None in days or not days else NO

    return tally(ground.homes, ground.on, answer, order=(YES, NO, UNKNOWN))


def _runs(ground: Ground, provider: str | None) -> str | None:
    """The legal person of a registration: its company where the regulator gives one."""
    found = ground.snapshot.providers.get(provider or "")
    return (found.record.company if found else None) or provider

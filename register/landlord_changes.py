"""Whose building a home stands in: a title that changed hands, or an owner who is known now and was not. Pure.

A search that was made for the first time is no change. An owner who is known now because a link was accepted has not
bought the building: the two are told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from register.change_kinds import Change, change_of
from register.snapshot import Evidence, Snapshot, Trace
from register.standing import owners_of


def landlord_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Changes of the owners of homes' buildings, for homes that were searched for on both days."""
    for home in after.homes.values():
        then = next((one.id for one in home.registrations if one.id in before.traces), None)
        now = after.traces.get(home.id)
        if then is None or now is None or not home.current.active(after.on):
            continue
        was = before.traces[then]
        if not any((one.first or one.as_at) <= before.on for one in was.evidence):
            continue
        old = owners_of(before, then, by=before.on)
        new = owners_of(after, home.id)
        fresh = {party: name for party, name in new.items() if party not in old}
        if not fresh:
            continue
        names, former = " and ".join(fresh.values()), " and ".join(old.values())
        titles = {link.title for link in was.accepted} & {link.title for link in now.accepted}
        changed = any(_differ(before, after, title) for title in titles)
        if old and changed:
            kind, said = "new landlord", f"the owner of its building is now {names}; before, {former}."
        elif old:
            kind, said = (
                "new landlord",
                (
                    f"its building is now found to be owned by {names}; before, by {former}. Another title was "
                    "accepted: whether the building was sold is not said."
                ),
            )
        else:
            kind, said = (
                "landlord found",
                (
                    f"the owner of its building is now known: {names}. A title was accepted that was not before; that "
                    "the building was sold is not said."
                ),
            )
        change = change_of(kind, home, after, said)  # type: ignore[arg-type]
        seen = _evidence(after, now)
        yield replace(
            change,
            day=seen.as_at if seen else change.day,
            before=former or None,
            after=names,
            evidence_before=_evidence(before, was),
            evidence_after=seen,
        )


def _differ(before: Snapshot, after: Snapshot, title: str) -> bool:
    """Whether a title has other owners than before."""
    parties = [
        {owner.party.id for owner in snapshot.titles[title].owners} if title in snapshot.titles else set()
        for snapshot in (before, after)
    ]
    return parties[0] != parties[1]


def _evidence(snapshot: Snapshot, trace: Trace) -> Evidence | None:
    """The row of the land registry's list that names the owner; else what the search came to."""
    for link in trace.accepted:
        if link.title in snapshot.titles:
            return snapshot.titles[link.title].entries[0].evidence[0]
    return trace.evidence[0] if trace.evidence else None

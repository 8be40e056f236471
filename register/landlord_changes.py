"""Whose building a home stands in: a title that changed hands, or an owner who is known now or no longer. Pure.

A search that was made for the first time is no change. An owner who is known now because a link was accepted has not
bought the building, and one who is not known any more need not have sold it: what is not said is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from register.change_kinds import Change, Kind, absence_of, change_of
from register.parties import plain_company_name
from register.snapshot import Evidence, Snapshot, Trace
from register.standing import owners_of, proprietors_of

_NOT_SAID = "whether the building was sold is not said"


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
        old, new = owners_of(before, then, by=before.on), owners_of(after, home.id)
        if old.keys() == new.keys() or _named_alike(before, then, after, home.id):
            continue
        kept = {link.title for link in was.accepted} & {link.title for link in now.accepted}
        gone = _gone(before, after, was)
        kind, said = _told(
            old, new, changed=any(_differ(before, after, title) for title in kept), gone=gone is not None
        )
        change = change_of(kind, home, after, said)
        seen = absence_of(after, gone) if gone and not new else _shown(after, now)
        yield replace(
            change,
            day=seen.as_at if seen else change.day,
            before=_names(old) or None,
            after=_names(new) or None,
            evidence_before=_shown(before, was),
            evidence_after=seen,
        )


def _named_alike(before: Snapshot, then: str, after: Snapshot, now: str) -> bool:
    """Whether the owners are those of before by name, and the lists say on one day only which companies these are: a
    number that was filled in, or left out, is no sale."""
    numbers: list[set[str]] = []
    names: list[set[str]] = []
    for snapshot, home, by in ((before, then, before.on), (after, now, date.max)):
        owners = tuple(proprietors_of(snapshot, home, by))
        numbers.append({owner.party.id for owner in owners if owner.party.kind == "company" and owner.party.id})
        names.append({plain_company_name(owner.proprietor.name or "") for owner in owners})
    return names[0] == names[1] and (numbers[0] <= numbers[1] or numbers[1] <= numbers[0])


def _told(old: dict[str, str], new: dict[str, str], *, changed: bool, gone: bool) -> tuple[Kind, str]:
    """The kind and the sentence for owners (party to name) then and now; ``changed``: an accepted title changed hands;
    ``gone``: one is on the land registry's list no longer.

    All owners are named on both sides: one who joined another has not taken the other's place.
    """
    are = "owners of its building are" if len(new) > 1 else "owner of its building is"
    if not old:
        return "landlord found", (
            f"the {are} now known: {_names(new)}. A title was accepted that was not before; that the building was sold "
            "is not said."
        )
    if not new:
        why = (
            "its title is no longer on the land registry's list of companies' titles, and may have been sold to "
            "somebody whom that list leaves out"
            if gone
            else f"the title that it was matched with is not accepted any more; {_NOT_SAID}"
        )
        return "landlord left", f"its building was owned by {_names(old)}; whose it is now is not known: {why}."
    kind: Kind = "new landlord" if new.keys() - old.keys() else "landlord left"
    if changed:
        return kind, f"the {are} now {_names(new)}; before, {_names(old)}."
    return kind, (
        f"its building is now found to be owned by {_names(new)}; before, by {_names(old)}. Other titles are accepted "
        f"than before: {_NOT_SAID}."
    )


def _names(owners: dict[str, str]) -> str:
    return " and ".join(owners.values())


def _differ(before: Snapshot, after: Snapshot, title: str) -> bool:
    """Whether a title has other owners than before."""
    parties = [
        {owner.party.id for owner in snapshot.titles[title].owners} if title in snapshot.titles else set()
        for snapshot in (before, after)
    ]
    return parties[0] != parties[1]


def _gone(before: Snapshot, after: Snapshot, was: Trace) -> Evidence | None:
    """The row of a title that was accepted and that the land registry's later list does not hold."""
    titles = (before.titles[link.title] for link in was.accepted if link.title in before.titles)
    return next((one.entries[0].evidence[0] for one in titles if one.id not in after.titles), None)


def _shown(snapshot: Snapshot, trace: Trace) -> Evidence | None:
    """The row of the land registry's list that names the owner; else what the search came to."""
    for link in trace.accepted:
        if link.title in snapshot.titles:
            return snapshot.titles[link.title].entries[0].evidence[0]
    return trace.evidence[0] if trace.evidence else None

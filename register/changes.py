"""What changed between two days, or between two states of knowledge: two Snapshots in, changes in sentences out. Pure.

The homes of the later snapshot are the frame: it knows most of which registrations are one home, and each of them is
looked up as the earlier snapshot had it. Hence a home that was sold has not closed, and neither have two
registrations that turn out to be one home.

What is no change: an old edition loaded late, a source loaded for the first time, a field that a list left out
(``None`` never overrides a value), the same rating published again or in other capitals, the same council under a
new code or another spelling, a home listed without its address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from register.change_kinds import SEVERITY, Change, change_of, evidence_of, home_words, in_words, provider_words
from register.company_changes import company_changes
from register.differences import Given, differences, new_provider
from register.identifiers import scheme
from register.landlord_changes import landlord_changes
from register.snapshot import (
    Company,
    Control,
    Evidence,
    FeedState,
    Home,
    HomeStatus,
    Officer,
    Registration,
    Snapshot,
    Sourced,
)
from register.status import STALE_AFTER
from register.succession import NEAR


class Then(NamedTuple):
    """A home of the later snapshot as the earlier one had it: the registration that counted (``None``: nobody had
    registered it yet), whether it was active, and the home's status."""

    registration: Registration | None
    active: bool
    status: HomeStatus


def compare(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Everything that changed from ``before`` to ``after``, worst first.

    Raises ValueError where ``after`` is of an earlier day.
    """
    return tuple(
        sorted((*care_changes(before, after), *ownership_changes(before, after)), key=lambda change: change.order)
    )


def ownership_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What changed in the companies behind homes and in who owns their buildings. Raises ValueError as ``compare``."""
    _forwards(before, after)
    yield from company_changes(before, after)
    yield from landlord_changes(before, after)


def care_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What changed in the regulators' registers. Raises ValueError as ``compare``."""
    _forwards(before, after)
    lists, given = _Lists(before), (Given(before), Given(after))
    yield from stale_sources(before, after)
    unheard = first_lists(before, after)
    there = _by_postcode(after)
    for home in after.homes.values():
        if scheme(home.id) in unheard:
            continue
        then = _then(home, before, lists, after.on)
        if then is None:
            continue
        now_active = home.current.active(after.on)
        if now_active and then.registration is not None and then.active:
            yield from differences(then.registration, home, (before, after), given)
        elif now_active:
            yield _begun(home, then, before, after)
        else:
            yield from _ended(home, then, before, after, there.get(home.current.record.postcode, ()))
    yield from _withdrawn(before, after)


def _forwards(before: Snapshot, after: Snapshot) -> None:
    if after.on < before.on:
        raise ValueError(f"{after.on} is before {before.on}: changes run forwards")


def first_lists(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Registers (``ciw``) that ``after`` holds homes of, and of which ``before`` had no list: nothing to
    compare, whatever their dates say."""
    had = set(_lists_by_then(before))
    heard: dict[str, bool] = {}
    for home in after.homes.values():
        for registration in home.registrations:
            told = any(evidence.feed in had for evidence in registration.evidence)
            heard[scheme(home.id)] = heard.get(scheme(home.id), False) or told
    return tuple(sorted(register for register, told in heard.items() if not told))


def ownership_feeds(snapshot: Snapshot) -> frozenset[str]:
    """The feeds that speak of companies, of land and of who owns what, as far as they say anything on that day."""
    held: Iterable[Sourced[Any] | Company | Control | Officer] = chain(
        snapshot.companies.values(),
        snapshot.charities.values(),
        *(entries for mapping in (snapshot.controls, snapshot.officers) for entries in mapping.values()),
        *(entries for mapping in (snapshot.charges, snapshot.insolvencies) for entries in mapping.values()),
        *snapshot.notices.values(),
        *(title.entries for title in snapshot.titles.values()),
    )
    found = {evidence.feed for one in held for evidence in one.evidence}
    return frozenset(found | {evidence.feed for trace in snapshot.traces.values() for evidence in trace.evidence})


def stale_sources(before: Snapshot | None, after: Snapshot) -> Iterator[Change]:
    """Lists of homes older than STALE_AFTER days, counted to the later snapshot's day: those that became so since
    ``before``, or all of them where it is ``None``."""
    of_homes = {e.feed for h in after.homes.values() for r in h.registrations for e in r.evidence}
    earlier = _lists_by_then(before) if before else {}
    for feed in _lists_by_then(after).values():
        age = (after.on - feed.as_at).days
        was = earlier.get(feed.feed)
        old_already = before is not None and was is not None and (before.on - was.as_at).days > STALE_AFTER
        if feed.feed in of_homes and age > STALE_AFTER and not old_already:
            yield _stale(feed, age)


def _lists_by_then(snapshot: Snapshot) -> dict[str, FeedState]:
    """The lists of a snapshot's day or before, by feed; it may rest on the first list of a feed that began later."""
    return {feed.feed: feed for feed in snapshot.feeds if feed.as_at <= snapshot.on}


def _stale(feed: FeedState, age: int) -> Change:
    said = (
        f"the newest list is as at {in_words(feed.as_at)}, {age} days old; more than {STALE_AFTER} days is stale. "
        "What happened since then is not in these figures."
    )
    seen = Evidence(feed.feed, feed.as_at, feed.origin, None, "", feed.run)
    return Change(
        "source stale", None, feed.feed, said, feed.as_at, SEVERITY["source stale"], after=age, evidence_after=seen
    )


class _Lists:
    """The lists that a snapshot rests on: which registrations they could have held and did not."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.on = snapshot.on
        self._whole = {name for name, feed in _lists_by_then(snapshot).items() if feed.complete}

    def missed(self, registration: Registration) -> bool:
        """Whether a whole list of a feed that speaks of it later did not hold it yet."""
        days = [evidence.as_at for evidence in registration.evidence]
        told = any(evidence.feed in self._whole for evidence in registration.evidence)
        return told and all(day > self.on for day in days)


def _then(home: Home, before: Snapshot, lists: _Lists, day: date) -> Then | None:
    """A home as ``before`` had it; ``None`` where no change can be told: no list of the earlier day spoke of it.

    ``day`` is the later snapshot's.
    """
    known = []
    for registration in home.registrations:
        held_in = before.homes.get(before.home_of.get(registration.id, ""))
        if held_in is not None:
            one = next(r for r in held_in.registrations if r.id == registration.id)
            if not lists.missed(one):
                known.append(one)
    begun = [r for r in known if (r.record.registered_on or date.min) <= before.on]
    if not begun:
        first = home.registrations[0].record.registered_on or date.min
        new = first > before.on or any(lists.missed(r) for r in home.registrations)
        return Then(None, False, "not yet open") if new else None
    active = [r for r in begun if r.active(before.on)]
    last = active[-1] if active else begun[-1]
    sold = [r for r in active if not _still_active(r, home, day) and _elsewhere(r, home.current, before)]
    last = sold[-1] if sold else last
    return Then(last, bool(active), before.homes[before.home_of[last.id]].status)


def _still_active(registration: Registration, home: Home, day: date) -> bool:
    return any(r.id == registration.id and r.active(day) for r in home.registrations)


def _elsewhere(one: Registration, other: Registration, snapshot: Snapshot) -> bool:
    """Whether a snapshot held two registrations to be two homes: a sale recognised only when one of them ended."""
    return snapshot.home_of.get(one.id) != snapshot.home_of.get(other.id)


def _begun(home: Home, then: Then, before: Snapshot, after: Snapshot) -> Change:
    """A home that is open now and was not: new, found late, or registered again."""
    record, old = home.current.record, then.registration
    if old is not None:
        if old.record.provider_id != record.provider_id and old.id != home.current.id:
            return new_provider(old, home, before, after)
        ended = old.record.deregistered_on
        said = f"is registered and active again; it was {then.status} on {in_words(before.on)}."
        if ended is not None and old.id == home.current.id:
            said = f"is registered: that its registration ended on {in_words(ended)} is not said any more."
        change = change_of("active again", home, after, said, day=record.registered_on)
        return replace(
            change, before=then.status, after=home.status, evidence_before=evidence_of(old, "deregistered_on")
        )
    since = record.registered_on
    beds = "number of beds not known" if record.beds is None else f"{record.beds} registered beds"
    if since is not None and before.on - since > NEAR:
        said = f"is on the list for the first time, with {beds}, though registered since {in_words(since)}."
        return replace(change_of("newly listed", home, after, said), after=record.beds)
    opened = f"opened: registered on {in_words(since)}" if since else "opened: on the list for the first time"
    said = f"{opened}, {beds}, to {provider_words(after, record.provider_id)}."
    return replace(change_of("opened", home, after, said, day=since), after=record.beds)


def _by_postcode(after: Snapshot) -> dict[str | None, list[Home]]:
    """The homes that are registered on the later day, by postcode."""
    found: dict[str | None, list[Home]] = {}
    for home in after.homes.values():
        if home.current.active(after.on) and home.current.record.postcode:
            found.setdefault(home.current.record.postcode, []).append(home)
    return found


def _neighbours(home: Home, before: Snapshot, there: Iterable[Home]) -> str:
    """Homes at the same postcode that may be where it went: registered about then, or run by the same provider. Nothing
    joins them by rule, and a person may know better."""
    ended = home.current.record
    begun = (one for one in there if (one.current.record.registered_on or date.min) > before.on - NEAR)
    same = (one for one in there if one.current.record.provider_id == ended.provider_id is not None)
    names = list(dict.fromkeys(home_words(one) for one in (*begun, *same)))
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f" Registered at its postcode now: {'; '.join(names[:2])}{more}." if names else ""


def _ended(home: Home, then: Then, before: Snapshot, after: Snapshot, there: Iterable[Home] = ()) -> Iterator[Change]:
    """A home without an active registration now: closed, a candidate for it, or between two owners for long.

    ``there`` are the homes at its postcode.
    """
    if then.registration is not None and not then.active and _run_by_another(then.registration, before):
        return  # a correction parted what was held to be one home; its end is older than the period
    ended = home.current.record.deregistered_on
    was = evidence_of(then.registration, "status") if then.registration else None
    if home.status == "closed" and then.status != "closed":
        # Beds that were lost before the period are no loss of the period: an inquiry would count them twice.
        before_it = then.status == "ended, successor unknown"
        said = (
            f"closed{', as is known now' if before_it else ''}: {_end(home, then, before)}. "
            f"Nobody has taken the place on in the lists of more than 180 days since.{_neighbours(home, before, there)}"
        )
        change = change_of("earlier closure confirmed" if before_it else "closed", home, after, said, day=ended)
    elif home.status == "ended, successor unknown" and then.status in ("open", "dormant", "not yet open"):
        said = (
            f"{_end(home, then, before)}. No successor is known: a candidate for closure, not yet a closure."
            f"{_neighbours(home, before, there)}"
        )
        change = change_of("ended, successor unknown", home, after, said, day=ended)
    elif home.status == "dormant" and then.status == "open":
        said = "nobody has been registered to run it for more than 180 days; a successor is known."
        change = change_of("dormant", home, after, said)
    else:
        return
    seen = evidence_of(home.current, "deregistered_on")
    yield replace(change, before=then.status, after=home.status, evidence_before=was, evidence_after=seen)


def _run_by_another(ended: Registration, before: Snapshot) -> bool:
    """Whether the earlier snapshot held an ended registration to be of a home that another one runs."""
    held_in = before.homes[before.home_of[ended.id]]
    return held_in.current.id != ended.id and held_in.current.active(before.on)


def _end(home: Home, then: Then, before: Snapshot) -> str:
    """When the last registration ended, and how that is known."""
    ended, seen = home.current.record.deregistered_on, evidence_of(home.current, "deregistered_on")
    absent = seen.row is None and not seen.raw_digest and seen.as_at == ended
    if not absent:
        return f"its registration ended on {in_words(ended)}"
    last = _lists_by_then(before).get(seen.feed)
    if then.active and last is not None:
        return f"it is on the list of {in_words(last.as_at)} and no longer on that of {in_words(ended)}"
    return f"it is no longer on the list of {in_words(ended)}"


def _withdrawn(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Homes that were open and that the later snapshot does not hold as care homes at all."""
    for home in before.homes.values():
        if home.status not in ("open", "dormant") or not home.current.active(before.on):
            continue
        if any(registration.id in after.home_of for registration in home.registrations):
            continue
        said = (
            f"was listed as a care home on {in_words(before.on)} and is not any more. That it closed is not said: "
            "its kind of service was changed, or a list was corrected."
        )
        change = change_of("no longer listed as a care home", home, before, said, day=after.on)
        yield replace(change, evidence_before=evidence_of(home.current, "care_home"), evidence_after=None)

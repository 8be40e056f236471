"""What is different about a home that was open on both days: who runs it, its beds, its rating, its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from register.change_kinds import SEVERITY, Change, Kind, change_of, evidence_of, in_words, plain, provider_words
from register.place import name_key
from register.records import LocationRecord
from register.snapshot import Evidence, Home, Registration, Snapshot

#: Ratings from worst to best, each regulator's in an order of its own; one is never set against the other.
#: CQC: key lines of enquiry. Care Inspectorate: grades 1 (unsatisfactory) to 6 (excellent). Care Inspectorate Wales:
#: the lowest of four themes.
SCALES = (
    ("inadequate", "requires improvement", "good", "outstanding"),
    ("1", "2", "3", "4", "5", "6"),
    ("requires significant improvement", "requires improvement", "good", "excellent"),
)

#: Words that stand where a rating would and are none. CQC's move between systems leaves ``Not Rated`` at homes whose
#: rating stands (its notice of 2026), so that they cannot be told from a rating withdrawn.
UNRATED = frozenset(
    [
        "inspected but not rated", "no published rating", "do not include in report", "insufficient evidence to rate",
        "regulations met", "not applicable", "not rated", "not formally rated", "unrated", "",
    ]
)  # fmt: skip

#: The Care Inspectorate's word for a service whose owner has asked to end its registration.
PROPOSING = "proposing to cancel"

#: Facts of which a list's silence says something: ``None`` then means that the home has none.
_TELLING = ("rating", "manager_absent_since")


@dataclass(frozen=True, slots=True)
class _Both:
    """A home on both days: the registration that counted then and the home now."""

    old: Registration
    home: Home
    before: Snapshot
    after: Snapshot

    @property
    def was(self) -> LocationRecord:
        """The record then."""
        return self.old.record

    @property
    def now(self) -> LocationRecord:
        """The record now."""
        return self.home.current.record

    @property
    def handed_over(self) -> bool:
        """Whether it is registered to another provider now."""
        providers = (self.was.provider_id, self.now.provider_id)
        return None not in providers and providers[0] != providers[1]

    def change(
        self, kind: Kind, field: str, said: str, values: tuple[object, object], day: date | None = None
    ) -> Change:
        """A change of one field, with the evidence for both sides."""
        seen = evidence_of(self.home.current, field)
        was, now = (value if isinstance(value, int) or value is None else plain(value) for value in values)
        return replace(
            change_of(kind, self.home, self.after, said, day=day or seen.as_at),
            before=was,
            after=now,
            evidence_before=evidence_of(self.old, field),
            evidence_after=seen,
        )


class Given:
    """Which lists of a snapshot give which telling facts at all: a list without the column says nothing of anybody."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._given = {
            (evidence_of(home.current, field).feed, field)
            for home in snapshot.homes.values()
            for field in _TELLING
            if getattr(home.current.record, field) is not None
        }

    def by(self, evidence: Evidence, field: str) -> bool:
        """Whether the list of some evidence gives a field, of this home or of another."""
        return (evidence.feed, field) in self._given

    def by_any(self, registration: Registration, field: str) -> bool:
        """Whether any list that speaks of a registration gives a field."""
        return any(self.by(evidence, field) for evidence in registration.evidence)


def differences(
    old: Registration, home: Home, snapshots: tuple[Snapshot, Snapshot], given: tuple[Given, Given]
) -> Iterator[Change]:
    """Changes of a home that was open on both days; ``old`` is the registration that counted then.

    ``snapshots`` and ``given`` are of the earlier and the later day.
    """
    if old.record == home.current.record and old.place == home.current.place:
        return  # as most homes are on most days
    both = _Both(old, home, *snapshots)
    yield from _registration(both)
    yield from _dormancy(both)
    yield from _beds(both)
    yield from _rating(both, given)
    yield from _manager(both, given)
    yield from _place(both)


def new_provider(old: Registration, home: Home, before: Snapshot, after: Snapshot) -> Change:
    """A home run by another provider than before. It has not closed."""
    both = _Both(old, home, before, after)
    seller, buyer = provider_words(before, both.was.provider_id), provider_words(after, both.now.provider_id)
    since, number = both.now.registered_on, ""
    if home.current.id != old.id:
        number = f" under a new number (before: {_before(both)})"
    dated = f" since {in_words(since)}" if since and number else ""
    grounds = _grounds(both)
    said = f"now registered to {buyer}{number}{dated}; before, to {seller}. It has not closed.{grounds}"
    return both.change("new provider", "provider_id", said, (seller, buyer), since if number else None)


def _before(both: _Both) -> str:
    """The earlier registration's number, with its name where a reader would not know the home by the new one."""
    was, now = both.was.name, both.now.name
    renamed = was and now and re.findall(r"\w+", was.casefold()) != re.findall(r"\w+", now.casefold())
    return f"{both.old.id}, {plain(was)}" if renamed else both.old.id


def _grounds(both: _Both) -> str:
    """Why two registrations are held to be one home, where a rule says so and not the regulator."""
    if any(join.basis == "recorded" and both.home.current.id == join.later for join in both.home.joins):
        return ""
    reasons = sorted({plain(j.reason) for j in both.home.joins if j.later == both.home.current.id})
    return f" That it is one home is inferred: {'; '.join(reasons)}." if reasons else ""


def _registration(both: _Both) -> Iterator[Change]:
    if both.handed_over:
        yield new_provider(both.old, both.home, both.before, both.after)
    elif both.old.id != both.home.current.id:
        said = (
            f"registered again under a new number, with the same provider (before: {_before(both)}). It has not closed."
        )
        yield both.change("re-registered", "id", said, (both.old.id, both.home.current.id), both.now.registered_on)
    was, now = (record.status or "" for record in (both.was, both.now))
    if now.casefold() == PROPOSING != was.casefold():
        said = f'its status is "{plain(now)}": its owner has asked to end the registration. It is still open.'
        yield both.change("cancellation proposed", "status", said, (was or None, now))


def _dormancy(both: _Both) -> Iterator[Change]:
    was, now = both.was.dormant, both.now.dormant
    if was is None or now is None or was == now:
        return
    if now:
        said = "dormant: registered, but looking after nobody for now."
        yield both.change("dormant", "dormant", said, ("active", "dormant"))
    else:
        yield both.change("active again", "dormant", "active again after being dormant.", ("dormant", "active"))


def _beds(both: _Both) -> Iterator[Change]:
    was, now = both.was.beds, both.now.beds
    if was is None or now is None or was == now:
        return
    many = f"{abs(now - was)} {'more' if now > was else 'fewer'}"
    said = f"{now} registered beds, before {was}: {many}."
    yield both.change("more beds" if now > was else "fewer beds", "beds", said, (was, now))


def _rating(both: _Both, given: tuple[Given, Given]) -> Iterator[Change]:
    was, now = _word(both.was.rating), _word(both.now.rating)
    if now is None or (was is not None and was.casefold() == now.casefold()):
        return
    published, inherited = both.now.rated_on, bool(both.now.rating_inherited)
    when = f", published on {in_words(published)}" if published else ""
    if was is None:
        # An inherited rating is the previous owner's. Without a day, only a list that gave ratings before can tell.
        fresh = published is not None and published > both.before.on
        if inherited or not (fresh or given[0].by_any(both.old, "rating")):
            return
        yield both.change(
            "first rating", "rating", f"rated {now}{when}; it had no rating before.", (None, now), published
        )
        return
    owner = ""
    if inherited:
        owner = " It was given to the previous owner."
    elif both.handed_over:
        owner = " The earlier one was given to the previous owner."
    if published is not None and published == both.was.rated_on:
        owner += " Both bear the same day: a correction, or another of the home's ratings."
    change = both.change("rating changed", "rating", f"rated {now}{when}, before {was}.{owner}", (was, now), published)
    yield replace(change, severity=_severity(was, now))


def _word(rating: str | None) -> str | None:
    """A rating in the source's own word; ``None`` for the words that are none."""
    text = plain(rating or "")
    return None if text.casefold() in UNRATED else text


def _severity(was: str, now: str) -> int:
    """5 where the rating rose, 3 where it fell, 2 where it fell to the lowest; 4 where the two cannot be compared."""
    for scale in SCALES:
        if was.casefold() in scale and now.casefold() in scale:
            old, new = scale.index(was.casefold()), scale.index(now.casefold())
            return 5 if new > old else 2 if new == 0 else 3
    return SEVERITY["rating changed"]


def _manager(both: _Both, given: tuple[Given, Given]) -> Iterator[Change]:
    was, now = both.was.manager_absent_since, both.now.manager_absent_since
    if was is None and now is not None:
        if now > both.before.on or given[0].by_any(both.old, "manager_absent_since"):
            said = f"its registered manager is absent since {in_words(now)}."
            yield both.change("manager absent", "manager_absent_since", said, (None, now), now)
    elif was is not None and now is None:
        seen = evidence_of(both.old, "manager_absent_since")
        # The same list must still speak of this home, and of managers: only then does its silence mean anything.
        speaks = [e for e in both.home.current.evidence if e.feed == seen.feed and e.as_at > seen.as_at]
        if speaks and given[1].by(speaks[0], "manager_absent_since"):
            said = f"its registered manager, absent since {in_words(was)}, is no longer said to be."
            change = both.change("manager no longer absent", "manager_absent_since", said, (was, None), speaks[0].as_at)
            yield replace(change, evidence_before=seen, evidence_after=speaks[0])


def _place(both: _Both) -> Iterator[Change]:
    was, now = both.old.place, both.home.current.place
    named = _names(both)
    if was.authority and now.authority and named is not None and was.authority != now.authority:
        said = f"now in the area of {named[1]}; before, {named[0]}."
        yield both.change("council changed", "authority", said, named)
    old, new = _address(both.was), _address(both.now)
    if old and new and _elsewhere(both.was, both.now):
        said = f"its address on the list is {new}; before, {old}. A move and a correction look the same."
        yield both.change("address changed", "postcode", said, (old, new))


def _names(both: _Both) -> tuple[str, str] | None:
    """The council's name then and now, where the lists or the postcode say that they are two.

    A council told from the postcode on one day and named by the list on the other differs by how it was told.
    """
    was, now = both.old.place.authority_name or "", both.home.current.place.authority_name or ""
    listed = (both.was.authority, both.now.authority)
    moved = both.was.postcode != both.now.postcode
    alike = name_key(was) == name_key(now) or (listed[0] and listed[1] and name_key(listed[0]) == name_key(listed[1]))
    return None if alike or not (all(listed) or moved) else (was, now)


def _address(record: LocationRecord) -> str:
    """First line and postcode as one reads them; empty where the list gives no postcode."""
    line = record.address[0] if record.address else ""
    return ", ".join(plain(part) for part in (line, record.postcode) if part) if record.postcode else ""


def _elsewhere(was: LocationRecord, now: LocationRecord) -> bool:
    """Whether an address is another one: postcode or house number. ``St`` for ``Street`` is no other place."""
    lines = [record.address[0].casefold() if record.address else "" for record in (was, now)]
    numbers = [re.findall(r"\d+[a-z]?\b", line) for line in lines]
    return was.postcode != now.postcode or (all(numbers) and numbers[0] != numbers[1])

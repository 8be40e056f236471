"""One record of what several feeds say of the same thing, each field with the feed it was taken from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from register.records import LocationRecord, Record
from register.snapshot import Evidence
from register.succession import Sight
from register.versions import Seen, State

#: Facts that carry their own dates, and so may be taken from a list of a later day than the one asked for.
_DATED = frozenset({"registered_on", "deregistered_on", "links"})


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged record and its evidence, as ``Registration`` and ``Provider`` carry them."""

    record: Record
    evidence: tuple[Evidence, ...]
    field_evidence: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MergedLocation:
    """A registration merged, with what the lists say of it beyond its record."""

    record: LocationRecord
    evidence: tuple[Evidence, ...]
    field_evidence: Mapping[str, int]
    sight: Sight


def merge(views: Sequence[Seen]) -> Merged:
    """Merge what feeds say of one record: newest list first, then rank; ``None`` never overrides a value."""
    ordered = sorted(views, key=_precedence)
    evidence = tuple(_evidence(view) for view in ordered)
    if len(ordered) == 1:
        return Merged(ordered[0].record, evidence, {})
    early = any(view.state is not State.LATER for view in ordered)
    values: dict[str, Any] = {"id": ordered[0].record.id}
    followed: dict[str, int] = {}
    for name in ordered[0].record.__struct_fields__[1:]:
        speakers = [
            position
            for position, view in enumerate(ordered)
            if getattr(view.record, name) is not None and (not early or view.state is not State.LATER or name in _DATED)
        ]
        if not speakers:
            continue
        values[name] = getattr(ordered[speakers[0]].record, name)
        if len(speakers) > 1 or speakers[0] != 0:
            followed[name] = speakers[0]
    return Merged(type(ordered[0].record)(**values), evidence, followed)


def merge_location(views: Sequence[Seen], lists: Mapping[tuple[str, date], tuple[str, int]]) -> MergedLocation:
    """Merge what feeds say of one registration, and tell whether the newest lists still hold it.

    ``lists`` gives the origin and run of a feed's list of a day: the evidence that a registration is absent from it.
    """
    held = [view for view in views if view.state is State.HELD]
    gone = [view for view in views if view.state is State.GONE]
    if held:
        # A list of ratings or of dual registrations that dropped a home says nothing of whether it is registered.
        gone = [view for view in gone if speaks_of_registration(view)]
    spoken = [*held, *gone, *(view for view in views if view.state is State.LATER)]
    merged = merge(spoken)
    record = merged.record
    if not isinstance(record, LocationRecord):
        raise TypeError(f"{record.id} is not a location")
    last_seen = max(view.confirmed for view in (held or gone or spoken))
    if record.deregistered_on is None and _says_deregistered(record):
        # The source calls it deregistered and gives no day: the first list that says so is the best there is.
        said = [view.valid_from for view in spoken if _says_deregistered(view.record)]
        record = msgspec.structs.replace(record, deregistered_on=min(said))
    if record.deregistered_on is not None or not gone:
        return MergedLocation(record, merged.evidence, merged.field_evidence, Sight(last_seen))
    last_held = max((view.confirmed for view in held), default=date.min)
    absences = [view for view in gone if view.valid_to and view.valid_to > last_held]
    if not absences:
        return MergedLocation(record, merged.evidence, merged.field_evidence, Sight(last_seen))
    last_seen = max(view.confirmed for view in (*held, *gone))
    after = [view for view in absences if view.valid_to and view.valid_to > last_seen] or absences
    first = min(after, key=lambda view: (view.valid_to or date.max, view.rank, view.feed))
    ended = first.valid_to or date.max
    origin, run = lists.get((first.feed, ended), (first.origin, first.run))
    absence = Evidence(feed=first.feed, as_at=ended, origin=origin, row=None, raw_digest="", run=run)
    return MergedLocation(
        record=msgspec.structs.replace(record, deregistered_on=ended),
        evidence=(*merged.evidence, absence),
        field_evidence={**merged.field_evidence, "deregistered_on": len(merged.evidence)},
        sight=Sight(last_seen, vanished=True),
    )


def speaks_of_registration(view: Seen) -> bool:
    """Whether a list is one of registrations: it gives their status or their dates. A list of ratings does not."""
    record = view.record
    return isinstance(record, LocationRecord) and (record.status is not None or record.registered_on is not None)


def _says_deregistered(record: Record) -> bool:
    return isinstance(record, LocationRecord) and (record.status or "").casefold() == "deregistered"


def _precedence(view: Seen) -> tuple[int, int, int, str]:
    """Lists up to the day asked for before later ones; of the former the newest first, of the latter the earliest."""
    later = view.state is State.LATER
    day = view.valid_from.toordinal() if later else -view.confirmed.toordinal()
    return int(later), day, view.rank, view.feed


def _evidence(view: Seen) -> Evidence:
    """The evidence of a view: the list from which its row and digest come, which later lists may have confirmed."""
    return Evidence(view.feed, view.observed_on, view.origin, view.row, view.raw_digest, view.run, view.first)

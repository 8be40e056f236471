"""What a crawl hands over: which list, each record in it with its evidence, and what could not be read."""

from __future__ import annotations

from datetime import date

import msgspec

from register.records.base import Record


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One feed of one run: which list, of which day, and whether it claims to be the whole list.

    ``feed`` is ``<source>/<list>``, such as ``cqc_directory/ratings``. ``as_at`` is the day the list describes, not
    the day it was fetched. ``complete`` is true only where the list is whole *and* was read whole: only then does
    absence from it mean anything. ``origin`` is the file name or address it came from. ``increment`` is true for a list
    of what has changed since the feed's last one, and of nothing else: it is small on most nights, and never complete.
    """

    feed: str
    as_at: date
    complete: bool
    origin: str
    increment: bool = False


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One record as read, with the evidence: where it stood and the SHA-256 of the raw record (hexadecimal)."""

    feed: str
    record: Record
    raw_digest: str
    origin: str
    row: int | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be read: file, row, field and cause, for quarantine.

    ``loses_row`` is true where the whole record is held back; false where only this field is left unknown.
    ``record_id`` is the record's id where it could be read: a quarantined row must never look like an absent one.
    ``found`` is a short excerpt of the value, never of a personal field.
    """

    feed: str
    origin: str
    row: int | None = None
    field: str | None = None
    found: str | None = None
    reason: str
    loses_row: bool = True
    record_id: str | None = None

    @property
    def of_list(self) -> bool:
        """Whether this is said of a list as a whole, and of no row, field or record in it."""
        return not self.loses_row and self.row is None and self.field is None and self.record_id is None

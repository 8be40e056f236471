"""What every export says of itself: day, register, lists with their licences, and what may not be passed on."""

from __future__ import annotations

from typing import Any

from register.land_limits import DERIVED_ONLY, LANDLORD_LIMITS
from register.snapshot import Snapshot

INVENTED = "INVENTED COUNTY: an exercise. No home, person or company here is real."


class NeedsExtra(Exception):
    """A format whose libraries are not installed: one sentence that says what to install."""


def needs_extra(what: str, extra: str) -> NeedsExtra:
    """``what`` cannot be done without an optional set of libraries."""
    return NeedsExtra(f"{what} needs libraries that are not installed: pip install 'longstop[{extra}]'")


def notes(snapshot: Snapshot) -> tuple[str, ...]:
    """The sentences that go with an export, the most important first."""
    said = [INVENTED] if snapshot.invented else []
    said.append("A share is a band, never a figure; whoever is not known is counted as not known.")
    said += sorted({feed.attribution for feed in snapshot.feeds if feed.attribution})
    if snapshot.titles:
        said += [DERIVED_ONLY, *LANDLORD_LIMITS]
    return tuple(said)


def sources(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The lists that an export rests on, with publisher, licence and day."""
    return [
        {
            "title": f"{feed.publisher}: {feed.feed}",
            "licence": feed.licence,
            "as_at": feed.as_at.isoformat(),
            "rows": feed.rows,
            "complete": feed.complete,
        }
        for feed in snapshot.feeds
    ]

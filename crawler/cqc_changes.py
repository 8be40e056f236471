"""What changed at CQC since the last good night: which windows of ``/changes`` to ask for, which ids are new in them.

``/changes`` gives bare ids and no times, and is known to name some late. So a night asks for what changed since the
last good run, and once more for the thirty days before it, parted at the runs that fetched anything: an id that is
named between two of them is fetched unless the later one, or one after it, has fetched it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import msgspec

from crawler.reading import json_object
from crawler.tables import SourceChanged

#: How far back the ids of ``/changes`` are looked at again: some are named late.
OVERLAP = timedelta(days=30)
#: After a full pass so old another is due: only a whole list can say that a record has gone.
FULL_PASS_AFTER = timedelta(days=31)
#: Where a few records could not be had, or a list counts a few more or fewer than the changes account for: a week.
FULL_PASS_SOON = timedelta(days=7)
#: More than so many records, and more than so large a share, are no few: then the full pass is made at once.
FEW, FEW_SHARE = 5, 0.001
#: A window or a list of more pages than this is no answer to believe: the longest list has some 120.
MOST_PAGES = 1_000
#: The server's clock is thought to be late by no more than this.
LATEST_CLOCK = timedelta(days=1)
#: A full pass, what it could not have, and what was fetched since: the names of the bookmarks.
FULL, OWED, FETCHED = "full pass", "owed", "fetched"


_Kept = TypeVar("_Kept")


class FullPass(msgspec.Struct, frozen=True):
    """The last pass over everything: of which address, when it began (UTC), and how many each list counted.

    ``reader`` is what its reading depended on: corrections that came since are applied by another full pass.
    ``whole``: every record came; else what is gone could not be told, and the next full pass comes sooner.
    """

    base: str
    began: datetime
    totals: dict[str, int]
    reader: str
    whole: bool = True


class Gap(msgspec.Struct, frozen=True):
    """How far what a list counts is from what the changes account for: whether to read it whole, now or soon."""

    sentence: str
    large: bool


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """One page of ``/changes``: its ids, each once, and how many pages there are.

    ``named`` is how many entries it has, those that come twice too; ``total`` how many it says that all pages have.
    """

    ids: tuple[str, ...]
    page: int
    pages: int
    named: int = 0
    total: int = 0


@dataclass(slots=True)
class Window:
    """A window of ``/changes`` as it is read, by the server's clock. ``until`` is its end by ours: what a run that
    began then, or later, has fetched is known as it was in the window."""

    start: datetime
    end: datetime
    until: datetime
    ids: dict[str, None] = field(default_factory=dict)
    read: int = 0
    named: int = 0
    total: int = 0

    @property
    def doubt(self) -> str | None:
        """Why it may have named less than has changed; ``None`` where it has named as many as it counts."""
        if self.named >= self.total:
            return None
        return f"the list of changes counts {self.total:,} entries and names {self.named:,}"

    def add(self, page: ChangesPage) -> None:
        """Add the next page. Raises SourceChanged where it is not the next one, or brings nothing new."""
        if page.page != self.read + 1:
            raise SourceChanged(f"page {page.page} came where page {self.read + 1} was asked for")
        if page.pages > MOST_PAGES:
            raise SourceChanged(f"it has {page.pages:,} pages")
        if self.read and not set(page.ids) - self.ids.keys():
            raise SourceChanged(f"page {page.page} holds only what earlier pages held")
        self.ids.update(dict.fromkeys(page.ids))
        self.read, self.total = page.page, page.total
        self.named += page.named


@dataclass(slots=True)
class LeftOff:
    """Where the last good run left off. ``since`` is when it began (UTC); ``fetched`` when the run began that last
    fetched an id, by kind of record; ``owed`` the ids that were to be fetched and could not be had."""

    full: FullPass
    since: datetime
    fetched: dict[str, dict[str, datetime]]
    owed: dict[str, list[str]]

    def windows(self, kind: str, now: datetime, *, late: timedelta) -> list[Window]:
        """The windows to ask ``/changes`` for, in order of time: one, where nothing was fetched in the overlap.

        What changed before the full pass began is in it. ``late``: how late the server's clock is.
        """
        first = max(self.since - OVERLAP, self.full.began)
        runs = {moment for moment in self.fetched.get(kind, {}).values() if first < moment < self.since}
        if self.fetched.get(kind) and first < self.since:
            runs.add(self.since)
        ends = [*sorted(runs), now]
        return [Window(start - late, end if end == now else end - late, end) for start, end in pairwise([first, *ends])]

    def wanted(self, kind: str, windows: Iterable[Window]) -> list[str]:
        """Which ids are to be fetched: those of each window that no run has fetched since, and those that are owed."""
        fetched = self.fetched.get(kind, {})
        new = (
            identifier
            for window in windows
            for identifier in window.ids
            if identifier not in fetched or fetched[identifier] < window.until
        )
        return list(dict.fromkeys([*new, *self.owed.get(kind, ())]))

    def gap(self, kind: str, total: int, fetched_now: Iterable[str]) -> Gap | None:
        """What is odd about the number of records that a list counts; ``None`` where the changes account for it.

        Records stay in CQC's lists when they end, so a list never shrinks; and what is new in it has changed.
        """
        had = self.full.totals.get(kind, 0)
        most = had + len({*self.fetched.get(kind, {}), *fetched_now})
        odd = max(had - total, total - most)
        if odd <= 0:
            return None
        expected = f"{had:,}" if most == had else f"{had:,} to {most:,}"
        sentence = f"the list counts {total:,} records, where {expected} are accounted for"
        return Gap(sentence, large=odd > FEW and odd > had * FEW_SHARE)

    def after(self, kind: str, fetched: Iterable[str], now: datetime) -> dict[str, datetime]:
        """What to remember after a run: the ids of the overlap, and those that it fetched."""
        kept = {i: when for i, when in self.fetched.get(kind, {}).items() if now - when <= OVERLAP}
        return dict(sorted({**kept, **dict.fromkeys(fetched, now)}.items()))


def left_off(
    bookmarks: Mapping[str, str], since: datetime | None, *, base: str, reader: str, now: datetime
) -> LeftOff | None:
    """Where to go on; ``None`` where a full pass is due: the first, a month after the last, or of another address.

    ``since`` is when the last published run began, ``None`` where that was no crawl; ``now`` when this one does.
    """
    full = _decoded(bookmarks.get(FULL), FullPass)
    if full is None or since is None or (full.base, full.reader) != (base, reader):
        return None
    if not full.began <= since <= now or now - full.began > (FULL_PASS_AFTER if full.whole else FULL_PASS_SOON):
        return None
    fetched = _decoded(bookmarks.get(FETCHED), dict[str, dict[str, datetime]])
    owed = _decoded(bookmarks.get(OWED), dict[str, list[str]])
    if (fetched is None and FETCHED in bookmarks) or (owed is None and OWED in bookmarks):
        return None
    return LeftOff(full, since, fetched or {}, owed or {})


def encoded(value: object) -> str:
    """A bookmark's value: canonical, so that what has not changed is not written."""
    return msgspec.json.encode(value, order="deterministic").decode()


def _decoded(text: str | None, kind: type[_Kept]) -> _Kept | None:
    try:
        return msgspec.json.decode(text or "", type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def stamp(moment: datetime, *, up: bool = False) -> str:
    """A moment (UTC, without a zone) in whole seconds, as the API wants it: ``2026-11-22T01:15:00Z``."""
    whole = moment.replace(microsecond=0)
    return (whole + timedelta(seconds=1) if up and whole < moment else whole).isoformat() + "Z"


def parse_changes(raw: bytes, asked: int) -> ChangesPage:
    """A page of ``/changes/location`` or ``/changes/provider``. Raises SourceChanged where it is no such page."""
    page = json_object(raw, "the list of changes")
    numbers: dict[str, int | None] = {}
    for name in ("page", "totalPages", "total"):
        value = page.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise SourceChanged(f'the list of changes: its "{name}" is no number')
        numbers[name] = value
    entries = page.get("changes", [] if numbers["total"] == 0 else None)
    if not isinstance(entries, list):
        raise SourceChanged('the list of changes has no list "changes"')
    ids = [entry for entry in entries if isinstance(entry, str) and entry.strip()]
    if len(ids) < len(entries):
        raise SourceChanged(f"the list of changes: {len(entries) - len(ids)} of its {len(entries)} entries are no ids")
    pages = numbers["totalPages"]
    if pages is None and (page.get("nextPageUri") or (numbers["total"] or 0) > len(entries)):
        raise SourceChanged("the list of changes does not say how many pages it has")
    if not entries and (numbers["total"] or 0) > 0:
        raise SourceChanged(f"the list of changes counts {numbers['total']:,} entries, and page {asked} names none")
    return ChangesPage(
        tuple(dict.fromkeys(entry.strip().upper() for entry in ids)),
        numbers["page"] or asked,
        max(1, pages or 0),
        len(entries),
        numbers["total"] or 0,
    )

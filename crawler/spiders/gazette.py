"""The Gazette: notices of corporate insolvency, page by page, a week of publication at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from scrapy import Request
from scrapy.http import Response

from crawler.gazette_notices import Notices, page_of
from crawler.reading import Item, Reading
from crawler.spider import RegisterSpider
from crawler.tables import SourceChanged
from crawler.values import day
from register.records import Delivery, Fault, Observation

FEED = "gazette/notices"
#: Corporate insolvency; 25 is personal insolvency, of which nothing is asked for.
CATEGORY = "24"
PAGE_SIZE = 100
#: How far back the first night looks; and how far a later one looks behind the last, for notices entered late.
FIRST_LOOK, OVERLAP = timedelta(days=92), timedelta(days=3)
#: Days asked for at once: some hundred notices are published on a working day.
SLICE = timedelta(days=6)
#: No week has so many notices by far: more is no answer to believe, or to follow page by page.
MOST_NOTICES = 20_000
#: A list may change while it is read; then its days are read again, so many times in all.
MOST_TURNS = 3
#: Bookmarks: the last day asked for, and the notices of the days before it that were taken.
READ_TO, TAKEN = "read to", "taken"


class Gazette(RegisterSpider):
    """Slices of days, each read page by page to its end; what was found is handed over when the last one is read."""

    name = "gazette"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page. Without a company in the register there is nothing to look for."""
        if not self.run.companies:
            self.fail("the register knows no company of a care provider yet: refresh the regulators' sources first")
        last = self._read_to()
        self._first_night = last is None
        begin = self.run.today - FIRST_LOOK if last is None else min(last, self.run.today) - OVERLAP
        self._from = begin
        self._reading = Reading(FEED, f"notices of {begin} to {self.run.today}", self.run.today)
        self._notices = Notices(self._reading, self.run.companies)
        self._found: dict[str, Observation] = {}
        self._faults: list[Item] = []
        yield self._ask(begin)

    def _read_to(self) -> date | None:
        try:
            return day(self.run.bookmarks[READ_TO])
        except (KeyError, ValueError):
            return None

    def _ask(self, first: date, page: int = 1, turn: int = 1) -> Request:
        last = min(first + SLICE, self.run.today)
        query = {
            "categorycode": CATEGORY,
            "start-publish-date": first.isoformat(),
            "end-publish-date": last.isoformat(),
            "results-page-size": PAGE_SIZE,
            "results-page": page,
            "sort-by": "latest-date",
        }
        if page == 1:
            self._entries: dict[str, dict[str, object]] = {}
            self._total: int | None = None
        address = f"{self.run.page}?{urlencode(query)}"
        return self.get(address, self.parse_page, first=first, page=page, turn=turn)

    def parse_page(self, response: Response, first: date, page: int, turn: int) -> Iterator[Request | Item]:
        """Read a page, and ask for the next one or the next days."""
        found = page_of(response.body)
        if found.total > MOST_NOTICES:
            raise SourceChanged(f"the list of {first} and after says that it has {found.total:,} notices")
        held = len(self._entries)
        self._entries |= found.by_number
        whole = len(self._entries) >= found.total
        changed = self._total is not None and found.total != self._total
        if changed or not (whole or len(self._entries) > held):
            if turn == MOST_TURNS:
                raise SourceChanged(
                    f"the list of {first} and after changed {turn} times while it was read: it says that it has "
                    f"{found.total} notices, and {len(self._entries)} came"
                )
            yield self._ask(first, turn=turn + 1)
        elif not whole:
            self._total = found.total
            yield self._ask(first, page + 1, turn)
        else:
            self._keep(first)
            if first + SLICE < self.run.today:
                yield self._ask(first + SLICE + timedelta(days=1))
            else:
                yield from self._told()

    def _keep(self, first: date) -> None:
        """Read a slice that has come to its end."""
        for item in self._notices.read(self._entries.values(), f"notices of {first} and after"):
            if isinstance(item, Observation):
                self._found[item.record.id] = item
            else:
                self._faults.append(item)

    def _told(self) -> Iterator[Item]:
        """Hand over what was found and was not handed over before; leave the bookmarks."""
        taken = _decoded(self.run.bookmarks.get(TAKEN))
        new = [item for identifier, item in self._found.items() if identifier not in taken]
        self.run.bookmark(READ_TO, self.run.today.isoformat())
        self.run.bookmark(TAKEN, msgspec.json.encode(sorted(self._found)).decode())
        if not new and not self._faults and not self._first_night:
            self.run.nothing_new.append(f"no new notice of a company that matters since {self._from}.")
            return
        yield Delivery(feed=FEED, as_at=self.run.today, complete=False, origin=self._reading.origin, increment=True)
        yield from new
        yield from self._faults
        yield from self._notices.rest()


def _decoded(kept: str | None) -> frozenset[str]:
    try:
        return frozenset(msgspec.json.decode(kept or "[]", type=list[str]))
    except (msgspec.DecodeError, msgspec.ValidationError):
        return frozenset()


def parse_published(
    path: Path, *, today: date, as_at: date | None = None, companies: Collection[str] = frozenset()
) -> Iterator[Item]:
    """The notices in a saved page of data.json, or in a folder of them, that give the number of a company.

    ``companies`` (``gb-coh:…``; none: all) are those that matter. The day is ``as_at``, else the last day on which a
    notice was published. Raises SourceChanged.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    pages = [(file.name, page_of(file.read_bytes())) for file in files]
    if not pages:
        raise SourceChanged("the folder holds no page of notices (.json)")
    listed = as_at or min(today, max((d for _, page in pages for d in _published(page.entries)), default=today))
    reading = Reading(FEED, pages[0][0], listed)
    yield Delivery(feed=FEED, as_at=listed, complete=False, origin=pages[0][0], increment=True)
    notices, told = Notices(reading, frozenset(companies) or None), set[str]()
    for name, page in pages:
        for item in notices.read(page.entries, name):
            if isinstance(item, Fault) or (isinstance(item, Observation) and item.record.id not in told):
                told.add(item.record.id if isinstance(item, Observation) else "")
                yield item
    yield from notices.rest()


def _published(entries: Collection[dict[str, object]]) -> Iterator[date]:
    for entry in entries:
        try:
            yield day(entry.get("published"))
        except ValueError:
            continue

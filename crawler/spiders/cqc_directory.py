"""England: CQC's monthly and weekly files. Addresses change every month, so the page is read for its links.

The active locations are an ODS whose content unpacks to some 440 MB; it is streamed. Every file is told by its header,
never by its name: the same reader takes the files as downloaded, as CSV, as XLSX, and as others have re-published them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scrapy import Request
from scrapy.http import Response

from crawler.cqc_deactivated import DeactivatedRows
from crawler.cqc_files import ActiveRows, DualRows, MarketRows, Providers, RatingRows, WeeklyRows
from crawler.cqc_layouts import ACTIVE, DEACTIVATED, DUAL, LAYOUTS, MARKET, RATING, WEEKLY
from crawler.links import links_of
from crawler.reading import Item, Reading, read_table
from crawler.spider import RegisterSpider
from crawler.tables import NoTable, SourceChanged, Table, find_table, open_sheets
from crawler.values import day_in, names_a_day
from register.identifiers import cqc_id
from register.records import Delivery

#: The files that the page links to, by what their names hold; those that must be there; and what is only recognised.
LINKS = {
    "active locations": re.compile(r"HSCA_Active_Locations\.(ods|xlsx|csv)$", re.IGNORECASE),
    "latest ratings": re.compile(r"Latest_ratings\.(ods|xlsx|csv)$", re.IGNORECASE),
    "deactivated locations": re.compile(r"Deactivated_Locations\.(ods|xlsx|csv)$", re.IGNORECASE),
    "weekly directory": re.compile(r"CQC_directory\.(csv|zip)$", re.IGNORECASE),
}
REQUIRED = ("active locations",)
#: A sheet of fewer columns than this is words, such as the README; a wider one that nobody knows is a changed table.
WORDS_ONLY = 8
_SAYS_DAY = re.compile(r"\b(as at|as of|produced on|correct at|updated on|extracted on)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Files:
    """How the tables of one layout are read: into which feed, whether they are the whole list, by what."""

    feed: str
    of_providers: str
    complete: bool
    rows: Callable[[Table, Providers], ActiveRows | DeactivatedRows | DualRows | MarketRows | RatingRows | WeeklyRows]


FILES = {
    ACTIVE.name: Files("cqc_directory/locations", "cqc_directory/providers", True, ActiveRows),
    # A file of what ended lately: a registration that is gone from it has ended all the same.
    DEACTIVATED.name: Files("cqc_directory/deactivated", "cqc_directory/deactivated_providers", False, DeactivatedRows),
    DUAL.name: Files("cqc_directory/dual", "", True, DualRows),
    RATING.name: Files("cqc_directory/ratings", "cqc_directory/ratings_providers", True, RatingRows),
    MARKET.name: Files("cqc_directory/market", "cqc_directory/market_providers", False, MarketRows),
    WEEKLY.name: Files("cqc_directory/weekly", "cqc_directory/weekly_providers", False, WeeklyRows),
}


class CqcDirectory(RegisterSpider):
    """The page, then the files of this month."""

    name = "cqc_directory"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the page."""
        yield self.get(self.run.page, self.parse_page)

    def parse_page(self, response: Response) -> Iterator[Request]:
        """Follow the links to the files."""
        for address in find_files(response.body, response.url).values():
            yield self.get_file(address, self.parse_file)

    def parse_file(self, response: Response) -> Iterator[Item]:
        """Read a file."""
        items = parse_published(self.save(response), today=self.run.today, as_at=self.run.as_at)
        yield from self.as_far_as_known(response, items)


def find_files(page: bytes, address: str) -> dict[str, str]:
    """The newest file of each kind that a page links to. Raises SourceChanged naming what is missing."""
    found: dict[str, tuple[date, bool, str]] = {}
    for link, name in links_of(page, address).items():
        for kind, pattern in LINKS.items():
            if pattern.search(name.replace(" ", "_")):
                # Of one file in two forms the plain one is fetched.
                this = (day_in(name) or date.min, not name.lower().endswith(".zip"), link)
                found[kind] = max(found.get(kind, this), this)
    missing = [kind for kind in REQUIRED if kind not in found]
    if missing:
        raise SourceChanged(f"{address} has no link to the {' or the '.join(missing)}")
    return {kind: found[kind][2] for kind in LINKS if kind in found}


def parse_published(path: Path, *, today: date, as_at: date | None = None) -> Iterator[Item]:
    """Every record in one of CQC's files, whichever it is.

    The day is ``as_at``; else the one that the file states ("CQC database as at 5 May 2026"), which must agree with
    its name; else the one in its name; else ``today``. Raises SourceChanged for a table whose header is not a known
    one, Damaged for a file that is cut short or something else.
    """
    said: date | None = None
    unknown: list[str] = []
    known = 0
    with open_sheets(path) as sheets:
        for sheet in sheets:
            table = find_table(sheet, LAYOUTS)
            said = _stated_day(table.preamble) or said
            if isinstance(table, NoTable):
                if table.width >= WORDS_ONLY:
                    raise SourceChanged(table.reason)
                unknown.append(table.reason)
                continue
            known += 1
            yield from _parse_table(table, path.name, _listed_day(said, path.name, today, as_at))
    if not known:
        raise SourceChanged(unknown[0] if unknown else "it has no sheet")


def _parse_table(table: Table, origin: str, as_at: date) -> Iterator[Item]:
    files = FILES.get(table.layout.name)
    if files is None:
        reading = Reading("cqc_directory/unread", origin, as_at)
        reading.once(f"is {table.layout.name}, which is recognised and not read", field=table.sheet or origin)
        yield from reading.drain()
        return
    reading = Reading(files.feed, origin, as_at)
    # Coordinates stand in no ratings file as published: one that has them was made by somebody else, from a part of it.
    complete = files.complete and not (table.layout is RATING and "Location Latitude" in table.columns)
    yield Delivery(feed=files.feed, as_at=as_at, complete=complete, origin=origin)
    if files.of_providers:
        yield Delivery(
            feed=files.of_providers, as_at=as_at, complete=files.complete and table.layout is ACTIVE, origin=origin
        )
    rows = files.rows(table, Providers(files.of_providers, origin, reading))
    yield from read_table(table, reading, rows, key=(rows.key, cqc_id))
    if isinstance(rows, RatingRows):
        yield from rows.rest(reading)


def _stated_day(words: tuple[str, ...]) -> date | None:
    return next((found for line in words if _SAYS_DAY.search(line) and (found := day_in(line))), None)


def _listed_day(said: date | None, name: str, today: date, as_at: date | None) -> date:
    if as_at is not None:
        return as_at
    named = day_in(name)
    if said is not None and named is not None and names_a_day(name) and said != named:
        raise SourceChanged(f"it says that it is as at {said}, and its name says {named}")
    return said or named or today

"""Companies House's daily zips of accounts filed as tagged text: a page of links, then the files not yet read.

A day's file never changes. It is read again where it holds a filing of a company that has come to matter since: for
that it is remembered whose filings it holds.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Collection, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import msgspec
from parsel import Selector
from scrapy import Request
from scrapy.http import Response

from crawler.accounts import companies_in, library, read_zip
from crawler.edition import reader_mark
from crawler.reading import Item
from crawler.source import SourceProblem
from crawler.spider import RegisterSpider
from crawler.tables import SourceChanged
from crawler.values import day_in

_LINK = re.compile(r"Accounts_Bulk_Data-\d{4}-\d{2}-\d{2}\.zip$", re.IGNORECASE)
#: The page lists two months of days. A register that has read none begins with the last week; older days can be handed
#: over as files.
FIRST_DAYS = 7
#: The bookmark of a day that was read.
HOLDS = "holds"


class CompaniesHouseAccounts(RegisterSpider):
    """The page, then every day's file that no published run has read, or not for all companies that now matter."""

    name = "companies_house_accounts"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the page. Without a company in the register there is nothing to look for in the files."""
        try:
            library()
        except SourceProblem as problem:
            self.fail(str(problem))
        if not self.run.companies:
            self.fail(
                "the register knows no company of a care provider yet: refresh the regulators' sources first, or read "
                "files with --from"
            )
        yield self.get(self.run.page, self.parse_page)

    def parse_page(self, response: Response) -> Iterator[Request]:
        """Follow the links to the days that have not been read, and to those that hold what was not looked for then."""
        links = find_days(response.body, response.url)
        days = {name: day_held(self.run.bookmarks.get(f"{HOLDS} {name}")) for name in links}
        begun = next(
            (turn for turn, day in enumerate(days.values()) if day is not None), max(0, len(days) - FIRST_DAYS)
        )
        fresh = [name for name, day in list(days.items())[begun:] if day is None or day.read_for != self._mark(day)]
        if not fresh:
            self.run.nothing_new.append("No day of accounts is new, or holds a filing of a company that is.")
        for name in fresh:
            yield self.get_file(links[name], self.parse_file, name=name, afresh=True, day=name)
        for name in self.run.bookmarks:
            if name.rpartition(" ")[2] not in links:
                self.run.bookmark(name, None)

    def parse_file(self, response: Response, day: str) -> Iterator[Item]:
        """Read one day's accounts, and remember whose they are."""
        path = self.save(response)
        yield from parse_published(path, today=self.run.today, as_at=self.run.as_at, companies=self.run.companies)
        held = Day(pack(companies_in(path)), "")
        self.run.bookmark(f"{HOLDS} {day}", msgspec.json.encode(Day(held.packed, self._mark(held))).decode())
        path.unlink()

    def _mark(self, day: Day) -> str:
        """What the reading of a day depends on: of those who filed, whoever matters; and the reader itself."""
        return reader_mark(self.run.companies & unpack(day.packed))


class Day(msgspec.Struct, frozen=True):
    """A day as it was read: the companies that filed, packed, and the mark of those that were looked for."""

    packed: str
    read_for: str


def day_held(kept: str | None) -> Day | None:
    """The day in a bookmark; ``None`` for none, or one out of shape."""
    try:
        day = msgspec.json.decode(kept or "", type=Day)
        unpack(day.packed)
    except (msgspec.DecodeError, ValueError, zlib.error):
        return None
    return day


def pack(companies: Collection[str]) -> str:
    """Some thousands of companies (``gb-coh:…``) in some two bytes each."""
    return b64encode(zlib.compress(" ".join(sorted(companies)).encode(), 9)).decode()


def unpack(packed: str) -> frozenset[str]:
    """The companies again. Raises ValueError, zlib.error."""
    return frozenset(zlib.decompress(b64decode(packed, validate=True)).decode().split())


def find_days(page: bytes, address: str) -> dict[str, str]:
    """The address of each day's file by its name, the oldest first. Raises SourceChanged where there is none."""
    hrefs = Selector(text=page.decode(errors="replace")).css("a::attr(href)").getall()
    links = [urljoin(address, href.strip()) for href in hrefs]
    named = {unquote(urlsplit(link).path.rpartition("/")[2]): link for link in links}
    fitting = {name: link for name, link in named.items() if _LINK.search(name)}
    if not fitting:
        raise SourceChanged(f"{address} has no link to a file named like Accounts_Bulk_Data-2026-11-01.zip")
    return dict(sorted(fitting.items(), key=lambda one: (day_in(one[0]) or date.min, one[0])))


def parse_published(
    path: Path, *, today: date, as_at: date | None = None, companies: Collection[str] = frozenset()
) -> Iterator[Item]:
    """The accounts of some companies (``gb-coh:…``; none: all) in a zip, or in a folder of them.

    Raises SourceChanged for a folder without a zip, Damaged for a file that is none, SourceProblem without the library.
    """
    files = sorted(p for p in path.rglob("*.zip") if p.is_file()) if path.is_dir() else [path]
    if not files:
        raise SourceChanged("the folder holds no zip of accounts")
    for file in files:
        yield from read_zip(file, companies, today=today, as_at=as_at)

"""Companies House's daily zips of accounts filed as tagged text: a page of links, then the files not yet read."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from parsel import Selector
from scrapy import Request
from scrapy.http import Response

from crawler.accounts import library, read_zip
from crawler.reading import Item
from crawler.source import SourceProblem
from crawler.spider import RegisterSpider
from crawler.tables import SourceChanged
from crawler.values import day_in

_LINK = re.compile(r"Accounts_Bulk_Data-\d{4}-\d{2}-\d{2}\.zip$", re.IGNORECASE)
#: The page lists two months of days. A register that has read none begins with the last week; older days can be handed
#: over as files.
FIRST_DAYS = 7


class CompaniesHouseAccounts(RegisterSpider):
    """The page, then every day's file that no published run has read; a day's file never changes."""

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
        """Follow the links to the days that have not been read."""
        links = find_days(response.body, response.url)
        read = {name for name in links if f"file {name}" in self.run.bookmarks}
        fresh = [name for name in links if name not in read]
        if not fresh:
            self.run.nothing_new.append("No day of accounts has been published since the last that was read.")
        for name in fresh if read else fresh[-FIRST_DAYS:]:
            yield self.get_file(links[name], self.parse_file, name=name)

    def parse_file(self, response: Response) -> Iterator[Item]:
        """Read one day's accounts."""
        path = self.save(response)
        yield from parse_published(path, today=self.run.today, as_at=self.run.as_at, companies=self.run.companies)


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

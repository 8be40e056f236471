"""HM Land Registry's lists of corporate owners: asked for by name, fetched from an address that holds for ten seconds.

The key goes to the Land Registry alone, never to the storage that the files lie on.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from crawler.land_registry_files import list_files, read_list
from crawler.reading import Item, json_object
from crawler.spider import RegisterSpider
from crawler.tables import SourceChanged
from register.wanted_titles import WantedTitles

DATASETS = ("ccod", "ocod")
_NAME = re.compile(r"(?P<list>CCOD|OCOD)_(?P<kind>FULL|COU)_(?P<month>\d{4}_\d{2})\.(zip|csv)", re.IGNORECASE)
#: An address that has run out is asked for anew so many times: the answer before may have come late.
MOST_ADDRESSES = 3
_RUN_OUT = frozenset({400, 401, 403, 404, 410})
_PASSED_OVER = frozenset({".md", ".html", ".htm", ".pdf", ".txt", ".json"})
ACCOUNT = "https://use-land-property-data.service.gov.uk"


class Hmlr(RegisterSpider):
    """For each list: what files there are, the newest two of them, and for each its address for ten seconds."""

    name = "hmlr"
    expects: ClassVar[frozenset[int]] = _RUN_OUT

    async def start(self) -> AsyncIterator[Request]:
        """Ask what files there are. Without a care home in the register there is nothing to look for in them."""
        if not self.run.companies:
            self.fail(
                "the register knows no care home yet: refresh the regulators' sources first, or read files with --from"
            )
        self._lists, self._files = len(DATASETS), 0
        for dataset in DATASETS:
            yield self.ask(f"datasets/{dataset}", self.parse_dataset, dataset=dataset)

    def ask(self, path: str, callback: Any, **more: object) -> Request:
        """A request to the API."""
        request = self.get(f"{self.run.page.rstrip('/')}/{path}", callback, **more)
        request.headers["Accept"] = "application/json"
        return request

    def parse_dataset(self, response: Response, dataset: str) -> Iterator[Request]:
        """Ask for the addresses of the newest files of one list, unless the last published run has read them."""
        self._lists -= 1
        names = newest_files(result_of(response, dataset), dataset)
        self._files += len(names)
        for name in names:
            yield self.ask(f"datasets/{dataset}/{quote(name)}", self.parse_address, dataset=dataset, name=name)

    def parse_address(self, response: Response, dataset: str, name: str, asked: int = 1) -> Iterator[Request]:
        """Fetch a file at once, and without the key: the address is the permission."""
        answer = result_of(response, dataset)
        address = answer.get("download_url") if isinstance(answer, dict) else None
        if not isinstance(address, str) or not address:
            raise SourceChanged(f"the answer about {name} has no download_url")
        request = self.get_file(
            address,
            self.parse_file,
            name=name,
            unchanged=partial(self.done, name=name),
            dataset=dataset,
            name_of_file=name,
            asked=asked,
        )
        if self.run.source.key is not None:
            request.headers.pop(self.run.source.key.header, None)
        yield request.replace(priority=10)  # it holds for ten seconds: before anything else that waits

    def parse_file(self, response: Response, dataset: str, name_of_file: str, asked: int) -> Iterator[Any]:
        """Keep a file; with the last of them, read all. An address that ran out is asked for anew."""
        if response.status != 200:
            if asked >= MOST_ADDRESSES:
                raise SourceChanged(f"the address of {name_of_file} ran out {asked} times ({response.status})")
            path = f"datasets/{dataset}/{quote(name_of_file)}"
            yield self.ask(path, self.parse_address, dataset=dataset, name=name_of_file, asked=asked + 1)
            return
        self.save(response, name_of_file)
        yield from self.done(response, name=name_of_file)

    def done(self, response: Response, name: str) -> Iterator[Item]:
        """One file less to wait for; with the last of them, everything that came is read."""
        self._files -= 1
        if not self._files and not self._lists and any(self.run.folder.iterdir()):
            yield from parse_published(
                self.run.folder, today=self.run.today, as_at=self.run.as_at, companies=self.run.companies
            )


def result_of(response: Response, dataset: str) -> object:
    """What the API answers. Raises SourceChanged with a sentence that says what to do about a refusal."""
    if response.status in (401, 403):
        raise SourceChanged(
            f"HM Land Registry says that the licence of {dataset.upper()} is not signed, or that no key was sent "
            f"({response.status}): sign in at {ACCOUNT}, accept the licence of {dataset.upper()} there, and set "
            "LONGSTOP_HMLR_KEY"
        )
    if response.status == 404 and b"api key" in response.body.lower():
        raise SourceChanged(
            f"HM Land Registry does not know this key (404): copy it anew from your account at {ACCOUNT} "
            "into LONGSTOP_HMLR_KEY"
        )
    if response.status != 200:
        raise SourceChanged(f"the Land Registry's API answered {response.status} about {dataset.upper()}")
    answer = json_object(response.body, f"the Land Registry's answer about {dataset.upper()}")
    if answer.get("success") is not True:
        raise SourceChanged(f"the Land Registry's API did not succeed: {str(answer.get('error') or 'no reason')[:200]}")
    return answer.get("result")


def newest_files(result: object, dataset: str) -> list[str]:
    """The newest full list that an answer names, and the file of changes of the same month, if any.

    Raises SourceChanged where it names no full list.
    """
    found: dict[tuple[str, str], str] = {}
    for word in _words(result):
        match = _NAME.fullmatch(word)
        if match and match["list"].lower() == dataset:
            found[match["month"], match["kind"].upper()] = word
    full = max((month for month, kind in found if kind == "FULL"), default=None)
    if full is None:
        raise SourceChanged(f"the Land Registry names no full list of {dataset.upper()}")
    return [found[full, kind] for kind in ("COU", "FULL") if (full, kind) in found]


def _words(value: object) -> Iterator[str]:
    """Every text in a JSON value: the names of files stand at several depths."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _words(one)


def parse_published(
    path: Path, *, today: date, as_at: date | None = None, companies: Collection[str] = frozenset()
) -> Iterator[Item]:
    """What matters in the files at a path: full lists and files of changes, as CSV, gzipped or zipped, in any order.

    ``companies`` are the marks of what is wanted (see ``register.wanted_titles``); none: everything. The day of a file
    is ``as_at``, else that of its name, else ``today``. Raises SourceChanged, Damaged.
    """
    files = [path]
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix.lower() not in _PASSED_OVER]
        files = [p for p in files if not p.name.startswith((".", "~", "README"))]
        if not files:
            raise SourceChanged("the folder holds no file")
    wanted = WantedTitles.from_marks(companies)
    for file in list_files(files, today=today, as_at=as_at):
        yield from read_list(file, wanted)

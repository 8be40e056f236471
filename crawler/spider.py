"""The shared base of the spiders: it knows its source and its run, asks only where it may, and fails in sentences."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urljoin, urlsplit

import msgspec
from msgspec import structs
from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.downloads import DOWNLOAD, Download
from crawler.edition import Edition, edition_held, edition_of, reader_mark
from crawler.list_ends import ListEnds
from crawler.progress import Progress
from crawler.reading import Item
from crawler.sentences import REFUSALS, own_error, why_unanswered
from crawler.source import Source
from crawler.tables import SourceChanged
from crawler.workbooks import Damaged
from register.records import Delivery, Fault

#: Where a request keeps what is known of the file that it asks for.
ASKED = "longstop_asked"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OutOfBounds(ValueError):
    """An address that the source has no business to send us to."""


@dataclass(frozen=True, slots=True)
class StreamOfChanges:
    """The address in use of a source's stream of changes, and its key."""

    base: str
    key: str | None


@dataclass(slots=True)
class Run:
    """One crawl of one source. ``base`` is the address in use, ``folder`` where downloads are kept until they are read.

    ``timeout`` is how long an answer may take in seconds, ``None``: as long as the source's YAML says.
    ``stream`` is the source's stream of changes, where it is set up.
    ``companies`` are those that matter to the register, for a source that is filtered by them (``gb-coh:…``).
    ``learnt`` is when the run began, ``since`` when the last published crawl did (UTC, without a zone; ``None``: there
    is none, or files were published after it). ``full``: everything is to be asked for, whatever has changed.
    ``bookmarks`` are what the last published runs of the source left (none with ``full``), ``marks`` what this one
    leaves (see ``bookmark``), ``nothing_new`` what was asked for and has not changed. ``send`` is where items go;
    ``failures`` are sentences: with any in it, nothing of the run is published.
    """

    source: Source
    base: str
    folder: Path
    today: date
    send: Callable[[Item], None]
    as_at: date | None = None
    key: str | None = None
    partner_code: str | None = None
    contact: str = ""
    requests_per_minute: int | None = None
    timeout: float | None = None
    progress: Progress | None = None
    companies: frozenset[str] = frozenset()
    stream: StreamOfChanges | None = None
    full: bool = False
    learnt: datetime = datetime.min  # noqa: DTZ901 - UTC without a zone, as the register keeps it
    since: datetime | None = None
    bookmarks: Mapping[str, str] = field(default_factory=dict)
    marks: dict[str, str | None] = field(default_factory=dict)
    nothing_new: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def bookmark(self, name: str, value: str | None) -> None:
        """Leave a bookmark for the next run, kept only where this run is published; ``None`` forgets it."""
        self.marks[name] = value

    @property
    def reader(self) -> str:
        """What this run's reading of a file depends on, besides the file."""
        return reader_mark(self.companies)

    @property
    def page(self) -> str:
        """Where the files are found: the base itself where it has a path, else the source's page on it."""
        return self.base if urlsplit(self.base).path.strip("/") else self.base.rstrip("/") + self.source.page

    @property
    def publisher_address(self) -> bool:
        """Whether the publisher's own site is asked, and not a mirror or a test site."""
        return urlsplit(self.base).netloc.lower() == urlsplit(self.source.url).netloc.lower()

    @property
    def loopback(self) -> bool:
        """Whether the site is on this machine, where nobody else's server has to be spared."""
        return urlsplit(self.base).hostname in _LOOPBACK

    def allowed(self, address: str) -> bool:
        """Whether an address may be asked: the host and port in use, or the source's own other hosts over https."""
        base, asked = urlsplit(self.base), urlsplit(address)
        if asked.scheme not in ("https", base.scheme) or asked.username or asked.password:
            return False
        if asked.netloc.lower() == base.netloc.lower():
            return True
        return self.publisher_address and asked.scheme == "https" and self.source.has_host(asked.netloc)


class Asked(msgspec.Struct, frozen=True):
    """A file that is asked for: its bookmark's name, its reader, the edition read last, what to do if it is that."""

    name: str
    reader: str
    edition: Edition | None = None
    unchanged: Callable[[Response], Iterator[Any]] | None = None


def in_sentences(callback: Callable[..., Any]) -> Callable[..., Any]:
    """A spider's callback whose known troubles end the run with a sentence instead of a traceback."""

    @wraps(callback)
    def guarded(self: RegisterSpider, response: Response, **more: Any) -> Iterator[Any]:
        try:
            for one in self.answered(callback, response, more):
                yield one
                if self.run.failures:
                    raise CloseSpider("failed")
        except CloseSpider:
            raise
        except (SourceChanged, Damaged, OutOfBounds) as problem:
            self.fail(f"{file_name(response.url)}: {problem}")
        except OSError as problem:
            self.fail(f"{file_name(response.url)}: it cannot be kept on the disk ({problem.strerror or problem})")
        except Exception as problem:  # an answer that nobody foresaw must not pass for one that said nothing
            self.fail(f"{file_name(response.url)}: {own_error(problem)}")

    return guarded


class RegisterSpider(Spider):
    """A spider of one source. Subclasses say what to ask for, and hand what comes to a pure parse function."""

    #: Statuses that a callback sees for itself, beside 200.
    expects: ClassVar[frozenset[int]] = frozenset()

    def __init__(self, run: Run) -> None:
        super().__init__(run.source.name)
        self.run = run

    def __init_subclass__(cls, **more: Any) -> None:
        """Guard every ``parse_…`` method."""
        super().__init_subclass__(**more)
        for name, member in list(vars(cls).items()):
            if name.startswith("parse_") and callable(member):
                setattr(cls, name, in_sentences(member))

    async def start(self) -> AsyncIterator[Request]:
        """What is asked first."""
        raise NotImplementedError
        yield

    def closing(self) -> Iterable[Item]:
        """What can only be said when all has been fetched."""
        return ()

    def get(self, address: str, callback: Callable[..., Any], **more: object) -> Request:
        """A request. Raises OutOfBounds for an address outside the source."""
        address = urljoin(self.run.base, address)
        if not self.run.allowed(address):
            raise OutOfBounds(f"it sends us to {address[:200]}, which is not a place of this source")
        headers = self.run.source.key.headers(self.run.key) if self.run.source.key else {}
        return Request(
            address,
            callback,
            headers=headers,
            errback=self.unanswered,
            cb_kwargs=dict(more),
            dont_filter=True,
            meta={"handle_httpstatus_all": True},
        )

    def get_file(
        self,
        address: str,
        callback: Callable[..., Any],
        *,
        name: str | None = None,
        reader: str | None = None,
        afresh: bool = False,
        unchanged: Callable[[Response], Iterator[Any]] | None = None,
        **more: object,
    ) -> Request:
        """A request for a file, which is read only if it is not the edition that an earlier run read and published.

        It comes to the disk, never into ``response.body``: ``save`` gives it a name. ``name`` is the file's own where
        its address is not (an address that holds for ten seconds, or that names a day). ``reader`` is what its reading
        depends on, by default the run's; ``afresh``: it is read whatever was read before. ``unchanged`` is called with
        the answer instead of ``callback`` where the file is still the same. Raises OutOfBounds.
        """
        request = self.get(address, callback, **more)
        named, reader = f"file {name or request.url}", reader or self.run.reader
        edition = None if afresh else edition_held(self.run.bookmarks.get(named), reader, self.run.today)
        for header, value in (edition.headers if edition else {}).items():
            request.headers[header] = value
        request.meta[ASKED] = Asked(named, reader, edition, unchanged)
        request.meta[DOWNLOAD] = Download(self.run.folder, self.run.source.largest_file * 1024**2)
        return request

    def answered(self, callback: Callable[..., Any], response: Response, more: Mapping[str, Any]) -> Iterator[Any]:
        """What a callback makes of an answer; of a file that has not changed, nothing but that."""
        asked: Asked | None = response.meta.get(ASKED)
        if asked is None:
            self.check_answer(response)
            yield from callback(self, response, **more)
            return
        download: Download = response.meta[DOWNLOAD]
        if asked.edition is not None and asked.edition.describes(response, download):
            since = asked.edition.read_on
            download.let_go()
            self.run.nothing_new.append(f"{file_name(response.url)}: not changed since it was read on {since}.")
            yield from asked.unchanged(response) if asked.unchanged is not None else ()
            return
        self.check_answer(response)
        yield from callback(self, response, **more)
        if response.status == 200 and "partial" not in response.flags:
            edition = edition_of(response, download, asked.reader, self.run.today, before=asked.edition)
            self.run.bookmark(asked.name, msgspec.json.encode(edition).decode())

    def check_answer(self, response: Response) -> None:
        """Stop at an answer that is none. Raises SourceChanged."""
        if response.status in self.expects:
            return
        if response.status != 200:
            raise SourceChanged(REFUSALS.get(response.status, f"the answer was {response.status}"))
        download: Download | None = response.meta.get(DOWNLOAD)
        if download.blank if download is not None else not response.body.strip():
            raise SourceChanged("the answer is empty")

    def unanswered(self, failure: Failure) -> None:
        """A request that got no answer: the run fails."""
        request = getattr(failure, "request", None)
        address = request.url if request is not None else self.run.base
        self.fail(f"{file_name(address)}: {why_unanswered(failure)}")

    def fail(self, sentence: str) -> None:
        """End the run; nothing of it is published."""
        self.run.failures.append(sentence.rstrip(".") + ".")
        raise CloseSpider("failed")

    def as_far_as_known(self, response: Response, items: Iterable[Item]) -> Iterator[Item]:
        """What was read from a file; where nobody can tell that all of the file came, its lists are not whole.

        A CSV has no mark at its end, and a server may close the connection without having said how much it would send,
        or may have cut the file itself: then its lists lack the end that they had (see ``ListEnds``).
        """
        ends = ListEnds(self.run.bookmarks)
        items = ends.watched(items)
        unsure = "partial" in response.flags and not response.meta[DOWNLOAD].head.startswith(b"PK")
        for item in items:
            if unsure and isinstance(item, Delivery) and item.complete:
                yield structs.replace(item, complete=False)
                yield Fault(
                    feed=item.feed,
                    origin=item.origin,
                    reason="the server did not say how long this file is, so its end may be lacking: nothing ended",
                    loses_row=False,
                )
            else:
                yield item
        for name, last in ends.bookmarks():
            self.run.bookmark(name, last)
        if ends.cut:
            response.flags.append("partial")  # it is read again the next night, whatever its marks

    def save(self, response: Response, name: str | None = None) -> Path:
        """Keep a file that was asked for with ``get_file`` under a name, by default its own; gives where it lies."""
        download: Download = response.meta[DOWNLOAD]
        return download.keep_as(self.run.folder / (name or file_name(response.url)))


def file_name(address: str) -> str:
    """The last part of an address, safe as a file's name."""
    name = unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9._ -]", "_", name).strip(". ")[:120] or "download"

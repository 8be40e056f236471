"""Companies House's API: everything about the companies that matter, and about those found above them on the way.

The first night asks for everything. Where a key for the streams of changes is set, the nights after it ask the streams
what has changed and the API for that; without one, only for companies that are new. Either way everything is asked
again from time to time, because only then can absence from a list mean anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import date, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.change_stream import LATER, STREAMS, StreamLines, change_of
from crawler.companies_house_answers import PAGED, PER_PAGE, PROFILE, Harvest
from crawler.companies_house_files import parse_published
from crawler.companies_house_records import PARTS
from crawler.rate_window import RateWindow
from crawler.reading import Item
from crawler.sentences import REFUSALS, why_unanswered
from crawler.spider import OutOfBounds, RegisterSpider, Run
from crawler.tables import SourceChanged
from register.records import Fault

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

__all__ = ["CompaniesHouse", "parse_published"]

#: Single answers go missing on a good night; more than this many means that the server is down.
MOST_UNANSWERED = 25
#: Everything is asked again after so many days: with all the streams read since, and without.
FULL_EVERY, FULL_EVERY_WITHOUT = timedelta(days=31), timedelta(days=7)
#: The names of bookmarks: the day of the last full pass, the day on which a company was asked, the one on which it was
#: not known, and a stream's timepoint.
FULL_PASS, ASKED, UNKNOWN, TIMEPOINT = "full pass", "asked ", "unknown ", "stream "
#: One connection to a stream: seconds and bytes after which it is left, and how often it is taken up again in a night.
STREAM_SECONDS, STREAM_SECONDS_LOOPBACK, STREAM_BYTES, MOST_TURNS = 120.0, 3.0, 32 * 1024**2, 20
_STREAM = "longstop_stream"
#: Which ids the records of a part have.
_PREFIXES = {
    "officers": "officer",
    "persons-with-significant-control": "psc",
    "persons-with-significant-control-statements": "psc",
    "charges": "charge",
}


class CompaniesHouse(RegisterSpider):
    """The streams, where they are set up; then profiles, and the parts that each profile says there are."""

    name = "companies_house"
    expects = frozenset({400, 404, 500, 502, 503, 504})

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.harvest = Harvest(run.as_at or run.today, full=False)
        self._unanswered = 0
        self._companies: set[str] = set()
        self._changes: dict[str, set[str]] = {}
        self._troubles: list[Fault] = []
        self._lines: dict[str, StreamLines] = {}
        self._begun: dict[str, float] = {}
        self._turns = 0
        self._again = False
        #: Parts of which no stream tells: a change of the profile may be one of theirs.
        self._untold = frozenset(STREAMS[name] for name in LATER)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **more: Any) -> Self:
        """Scrapy's way to make one; a stream has no end, so its pieces are looked at as they come."""
        spider = super().from_crawler(crawler, *args, **more)
        crawler.signals.connect(spider.stream_begins, signals.headers_received)
        crawler.signals.connect(spider.stream_goes_on, signals.bytes_received)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Scrapy's settings, with the keeping of the server's window of requests nearest to the network."""
        super().update_settings(settings)
        name = "DOWNLOADER_MIDDLEWARES"
        settings.set(name, {**settings.getdict(name), RateWindow: 560}, priority="spider")

    async def start(self) -> AsyncIterator[Request]:
        """The first stream, or the companies at once where there is none."""
        if not self.run.companies:
            self.fail(
                "the register knows no company of a care provider yet: refresh the regulators' sources first, or read "
                "files with --from"
            )
        self._again = self._full_is_due()
        if self.run.stream is not None:
            yield self._stream(next(iter(STREAMS)))
        else:
            for request in self._begin():
                yield request

    def closing(self) -> Iterator[Item]:
        """The lists, and what the next night need not ask for."""
        today = (self.run.as_at or self.run.today).isoformat()
        for company in self.harvest.done:
            self.run.bookmark(ASKED + company, today)
        for company in self.harvest.failed:
            self.run.bookmark(ASKED + company, None)
        if self.harvest.full:
            self.run.bookmark(FULL_PASS, today)
        lists = [*self._troubles, *self.harvest.deliveries()]
        if not lists:
            self.run.nothing_new.append("Companies House told of no change, and no company is new.")
        yield from lists

    # What is asked, and when.

    def _full_is_due(self) -> bool:
        """Whether everything is to be asked: at first, when asked to, and when the last time is long ago."""
        last = _day(self.run.bookmarks.get(FULL_PASS))
        always = STREAMS.keys() - LATER
        kept = self.run.stream is not None and all(TIMEPOINT + name in self.run.bookmarks for name in always)
        return self.run.full or last is None or self.run.today - last >= (FULL_EVERY if kept else FULL_EVERY_WITHOUT)

    def _begin(self) -> Iterator[Request]:
        """Ask the API: for everything, or for what has changed and for the companies never asked before."""
        self.harvest.full = self._again
        held = {name.removeprefix(ASKED) for name in self.run.bookmarks if name.startswith(ASKED)}
        if not self._again:
            self._companies = held
        fresh = sorted(self.run.companies - self._companies)
        for company in sorted(self._changes.keys() & self._companies):
            yield from self._changed(company, self._changes[company])
        for company in fresh:
            yield self._profile(company)

    def _changed(self, company: str, parts: set[str]) -> Iterator[Request]:
        """Ask for what has changed; where no stream tells of statements and exemptions, they go with the others."""
        if PROFILE in parts:
            yield self._profile(company, followed=self._untold - parts)
        elif "persons-with-significant-control" in parts:
            parts = {*parts, *({"persons-with-significant-control-statements"} & self._untold)}
        for part in sorted(parts - {PROFILE}):
            yield self._part(company, part)

    def _profile(self, company: str, *, followed: frozenset[str] = frozenset(PARTS)) -> Request:
        """Ask for a company's profile, and then for those parts in ``followed`` that it says there are."""
        self._companies.add(company)
        self.harvest.expect(company, PROFILE)
        address = f"{self.run.base}/company/{company.removeprefix('gb-coh:')}"
        request = self.get(address, self.parse_profile, company=company, part=PROFILE, followed=followed)
        return request.replace(errback=self._no_answer)

    def _part(self, company: str, part: str, start: int = 0) -> Request:
        """Ask for a part of a company, or a further page of it: before the next company, so that few are half known."""
        if not start:
            self.harvest.expect(company, part)
        address = f"{self.run.base}/company/{company.removeprefix('gb-coh:')}/{part}"
        if part in PAGED:
            address += f"?items_per_page={PER_PAGE}&start_index={start}"
        request = self.get(address, self.parse_part, company=company, part=part)
        return request.replace(errback=self._no_answer, priority=1)

    # What comes.

    def check_answer(self, response: Response) -> None:
        """Stop at a refusal; anything else that is wrong with one answer, or with a stream, is its own trouble."""
        if _STREAM in response.meta or response.status == 200:
            return
        super().check_answer(response)

    def parse_profile(
        self, response: Response, company: str, part: str, followed: frozenset[str]
    ) -> Iterator[Request | Item]:
        """Read a profile and ask for the rest. A company that is not there is told, and the run goes on."""
        if response.status == 404 and _says_none(response):
            yield from self.harvest.unknown(company, again=UNKNOWN + company in self.run.bookmarks)
            self.run.bookmark(UNKNOWN + company, (self.run.as_at or self.run.today).isoformat())
            return
        try:
            items, parts = self.harvest.profile(company, self._body(response))
        except SourceChanged as problem:
            yield from self._missed(company, part, str(problem))
            return
        yield from items
        for further in sorted(parts & followed):
            yield self._part(company, further)

    def parse_part(self, response: Response, company: str, part: str) -> Iterator[Request | Item]:
        """Read a part of a company. 404 means that there is none. Companies above that are new are asked in turn."""
        if response.status == 404 and _says_none(response):
            self.harvest.none(company, part)
            return
        try:
            items, following = self.harvest.answer(company, part, self._body(response))
        except SourceChanged as problem:
            yield from self._missed(company, part, str(problem))
            return
        yield from items
        if following is not None:
            yield self._part(company, part, following)
        for parent in self.harvest.parents():
            if parent not in self._companies:
                yield self._profile(parent)

    @staticmethod
    def _body(response: Response) -> bytes:
        """The JSON of an answer. Raises SourceChanged, in words, where there is none."""
        if response.status != 200:
            raise SourceChanged(REFUSALS.get(response.status, f"the answer was {response.status}"))
        if not response.body.strip():
            raise SourceChanged("the answer was empty")
        return response.body

    def _no_answer(self, failure: Failure) -> Iterator[Item]:
        asked = failure.request.cb_kwargs  # type: ignore[attr-defined]
        yield from self._missed(asked["company"], asked["part"], why_unanswered(failure))

    def _missed(self, company: str, part: str, reason: str) -> Iterator[Item]:
        """An answer that could not be had. A few are passed over; many mean that the server is down."""
        self._unanswered += 1
        if self._unanswered > MOST_UNANSWERED:
            self.fail(f"{self._unanswered} answers could not be had, the last because {reason}")
        yield from self.harvest.missed(company, part, reason)

    @property
    def _stream_seconds(self) -> float:
        """How long one connection to a stream is kept."""
        return STREAM_SECONDS_LOOPBACK if self.run.loopback else STREAM_SECONDS

    # The streams, one after the other: two connections at once are all that an account may have.

    def _stream(self, name: str) -> Request:
        """Ask a stream for what came after the last event known; without one, only for where it stands now."""
        if self.run.stream is None:
            raise OutOfBounds("no stream is set up")
        known = self.run.marks.get(TIMEPOINT + name) or self.run.bookmarks.get(TIMEPOINT + name)
        address = f"{self.run.stream.base}/{name}" + (f"?timepoint={known}" if known else "")
        key = self.run.source.key
        headers = key.headers(self.run.stream.key) if key else {}
        return Request(
            address,
            self.parse_stream,
            headers={**headers, "Accept-Encoding": "identity"},
            errback=self._stream_broke,
            cb_kwargs={"stream": name},
            dont_filter=True,
            meta={"handle_httpstatus_all": True, _STREAM: name, "download_timeout": 1.5 * self._stream_seconds},
        )

    def stream_begins(self, headers: Any, body_length: int, request: Request, spider: Any = None) -> None:
        """Scrapy's signal that an answer begins: what an earlier try sent counts no longer."""
        if name := request.meta.get(_STREAM):
            self._lines[name], self._begun[name] = StreamLines(), monotonic()

    def stream_goes_on(self, data: bytes, request: Request, spider: Any = None) -> None:
        """Scrapy's signal that a piece has come. A stream that has nothing new to say, or says much, is left."""
        name = request.meta.get(_STREAM)
        if name is None:
            return
        lines = self._lines[name]
        with suppress(SourceChanged):
            lines.feed(data)
        known = "timepoint=" in request.url
        long = monotonic() - self._begun[name] > self._stream_seconds or lines.size > STREAM_BYTES
        if long or (lines.caught_up and (known or lines.lines)) or (lines.lines and not known):
            raise StopDownload(fail=False)

    def parse_stream(self, response: Response, stream: str) -> Iterator[Request | Item]:
        """Note what a stream says has changed, and go on with it, with the next stream, or with the companies."""
        if response.status == 416 and "timepoint=" in response.url:
            self._again = True
            self.run.bookmark(TIMEPOINT + stream, None)
            self.run.bookmarks = {name: at for name, at in self.run.bookmarks.items() if name != TIMEPOINT + stream}
            self._trouble(stream, "its events no longer reach back to the last one known (416); all was asked again")
            yield self._stream(stream)
        elif response.status in (403, 404) and stream in LATER:
            yield from self._after(stream)
        elif response.status != 200 or response.body.lstrip().startswith(b"<"):
            why = REFUSALS.get(response.status, f"the answer was {response.status}")
            self._trouble(stream, "the answer was a web page" if response.status == 200 else why)
            yield from self._after(stream)
        else:
            yield from self._read(stream)

    def _stream_broke(self, failure: Failure) -> Iterator[Request | Item]:
        """A stream whose connection was lost, or that said nothing in time: what had come of it is used."""
        stream = failure.request.cb_kwargs["stream"]  # type: ignore[attr-defined]
        lines = self._lines.get(stream)
        if lines is None or not (lines.lines or lines.caught_up):
            self._trouble(stream, why_unanswered(failure))
            yield from self._after(stream)
        else:
            yield from self._read(stream)

    def _read(self, stream: str) -> Iterator[Request | Item]:
        """What the events say. One that cannot be read may hide a change: the next night asks for everything."""
        name, lines = TIMEPOINT + stream, self._lines.get(stream, StreamLines())
        known = self.run.marks.get(name) or self.run.bookmarks.get(name)
        latest = int(known) if known and known.isdecimal() else 0
        before = latest
        for line in lines.lines:
            try:
                change = change_of(line)
            except SourceChanged as problem:
                self.run.bookmark(FULL_PASS, None)
                self._trouble(stream, f"{problem}; the next night asks for everything")
                continue
            if change.timepoint <= before:
                continue  # a stream begins with the last event known, and repeats others
            latest = max(latest, change.timepoint)
            self._changes.setdefault(change.company, set()).add(STREAMS[stream])
            if change.deleted and not self._again and self.run.bookmarks.get(ASKED + change.company):
                self._deleted(stream, change.company, change.resource)
        if known:
            self._untold -= {STREAMS[stream]}
        if latest:
            self.run.bookmark(name, str(latest))
        else:
            self._trouble(stream, "it told of nothing to go on from; its changes are known when everything is asked")
        self._turns += 1
        if known and latest > before and not lines.caught_up and self._turns < MOST_TURNS:
            yield self._stream(stream)
        else:
            if known and not lines.caught_up:
                self._trouble(stream, "it was left before its end was reached; the next night goes on from there")
            yield from self._after(stream)

    def _deleted(self, stream: str, company: str, resource: str) -> None:
        """A record taken off the register. Only a list that is whole can end it."""
        part = STREAMS[stream]
        prefix = _PREFIXES.get(part)
        record = f"{prefix}:{company.removeprefix('gb-coh:')}/{resource}" if prefix else company
        reason = "was taken off the register; it ends here when everything is asked again"
        self._troubles.append(self.harvest.told(part, reason, record))

    def _trouble(self, stream: str, reason: str) -> None:
        self._troubles.append(self.harvest.told(STREAMS[stream], f"the stream of {stream}: {reason}"))

    def _after(self, stream: str) -> Iterator[Request | Item]:
        names = list(STREAMS)
        self._turns = 0
        following = names.index(stream) + 1
        if following < len(names):
            yield self._stream(names[following])
        else:
            yield from self._begin()


def _says_none(response: Response) -> bool:
    """Whether a 404 is Companies House's own, in one of its three shapes: empty, or JSON with ``error`` or ``errors``.

    A web page means that somebody else answered.
    """
    body = response.body.strip()
    return not body or (body.startswith(b"{") and b'"error' in body)


def _day(words: str | None) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(words or "")
    return None

"""England: CQC's Syndication API. One list of ids and one call a record, for locations and for providers.

Absent values are left out of the JSON, never null. Records of deregistered locations stay, and carry the links by
which one home is followed from owner to owner; so all locations are read, and not the care homes alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.courtesy import moment_in
from crawler.cqc_changes import (
    FETCHED,
    FULL,
    FULL_PASS_SOON,
    LATEST_CLOCK,
    MOST_PAGES,
    OWED,
    FullPass,
    LeftOff,
    Window,
    encoded,
    left_off,
    parse_changes,
    stamp,
)
from crawler.cqc_lists import KINDS, Harvest, ListRead, parse_list
from crawler.reading import Item, canonical, json_list, json_object
from crawler.sentences import REFUSALS, why_unanswered
from crawler.spider import RegisterSpider, Run
from crawler.tables import SourceChanged, plain_file
from crawler.values import day_in
from register.identifiers import cqc_id

#: The API answers with any page length up to 1,000.
PER_PAGE = 1_000
#: Single records go missing on a good night; more than this many means that the server is down.
MOST_UNANSWERED = 25
#: A server's clock that is late by less than this is taken to be right.
CLOCK_TOLERANCE = timedelta(minutes=1)


class CqcApi(RegisterSpider):
    """What ``/changes`` names since the last good night; once a month both lists, and every record that they name."""

    name = "cqc_api"
    expects = frozenset({400, 404, 500, 502, 503, 504})

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._left = None if run.full else self._left_off()
        self.harvest = Harvest(run.as_at or run.today, increment=self._left is not None)
        self._windows: dict[str, list[Window]] = {}
        self._late = timedelta()
        self._asked_late: dict[str, timedelta] = {}
        self._wanted: dict[str, list[str]] = {}
        self._unanswered = 0

    def _left_off(self) -> LeftOff | None:
        run = self.run
        return left_off(run.bookmarks, run.since, base=run.base, reader=run.reader, now=run.learnt)

    async def start(self) -> AsyncIterator[Request]:
        """The first page of each list: of what has changed, or of everything."""
        for kind in KINDS:
            yield self._page(kind, f"page=1&perPage={PER_PAGE}") if self._left is None else self._ask(kind, self._left)

    def closing(self) -> Iterator[Item]:
        """The lists, once everything that they name has been asked for; and where the next night goes on."""
        yield from self.harvest.deliveries()
        lists = self.harvest.lists
        owed = {kind: sorted(lists[kind].owed) for kind in KINDS if lists[kind].owed}
        self.run.bookmark(OWED, encoded(owed) if owed else None)
        if self._left is not None:
            fetched = {kind: self._left.after(kind, lists[kind].had, self.run.learnt) for kind in KINDS}
            if any(one.had for one in lists.values()):
                self.run.bookmark(FETCHED, encoded(fetched))
            return
        sound = all(one.pages_read and not one.scoped and one.doubt_of_ids is None for one in lists.values())
        totals = {kind: len(one.ids) for kind, one in lists.items()}
        whole = all(one.whole for one in lists.values())
        full = FullPass(self.run.base, self.run.learnt, totals, self.run.reader, whole)
        self.run.bookmark(FULL, encoded(full) if sound else None)
        self.run.bookmark(FETCHED, None)

    def _ask(self, kind: str, left: LeftOff) -> Request:
        """The first page of the first window of changes of a kind."""
        self._windows[kind] = left.windows(kind, self.run.learnt, late=self._late)
        self._asked_late[kind] = self._late
        return self._changes(kind, 0, 1)

    def _changes(self, kind: str, number: int, page: int) -> Request:
        window = self._windows[kind][number]
        asked = {
            "startTimestamp": stamp(window.start),
            "endTimestamp": stamp(window.end, up=True),
            "page": page,
            "perPage": PER_PAGE,
        }
        if self.run.partner_code:
            asked["partnerCode"] = self.run.partner_code
        address = f"{self.run.base}/changes/{kind.removesuffix('s')}?{urlencode(asked)}"
        return self.get(address, self.parse_changes, kind=kind, number=number, page=page)

    def parse_changes(self, response: Response, kind: str, number: int, page: int) -> Iterator[Request | Item]:
        """Take a page of changed ids, and ask for the next page, the next window, or how many records there are."""
        left = self._left
        if left is None:
            return  # everything is being read already
        if response.status in (400, 404):
            yield from self._read_all(kind, "changes", f"what has changed cannot be asked for ({response.status})")
            return
        if response.status != 200:
            raise SourceChanged(REFUSALS.get(response.status, f"the answer was {response.status}"))
        late = self._clock_late_by(response)
        if late > self._late:
            # Later still: several servers answer, each with a clock of its own, and nobody knows the latest.
            self._late = LATEST_CLOCK if self._late else late
        if self._late > self._asked_late[kind]:
            yield self._ask(kind, left)
            return
        window = self._windows[kind][number]
        found = parse_changes(response.body, page)
        window.add(found)
        if found.page < found.pages:
            yield self._changes(kind, number, page + 1)
        elif window.doubt:
            yield from self._read_all(kind, "changes", window.doubt)
        elif number + 1 < len(self._windows[kind]):
            yield self._changes(kind, number + 1, 1)
        else:
            yield self.get(self._list_address(kind, "page=1&perPage=1"), self.parse_total, kind=kind)

    def _clock_late_by(self, response: Response) -> timedelta:
        """How late the server's clock is: what changed after the last run may bear an earlier time."""
        told = moment_in(response, "Date")
        late = self.run.learnt - told.replace(tzinfo=None) if told else timedelta()
        return min(late, LATEST_CLOCK) if late > CLOCK_TOLERANCE else timedelta()

    def parse_total(self, response: Response, kind: str) -> Iterator[Request | Item]:
        """Compare how many records there are with how many are accounted for; then ask for what has changed."""
        left = self._left
        if left is None:
            return
        if response.status != 200:
            raise SourceChanged(REFUSALS.get(response.status, f"the answer was {response.status}"))
        total = parse_list(response.body, kind, f"the list of {kind}").total
        self._wanted[kind] = left.wanted(kind, self._windows[kind])
        gap = left.gap(kind, total, self._wanted[kind])
        if gap is not None:
            if gap.large or self.run.learnt - left.full.began >= FULL_PASS_SOON:
                yield from self._read_all(kind, "total", gap.sentence)
                return
            self.run.nothing_new.append(f"{kind}: {gap.sentence}; the whole list is read within a week.")
        if len(self._wanted) < len(KINDS):
            return  # the other list may show that everything must be read
        for one, ids in self._wanted.items():
            if not ids:
                self.run.nothing_new.append(f"{one}: nothing has changed since {left.since:%Y-%m-%d %H:%M} UTC.")
            elif self.run.progress is not None:
                self.run.progress.expect(len(ids))
            yield from self._records(one, ids)

    def _read_all(self, kind: str, field: str, reason: str) -> Iterator[Request | Item]:
        """Give up asking for changes alone, and read both lists; say why."""
        self._left, self.harvest.increment = None, False
        self.run.nothing_new.clear()
        yield self.harvest.remark(kind, field, f"{reason}, so everything was read")
        for one in KINDS:
            yield self._page(one, f"page=1&perPage={PER_PAGE}")

    def _list_address(self, kind: str, query: str) -> str:
        partner = f"&partnerCode={quote(self.run.partner_code)}" if self.run.partner_code else ""
        return f"{self.run.base}/{kind}?{query}{partner}"

    def _records(self, kind: str, ids: Iterable[str]) -> Iterator[Request | Item]:
        """Ask for records; an id that can be nobody's is told instead."""
        for identifier in ids:
            try:
                cqc_id(identifier)
            except ValueError as problem:
                yield from self.harvest.absent(kind, identifier, str(problem))
                self.harvest.lists[kind].owed.discard(identifier.upper())
                continue
            yield self._record(kind, identifier)

    def _page(self, kind: str, query: str, *, again: bool = False) -> Request:
        return self.get(self._list_address(kind, query), self.parse_page, kind=kind, again=again)

    def parse_page(self, response: Response, kind: str, again: bool) -> Iterator[Request | Item]:
        """Ask for the records on a page of a list, and for the next page; after the last, read the list once more.

        The second reading costs one request for every thousand records, and shows whether the list held still.
        """
        if response.status != 200:
            raise SourceChanged(REFUSALS.get(response.status, f"the answer was {response.status}"))
        page = parse_list(response.body, kind, f"the list of {kind}")
        harvested = self.harvest.lists[kind]
        if again and harvested.again is None:
            harvested.again = ListRead()
        reading = (harvested.again if again else None) or harvested
        if page.page in reading.pages_read:
            raise SourceChanged(f"page {page.page} of the list came twice")
        if not reading.pages_read and not again and self.run.progress is not None:
            self.run.progress.expect(page.total)
        fresh = reading.add(page)
        if page.ids and not fresh:
            raise SourceChanged(f"page {page.page} of the list holds only what earlier pages held")
        if max(page.page, page.pages) > MOST_PAGES:
            raise SourceChanged(f"the list has {max(page.page, page.pages):,} pages")
        if again:
            fresh = [identifier for identifier in fresh if identifier not in harvested.ids]
        yield from self._records(kind, fresh)
        if page.next_query or page.page < page.pages:
            yield self._page(kind, page.next_query or f"page={page.page + 1}&perPage={PER_PAGE}", again=again)
        elif not again and page.page > 1:
            yield self._page(kind, f"page=1&perPage={PER_PAGE}", again=True)

    def check_answer(self, response: Response) -> None:
        """Stop at an answer that is none; but an empty one in place of a single record is that record's trouble."""
        if "identifier" not in response.cb_kwargs or response.status != 200:
            super().check_answer(response)

    def _record(self, kind: str, identifier: str) -> Request:
        address = f"{self.run.base}/{kind}/{quote(identifier, safe='')}"
        if self.run.partner_code:
            address += f"?partnerCode={quote(self.run.partner_code)}"
        request = self.get(address, self.parse_record, kind=kind, identifier=identifier)
        return request.replace(errback=self._no_record, priority=-1)

    def parse_record(self, response: Response, kind: str, identifier: str) -> Iterator[Request | Item]:
        """Read a record. One that is not there is passed over; an id in lower case is asked for once more in upper."""
        start = response.body.lstrip()[:1]
        if response.status == 200 and start in (b"", b"<"):
            yield from self._missed(kind, identifier, f"the answer was {'a web page' if start else 'empty'}")
        elif response.status == 200:
            yield from self.harvest.record(kind, identifier, response.body)
        elif response.status == 400 and identifier != identifier.upper():
            yield self._record(kind, identifier.upper())
        elif response.status in (400, 404):
            named = "has changed" if self.harvest.increment else "is in the list"
            yield from self.harvest.absent(kind, identifier, f"{named}, and not to be had ({response.status})")
        else:
            yield from self._missed(kind, identifier, f"the answer was {response.status}")

    def _no_record(self, failure: Failure) -> Iterator[Item]:
        asked = failure.request.cb_kwargs  # type: ignore[attr-defined]
        yield from self._missed(asked["kind"], asked["identifier"], why_unanswered(failure))

    def _missed(self, kind: str, identifier: str, reason: str) -> Iterator[Item]:
        """A record that the server could not give. A few are passed over; many mean that the server is down."""
        self._unanswered += 1
        if self._unanswered > MOST_UNANSWERED:
            self.fail(f"{self._unanswered} records could not be fetched, the last because {reason}")
        yield from self.harvest.absent(kind, identifier, reason)


def parse_published(path: Path, *, today: date, as_at: date | None = None) -> Iterator[Item]:
    """The API's answers as kept on a disk: a folder of JSON, or one file of one record a line (gzipped or not).

    A folder is read whole, in order of name: records are told from lists by what they hold, so any arrangement will
    do. It is as at ``as_at``, else today; a file has its day in its name. A list of one council's records, or none at
    all, closes nothing.
    """
    if path.is_dir():
        harvest = Harvest(as_at or today)
        found = {kind: set[str]() for kind in harvest.lists}
        files = sorted(p for p in path.rglob("*") if p.name.endswith((".json", ".json.gz")) and p.is_file())
        if not files:
            raise SourceChanged("the folder holds no .json")
        for file in files:
            with plain_file(file) as plain:
                yield from _kept(plain.read_bytes(), file, harvest, found)
        for kind, harvested in harvest.lists.items():
            for identifier in [i for i in harvested.ids if i.upper() not in found[kind]]:
                yield from harvest.absent(kind, identifier, "is in the list, and not in the folder")
    else:
        harvest = Harvest(as_at or day_in(path.name) or today)
        with plain_file(path) as plain, plain.open("rb") as stream:
            if stream.read(1) == b"[":
                stream.seek(0)
                lines: Iterable[bytes] = (canonical(entry) for entry in json_list(stream.read(), "the file"))
            else:
                stream.seek(0)
                lines = stream
            for number, line in enumerate(lines, 1):
                if line.strip():
                    kind, told = _told_by(line)
                    yield from harvest.record(kind, told or f"line {number}", line, number)
    yield from harvest.deliveries()


def _kept(raw: bytes, file: Path, harvest: Harvest, found: dict[str, set[str]]) -> Iterator[Item]:
    """One file of a folder: a page of a list, or a record."""
    for kind, harvested in harvest.lists.items():
        with suppress(SourceChanged):
            harvested.add(parse_list(raw, kind, file.name))
            return
    kind, told = _told_by(raw)
    if told is None and file.parent.name in harvest.lists:
        kind = file.parent.name
    identifier = told or file.name.partition(".")[0]
    found[kind].add(identifier.upper())
    yield from harvest.record(kind, identifier, raw)


def _told_by(raw: bytes) -> tuple[str, str | None]:
    """Whose record some JSON is: its kind, and its id where it gives one."""
    with suppress(SourceChanged):
        record = json_object(raw, "")
        for kind, field_name in (("locations", "locationId"), ("providers", "providerId")):
            if isinstance(identifier := record.get(field_name), str) and identifier.strip():
                return kind, identifier.strip()
    return "locations", None

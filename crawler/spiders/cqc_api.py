"""England: CQC's Syndication API. One list of ids and one call a record, for locations and for providers.

Absent values are left out of the JSON, never null. Records of deregistered locations stay, and carry the links by
which one home is followed from owner to owner; so all locations are read, and not the care homes alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.cqc_records import parse_location, parse_provider
from crawler.reading import Item, Reading, canonical, json_list, json_object
from crawler.sentences import REFUSALS, why_unanswered
from crawler.spider import RegisterSpider, Run
from crawler.tables import SourceChanged, plain_file
from crawler.values import day_in
from register.identifiers import cqc_id
from register.records import Delivery, Fault, Observation

LOCATIONS, PROVIDERS = "cqc_api/locations", "cqc_api/providers"
#: The API answers with any page length up to 1,000.
PER_PAGE = 1_000
#: Single records go missing on a good night; more than this many means that the server is down.
MOST_UNANSWERED = 25


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list: its ids, where the next one is, and what the list says of itself.

    ``scoped`` is true where the list was asked for with a filter, and so is not everything there is.
    """

    ids: tuple[str, ...]
    page: int
    pages: int
    total: int
    scoped: bool
    next_query: str | None


def parse_list(raw: bytes, kind: str, where: str) -> ListPage:
    """A page of ``/locations`` or ``/providers``. ``kind`` is that word; ids come in CQC's own form.

    Raises SourceChanged where it is no such page: then nothing of the run is to be believed.
    """
    page = json_object(raw, where)
    entries = page.get(kind)
    if not isinstance(entries, list):
        raise SourceChanged(f'{where} has no list "{kind}"')
    field = f"{kind.removesuffix('s')}Id"
    ids = [str(entry[field]) for entry in entries if isinstance(entry, dict) and entry.get(field)]
    if len(ids) < len(entries):
        raise SourceChanged(f"{where}: {len(entries) - len(ids)} of its {len(entries)} entries have no {field}")
    uris = [str(page.get(name) or "") for name in ("firstPageUri", "lastPageUri", "nextPageUri", "previousPageUri")]
    asked = {name for uri in uris for name, _ in parse_qsl(urlsplit(uri).query)}

    def number(name: str, default: int) -> int:
        value = page.get(name, default)
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default

    return ListPage(
        tuple(dict.fromkeys(ids)),
        number("page", 1),
        number("totalPages", 1),
        number("total", len(ids)),
        bool(asked - {"page", "perPage", "partnerCode"}),
        urlsplit(str(page.get("nextPageUri") or "")).query or None,
    )


@dataclass(slots=True)
class ListRead:
    """What is known of one list as it is read: whether all of it came, and whether all that it names was fetched.

    ``again`` is what a second reading found, where there was one: a record that goes from an early page while later
    ones are read moves another over the edge between two pages, unseen.
    """

    ids: dict[str, None] = field(default_factory=dict)
    pages_read: set[int] = field(default_factory=set)
    pages: int = 1
    totals: set[int] = field(default_factory=set)
    scoped: bool = False
    missing: int = 0
    records: int = 0
    again: ListRead | None = None

    def add(self, page: ListPage) -> list[str]:
        """Add a page; returns the ids on it that no earlier page had."""
        new = [identifier for identifier in page.ids if identifier not in self.ids]
        self.ids.update(dict.fromkeys(new))
        self.pages_read.add(page.page)
        self.pages = max(self.pages, page.pages)
        self.totals.add(page.total)
        self.scoped = self.scoped or page.scoped
        return new

    @property
    def doubt(self) -> str | None:
        """Why absence from this list means nothing, where it was meant to be whole; ``None`` where all is well."""
        if self.scoped or not self.pages_read:
            return None
        moved = self.again is not None and (
            self.again.ids.keys() != self.ids.keys() or self.again.totals != self.totals
        )
        counts = " and ".join(map(str, sorted(self.totals)))
        named = len(self.ids)
        doubts = {
            f"{len(self.pages_read)} of its {self.pages} pages were read": len(self.pages_read) < self.pages,
            f"it changed while it was read (its own count was {counts})": len(self.totals) > 1,
            f"it counts {counts} entries, and names {named}": self.totals != {named},
            "it changed while it was read (read a second time, it named others)": moved,
            f"{self.missing} of the {named} records that it names could not be had": self.missing > 0,
            f"{self.records} of the {named} records that it names were fetched": self.records < named,
        }
        return next((words for words, true in doubts.items() if true), None)

    @property
    def whole(self) -> bool:
        """True only where an unfiltered list was read to its last page, nothing is in doubt and every record came."""
        return bool(self.pages_read) and not self.scoped and self.doubt is None


class Harvest:
    """What one run of the API yields, crawled or replayed: the same JSON gives the same items either way."""

    def __init__(self, as_at: date) -> None:
        self.lists = {"locations": ListRead(), "providers": ListRead()}
        self._as_at = as_at
        self._readings = {"locations": Reading(LOCATIONS, "", as_at), "providers": Reading(PROVIDERS, "", as_at)}

    def record(self, kind: str, identifier: str, raw: bytes, row: int | None = None) -> Iterator[Item]:
        """One record by id; a body that is no record is a fault of that id, and the list is not whole."""
        self.lists[kind].records += 1
        reading = self._readings[kind].at(f"{kind}/{identifier}")
        try:
            items = list((parse_location if kind == "locations" else parse_provider)(raw, reading))
        except SourceChanged as problem:
            yield from self.absent(kind, identifier, str(problem), row)
            return
        other = [i.record.id for i in items if isinstance(i, Observation) and _is_another(i.record.id, identifier)]
        if other:
            yield from self.absent(kind, identifier, f"the answer was another record, {other[0]}", row)
        else:
            yield from items

    def absent(self, kind: str, identifier: str, reason: str, row: int | None = None) -> Iterator[Item]:
        """A record that the list names and that could not be had."""
        self.lists[kind].missing += 1
        reading = self._readings[kind].at(f"{kind}/{identifier}")
        known = None
        with suppress(ValueError):
            known = cqc_id(identifier)
        reading.fault(reason, row=row, loses_row=True, record_id=known)
        yield from reading.drain()

    def deliveries(self) -> Iterator[Delivery | Fault]:
        """The two lists, with what is now known of their wholeness."""
        for kind, feed in (("locations", LOCATIONS), ("providers", PROVIDERS)):
            harvested = self.lists[kind]
            if not harvested.pages_read and not harvested.records:
                continue  # the run says nothing of them, not even that there are none
            whole, doubt = harvested.whole, harvested.doubt
            yield Delivery(feed=feed, as_at=self._as_at, complete=whole, origin=kind)
            if doubt:
                reason = f"the list was not read whole: {doubt}; absence from it ended nothing"
                yield Fault(feed=feed, origin=kind, reason=reason, loses_row=False)


def _is_another(found: str, asked: str) -> bool:
    """Whether a record's id is not the one that was asked for. What stands for no id at all is nobody's."""
    try:
        return found != cqc_id(asked)
    except ValueError:
        return False


class CqcApi(RegisterSpider):
    """Both lists, page by page; then every record that they name."""

    name = "cqc_api"
    expects = frozenset({400, 404, 500, 502, 503, 504})

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.harvest = Harvest(run.as_at or run.today)
        self._unanswered = 0

    async def start(self) -> AsyncIterator[Request]:
        """The first page of each list."""
        for kind in self.harvest.lists:
            yield self._page(kind, f"page=1&perPage={PER_PAGE}")

    def closing(self) -> Iterator[Item]:
        """The lists, once everything that they name has been asked for."""
        yield from self.harvest.deliveries()

    def _page(self, kind: str, query: str, *, again: bool = False) -> Request:
        partner = f"&partnerCode={quote(self.run.partner_code)}" if self.run.partner_code else ""
        return self.get(f"{self.run.base}/{kind}?{query}{partner}", self.parse_page, kind=kind, again=again)

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
        if again:
            fresh = [identifier for identifier in fresh if identifier not in harvested.ids]
        for identifier in fresh:
            try:
                cqc_id(identifier)
            except ValueError as problem:
                yield from self.harvest.absent(kind, identifier, str(problem))
                continue
            yield self._record(kind, identifier)
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
            yield from self.harvest.absent(kind, identifier, f"is in the list, and not to be had ({response.status})")
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

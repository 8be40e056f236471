"""CQC's API as it is read: its lists page by page, whether all of them came, and the records that they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from crawler.cqc_records import parse_location, parse_provider
from crawler.reading import Item, Reading, json_object
from crawler.tables import SourceChanged
from register.identifiers import cqc_id
from register.records import Delivery, Fault, Observation

LOCATIONS, PROVIDERS = "cqc_api/locations", "cqc_api/providers"
KINDS = ("locations", "providers")


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
    had: set[str] = field(default_factory=set)
    owed: set[str] = field(default_factory=set)
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
        named = len(self.ids)
        doubts = {
            f"{self.missing} of the {named} records that it names could not be had": self.missing > 0,
            f"{self.records} of the {named} records that it names were fetched": self.records < named,
        }
        return self.doubt_of_ids or next((words for words, true in doubts.items() if true), None)

    @property
    def doubt_of_ids(self) -> str | None:
        """Why the ids of an unfiltered list may not be all there are, whether or not their records came."""
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
        }
        return next((words for words, true in doubts.items() if true), None)

    @property
    def whole(self) -> bool:
        """True only where an unfiltered list was read to its last page, nothing is in doubt and every record came."""
        return bool(self.pages_read) and not self.scoped and self.doubt is None


class Harvest:
    """What one run of the API yields, crawled or replayed: the same JSON gives the same items either way.

    ``increment``: only what has changed is asked for, and its lists say nothing of the rest.
    """

    def __init__(self, as_at: date, *, increment: bool = False) -> None:
        self.lists = {kind: ListRead() for kind in KINDS}
        self.increment = increment
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
            self.lists[kind].had.add(identifier.upper())
            yield from items

    def absent(self, kind: str, identifier: str, reason: str, row: int | None = None) -> Iterator[Item]:
        """A record that the list names and that could not be had."""
        self.lists[kind].missing += 1
        self.lists[kind].owed.add(identifier.upper())
        reading = self._readings[kind].at(f"{kind}/{identifier}")
        known = None
        with suppress(ValueError):
            known = cqc_id(identifier)
        reading.fault(reason, row=row, loses_row=True, record_id=known)
        yield from reading.drain()

    def remark(self, kind: str, field_name: str, reason: str) -> Fault:
        """Something to be told of a list that says nothing against it."""
        feed = LOCATIONS if kind == "locations" else PROVIDERS
        return Fault(feed=feed, origin=kind, field=field_name, reason=reason, loses_row=False)

    def deliveries(self) -> Iterator[Delivery | Fault]:
        """The two lists, with what is now known of their wholeness."""
        for kind, feed in (("locations", LOCATIONS), ("providers", PROVIDERS)):
            harvested = self.lists[kind]
            if self.increment and (harvested.records or harvested.missing):
                origin = f"changes/{kind.removesuffix('s')}"
                yield Delivery(feed=feed, as_at=self._as_at, complete=False, origin=origin, increment=True)
                if harvested.missing:
                    what = f"{harvested.missing} of the {len(harvested.had) + harvested.missing} records that changed"
                    reason = (
                        f"the list was not read whole: {what} could not be had, and are asked for again every night; "
                        "absence from it ended nothing"
                    )
                    yield Fault(feed=feed, origin=origin, reason=reason, loses_row=False)
            if self.increment or (not harvested.pages_read and not harvested.records):
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

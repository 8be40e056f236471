"""What one run of Companies House's API yields, crawled or replayed: the same JSON gives the same items either way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from crawler.companies_house_records import case_of, charge_of, officer_of, profile_of
from crawler.companies_house_words import INSOLVENCY_UNREAD, LIST_UNREAD, PRIVATE
from crawler.psc_snapshot import PRIVATE as PRIVATE_OF_CONTROL
from crawler.psc_snapshot import control_of
from crawler.reading import Item, Reading, Row, canonical, json_object, read_row
from crawler.tables import SourceChanged
from register.parties import uk_company_number
from register.records import ControlRecord, Delivery, Fault, Observation, Record, record_digest

PROFILES, OFFICERS, CONTROL = "companies_house/profiles", "companies_house/officers", "companies_house/control"
CHARGES, INSOLVENCY = "companies_house/charges", "companies_house/insolvency"
#: The profile itself, among the parts of a company that are asked for.
PROFILE = "profile"
#: Which feed each part of a company belongs to. Three kinds of answer make one list of control.
FEEDS: Mapping[str, str] = {
    PROFILE: PROFILES,
    "officers": OFFICERS,
    "persons-with-significant-control": CONTROL,
    "persons-with-significant-control-statements": CONTROL,
    "exemptions": CONTROL,
    "charges": CHARGES,
    "insolvency": INSOLVENCY,
}
#: Parts that come in pages, and the API's longest page.
PAGED = frozenset(
    {"officers", "persons-with-significant-control", "persons-with-significant-control-statements", "charges"}
)
PER_PAGE = 100

_Reader = Callable[[Row], Record]


@dataclass(slots=True)
class _Pages:
    """What is known of one paged list of one company: the ids on it so far, with the digests of their entries."""

    ids: dict[str, str] = field(default_factory=dict)
    places: int = 0


class Harvest:
    """The companies asked in one run, what is still to come of each, and what was found.

    ``full`` is true where every company that matters is asked for everything: only then can a list be whole.
    """

    def __init__(self, as_at: date, *, full: bool) -> None:
        self.as_at, self.full = as_at, full
        self._parents: set[str] = set()
        self._readings = {
            feed: Reading(feed, "", as_at, private=PRIVATE | PRIVATE_OF_CONTROL) for feed in FEEDS.values()
        }
        self._open: dict[str, set[str]] = {}
        self._failed: set[str] = set()
        self._pages: dict[tuple[str, str], _Pages] = {}
        self._rows: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._unknown = 0
        self._doubts: dict[str, str] = {}

    def expect(self, company: str, part: str) -> None:
        """A part of a company is asked for."""
        self._open.setdefault(company, set()).add(part)
        self._asked[FEEDS[part]] += 1

    def parents(self) -> list[str]:
        """The companies (``gb-coh:…``) filed, since this was last asked, as controlling others, now or formerly."""
        found, self._parents = sorted(self._parents), set()
        return found

    @property
    def done(self) -> list[str]:
        """The companies of which everything came that was asked for, in order."""
        return sorted(company for company, left in self._open.items() if not left and company not in self._failed)

    @property
    def failed(self) -> list[str]:
        """The companies of which something that was asked for could not be had, in order."""
        return sorted(self._failed)

    def profile(self, company: str, raw: bytes) -> tuple[list[Item], frozenset[str]]:
        """A company's profile, and which further parts there are to ask for.

        Raises SourceChanged where it is no profile, or another company's.
        """
        fields = json_object(raw, "the profile")
        row = self._row(PROFILE, company, fields)
        parts: set[str] = set()

        def read(row: Row) -> Record:
            found = profile_of(row)
            if found.record.id != company:
                raise SourceChanged(f"the answer was another company, {found.record.id}")
            parts.update(found.parts)
            return found.record

        items = list(self._read(row, read))
        if not any(isinstance(item, Observation) for item in items):
            self._failed.add(company)
            self._missing[PROFILES] += 1
        self._came(company, PROFILE)
        return items, frozenset(parts)

    def answer(self, company: str, part: str, raw: bytes) -> tuple[list[Item], int | None]:
        """A further part of a company (of ``PARTS``), and the place of the first entry on its next page, if any.

        Raises SourceChanged where it is no such answer.
        """
        fields = json_object(raw, f"the answer ({part})")
        if part in PAGED:
            return self._page(company, part, fields)
        if part == "exemptions":
            items = [*self._entry(part, company, fields, partial(control_of, company=company))]
        else:
            items = list(self._cases(company, fields))
        self._came(company, part)
        return items, None

    def none(self, company: str, part: str) -> None:
        """The answer was that there is none of this part (404)."""
        self._came(company, part)

    def unknown(self, company: str, *, again: bool) -> Iterator[Item]:
        """Companies House knows no company of this number: told. Where it said so ``again``, it is believed.

        Told for the first time it may be a slip: had the company been known, everything of it would now be absent.
        """
        self._unknown += not again
        reading = self._reading(PROFILE, company)
        reading.fault("Companies House knows no company of this number (404)", record_id=company)
        yield from reading.drain()
        self._came(company, PROFILE)

    def missed(self, company: str, part: str, reason: str) -> Iterator[Item]:
        """A part of a company that could not be had: its list is not whole; the company is asked again next time."""
        self._failed.add(company)
        self._missing[FEEDS[part]] += 1
        self._came(company, part)
        reading = self._reading(part, company)
        reading.fault(reason, loses_row=True, record_id=company)
        yield from reading.drain()

    def told(self, part: str, reason: str, record_id: str | None = None) -> Fault:
        """A remark on one of the lists as a whole, or on one record of it."""
        self._asked[FEEDS[part]] += 1
        return Fault(feed=FEEDS[part], origin=part, reason=reason, loses_row=False, record_id=record_id)

    def deliveries(self) -> Iterator[Delivery | Fault]:
        """The lists of which anything was asked, with what is now known of their wholeness.

        Nobody can tell an empty list from one that was not answered: it is never said to be whole. What makes several
        lists doubtful is told once.
        """
        doubts: dict[str, list[str]] = {}
        for feed in dict.fromkeys(FEEDS.values()):
            if not self._asked[feed] and not self.full:
                continue
            doubt = self._doubt(feed)
            whole = self.full and doubt is None and self._rows[feed] > 0
            origin = feed.partition("/")[2]
            yield Delivery(feed=feed, as_at=self.as_at, complete=whole, origin=origin, increment=not self.full)
            if doubt:
                doubts.setdefault(doubt, []).append(origin)
        for doubt, origins in doubts.items():
            lists = "the list was" if len(origins) == 1 else f"the lists of {', '.join(origins)} were"
            reason = f"{lists} not read whole: {doubt}; absence ended nothing"
            yield Fault(feed=f"companies_house/{origins[0]}", origin=origins[0], reason=reason, loses_row=False)

    def _doubt(self, feed: str) -> str | None:
        """Why absence from a list means nothing; None where it was read whole. A profile says what else there is."""
        if self._missing[feed]:
            return f"{self._missing[feed]} answers could not be had"
        if self._missing[PROFILES]:
            return f"{self._missing[PROFILES]} profiles could not be had, which say what else there is to ask"
        if self._unknown and self.full:
            return f"{self._unknown} companies were unknown to Companies House for the first time"
        return self._doubts.get(feed)

    def _page(self, company: str, part: str, fields: dict[str, object]) -> tuple[list[Item], int | None]:
        """One page of a list. Raises SourceChanged where it is none, or holds only what earlier pages held."""
        entries = fields.get("items")
        if not isinstance(entries, list):
            raise SourceChanged(f'the answer ({part}) has no list "items"')
        held = self._pages.setdefault((company, part), _Pages())
        members = self._row(part, company, {name: value for name, value in fields.items() if name != "items"})
        members.nothing_left(except_for=LIST_UNREAD)
        items: list[Item] = [*members.reading.drain()]
        read = _READERS[part]
        before = len(held.ids)
        for entry in entries:
            if not isinstance(entry, dict):
                items += self._unreadable(part, company)
                continue
            for item in self._entry(part, company, entry, partial(read, company=company)):
                if isinstance(item, Observation) and item.record.id in held.ids:
                    items += self._again(part, company, item.record, held.ids[item.record.id])
                    continue
                if isinstance(item, Observation):
                    held.ids[item.record.id] = record_digest(item.record)
                items.append(item)
        lost = sum(isinstance(item, Fault) and item.loses_row for item in items)
        held.places += len(entries)
        following = self._following(part, fields, held, len(entries))
        if entries and len(held.ids) == before and not lost:
            raise SourceChanged("a page of the list holds only what earlier pages held")
        if following is None:
            self._came(company, part)
        return items, following

    def _again(self, part: str, company: str, record: Record, digest: str) -> Iterator[Fault]:
        """An entry met a second time: pages overlap, and say the same. Two entries under one id are told."""
        if record_digest(record) != digest:
            reading = self._reading(part, company)
            why = "is on the list twice and says something else the second time; the first is kept"
            reading.fault(why, field="links.self", loses_row=True, record_id=record.id)
            yield from reading.drain()

    def _following(self, part: str, fields: dict[str, object], held: _Pages, came: int) -> int | None:
        """Where the next page begins; None after the last. A list that ends before its own count is in doubt."""
        said = _count(fields.get("total_count" if part == "charges" else "total_results"))
        if said is None:
            per_page = _count(fields.get("items_per_page")) or PER_PAGE
            return held.places if came >= per_page else None
        if held.places < said and came:
            return held.places
        if held.places < said:
            self._doubts.setdefault(
                FEEDS[part], f"one of {said:,} entries by its own count ended after {held.places:,}"
            )
        return None

    def _cases(self, company: str, fields: dict[str, object]) -> Iterator[Item]:
        """A company's insolvency cases. Raises SourceChanged where the answer has no such list."""
        part, cases = "insolvency", fields.get("cases")
        if not isinstance(cases, list):
            raise SourceChanged('the answer (insolvency) has no list "cases"')
        for place, case in enumerate(cases, start=1):
            if isinstance(case, dict):
                yield from self._entry(part, company, case, partial(case_of, company=company, place=place))
            else:
                yield from self._unreadable(part, company)
        members = self._row(part, company, {name: value for name, value in fields.items() if name != "cases"})
        members.nothing_left(except_for=INSOLVENCY_UNREAD)
        yield from members.reading.drain()

    def _entry(self, part: str, company: str, fields: Mapping[str, object], read: _Reader) -> Iterator[Item]:
        """One entry of a list through its reader. Controllers with a number of Companies House's are remembered."""
        for item in self._read(self._row(part, company, fields), read):
            record = item.record if isinstance(item, Observation) else None
            if isinstance(record, ControlRecord) and (parent := uk_company_number(record)):
                self._parents.add(parent)
            yield item

    def _read(self, row: Row, read: _Reader) -> Iterator[Item]:
        def observed(row: Row) -> Iterator[Item]:
            yield from row.reading.observe(read(row), row.raw)

        for item in read_row(row, observed):
            self._rows[row.reading.feed] += isinstance(item, Observation)
            yield item

    def _unreadable(self, part: str, company: str) -> Iterator[Item]:
        reading = self._reading(part, company)
        reading.fault("is not an object", loses_row=True, record_id=company)
        yield from reading.drain()

    def _row(self, part: str, company: str, fields: Mapping[str, object]) -> Row:
        return Row(fields, self._reading(part, company), raw=canonical(fields))

    def _reading(self, part: str, company: str) -> Reading:
        number = company.removeprefix("gb-coh:")
        where = f"company/{number}" if part == PROFILE else f"company/{number}/{part}"
        return self._readings[FEEDS[part]].at(where)

    def _came(self, company: str, part: str) -> None:
        self._open.setdefault(company, set()).discard(part)


_READERS: Mapping[str, Callable[..., Record]] = {
    "officers": officer_of,
    "persons-with-significant-control": control_of,
    "persons-with-significant-control-statements": control_of,
    "charges": charge_of,
}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None

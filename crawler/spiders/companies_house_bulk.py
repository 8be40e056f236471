"""Companies House's bulk files: people with significant control, and live companies, of the companies that matter.

The chain above a registered provider is not known before the snapshot has been read: it is read twice at the most, the
second time for the companies above. Only then is the list of companies read, once.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import msgspec
from parsel import Selector
from scrapy import Request
from scrapy.http import Response

from crawler.archives import chunks_of, first_line, lines_of
from crawler.company_list import CompanyRows, columns_of
from crawler.edition import reader_mark
from crawler.psc_search import Entry, PscSearch
from crawler.psc_snapshot import PRIVATE, totals_of
from crawler.reading import Item, Reading
from crawler.spider import RegisterSpider, file_name
from crawler.tables import SourceChanged
from crawler.values import day_in
from register.parties import uk_company_number
from register.records import Delivery
from register.wanted_landlords import ABROAD

CONTROL, COMPANIES = "companies_house_bulk/control", "companies_house_bulk/companies"
#: The second page of downloads, beside the first.
COMPANY_PAGE = "en_output.html"
_PART = re.compile(r"(?:[_-](?P<psc>\d{1,4})of|part(?P<list>\d{1,4})_)(?P<parts>\d{1,4})\.[a-z.]+$", re.IGNORECASE)
LINKS = {
    CONTROL: re.compile(r"(persons-with-significant-control-snapshot|psc-snapshot)[-_].*\.zip$", re.IGNORECASE),
    COMPANIES: re.compile(r"BasicCompanyData.*\.zip$", re.IGNORECASE),
}
#: The bookmark of what the list of companies was last read for: the mark of the companies above, too.
ABOVE = "read for"
_DAY = re.compile(r"[-_]?\d{4}-\d{2}-\d{2}")
_PASSED_OVER = frozenset({".md", ".html", ".htm", ".pdf"})


class CompaniesHouseBulk(RegisterSpider):
    """Two pages of downloads, then the newest files that they link to: first the snapshot's, then the list's.

    The files of a list are read together, or not at all where none of them has changed. The list of companies is read
    for those above the ones that matter too, whom the snapshot names: where the list has changed and the snapshot has
    not, the snapshot is read again.
    """

    name = "companies_house_bulk"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the pages. Without a company in the register there is nothing to look for in the files."""
        if not self.run.companies:
            self.fail(
                "the register knows no company of a care provider yet: refresh the regulators' sources first, or read "
                "files with --from"
            )
        self._wanted: set[str] | None = None
        self._addresses: dict[str, list[str]] = {}
        self._saved: dict[str, list[Path]] = {CONTROL: [], COMPANIES: []}
        yield self.get(self.run.page, self.parse_page, feed=CONTROL)

    def parse_page(self, response: Response, feed: str) -> Iterator[Request]:
        """Find the newest files of one list; when they are known of both, ask for the snapshot's."""
        self._addresses[feed] = find_files(response.body, response.url, LINKS[feed])
        if feed == CONTROL:
            yield self.get(urljoin(self.run.page, COMPANY_PAGE), self.parse_page, feed=COMPANIES)
        else:
            yield from self._ask(CONTROL, self._addresses[CONTROL])

    def parse_file(self, response: Response, feed: str) -> Iterator[Any]:
        """Keep a file; with the last of its list, read all of them."""
        self._saved[feed].append(self.save(response))
        yield from self._came(feed)

    def _ask(self, feed: str, addresses: Sequence[str], *, afresh: bool = False) -> Iterator[Request]:
        """Ask for files of one list. Their bookmarks are named without the day, which changes from night to night."""
        self._waiting, self._same, self._told = len(addresses), list[str](), len(self.run.nothing_new)
        reader = None
        if feed == COMPANIES:
            reader = self.run.bookmarks.get(ABOVE) if self._wanted is None else reader_mark(self._wanted)
        for address in addresses:
            yield self.get_file(
                address,
                self.parse_file,
                name=_DAY.sub("", file_name(address)),
                reader=reader,
                afresh=afresh,
                unchanged=partial(self._still, feed=feed, address=address),
                feed=feed,
            )

    def _still(self, response: Response, feed: str, address: str) -> Iterator[Any]:
        self._same.append(address)
        yield from self._came(feed)

    def _came(self, feed: str) -> Iterator[Any]:
        """One file less to wait for; what is to be read and asked for when it was the last."""
        self._waiting -= 1
        if self._waiting:
            return
        del self.run.nothing_new[self._told :]  # what is told is told of the list, not of each of its parts
        if self._same and self._saved[feed]:
            yield from self._ask(feed, self._same, afresh=True)
            return
        if self._same:
            first = file_name(self._addresses[feed][0])
            self.run.nothing_new.append(f"{first}: not changed since it was read for the same companies.")
        if feed == COMPANIES and self._saved[COMPANIES] and self._wanted is None:
            yield from self._ask(CONTROL, self._addresses[CONTROL], afresh=True)
            return
        if feed == CONTROL and self._saved[CONTROL]:
            yield from self._read_snapshot()
        if feed == CONTROL and not self._saved[COMPANIES]:
            yield from self._ask(COMPANIES, self._addresses[COMPANIES])
        elif self._wanted is not None:
            for one in _of_kind(COMPANIES, self._saved[COMPANIES]):
                yield from _read_list(one, self._wanted, today=self.run.today, as_at=self.run.as_at)

    def _read_snapshot(self) -> Iterator[Item]:
        """Read the snapshot; after it the companies above those that matter are known."""
        wanted, names = _told_apart(self.run.companies)
        for snapshot in _of_kind(CONTROL, self._saved[CONTROL]):
            yield from _read_snapshot(snapshot, wanted, today=self.run.today, as_at=self.run.as_at)
        self._wanted = wanted | names
        self.run.bookmark(ABOVE, reader_mark(self._wanted))


@dataclass(frozen=True, slots=True)
class Published:
    """The files of one list of one day, in order of part; ``parts`` is how many the publisher says there are."""

    day: date | None
    files: tuple[Path, ...]
    parts: int
    header: bytes

    @property
    def origin(self) -> str:
        """The name of the file, or of the first of its parts."""
        return self.files[0].name

    @property
    def all_parts(self) -> bool:
        """Whether no part is missing."""
        return len(self.files) == self.parts


def part_of(name: str) -> tuple[int, int] | None:
    """Which part of how many a file is by its name: ``psc-snapshot-2026-11-01_3of28.zip``, ``…-part3_7.zip``."""
    match = _PART.search(name)
    return (int(match["psc"] or match["list"]), int(match["parts"])) if match else None


def find_files(page: bytes, address: str, pattern: re.Pattern[str]) -> list[str]:
    """The newest files of one kind that a page links to: its parts where all are there, else the file in one piece.

    Parts come first: of one that is cut short, only that is asked for again. Raises SourceChanged without either.
    """
    links = {
        urljoin(address, href.strip())
        for href in Selector(text=page.decode(errors="replace")).css("a::attr(href)").getall()
    }
    named = {link: unquote(urlsplit(link).path.rpartition("/")[2]) for link in links}
    fitting = {link: name for link, name in named.items() if pattern.search(name)}
    if not fitting:
        raise SourceChanged(f"{address} has no link to a file named like {pattern.pattern}")
    newest = max(day_in(name) or date.min for name in fitting.values())
    of_day = {link: name for link, name in fitting.items() if (day_in(name) or date.min) == newest}
    parts = {part[0]: link for link, name in of_day.items() if (part := part_of(name))}
    said = max((part[1] for name in of_day.values() if (part := part_of(name))), default=0)
    whole = sorted(link for link, name in of_day.items() if not part_of(name))
    if parts and sorted(parts) == list(range(1, said + 1)):
        return [parts[number] for number in sorted(parts)]
    if whole:
        return whole[:1]
    raise SourceChanged(f"{address} links to {len(parts)} of {said} parts and to no file in one piece")


def parse_published(
    path: Path, *, today: date, as_at: date | None = None, companies: Collection[str] = frozenset()
) -> Iterator[Item]:
    """What the files at a path say of some companies (``gb-coh:…``; none: all) and of those above them.

    Overseas entities on the list of companies are looked for by name too (``abroad:…``, see ``CompanyRows``).

    ``path`` is a file or a folder of them, zipped, gzipped or plain, in one piece or in parts; which list a file is of
    is told by its content. The day is ``as_at``, else the one in the name, else the one in the snapshot's last line,
    else ``today``. Raises SourceChanged for a file that is neither list, Damaged for one that is cut short.
    """
    files = [path]
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix.lower() not in _PASSED_OVER]
        files = [p for p in files if not p.name.startswith((".", "~", "README"))]
    snapshots, lists = _sorted_out(files)
    known, names = _told_apart(companies)
    wanted = known or None
    for snapshot in snapshots:
        yield from _read_snapshot(snapshot, wanted, today=today, as_at=as_at)
    for one in lists:
        yield from _read_list(one, None if wanted is None else wanted | names, today=today, as_at=as_at)


def _told_apart(companies: Collection[str]) -> tuple[set[str], set[str]]:
    """Companies by number, and owners from abroad by name."""
    names = {one for one in companies if one.startswith(ABROAD)}
    return set(companies) - names, names


def _of_kind(feed: str, files: Sequence[Path]) -> list[Published]:
    """What files of one list are. Raises SourceChanged where one of them is of the other list, or of neither."""
    snapshots, lists = _sorted_out(files)
    found, others = (snapshots, lists) if feed == CONTROL else (lists, snapshots)
    if others:
        raise SourceChanged(f"{others[0].origin} is named like a file of {feed} and holds the other list")
    return found


def _sorted_out(files: Sequence[Path]) -> tuple[list[Published], list[Published]]:
    """Snapshots and lists of companies, in order of day, parts of one day together. Raises SourceChanged."""
    groups: dict[tuple[str, date | None, str], list[tuple[int, int, Path, bytes]]] = {}
    for file in files:
        head = first_line(file)
        if head.startswith(b"{"):
            kind, head = CONTROL, b""
        elif columns_of(head):
            kind = COMPANIES
        else:
            raise SourceChanged(f"{file.name} is neither a snapshot of control nor a list of companies")
        part = part_of(file.name)
        alone = "" if part else file.name
        number, said = part or (1, 1)
        groups.setdefault((kind, day_in(file.name), alone), []).append((number, said, file, head))
    found: dict[str, list[Published]] = {CONTROL: [], COMPANIES: []}
    for (kind, when, _), parts in sorted(groups.items(), key=lambda group: (group[0][1] or date.min, group[0][2])):
        parts.sort()
        found[kind].append(Published(when, tuple(file for *_, file, _ in parts), parts[0][1], parts[0][3]))
    return found[CONTROL], found[COMPANIES]


def _read_snapshot(snapshot: Published, wanted: set[str] | None, *, today: date, as_at: date | None) -> Iterator[Item]:
    """The entries of the wanted companies, and of those above them, who are added to ``wanted``."""
    day = as_at or snapshot.day or _day_made(snapshot.files[-1]) or today
    reading = Reading(CONTROL, snapshot.origin, day, private=PRIVATE)
    delivery = Delivery(feed=CONTROL, as_at=day, complete=False, origin=snapshot.origin)
    yield delivery
    search, fresh = PscSearch(reading, wanted), set[str]()
    for entry in (entry for file in snapshot.files for entry in search.entries(file)):
        yield from entry.items
        fresh |= _above(entry)
    # Only now is it known whether the list is whole; a later announcement takes the earlier one's place.
    if missing := _missing(snapshot, search):
        reading.fault(f"{missing}: absence from this snapshot ends nothing")
    elif wanted is None:
        # A list of other companies than every night's, which is not held against it.
        reading.once("every company in it is taken, whether it matters to the register or not", field="kind")
    else:
        yield msgspec.structs.replace(delivery, complete=True)
    yield from reading.drain()
    if wanted is not None and (fresh := fresh - wanted):
        yield from _read_above(snapshot, search.above(fresh) - wanted, fresh, wanted, reading)


def _read_above(
    snapshot: Published, might: frozenset[str], fresh: set[str], wanted: set[str], reading: Reading
) -> Iterator[Item]:
    """The entries of the companies above, in a second pass; they are added to ``wanted``.

    ``might`` are all whose entries may be needed, ``fresh`` those of them that the first pass has found to be.
    """
    held: dict[str, list[Entry]] = {}
    search = PscSearch(reading, might, noting=False)
    for entry in (entry for file in snapshot.files for entry in search.entries(file)):
        if entry.company is not None:
            held.setdefault(entry.company, []).append(entry)
    found: set[str] = set()
    while fresh:
        found |= fresh
        above = (_above(entry) for company in fresh for entry in held.get(company, ()))
        fresh = set[str]().union(*above) - wanted - found
    wanted |= found
    for company in sorted(found):
        for entry in held.get(company, ()):
            yield from entry.items


def _above(entry: Entry) -> set[str]:
    """The company that an entry names by its number, if that is one of Companies House."""
    number = uk_company_number(entry.record) if entry.record is not None else None
    return {number} if number else set()


def _missing(snapshot: Published, lines: PscSearch) -> str | None:
    """Why a snapshot is not known to be whole; None where it is."""
    if not snapshot.all_parts:
        return f"{len(snapshot.files)} of {snapshot.parts} parts are there"
    if lines.said is None:
        return "it has no last line with totals"
    return (
        None if lines.said == lines.held else f"its last line says {lines.said:,} entries and it holds {lines.held:,}"
    )


def _day_made(file: Path) -> date | None:
    """The day that a snapshot's last line gives, for a file whose name gives none."""
    last = b""
    for chunk in chunks_of(file):
        last = (last + chunk)[-8192:]
    try:
        totals = totals_of(msgspec.json.decode(last.rstrip().rpartition(b"\n")[2], type=dict[str, object]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return totals[1] if totals else None


def _read_list(one: Published, wanted: set[str] | None, *, today: date, as_at: date | None) -> Iterator[Item]:
    """The rows of the wanted companies. A file whose name does not say that it is the whole may be a piece of it."""
    reading = Reading(COMPANIES, one.origin, as_at or one.day or today)
    named_whole = "AsOneFile".casefold() in one.origin.casefold() or bool(part_of(one.origin))
    whole = named_whole and one.all_parts and wanted is not None
    yield Delivery(feed=COMPANIES, as_at=reading.as_at, complete=whole, origin=one.origin)
    for file in one.files:
        rows: CompanyRows | None = None
        number = 1
        for some in lines_of(file):
            lines, first = some, number
            while rows is None and lines:
                head, lines, first = lines[0].removeprefix(b"\xef\xbb\xbf").strip(), lines[1:], first + 1
                if columns_of(head):
                    rows = CompanyRows(reading, wanted, head)
                elif head:
                    raise SourceChanged(f"{file.name} does not begin with the header of a list of companies")
            if rows is not None:
                yield from rows.take(lines, file.name, first)
            number += len(some)
    yield from reading.drain()

"""England and Wales: the Charity Commission's public extract. One JSON array of every charity ever registered.

It is some 400,000 objects; each is decoded by itself as the text streams past, and only the charities that matter are
made records.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import AsyncIterator, Collection, Iterator
from datetime import date
from itertools import chain
from pathlib import Path

from scrapy import Request
from scrapy.http import Response

from crawler.archives import chunks_of
from crawler.reading import Item, Reading, Row, UnreadableField, canonical, read_row
from crawler.spider import RegisterSpider
from crawler.tables import SourceChanged
from crawler.values import day, text, yes
from register.identifiers import BadIdentifier, charity_number, company_number
from register.records import CharityRecord, Delivery

FEED = "charity_commission/charities"
STATUSES = frozenset({"registered", "removed"})
#: Known and read by nobody: contact details, kinds of charity, what it does.
LEFT_OUT = frozenset(
    {
        "date_of_extract", "organisation_number", "charity_type", "latest_acc_fin_period_start_date",
        "charity_contact_address1", "charity_contact_address2", "charity_contact_address3", "charity_contact_address4",
        "charity_contact_address5", "charity_contact_postcode", "charity_contact_phone", "charity_contact_email",
        "charity_contact_web", "charity_previously_excepted", "charity_is_cdf_or_cif", "charity_is_cio",
        "cio_is_dissolved", "date_cio_dissolution_notice", "charity_activities", "charity_gift_aid", "charity_has_land",
    }
)  # fmt: skip
#: No charity's entry is near this long: a longer one is damage, or made to fill the memory.
MOST_ENTRY = 1 << 20
_NEXT = re.compile(r"[\s,]*")


class CharityCommission(RegisterSpider):
    """The one file."""

    name = "charity_commission"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the extract. Without a company or charity in the register there is nothing to look for in it."""
        if not self.run.companies:
            self.fail("the register knows no company or charity of a care provider yet: refresh the regulators first")
        yield self.get_file(self.run.page, self.parse_file)

    def parse_file(self, response: Response) -> Iterator[Item]:
        """Read the extract."""
        run = self.run
        yield from parse_published(self.save(response), today=run.today, as_at=run.as_at, companies=run.companies)


def parse_published(
    path: Path, *, today: date, as_at: date | None = None, companies: Collection[str] = frozenset()
) -> Iterator[Item]:
    """The charities of an extract (zipped or not) that matter.

    ``companies`` are numbers of companies and of charities (``gb-coh:…``, ``gb-chc:…``); none: all. The day is
    ``as_at``, else the one that the first entry gives, else ``today``. Raises SourceChanged or Damaged.
    """
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".zip", ".json", ".gz"))
        if len(files) != 1:
            raise SourceChanged(f"the folder holds {len(files)} extracts where one was expected")
        path = files[0]
    wanted = frozenset(companies) or None
    entries = entries_of(path)
    first = next(entries, None)
    if first is None:
        raise SourceChanged("the extract holds no charity")
    listed = as_at or _extracted_on(first[1]) or today
    reading = Reading(FEED, path.name, listed)
    # Read without the filter it is a list of other charities than every night's, and is not held against it.
    yield Delivery(feed=FEED, as_at=listed, complete=wanted is not None, origin=path.name)
    charities = Charities(wanted)
    for number, entry in chain([first], entries):
        yield from read_row(Row(entry, reading, number=number, raw=canonical(entry)), charities)
    if charities.linked:
        said = f"entries of branches under a charity's number, left out: {charities.linked:,}"
        reading.once(said, field="linked_charity_number")
    yield from reading.drain()


def entries_of(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a JSON array, one by one with their number, however long the array is.

    Raises SourceChanged for what is no array of objects, and for one that does not come to its end.
    """
    decoder, scan = codecs.getincrementaldecoder("utf-8-sig")(errors="replace"), json.JSONDecoder().raw_decode
    held, begun, ended, number = "", False, False, 0
    for chunk in chunks_of(path):
        held += decoder.decode(chunk)
        at = 0
        if not begun:
            held = held.lstrip()
            if not held:
                continue
            if held[0] != "[":
                raise SourceChanged("the extract is a web page or something else than a JSON array")
            begun, at = True, 1
        while True:
            at = _between(held, at)
            if at < len(held) and held[at] == "]":
                ended = True
                break
            try:
                entry, after = scan(held, at)
            except ValueError:
                break  # its end is in the next piece
            except RecursionError as problem:
                raise SourceChanged("the extract is nested without end") from problem
            if not isinstance(entry, dict):
                raise SourceChanged(f"entry {number + 1} of the extract is not an object")
            number, at = number + 1, after
            yield number, entry
        if ended:
            return
        held = held[at:]
        if len(held) > MOST_ENTRY:
            raise SourceChanged(
                f"entry {number + 1} of the extract is no JSON, or longer than {MOST_ENTRY:,} characters"
            )
    raise SourceChanged("the extract is cut short: its array has no end" if begun else "the extract is empty")


def _between(held: str, at: int) -> int:
    match = _NEXT.match(held, at)
    return match.end() if match else at


class Charities:
    """Reads entries of the extract, and counts those of branches."""

    def __init__(self, wanted: frozenset[str] | None) -> None:
        self._wanted = wanted
        self.linked = 0

    def __call__(self, row: Row) -> Iterator[Item]:
        """The charity, where it matters. Raises UnreadableField without a number or a name."""
        if row.take_text("linked_charity_number") not in ("0", None):
            self.linked += 1
            return
        try:
            row.record_id = identifier = row.take(
                "registered_charity_number", lambda value: charity_number(text(value))
            )
        except UnreadableField:
            if self._wanted is None:
                raise
            return  # none of those that matter
        company = _company(row)
        if self._wanted is not None and not {identifier, company} & self._wanted:
            return
        record = CharityRecord(
            id=identifier,
            name=row.take("charity_name", text),
            status=row.choice("charity_registration_status", STATUSES),
            company=company,
            registered_on=row.take_optional("date_of_registration", day),
            removed_on=row.take_optional("date_of_removal", day),
            reporting=row.take_text("charity_reporting_status"),
            insolvent=row.take_optional("charity_insolvent", _flag),
            in_administration=row.take_optional("charity_in_administration", _flag),
            year_end=row.take_optional("latest_acc_fin_period_end_date", day),
            income=row.take_optional("latest_income", _pounds),
            spending=row.take_optional("latest_expenditure", _pounds),
        )
        row.nothing_left(except_for=LEFT_OUT)
        yield from row.reading.observe(record, row.raw, row.number)


def _company(row: Row) -> str | None:
    """The company's number, padded. What is written there and is none ("N/A") is left unknown, silently where it is of
    no charity that matters."""
    written = row.take_optional("charity_company_registration_number", text)
    try:
        return company_number(written) if written else None
    except BadIdentifier:
        return None


def _extracted_on(entry: dict[str, object]) -> date | None:
    try:
        return day(entry.get("date_of_extract"))
    except ValueError:
        return None


def _flag(value: object) -> bool:
    """True or false, as JSON has it or as words. Raises ValueError for anything else."""
    return value if isinstance(value, bool) else yes(value)


def _pounds(value: object) -> float:
    """Whole pounds. Raises ValueError for what is no amount."""
    words = text(value).replace(",", "")
    if not re.fullmatch(r"-?\d{1,12}(\.\d+)?", words):
        raise ValueError("is not an amount of money")
    return float(round(float(words)))

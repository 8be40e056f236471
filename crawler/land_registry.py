"""One row of HM Land Registry's lists of corporate owners, CCOD (from here) and OCOD (from abroad), as published.

35 quoted columns, OCOD 39 (a country after each proprietor's category); files of changes have two more. The last line
is no row: ``"Row Count:N"``. Proprietors' addresses and prices are never kept: no question needs them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crawler.reading import Row, UnreadableField
from crawler.values import day, text, yes
from register.identifiers import BadIdentifier, postcode
from register.records import Proprietor, TitleRecord

#: Proprietors that a row names at most; what there are beyond them is told by no list.
MOST_OWNERS = 4
#: Cells before the first proprietor's, and cells of each of them without the country.
BEFORE_OWNERS, OF_OWNER = 9, 6
_TITLE = re.compile(r"[A-Z]{0,4}[0-9]{1,9}[A-Z]{0,2}")
_DASHES = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
_TRAILER = re.compile(rb'"?Row Count: *(\d{1,9})"?,*')
_MOST_ADDRESS = 20_000
TENURES = frozenset({"freehold", "leasehold"})
_BASES = ("company", "corporate body")
#: Categories of proprietor, in lower case. One that was never seen is kept, and told.
CATEGORIES = frozenset(
    {
        *("limited company or public limited company", "limited liability partnership", "unlimited company"),
        *("corporate body", "local authority", "county council"),
        *(
            f"{kind} ({basis})"
            for basis in _BASES
            for kind in (
                *("registered society", "co-operative society", "community benefit society"),
                *("industrial and provident society", "housing association registered society"),
                *("housing association co-operative society", "housing association community benefit society"),
                *("housing association/society", "industrial and provident society"),
            )
        ),
    }
)
#: Where a proprietor can be written to, and what was once paid.
LEFT_OUT = frozenset(
    {f"Proprietor ({n}) Address ({line})" for n in range(1, MOST_OWNERS + 1) for line in (1, 2, 3)} | {"Price Paid"}
)
CHANGE, CHANGED_ON = "Change Indicator", "Change Date"


def columns_of_list(*, overseas: bool, changes: bool) -> tuple[str, ...]:
    """The header of one of the four kinds of file, exactly as published."""
    owners = [
        name
        for n in range(1, MOST_OWNERS + 1)
        for name in (
            f"Proprietor Name ({n})",
            f"Company Registration No. ({n})",
            f"Proprietorship Category ({n})",
            *([f"Country Incorporated ({n})"] if overseas else []),
            *(f"Proprietor ({n}) Address ({line})" for line in (1, 2, 3)),
        )
    ]
    return (
        *("Title Number", "Tenure", "Property Address", "District", "County", "Region", "Postcode"),
        *("Multiple Address Indicator", "Price Paid"),
        *owners,
        *("Date Proprietor Added", "Additional Proprietor Indicator"),
        *((CHANGE, CHANGED_ON) if changes else ()),
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """Which of the four kinds of file it is. ``extra``: columns beyond the published ones, which nobody reads."""

    overseas: bool
    changes: bool
    extra: tuple[str, ...] = ()

    @property
    def list(self) -> Literal["ccod", "ocod"]:
        """The name of the list, which is the register's prefix for its rows."""
        return "ocod" if self.overseas else "ccod"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in their order."""
        return (*columns_of_list(overseas=self.overseas, changes=self.changes), *self.extra)

    def owner_cell(self, turn: int, cell: int) -> int:
        """The position of a proprietor's cell: ``turn`` from 0, ``cell`` 0 the name and 1 the number."""
        return BEFORE_OWNERS + turn * (OF_OWNER + self.overseas) + cell


def layout_of(header: bytes) -> Layout | str:
    """Which kind of file a header is of; else a sentence on where it differs from the nearest kind."""
    try:
        (names,) = csv.reader([header.decode("utf-8", errors="replace")])
    except (csv.Error, ValueError):
        return "its first line is no header of a CSV"
    found = tuple(names)
    if found[:1] != ("Title Number",):
        return f"its first column is {found[0][:60] if found else ''!r}, where the lists have 'Title Number'"
    overseas = "Country Incorporated (1)" in found
    for changes in (True, False):
        columns = columns_of_list(overseas=overseas, changes=changes)
        if found[: len(columns)] == columns and len(set(found)) == len(found):
            return Layout(overseas, changes, found[len(columns) :])
    columns = columns_of_list(overseas=overseas, changes=False)
    for number, expected in enumerate(columns, start=1):
        here = found[number - 1] if number <= len(found) else None
        if here != expected:
            said = "is missing" if here is None else f"is {here[:60]!r}"
            return f"column {number} {said}, where the list of the land registry has {expected!r}"
    return "it names a column twice"


def trailer_of(line: bytes) -> int | None:
    """How many rows the last line says there are; None for another line."""
    match = _TRAILER.fullmatch(line.strip())
    return int(match[1]) if match else None


def title_number(value: str) -> str:
    """A title number in capitals without blanks: ``NGL123456``. Raises BadIdentifier."""
    found = re.sub(r"\s+", "", value).upper()
    if not _TITLE.fullmatch(found):
        raise BadIdentifier(f"{value[:40]!r} is not a title number (like NGL123456)")
    return found


def land_day(value: object) -> date:
    """A day in either of the land registry's forms, 15-03-2019 and 15/03/2019. Raises ValueError."""
    words = text(value)
    match = _DASHES.fullmatch(words)
    return day("/".join(match.groups())) if match else day(words)


@dataclass(frozen=True, slots=True)
class Title:
    """A row as read: the record, and of a row in a file of changes whether the title came or went, and when."""

    record: TitleRecord
    gone: bool = False
    changed_on: date | None = None


def read_title(row: Row, layout: Layout) -> Title:
    """One row. Raises UnreadableField without a title number, and in a file of changes without its kind and day."""
    number = row.take_id("Title Number", lambda value: f"{layout.list}:{title_number(value)}").partition(":")[2]
    gone, changed_on = False, None
    if layout.changes:
        kind = row.take(CHANGE, text).upper()
        if kind not in ("A", "D"):
            raise UnreadableField(CHANGE, "is neither A (added) nor D (deleted)", kind)
        gone, changed_on = kind == "D", row.take(CHANGED_ON, land_day)
    more = row.take_optional("Additional Proprietor Indicator", yes)
    record = TitleRecord(
        id=f"{layout.list}:{number}",
        title=f"hmlr:{number}",
        tenure=row.choice("Tenure", TENURES),
        address=row.take_optional("Property Address", _address) or None,
        district=row.take_text("District"),
        county=row.take_text("County"),
        region=row.take_text("Region"),
        postcode=row.take_identifier("Postcode", postcode),
        schedule=row.take_optional("Multiple Address Indicator", yes),
        proprietors=tuple(_proprietors(row, layout)) or None,
        more_owners=more,
        added_on=_day_of(row, "Date Proprietor Added"),
    )
    if record.proprietors is None:
        row.lost("Proprietor Name (1)", "names no proprietor")
    row.nothing_left(except_for=LEFT_OUT)
    return Title(record, gone, changed_on)


def _proprietors(row: Row, layout: Layout) -> Iterator[Proprietor]:
    for n in range(1, MOST_OWNERS + 1):
        name = row.take_text(f"Proprietor Name ({n})")
        number = row.take_text(f"Company Registration No. ({n})")
        category = row.choice(f"Proprietorship Category ({n})", CATEGORIES)
        country = row.take_text(f"Country Incorporated ({n})") if layout.overseas else None
        if name:
            yield Proprietor(name=name, number=number, category=category, country=country)
        elif number or country:
            row.lost(f"Proprietor Name ({n})", "is missing beside a number or a country", number or country)


def _day_of(row: Row, field: str) -> date | None:
    found = row.take_optional(field, land_day)
    if found is not None and not date(1800, 1, 1) <= found <= row.reading.latest:
        row.lost(field, "is not a date that this list can speak of", found.isoformat())
        return None
    return found


def _address(value: object) -> str:
    """Words of any length: a schedule's address may run over pages. Raises ValueError."""
    words = " ".join(str(value).split())
    if len(words) > _MOST_ADDRESS:
        raise ValueError(f"is longer than {_MOST_ADDRESS:,} characters")
    for start in range(0, len(words), 500):
        text(words[start : start + 500])
    return words

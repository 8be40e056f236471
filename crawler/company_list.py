"""Companies House's monthly list of live companies ("BasicCompanyData"): 55 quoted columns, some 5.5 million rows.

Some names in the header begin with a space. A physical line is a row: a quotation mark that is never closed spoils
its own row and no other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator

from crawler.reading import Item, Reading, Row, read_row
from crawler.values import day, text
from register.identifiers import BadIdentifier, company_number
from register.parties import plain_company_name
from register.records import CompanyRecord, Fault, Observation
from register.wanted_landlords import ABROAD

NUMBER, NAME = "CompanyNumber", "CompanyName"
SIC = tuple(f"SICCode.SicText_{n}" for n in range(1, 5))
PREVIOUS = tuple(f"PreviousName_{n}" for n in range(1, 11))
CHARGES = ("NumMortCharges", "NumMortOutstanding", "NumMortPartSatisfied", "NumMortSatisfied")
PARTNERS = ("NumGenPartners", "NumLimPartners")
#: The status words known, in lower case; a word never seen before is kept and told.
STATUSES = frozenset(
    {
        "active", "active - proposal to strike off", "liquidation", "in administration", "receivership",
        "in administration/administrative receiver", "in administration/receiver manager", "voluntary arrangement",
        "voluntary arrangement / administrative receiver", "voluntary arrangement / receiver manager",
        "receiver manager / administrative receiver", "live but receiver manager on at least one charge",
        "administration order", "administrative receiver", "removed", "registered", "converted/closed", "dissolved",
    }
)  # fmt: skip
#: The registered office beyond country and postcode: of a one-person company often somebody's home.
OFFICE = frozenset(
    f"RegAddress.{part}" for part in ("CareOf", "POBox", "AddressLine1", "AddressLine2", "PostTown", "County")
)
#: Known and of no use: the web address, the day of the year on which accounts end, and the annual return of old.
UNUSED = frozenset(
    {"URI", "Accounts.AccountRefDay", "Accounts.AccountRefMonth", "Returns.NextDueDate", "Returns.LastMadeUpDate"}
)
#: A name in quotation marks (doubled within), a comma, and the number: most rows can be told without a CSV reader.
_ROW = re.compile(rb'"((?:[^"]|"")*)","([A-Za-z0-9]{1,8})"')


class CompanyRows:
    """The rows of a list that concern some companies (``gb-coh:…``; None: all), in one pass over it.

    Overseas entities are also taken by name (``abroad:…``): landlords from abroad are known by nothing else.
    """

    def __init__(self, reading: Reading, wanted: Collection[str] | None, header: bytes) -> None:
        self._reading = reading
        self._columns = columns_of(header)
        self._wanted: frozenset[bytes] | None = None
        if wanted is not None:
            plain = [one.removeprefix("gb-coh:").encode() for one in wanted if not one.startswith(ABROAD)]
            self._wanted = frozenset(plain) | {number.lstrip(b"0") for number in plain}
        self._abroad = {one.removeprefix(ABROAD) for one in wanted or () if one.startswith(ABROAD)}
        known = {NAME, NUMBER, *SIC, "CompanyCategory", "CompanyStatus", "CountryOfOrigin", "IncorporationDate"}
        for column in sorted(known - set(self._columns)):
            reading.once("this column is missing from the file; what it says is unknown", field=column)

    def take(self, lines: Iterable[bytes], origin: str, first: int) -> Iterator[Item]:
        """What some lines hold; ``first`` is the number of the first of them in its file."""
        reading, wanted, row_of = self._reading.at(origin), self._wanted, _ROW.match
        yield from self._reading.drain()
        match: re.Match[bytes] | None = None
        for number, line in enumerate(lines, first):
            if wanted is not None and (match := row_of(line)) and match[2] not in wanted and not self._by_name(match):
                continue
            if line and not line.isspace():
                items = self._row(line.rstrip(b"\r"), reading, number)
                yield from items if wanted is None or match else self._of_wanted(items, wanted)

    def _by_name(self, row: re.Match[bytes]) -> bool:
        """Whether it is an overseas entity with the name of an owner of titles; whether it is that owner, the country
        decides where the two are joined."""
        if not self._abroad or not row[2].upper().startswith(b"OE"):
            return False
        return plain_company_name(row[1].replace(b'""', b'"').decode(errors="replace")) in self._abroad

    def _of_wanted(self, items: Iterable[Item], wanted: frozenset[bytes]) -> Iterator[Item]:
        """What a row not written as they all are (a file saved again, without quotation marks) says of the wanted."""
        for item in items:
            of = (
                item.record.id if isinstance(item, Observation) else item.record_id if isinstance(item, Fault) else None
            )
            name = item.record.name if isinstance(item, Observation) and isinstance(item.record, CompanyRecord) else ""
            abroad = bool(of and of.startswith("gb-coh:OE")) and plain_company_name(name) in self._abroad
            if of is None or abroad or of.removeprefix("gb-coh:").encode() in wanted:
                yield item

    def _row(self, line: bytes, reading: Reading, number: int) -> Iterator[Item]:
        try:
            words = line.decode()
        except UnicodeDecodeError:
            words = line.decode("windows-1252", errors="replace")
        try:
            (cells,) = csv.reader([words], strict=True)
        except (csv.Error, ValueError):
            cells = []
        if len(cells) != len(self._columns):
            reading.fault(
                f"has {len(cells)} cells where the header has {len(self._columns)}" if cells else "is no row of a CSV",
                row=number,
                loses_row=True,
                record_id=_id_in(line),
            )
            yield from reading.drain()
            return
        row = Row(dict(zip(self._columns, cells, strict=True)), reading, number=number, raw=line)
        yield from read_row(row, _company)


def columns_of(header: bytes) -> tuple[str, ...]:
    """The names of a header's columns, without the spaces that some begin with; empty where it is no such header."""
    try:
        (names,) = csv.reader([header.decode("utf-8", errors="replace")])
    except (csv.Error, ValueError):
        return ()
    columns = tuple(name.strip() for name in names)
    return columns if NUMBER in columns and NAME in columns and len(set(columns)) == len(columns) else ()


def _id_in(line: bytes) -> str | None:
    match = _ROW.match(line)
    try:
        return company_number(match[2].decode()) if match else None
    except BadIdentifier:
        return None


def _company(row: Row) -> Iterator[Item]:
    """One company. Raises UnreadableField without a number or a name."""
    identifier = row.take_id(NUMBER, company_number)
    charges = [row.take_optional(f"Mortgages.{column}", _whole) for column in CHARGES]
    partners = [row.take_optional(f"LimitedPartnerships.{column}", _whole) for column in PARTNERS]
    record = CompanyRecord(
        id=identifier,
        name=row.take(NAME, text),
        category=row.take_text("CompanyCategory"),
        status=row.choice("CompanyStatus", STATUSES),
        country_of_origin=row.take_text("CountryOfOrigin"),
        country=row.take_text("RegAddress.Country"),
        postcode=row.take_text("RegAddress.PostCode"),
        incorporated_on=row.take_optional("IncorporationDate", day),
        dissolved_on=row.take_optional("DissolutionDate", day),
        sic=tuple(words for column in SIC if (words := row.take_text(column, none={"None Supplied"}))) or None,
        previous_names=_previous_names(row) or None,
        accounts_category=row.take_text("Accounts.AccountCategory"),
        accounts_made_up_to=row.take_optional("Accounts.LastMadeUpDate", day),
        accounts_due_on=row.take_optional("Accounts.NextDueDate", day),
        confirmation_due_on=row.take_optional("ConfStmtNextDueDate", day),
        confirmation_made_up_to=row.take_optional("ConfStmtLastMadeUpDate", day),
        charges=charges[0],
        charges_outstanding=charges[1],
        charges_part_satisfied=charges[2],
        charges_satisfied=charges[3],
        general_partners=partners[0],
        limited_partners=partners[1],
    )
    row.nothing_left(except_for=OFFICE | UNUSED)
    yield from row.reading.observe(record, row.raw, row.number)


def _previous_names(row: Row) -> tuple[str, ...]:
    """Earlier names, the latest first, as "NAME (until 2017-05-03)"."""
    found: list[str] = []
    for column in PREVIOUS:
        until, name = row.take_optional(f"{column}.CONDATE", day), row.take_text(f"{column}.CompanyName")
        if name:
            found.append(f"{name} (until {until})" if until else name)
    return tuple(found)


def _whole(value: object) -> int:
    words = str(value).strip()
    if not words.isascii() or not words.isdecimal() or len(words) > 9:
        raise ValueError("is not a whole number")
    return int(words)

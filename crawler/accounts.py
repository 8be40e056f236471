"""Companies' accounts as tagged in their filings (iXBRL), from Companies House's daily and monthly zips.

``stream-read-xbrl`` knows the many names that a balance sheet's lines have had. It is handed only the filings of the
companies that matter, and what it makes of each is one set of accounts: that of the filing's own period, not of the
year before, which has a filing of its own.
"""

from __future__ import annotations

import io
import logging
import multiprocessing
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from crawler.accounts_tags import Tags, tags_of
from crawler.reading import Item, Reading
from crawler.source import SourceProblem
from crawler.values import day_in
from crawler.workbooks import Damaged
from register.identifiers import BadIdentifier, company_number
from register.records import AccountsRecord, Delivery, raw_digest

FEED = "companies_house_accounts/accounts"
_MEMBER = re.compile(r"^(?P<run>Prod\d+_\d+)_(?P<company>[A-Za-z0-9]{1,8})_(?P<day>\d{8})(?:_CIC)?\.(html|xml|zip)$")
#: The accounts in the zip within the zip that a community interest company files; beside them lies its report.
_WITHIN = re.compile(r"/accounts/[^/]+\.(x?html|xml)$", re.IGNORECASE)
#: The largest real filing is some 20 MB; what unpacks to more, or 250-fold, was made to fill the memory.
MOST_BYTES, MOST_RATIO, MOST_WITHIN = 64 * 1024**2, 250, 50
#: Filings read at once: each batch starts processes of its own.
BATCH = 64
_UNPACKING = (Damaged, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
_LIBRARY, _TYPES_OF_AMAZON = "stream_read_xbrl", "mypy_boto3_s3"
#: Of the day on which the period ends, and of the period.
_SUMS = {
    "tangible_fixed_assets": "tangible_fixed_assets",
    "cash": "cash_bank_in_hand",
    "debtors": "debtors",
    "current_assets": "current_assets",
    "creditors_within_year": "creditors_due_within_one_year",
    "creditors_after_year": "creditors_due_after_one_year",
    "net_current_assets": "net_current_assets_liabilities",
    "net_assets": "net_assets_liabilities_including_pension_asset_liability",
}
_FLOWS = {
    "turnover": "turnover_gross_operating_revenue",
    "profit_before_tax": "profit_loss_on_ordinary_activities_before_tax",
}


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing in a zip: its place there (from 1), its company, its period's end, and its text."""

    number: int
    name: str
    company: str
    day: date
    content: bytes

    @property
    def id(self) -> str:
        """The record's id, by the day in the filing's name."""
        return f"accounts:{self.company.removeprefix('gb-coh:')}/{self.day}"


def library() -> ModuleType:
    """``stream-read-xbrl``. Raises SourceProblem with what to install.

    It imports the types of Amazon's client for one function that is never called here: a stand-in spares 90 MB.
    """
    if find_spec(_LIBRARY) is None:
        raise SourceProblem("reading accounts needs a library that is not installed: pip install 'longstop[accounts]'")
    logging.getLogger(_LIBRARY).disabled = True  # it would print whole filings
    if find_spec("boto3") is None and _LIBRARY not in sys.modules:
        if "fork" in multiprocessing.get_all_start_methods():
            # The processes that it starts know of the stand-in only as copies of this one; not so by Python 3.14's way.
            multiprocessing.set_start_method("fork", force=True)
        stand_in = ModuleType(_TYPES_OF_AMAZON)
        stand_in.S3Client = object  # type: ignore[attr-defined]
        sys.modules[_TYPES_OF_AMAZON] = stand_in
        try:
            return import_module(_LIBRARY)
        finally:
            del sys.modules[_TYPES_OF_AMAZON]
    return import_module(_LIBRARY)


def read_zip(path: Path, companies: Collection[str], *, today: date, as_at: date | None = None) -> Iterator[Item]:
    """The accounts of some companies (``gb-coh:…``; none: all) in a zip. Raises Damaged where it is none.

    The day is ``as_at``, else the one in the file's name, else ``today``. Absence of a company says nothing: large
    groups file on paper or as PDF.
    """
    library()
    reading = Reading(FEED, path.name, as_at or day_in(path.name) or today)
    yield Delivery(feed=FEED, as_at=reading.as_at, complete=False, origin=path.name)
    held: list[Filing] = []
    for filing in _filings(path, companies, reading):
        held.append(filing)
        if len(held) == BATCH:
            yield from _records(held, reading)
            held.clear()
    yield from _records(held, reading)
    yield from reading.drain()


def companies_in(path: Path) -> frozenset[str]:
    """The companies (``gb-coh:…``) that have a filing in a zip, by the filings' names. Raises Damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = (_told_by(member.filename.rpartition("/")[2]) for member in archive.infolist())
            return frozenset(one[0] for one in told if one is not None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, struct.error) as problem:
        raise Damaged(f"is cut short or a broken zip ({problem})") from problem


def _filings(path: Path, companies: Collection[str], reading: Reading) -> Iterator[Filing]:
    """The filings that matter, those that cannot be unpacked told and left out."""
    try:
        with zipfile.ZipFile(path) as archive:
            for number, member in enumerate(archive.infolist(), start=1):
                name = member.filename.rpartition("/")[2]
                if member.is_dir() or member.filename.startswith("__MACOSX") or name.startswith("."):
                    continue
                told = _told_by(name)
                if told is None:
                    reading.fault("is not named like a filing of accounts", row=number, found=name, loses_row=True)
                    continue
                company, day = told
                if companies and company not in companies:
                    continue
                try:
                    content = _content(archive, member)
                except (
                    Damaged,
                    zipfile.BadZipFile,
                    zlib.error,
                    EOFError,
                    OSError,
                    RuntimeError,
                    ValueError,
                ) as problem:
                    lost = Filing(number, name, company, day, b"").id
                    why = f"cannot be unpacked: {problem}"
                    reading.fault(why, row=number, found=name, loses_row=True, record_id=lost)
                    continue
                yield Filing(number, f"{name.partition('.')[0].removesuffix('_CIC')}.html", company, day, content)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as problem:
        raise Damaged(f"is cut short or not a zip ({problem})") from problem


def _told_by(name: str) -> tuple[str, date] | None:
    """The company and the end of the period that a filing's name gives."""
    match = _MEMBER.match(name)
    try:
        return (company_number(match["company"]), _compact_day(match["day"])) if match else None
    except (BadIdentifier, ValueError):
        return None


def _compact_day(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A filing's text; of a zip within the zip the accounts in it. Raises Damaged, and what zipfile raises."""
    content = _unpacked(archive, member)
    if not content.startswith(b"PK\x03\x04"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as within:
        members = within.infolist()
        if len(members) > MOST_WITHIN:
            raise Damaged(f"is a zip of {len(members):,} files")
        accounts = [one for one in members if _WITHIN.search(f"/{one.filename}")]
        if len(accounts) != 1:
            raise Damaged(f"holds {len(accounts)} sets of accounts where one was expected")
        return _unpacked(within, accounts[0])


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    most = min(MOST_BYTES, max(1 << 20, member.compress_size * MOST_RATIO))
    with archive.open(member) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise Damaged(f"it unpacks to more than {most:,} bytes")
    return content


def _records(filings: list[Filing], reading: Reading) -> Iterator[Item]:
    tags = {filing.name: tags_of(filing.content) for filing in filings}
    rows = _rows({name: one.content for name, one in tags.items()})
    for filing in filings:
        yield from _record(filing, tags[filing.name], rows.get(filing.name), reading)
        yield from reading.drain()


def _rows(filings: Mapping[str, bytes]) -> dict[str, list[dict[str, Any]] | str]:
    """What the library makes of filings, by name: rows, a period each; or why it could make nothing of one."""
    if not filings:
        return {}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in filings.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    found: dict[str, list[dict[str, Any]] | str] = {name: [] for name in filings}
    try:
        with library().stream_read_xbrl_zip([packed.getvalue()]) as (columns, rows):
            for row in rows:
                facts = dict(zip(columns, row, strict=False))
                held = found[f"{facts['run_code']}_{facts['company_id']}_{facts['date']:%Y%m%d}.html"]
                if isinstance(held, list):
                    held.append(facts)
    except Exception as problem:  # whatever a filing makes the library do, it must cost no other filing
        if len(filings) == 1:
            return dict.fromkeys(filings, f"could not be read ({type(problem).__name__})")
        return {name: rows for one in filings for name, rows in _rows({one: filings[one]}).items()}
    return found


def _record(filing: Filing, tags: Tags, rows: list[dict[str, Any]] | str | None, reading: Reading) -> Iterator[Item]:
    """One set of accounts. A filing without a figure is told and held back; sums that are not in pounds are told."""
    if isinstance(rows, list):
        problem = next((str(row["error"]) for row in rows if row.get("error")), None)
        if problem is not None:
            rows = f"could not be read ({' '.join(problem.split())[:80]})"
    if not rows or isinstance(rows, str):
        why = rows if isinstance(rows, str) else "holds no tagged accounts"
        reading.fault(why, row=filing.number, found=filing.name, loses_row=True, record_id=filing.id)
        return
    ends = {row.get("period_end") for row in rows}
    said_on = rows[0].get("balance_sheet_date")
    # A day that some program wrote month first is no day of which the filing has a figure.
    balance_on = said_on if isinstance(said_on, date) and (said_on in ends or filing.day not in ends) else None
    end = balance_on or filing.day
    start = tags.start_of(end)
    facts: dict[str, Any] = {**dict.fromkeys((*_SUMS, *_FLOWS)), "fixed_assets": tags.figure(end, "FixedAssets")}
    for row in sorted((row for row in rows if row.get("period_end") == end), key=lambda row: row["period_start"]):
        fields = {end: _SUMS, start: _FLOWS}.get(row["period_start"], {})
        facts |= {field: amount for field, column in fields.items() if (amount := _pounds(row.get(column))) is not None}
    current, net = facts["current_assets"], facts["net_current_assets"]
    owed = tags.creditors(end, None if current is None or net is None else current - net)
    for field, amount in zip(("creditors_within_year", "creditors_after_year"), owed, strict=True):
        facts[field] = amount if amount is not None else facts[field]
    if tags.currencies:
        why = f"holds sums in {', '.join(tags.currencies)}, which are left out: a record is in pounds"
        reading.fault(why, row=filing.number, found=filing.name, record_id=filing.id)
    said = str(rows[0].get("companies_house_registered_number") or "").strip()
    _same_company(filing, said, reading)
    staff = tags.staff(end)
    if staff is not None and 0 < staff < 0.5:
        reading.fault("is no number of people", row=filing.number, field="staff", found=staff, record_id=filing.id)
        staff = None
    dormant = rows[0].get("company_dormant")
    if staff is None and dormant is None and not any(value is not None for value in facts.values()):
        why = "holds no figure of its period"
        reading.fault(why, row=filing.number, found=filing.name, loses_row=True, record_id=filing.id)
        return
    record = AccountsRecord(
        id=f"accounts:{filing.company.removeprefix('gb-coh:')}/{end}",
        company=filing.company,
        period_start=start,
        period_end=end,
        balance_on=balance_on,
        dormant=dormant if isinstance(dormant, bool) else None,
        staff=staff,
        **facts,
    )
    yield from reading.observe(record, raw_digest(filing.content), filing.number)


def _same_company(filing: Filing, said: str, reading: Reading) -> None:
    """Tell where the number inside a filing is not the one that Companies House files it under."""
    try:
        same = not said or company_number(said) == filing.company
    except BadIdentifier:
        same = False
    if not same:
        reading.fault(
            "is not the number that the filing is kept under, which is followed",
            row=filing.number,
            field="companies_house_registered_number",
            found=said,
            record_id=filing.id,
        )


def _pounds(value: object) -> float | None:
    """A figure as tagged; None where there is none, or it is beyond any company's."""
    if not isinstance(value, Decimal | int | float) or isinstance(value, bool):
        return None
    number = float(value)
    return number if abs(number) < 1e13 else None

"""Companies House's two pages of bulk files: the snapshot of control, in one zip and in parts, and live companies."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from exercise.companies import Companies, Company, companies_of, psc_lines
from exercise.stock import Stock

PSC_PAGE, COMPANY_PAGE = "/en_pscdata.html", "/en_output.html"
PARTS = 2
_ADDRESS = ("CareOf", "POBox", "AddressLine1", " AddressLine2", "PostTown", "County", "Country", "PostCode")
#: The 55 columns in the published order. Some begin with a space, as published.
COLUMNS: tuple[str, ...] = (
    "CompanyName", " CompanyNumber",
    *(f"{' ' if part.startswith(' ') else ''}RegAddress.{part.strip()}" for part in _ADDRESS),
    "CompanyCategory", "CompanyStatus", "CountryOfOrigin", "DissolutionDate", "IncorporationDate",
    "Accounts.AccountRefDay", "Accounts.AccountRefMonth", "Accounts.NextDueDate", "Accounts.LastMadeUpDate",
    "Accounts.AccountCategory", "Returns.NextDueDate", "Returns.LastMadeUpDate",
    "Mortgages.NumMortCharges", "Mortgages.NumMortOutstanding", "Mortgages.NumMortPartSatisfied",
    "Mortgages.NumMortSatisfied",
    *(f"SICCode.SicText_{n}" for n in range(1, 5)),
    "LimitedPartnerships.NumGenPartners", "LimitedPartnerships.NumLimPartners", "URI",
    *(f"{' ' if part == 'CompanyName' or n == 2 else ''}PreviousName_{n}.{part}"
      for n in range(1, 11) for part in ("CONDATE", "CompanyName")),
    "ConfStmtNextDueDate", " ConfStmtLastMadeUpDate",
)  # fmt: skip


def psc_name(as_at: date) -> str:
    """The name of the snapshot in one piece, without its ending."""
    return f"persons-with-significant-control-snapshot-{as_at.isoformat()}"


def part_name(as_at: date, number: int) -> str:
    """The name of one of its parts, without its ending."""
    return f"psc-snapshot-{as_at.isoformat()}_{number}of{PARTS}"


def company_list_name(as_at: date) -> str:
    """The name of the month's list of live companies, without its ending: made on the first of the month."""
    return f"BasicCompanyDataAsOneFile-{as_at.replace(day=1).isoformat()}"


def write_bulk(stock: Stock, as_at: date, to: Path, *, parts: bool = False) -> None:
    """Write the snapshot and the list as zips, the snapshot's parts too where asked. Same county, same bytes."""
    to.mkdir(parents=True, exist_ok=True)
    made = companies_of(stock, as_at)
    lines = [json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in psc_lines(made, as_at)]
    _write_zip(to / f"{psc_name(as_at)}.zip", ".txt", "".join(lines))
    if parts:
        half = len(lines) // PARTS
        for number, some in enumerate((lines[:half], lines[half:]), start=1):
            _write_zip(to / f"{part_name(as_at, number)}.zip", ".txt", "".join(some))
    _write_zip(to / f"{company_list_name(as_at)}.zip", ".csv", _company_list(made, as_at))


def links(as_at: date) -> dict[str, Sequence[str]]:
    """The names of the files that each page links to."""
    return {
        PSC_PAGE: [f"{psc_name(as_at)}.zip", *(f"{part_name(as_at, number + 1)}.zip" for number in range(PARTS))],
        COMPANY_PAGE: [f"{company_list_name(as_at)}.zip"],
    }


def _write_zip(path: Path, ending: str, text: str) -> None:
    """A zip of one file, dated like every other: the machine's clock is not in it."""
    member = zipfile.ZipInfo(path.with_suffix(ending).name, date_time=(2026, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, text.encode())


def _company_list(made: Companies, as_at: date) -> str:
    text = io.StringIO()
    text.write(",".join(COLUMNS) + "\r\n")
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for company in sorted(made.rows.values(), key=lambda one: one.name):
        table.writerow(list(_cells(company, as_at)))
    return text.getvalue()


def _cells(company: Company, as_at: date) -> Iterator[str]:
    """One row. Overseas entities and charitable incorporated organisations have no accounts in the list."""
    accounts = not company.number.startswith(("OE", "CE"))
    facts = {
        "CompanyName": company.name,
        "CompanyNumber": company.number,
        "RegAddress.AddressLine1": "1 EXAMPLE STREET",
        "RegAddress.PostTown": "EXERCISETON",
        "RegAddress.Country": "UNITED KINGDOM" if company.country == "United Kingdom" else company.country,
        "RegAddress.PostCode": "ZX1 1AA",
        "CompanyCategory": company.category,
        "CompanyStatus": company.status,
        "CountryOfOrigin": company.country,
        "IncorporationDate": "06/04/2009",
        "Mortgages.NumMortCharges": str(company.charges),
        "Mortgages.NumMortOutstanding": str(company.charges - company.satisfied),
        "Mortgages.NumMortPartSatisfied": "0",
        "Mortgages.NumMortSatisfied": str(company.satisfied),
        "SICCode.SicText_1": company.sic if accounts else "None Supplied",
        "LimitedPartnerships.NumGenPartners": "0",
        "LimitedPartnerships.NumLimPartners": "0",
        "URI": f"http://business.data.gov.uk/id/company/{company.number}",
    }
    if accounts:
        facts |= {
            "Accounts.AccountRefDay": "31",
            "Accounts.AccountRefMonth": "3",
            "Accounts.NextDueDate": f"31/12/{as_at.year + 1}",
            "Accounts.LastMadeUpDate": f"31/03/{as_at.year}",
            "Accounts.AccountCategory": "FULL" if company.charges else "TOTAL EXEMPTION FULL",
            "ConfStmtNextDueDate": f"20/04/{as_at.year + 1}",
            "ConfStmtLastMadeUpDate": f"06/04/{as_at.year}",
        }
    return (facts.get(column.strip(), "") for column in COLUMNS)

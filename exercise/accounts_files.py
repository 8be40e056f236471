"""Accounts of the county's companies as tagged text (iXBRL), in the daily zip that Companies House would publish."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from html import escape

from exercise.companies import Company, companies_of
from exercise.county import County, chance_for

ACCOUNTS_PAGE = "/en_accountsdata.html"
#: Companies whose accounts are in one day's zip, at most.
MOST_FILINGS = 40
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"'
    ' xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:core="http://xbrl.frc.org.uk/fr/2021-01-01/core"'
    ' xmlns:bus="http://xbrl.frc.org.uk/cd/2021-01-01/business" xmlns:iso4217="http://www.xbrl.org/2003/iso4217">'
)


def accounts_name(as_at: date) -> str:
    """``Accounts_Bulk_Data-2026-11-01.zip``."""
    return f"Accounts_Bulk_Data-{as_at.isoformat()}.zip"


def accounts_zip(county: County) -> bytes:
    """One day's zip: a filing for each of some companies, one of them a zip within the zip. Same county, same bytes."""
    made = companies_of(county.stock, county.as_at).rows
    filing = [made[number] for number in sorted(made) if number.isdecimal()][:MOST_FILINGS]
    end = date(county.as_at.year, 3, 31)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for turn, company in enumerate(filing):
            text, stem = ixbrl(county, company, end), f"Prod223_9001_{company.number}_{end:%Y%m%d}"
            if turn == 1:
                _write(archive, f"{stem}_CIC.zip", _within(company, text))
                _write(archive, f"__MACOSX/._{stem}_CIC.zip", b"what some systems put beside files")
            else:
                _write(archive, f"{stem}.html", text)
    return packed.getvalue()


def ixbrl(county: County, company: Company, end: date) -> bytes:
    """One filing: a balance sheet with the year before, turnover of the year, and how many people worked there."""
    chance = chance_for(county.seed, f"accounts {company.number} {end}")
    fixed, current, owed = (chance.randint(5, 900) * 1000 for _ in range(3))
    year, before = f"{end.isoformat()}", (end - timedelta(days=365)).isoformat()
    start = (end - timedelta(days=364)).isoformat()
    figures = {
        "core:PropertyPlantEquipment": fixed,
        "core:CashBankOnHand": current // 3,
        "core:Debtors": current - current // 3,
        "core:CurrentAssets": current,
        "core:NetCurrentAssetsLiabilities": current - owed,
        "core:NetAssetsLiabilities": fixed + current - owed,
    }
    tags = [_figure(name, "now", amount) for name, amount in figures.items()]
    tags += [
        _figure("core:Creditors", "now_WithinOneYear", owed),
        _figure("core:CurrentAssets", "before", current // 2),
    ]
    tags += [_figure("core:TurnoverRevenue", "year", chance.randint(200, 9000) * 1000)]
    tags += [_figure("core:AverageNumberEmployeesDuringPeriod", "year", chance.randint(3, 400), "pure")]
    told = {
        "bus:UKCompaniesHouseRegisteredNumber": company.number,
        "bus:EntityCurrentLegalOrRegisteredName": company.name,
        "bus:BalanceSheetDate": year,
        "bus:EntityDormantTruefalse": "false",
    }
    words = "".join(f'<ix:nonNumeric name="{n}" contextRef="year">{escape(v)}</ix:nonNumeric>' for n, v in told.items())
    contexts = "".join(
        (
            _context("now", f"<xbrli:instant>{year}</xbrli:instant>"),
            _context("now_WithinOneYear", f"<xbrli:instant>{year}</xbrli:instant>"),
            _context("before", f"<xbrli:instant>{before}</xbrli:instant>"),
            _context("year", f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{year}</xbrli:endDate>"),
        )
    )
    units = "".join(
        f'<xbrli:unit id="{unit}"><xbrli:measure>{measure}</xbrli:measure></xbrli:unit>'
        for unit, measure in (("GBP", "iso4217:GBP"), ("pure", "xbrli:pure"))
    )
    hidden = f"<ix:header><ix:resources>{contexts}{units}</ix:resources></ix:header>"
    return f"{_HEAD}<body><p>INVENTED</p>{hidden}{words}{''.join(tags)}</body></html>\n".encode()


def _figure(name: str, context: str, amount: int, unit: str = "GBP") -> str:
    sign = ' sign="-"' if amount < 0 else ""
    return (
        f'<ix:nonFraction name="{name}" contextRef="{context}" unitRef="{unit}" decimals="0"{sign}>{abs(amount):,}'
        "</ix:nonFraction>"
    )


def _context(name: str, period: str) -> str:
    return f'<xbrli:context id="{name}"><xbrli:period>{period}</xbrli:period></xbrli:context>'


def _within(company: Company, text: bytes) -> bytes:
    """A community interest company's filing: its accounts, and its report, in a zip of their own."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _write(archive, f"CIC-{company.number}/accounts/financialStatement.xhtml", text)
        _write(archive, f"CIC-{company.number}/cic34/cicReport.xhtml", b"<html><body>INVENTED</body></html>")
    return packed.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """A file in a zip, dated like every other: the machine's clock is not in it."""
    member = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content)

"""The Charity Commission's public extract of the county's charities: one JSON array, zipped, with a byte order mark."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from exercise.stock import Stock

PATH = "/data/json/publicextract.charity.zip"


def write_charities(stock: Stock, as_at: date, to: Path) -> None:
    """Write the extract: the providers that are charities, a branch of one of them, and charities of nobody here."""
    entries: list[dict[str, Any]] = []
    for turn, provider in enumerate(one for one in stock.providers.values() if one.charity):
        number = int(provider.charity or "0")
        company = provider.company.lstrip("0") if provider.company else None
        entries.append(_entry(number, provider.name.upper(), as_at, company, income=800_000.0 + 10_000 * turn))
        if not turn:
            entries.append(_entry(number, "FRIENDS OF " + provider.name.upper(), as_at, None, linked=1))
    entries += [_entry(9_700_000 + turn, f"EXERCISE VILLAGE HALL {turn}", as_at, None) for turn in range(20)]
    member = zipfile.ZipInfo("publicextract.charity.json", date_time=(2026, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr(member, b"\xef\xbb\xbf" + json.dumps(entries, indent=1).encode())


def _entry(
    number: int, name: str, as_at: date, company: str | None, *, linked: int = 0, income: float | None = None
) -> dict[str, Any]:
    return {
        "date_of_extract": f"{as_at.isoformat()}T00:00:00",
        "organisation_number": number,
        "registered_charity_number": number,
        "linked_charity_number": linked,
        "charity_name": name,
        "charity_type": "Charitable company" if company else "Trust",
        "charity_registration_status": "Registered",
        "date_of_registration": "1990-01-02T00:00:00",
        "date_of_removal": None,
        "charity_reporting_status": "Submission Received",
        "latest_acc_fin_period_start_date": f"{as_at.year - 2}-04-01T00:00:00",
        "latest_acc_fin_period_end_date": f"{as_at.year - 1}-03-31T00:00:00",
        "latest_income": income,
        "latest_expenditure": income and income + 5_000.0,
        "charity_contact_address1": "1 Example Street",
        "charity_contact_postcode": "ZX1 1AA",
        "charity_contact_phone": "0000000000",
        "charity_contact_email": "alex.sample@example.org",
        "charity_contact_web": None,
        "charity_company_registration_number": company,
        "charity_insolvent": False,
        "charity_in_administration": False,
        "charity_activities": "Looks after people in {invented} homes.",
    }

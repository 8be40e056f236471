"""Invented files in the layouts of HM Land Registry and Companies House, as large as wanted, from a fixed seed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, Any

from exercise.land_registry_files import columns

TITLES, CONTROL = "CCOD_FULL_2026_11.zip", "persons-with-significant-control-snapshot-2026-11-01.zip"
WANTED = "wanted.json"
#: As many live companies and postcodes as there are, about.
COMPANIES = 14_000_000
_AREAS = tuple(f"{a}{b}{n}" for a in "ABCDEFGHLMNPRSTW" for b in "ABLNRT" for n in range(1, 41))
_INWARD = tuple(f"{n}{a}{b}" for n in range(1, 10) for a in "ABDEFGHJLN" for b in "PQRSTUWXYZ")
_TOWNS = tuple(f"Exercise{suffix}{n}" for suffix in ("ham", "ton", "bury", "wick") for n in range(300))
_STREETS = ("Example Street", "Sample Road", "Specimen Lane", "Model Avenue", "Pattern Close", "Trial Way")
_COMPANY = "Limited Company or Public Limited Company"
_CATEGORIES = (
    *(_COMPANY,) * 16,
    "Limited Liability Partnership",
    "Local Authority",
    "Corporate Body",
    "County Council",
)
_ADDRESS = {"address_line_1": "Example Street", "locality": "Exampleton", "postal_code": "ZX1 1AA", "premises": "1"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows each file has, and how many postcodes, companies and names of homes are wanted."""

    rows: int = 1_000_000
    postcodes: int = 15_000
    companies: int = 14_000
    names: int = 15_000


def write_all(folder: Path, sizes: Sizes) -> dict[str, int]:
    """Write both files and what is wanted of them; the bytes of each by name."""
    dice = Random(2)
    wanted = {
        "companies": sorted({f"{dice.randrange(COMPANIES):08d}" for _ in range(sizes.companies)}),
        "postcodes": sorted({_postcode(dice) for _ in range(sizes.postcodes)}),
        "names": [f"{dice.choice(_TOWNS).upper()} LODGE {turn}" for turn in range(sizes.names)],
    }
    (folder / WANTED).write_text(json.dumps(wanted))
    with _zip_of(folder / TITLES, TITLES.replace(".zip", ".csv")) as text:
        text.write((",".join(columns(overseas=False, changes=False)) + "\r\n").encode())
        for number in range(sizes.rows):
            text.write(('"' + '","'.join(_title(number, dice)) + '"\r\n').encode())
        text.write(f'"Row Count:{sizes.rows}"\r\n'.encode())
    with _zip_of(folder / CONTROL, "snapshot.txt") as text:
        for number in range(sizes.rows):
            text.write(json.dumps(_entry(number, dice), separators=(",", ":")).encode() + b"\n")
        kind = "totals#persons-of-significant-control-snapshot"
        totals = {"kind": kind, "persons_of_significant_control_count": sizes.rows}
        text.write(json.dumps({"data": totals}).encode() + b"\n")
    return {name: (folder / name).stat().st_size for name in (TITLES, CONTROL)}


@contextmanager
def _zip_of(path: Path, name: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as text:
        yield text


def _postcode(dice: Random) -> str:
    return f"{dice.choice(_AREAS)} {dice.choice(_INWARD)}"


def _title(number: int, dice: Random) -> list[str]:
    """One row: one in five without a postcode, one in twenty-five a schedule, one in thirty with several owners."""
    town, place = dice.choice(_TOWNS), _postcode(dice) if dice.random() < 0.8 else ""
    address = f"{dice.randint(1, 300)} {dice.choice(_STREETS)}, {town}" + (f" ({place})" if place else "")
    cells = [f"ZX{number:07d}", dice.choice(("Freehold", "Leasehold")), address, town.upper(), "VELMSHIRE", "NORTH"]
    cells += [
        place,
        "Y" if dice.random() < 0.04 else "N",
        str(dice.randint(1, 999) * 5000) if dice.random() < 0.3 else "",
    ]
    owners = dice.choice((2, 3, 4)) if dice.random() < 0.03 else 1
    for turn in range(4):
        if turn < owners:
            company = f"{dice.randrange(COMPANIES):08d}"
            where = f"{dice.randint(1, 99)} Sample Road, {dice.choice(_TOWNS)}, {_postcode(dice)}"
            cells += [f"EXERCISE {company} LIMITED", company, dice.choice(_CATEGORIES), where, "", ""]
        else:
            cells += [""] * 6
    return [*cells, f"{dice.randint(1, 28):02d}-{dice.randint(1, 12):02d}-{dice.randint(1995, 2026)}", "N"]


def _entry(number: int, dice: Random) -> dict[str, Any]:
    """One entry of control: one in ten of a company, which files its number."""
    company = f"{dice.randrange(COMPANIES):08d}"
    kind = "corporate-entity" if number % 10 == 0 else "individual"
    data: dict[str, Any] = {
        "address": _ADDRESS,
        "etag": f"{dice.getrandbits(160):040x}",
        "kind": f"{kind}-person-with-significant-control",
        "links": {"self": f"/company/{company}/persons-with-significant-control/{kind}/{dice.getrandbits(140):x}"},
        "natures_of_control": ["ownership-of-shares-75-to-100-percent", "voting-rights-75-to-100-percent"],
        "notified_on": "2016-04-06",
    }
    if kind == "individual":
        names = {"forename": "Alex", "surname": f"Sample{number}"}
        data |= {"name": f"Alex Sample{number}", "name_elements": names, "nationality": "British"}
        data |= {"date_of_birth": {"month": 1 + number % 12, "year": 1950 + number % 40}}
    else:
        where = {"place_registered": "Companies House", "registration_number": f"{dice.randrange(COMPANIES):08d}"}
        data |= {"name": f"Exercise {number} Limited", "identification": where}
    return {"company_number": company, "data": data}

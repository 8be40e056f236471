"""Write the county as the files that the regulators, the ONS and the councils would publish."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Literal

from exercise import (
    accounts_files,
    charities,
    companies_house,
    companies_house_api,
    cqc_directory,
    gazette,
    land_registry_files,
)
from exercise.boundaries import write_boundaries
from exercise.capacity import write_residents, write_vacancies
from exercise.county import County, chance_for
from exercise.cqc_api import write_api
from exercise.names import NOTICE
from exercise.northern import services, write_datastore
from exercise.other_nations import write_irish, write_welsh
from exercise.sheets import write_csv, write_ods, write_xlsx
from exercise.stock import Building

Format = Literal["ods", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = ("ods", "csv", "xlsx")
#: Paths on the site that has everything, after those of the real ones.
DIRECTORY_PAGE = "/about-us/transparency/using-cqc-data"
WALES_FILE = "/api/DataExport"
RQIA_PAGE = "/register"
DATASTORE_PAGE = "/index.php/publications-statistics/93-public/datastore"
BOUNDARIES_FILE = "/ONSvisual/uk-topojson/main/output/topo.json"
ROBOTS = "User-agent: *\nDisallow: /search/\nDisallow: /admin/\n"

_README = """{notice}

Laid out as public files are on {day}; {homes} care homes with {beds} beds, seed {seed}.

cqc_api/          lists and records as CQC's API v1 answers
cqc_directory/    the page "Using CQC data" and the month's files: active locations, latest ratings
cqc_directory_csv/, cqc_directory_xlsx/  the same tables in those formats
care_inspectorate/  a few northern homes as the Care Inspectorate's datastore
ciw/, rqia/       a few homes as the registers of Wales and Northern Ireland are laid out
gazette/          notices of corporate insolvency, as the Gazette's data.json answers
charity_commission/  the charities among the providers, as the Charity Commission's extract
companies_house/  profiles, officers, control, charges and insolvency, as Companies House's API answers
companies_house_bulk/  people with significant control, and live companies, as Companies House's bulk files
companies_house_accounts/  one day's accounts filed as tagged text (iXBRL)
hmlr/             titles with a company as owner, as HM Land Registry's CCOD and OCOD (invented: no licence is needed)
ons_boundaries/   boundaries as the ONS's TopoJSON, and the bridge
council/          beds as filed in the capacity tracker; residents by need as a council would count them
"""


def datastore_name(as_at: date) -> str:
    """``datastore-november-2026.csv``, as the Care Inspectorate names the month's file."""
    return f"datastore-{as_at:%B-%Y}.csv".lower()


def write_directory(county: County, to: Path, form: Format = "ods") -> None:
    """Write CQC's two monthly files; as CSV, which holds one sheet, dual registrations are a third."""
    to.mkdir(parents=True, exist_ok=True)
    stem = cqc_directory.file_stem(county.as_at)
    files = {
        "HSCA_Active_Locations": cqc_directory.active_locations,
        "Latest_ratings": cqc_directory.latest_ratings,
        "Deactivated_Locations": cqc_directory.deactivated_locations,
    }
    for name, make in files.items():
        sheets = make(county.stock, county.as_at)
        match form:
            case "ods":
                write_ods(sheets, to / f"{stem}_{name}.ods")
            case "xlsx":
                write_xlsx(sheets, to / f"{stem}_{name}.xlsx", created=county.as_at)
            case "csv":
                for sheet in sheets[1:]:
                    part = "_Dual_Registration" if sheet.name == cqc_directory.DUAL_SHEET else ""
                    write_csv(sheet.rows, to / f"{stem}_{name}{part}.csv")


def directory_page(county: County, extension: Format = "ods") -> str:
    """The page "Using CQC data": its links change every month, so a reader has to find them here."""
    stem = cqc_directory.file_stem(county.as_at)
    folder = f"/system/files/{county.as_at:%Y-%m}"
    links = "\n".join(
        f'<li><a href="{folder}/{stem}_{name}.{extension}">{title} ({extension.upper()})</a></li>'
        for name, title in (
            ("HSCA_Active_Locations", "Care directory with filters"),
            ("Latest_ratings", "Care directory with ratings"),
            ("Deactivated_Locations", "Deactivated locations"),
        )
    )
    return _page(
        "Using CQC data",
        f'<p>Updated {county.as_at:%d %B %Y}. See our <a href="/search/services/all">search</a> too.</p>\n'
        f'<ul>\n<li><a href="/system/files/2019-01/a_guide_to_the_files.pdf">Guide (PDF)</a></li>\n{links}\n</ul>',
    )


def datastore_page(county: County) -> str:
    """The Care Inspectorate's datastore page, with the link to this month's file."""
    name = datastore_name(county.as_at)
    return _page("Datastore", f'<ul><li><a href="/documents/{name}">Datastore {county.as_at:%B %Y} (CSV)</a></li></ul>')


def rqia_name(as_at: date) -> str:
    """``Register_of_Services_1_November_2026.xlsx``: how RQIA names its workbook is not confirmed."""
    return f"Register_of_Services_{as_at.day}_{as_at:%B_%Y}.xlsx"


def rqia_page(county: County) -> str:
    """RQIA's page of the register, with the link to the workbook."""
    return _page("The register", f'<p><a href="/documents/{rqia_name(county.as_at)}">Register of services</a></p>')


def companies_page(county: County, path: str) -> str:
    """One of Companies House's two pages of downloads, the snapshot's with the file in one piece and in parts."""
    title = "People with significant control" if path == companies_house.PSC_PAGE else "Company data"
    names = companies_house.links(county.as_at)[path]
    items = "\n".join(f'<li><a href="{name}">{name}</a></li>' for name in names)
    return _page(title, f"<ul>\n{items}\n</ul>")


def accounts_page(name: str) -> str:
    """Companies House's page of accounts filed as tagged text, with the link to the day's zip."""
    return _page("Accounts data", f'<ul><li><a href="{name}">{name}</a></li></ul>')


def _page(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title} – INVENTED, an exercise</title>'
        f"</head>\n<body><h1>{title}</h1>\n<p><strong>{NOTICE}</strong></p>\n{body}\n</body></html>\n"
    )


def write_northern(county: County, to: Path) -> None:
    """Write the northern homes, one to forty of the county's and three at least, as a datastore file."""
    rows = services(max(3, county.homes // 40), _northern_building(county), chance_for(county.seed, "northern"))
    write_datastore(rows, to)


def write_wales(county: County, to: Path) -> None:
    """Write homes as Care Inspectorate Wales's export, one to forty of the county's and three at least.

    The first of them are run by the county's largest chain.
    """
    building, owner = (
        _northern_building(county),
        min(
            (p for p in county.stock.providers.values() if p.brand and p.company and p.deregistered_on is None),
            key=lambda provider: (provider.brand.id if provider.brand else "", provider.id),
        ),
    )
    count = max(4, county.homes // 40)
    write_welsh(to, count, building, owner, as_at=county.as_at, chance=chance_for(county.seed, "Wales"))


def write_northern_ireland(county: County, to: Path) -> None:
    """Write homes as RQIA's workbook, one to forty of the county's and three at least."""
    count = max(4, county.homes // 40)
    write_irish(count, _northern_building(county), county.as_at, chance_for(county.seed, "Northern Ireland"), to)


def _northern_building(county: County) -> Building:
    council = next(c for c in county.stock.councils if c.bank == "north")
    return next(r.building for r in county.registrations() if r.building.council == council)


def write_county(county: County, to: Path, formats: Collection[Format] = FORMATS) -> None:
    """Write everything into a folder, which is made if need be. The same county gives the same bytes."""
    folders = ("cqc_directory", "care_inspectorate", "ons_boundaries", "council", "ciw", "rqia", "gazette")
    for folder in (*folders, "charity_commission"):
        (to / folder).mkdir(parents=True, exist_ok=True)
    (to / "README.txt").write_text(
        _README.format(
            notice=NOTICE, day=county.as_at, homes=f"{county.homes:,}", beds=f"{county.beds:,}", seed=county.seed
        ),
        encoding="utf-8",
    )
    write_api(county.stock, to / "cqc_api")
    for form in formats:
        write_directory(county, to / ("cqc_directory" if form == "ods" else f"cqc_directory_{form}"), form)
    (to / "cqc_directory" / "using-cqc-data.html").write_text(directory_page(county), encoding="utf-8")
    (to / "cqc_directory" / "robots.txt").write_text(ROBOTS, encoding="utf-8")
    write_northern(county, to / "care_inspectorate" / datastore_name(county.as_at))
    write_wales(county, to / "ciw" / f"DataExport {county.as_at}.csv")
    write_northern_ireland(county, to / "rqia" / rqia_name(county.as_at))
    (to / "gazette" / "data.json").write_bytes(gazette.answer(county, {"results-page-size": ["100"]}))
    charities.write_charities(county.stock, county.as_at, to / "charity_commission" / charities.PATH.rpartition("/")[2])
    companies_house.write_bulk(county.stock, county.as_at, to / "companies_house_bulk")
    companies_house_api.write_api(county, to / "companies_house")
    land_registry_files.write_lists(county, to / "hmlr")
    (to / "companies_house_accounts").mkdir(exist_ok=True)
    name = accounts_files.accounts_name(county.as_at)
    (to / "companies_house_accounts" / name).write_bytes(accounts_files.accounts_zip(county))
    write_boundaries(county.stock.land, county.stock.councils, to / "ons_boundaries" / "topo.json")
    write_vacancies(county.filings, to / "council" / "vacancies.csv")
    write_residents(county.filings, county.as_at, to / "council" / "residents.csv")

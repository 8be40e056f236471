"""The county as CQC's monthly files: active locations with filters, dual registrations, latest ratings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from exercise import columns
from exercise.cqc_api import CCG
from exercise.names import COUNTY, NOTICE, REGION, TELEPHONE
from exercise.sheets import Cell, Row, Sheet
from exercise.stock import Provider, Rating, Registration, Stock

MAIN_SHEET, DUAL_SHEET, RATINGS_SHEET = "HSCA_Active_Locations", "Dual_Registration_Locations", "Locations"
DEACTIVATED_SHEET = "Deactivated_Locations"
#: Specialisms in the API's words, and the user band that the monthly file flags for each.
BANDS = {
    "Caring for adults over 65 yrs": "Older People",
    "Caring for adults under 65 yrs": "Younger Adults",
    "Dementia": "Dementia",
    "Learning disabilities": "Learning disabilities or autistic spectrum disorder",
    "Mental health conditions": "Mental Health",
    "Physical disabilities": "Physical Disability",
    "Sensory impairment": "Sensory Impairment",
}


def file_stem(as_at: date) -> str:
    """How CQC begins the month's file names: ``01_November_2026``."""
    return f"{as_at:%d_%B_%Y}"


def readme(title: str, as_at: date) -> Sheet:
    """The README sheet: says that all is invented, and gives the day in CQC's words."""
    rows: list[Row] = [
        (title,),
        (NOTICE,),
        (None,),
        (None,),
        (f"Source: CQC database as at {as_at:%d %B %Y}",),
        ("(The line above is laid out as CQC's own; this file does not come from CQC.)",),
    ]
    return Sheet("README", rows)


def active_locations(stock: Stock, as_at: date) -> list[Sheet]:
    """The three sheets of ``…_HSCA_Active_Locations``."""
    return [
        readme("HSCA active locations (care directory with filters)", as_at),
        Sheet(MAIN_SHEET, active_rows(stock)),
        Sheet(DUAL_SHEET, dual_rows(stock)),
    ]


def latest_ratings(stock: Stock, as_at: date) -> list[Sheet]:
    """The sheets of ``…_Latest_ratings``: README and Locations. CQC's sheet of providers is not made."""
    return [readme("Latest ratings", as_at), Sheet(RATINGS_SHEET, rating_rows(stock))]


def deactivated_locations(stock: Stock, as_at: date) -> list[Sheet]:
    """The sheets of ``…_Deactivated_Locations``: README, and the registrations that ended in the last 730 days."""
    return [readme("Deactivated locations", as_at), Sheet(DEACTIVATED_SHEET, deactivated_rows(stock, as_at))]


def deactivated_rows(stock: Stock, as_at: date) -> Iterator[Row]:
    """Header and one row to each registration that ended lately; dates as dd/mm/yyyy text."""
    yield columns.DEACTIVATED
    for registration in stock.registrations.values():
        ended = registration.deregistered_on
        if ended is None or not as_at - timedelta(days=730) <= ended <= as_at:
            continue
        building, provider = registration.building, stock.providers[registration.provider]
        facts: dict[str, Cell] = {
            "Location ID": registration.id,
            "Location Name": registration.name,
            "Location Status": "Deregistered",
            "Location HSCA start date": f"{registration.registered_on:%d/%m/%Y}",
            "Location HSCA End Date": f"{ended:%d/%m/%Y}",
            "Care home?": "Y" if registration.care_home else "N",
            "Care homes beds at point location de-activated": registration.beds,
            "Location Region": REGION,
            "Location Local Authority": building.council.name,
            "Location Latitude": building.latitude,
            "Location Longitude": building.longitude,
            "Location Street Address": building.street,
            "Location City": building.town,
            "Location Postal Code": building.postcode,
            "Location UPRN ID": building.uprn,
            "Brand ID": provider.brand.id if provider.brand else "-",
            "Brand Name": provider.brand.name if provider.brand else "-",
            "Provider Charity Number": provider.charity or "",
            "Provider ID": provider.id,
            "Provider Name": provider.name,
            "Provider Ownership Type": provider.ownership,
        }
        yield tuple(facts.get(name, "") for name in columns.DEACTIVATED)


def active_rows(stock: Stock) -> Iterator[Row]:
    """Header and one row to each active location, 122 cells each."""
    yield columns.ACTIVE_LOCATIONS
    for registration in stock.registrations.values():
        if registration.active:
            yield (
                *_location_cells(registration),
                *_provider_cells(stock.providers[registration.provider]),
                *_flags(columns.ACTIVITIES, registration.activities),
                *_flags(columns.SERVICES, registration.services),
                *_flags(columns.BANDS, [BANDS[word] for word in registration.specialisms]),
                "Dual Registration" if registration.dual_with else "",
                "Y" if registration.dual_primary else "",
            )


def _flags(names: tuple[str, ...], held: tuple[str, ...] | list[str]) -> list[Cell]:
    return ["Y" if name in held else "" for name in names]


def _location_cells(registration: Registration) -> tuple[Cell, ...]:
    """Columns 1 to 33."""
    building, rating = registration.building, registration.rating
    council = building.council
    return (
        registration.id,
        registration.registered_on,
        "Y" if registration.dormant else "N",
        "Y" if registration.care_home else "N",
        registration.name,
        f"EX{registration.id[-6:]}",
        TELEPHONE,
        "" if registration.manager_absent_on else f"Sample{registration.id[-5:]}, Alex",
        "",
        registration.beds,
        "Social Care Org",
        "Adult social care",
        _category(registration),
        rating.overall if rating else "",
        rating.published_on if rating else "",
        ("Y" if rating.earned_by else "N") if rating else "",
        REGION,
        REGION,
        council.name,
        *CCG,
        *CCG,
        building.street,
        "",
        building.town,
        COUNTY,
        building.postcode,
        "",
        building.uprn,
        building.latitude,
        building.longitude,
        f"{council.name} (invented)",
    )


def _category(registration: Registration) -> str:
    if registration.care_home:
        return "Residential social care"
    return "Community based adult social care services"


def _provider_cells(provider: Provider) -> tuple[Cell, ...]:
    """Columns 34 to 61."""
    building = provider.building
    council = building.council
    return (
        provider.brand.id if provider.brand else "-",
        provider.brand.name if provider.brand else "-",
        provider.company or "",
        provider.charity or "",
        provider.id,
        provider.name,
        provider.registered_on,
        "Social Care Org",
        "Adult social care",
        "Residential social care",
        provider.ownership,
        TELEPHONE,
        "",
        building.street,
        "",
        building.town,
        COUNTY,
        building.postcode,
        "",
        building.uprn,
        council.name,
        REGION,
        REGION,
        building.latitude,
        building.longitude,
        f"{council.name} (invented)",
        f"Sample{provider.id[-5:]}, Alex",
        "*",
    )


def dual_rows(stock: Stock) -> Iterator[Row]:
    """Header and one row to each record of a dual pair; dates as dd/mm/yyyy text, as CQC has them on this sheet."""
    yield columns.DUAL_REGISTRATIONS
    for registration in stock.registrations.values():
        if registration.active and registration.dual_with:
            other = stock.registrations[registration.dual_with]
            yield (
                registration.id,
                registration.name,
                f"{registration.registered_on:%d/%m/%Y}",
                "Social Care Org",
                registration.provider,
                stock.providers[registration.provider].name,
                other.id,
                other.name,
                "Dual Registration",
                f"{max(registration.registered_on, other.registered_on):%d/%m/%Y}",
                "Y" if registration.dual_primary else "N",
            )


def rating_rows(stock: Stock) -> Iterator[Row]:
    """Header and six rows to each rated location: overall and the five key questions. Unrated homes are absent.

    The first rated home has its overall row twice, as a few have in real editions.
    """
    yield columns.LATEST_RATINGS
    repeated = False
    for registration in stock.registrations.values():
        if registration.active and (rating := registration.rating):
            answers = [("Overall", rating.overall), *rating.key_questions]
            if not repeated:
                answers.insert(0, ("Overall", rating.overall))
                repeated = True
            for domain, answer in answers:
                yield _rating_row(stock, registration, rating, domain, answer)


def _rating_row(stock: Stock, registration: Registration, rating: Rating, domain: str, answer: str) -> Row:
    building, provider = registration.building, stock.providers[registration.provider]
    return (
        registration.id,
        f"EX{registration.id[-6:]}",
        registration.name,
        "Y" if registration.care_home else "N",
        "Social Care Org",
        _category(registration),
        building.street,
        "",
        building.town,
        building.postcode,
        building.council.name,
        REGION,
        REGION,
        *CCG,
        *CCG,
        "Overall",
        domain,
        answer,
        f"{rating.published_on:%d/%m/%Y}",
        "Location",
        "Y" if rating.earned_by else "N",
        f"https://www.example.org/location/{registration.id}",
        provider.id,
        provider.name,
        provider.brand.id if provider.brand else "-",
        provider.brand.name if provider.brand else "-",
    )

"""The county as CQC's API v1 gives it: lists in pages, and one record for each location and provider.

Laid out as real records of 2025: keys in order of the alphabet, absent values left out and never null, activities
emptied and service types kept when a registration ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from exercise.names import COUNTY, REGION, TELEPHONE
from exercise.stock import ACTIVITY_CODES, SERVICE_NAMES, Building, Provider, Rating, Registration, Stock

Json = dict[str, object]
CCG = ("X38000001", f"NHS {COUNTY} CCG (invented)")
ICB = ("X54000001", f"NHS {COUNTY} Integrated Care Board (invented)")


def location(stock: Stock, registration: Registration) -> Json:
    """One location record, as ``/locations/{id}`` answers."""
    record = _place(registration.building) | {
        "careHome": "Y" if registration.care_home else "N",
        "dormancy": "Y" if registration.dormant else "N",
        "gacServiceTypes": [{"description": s, "name": SERVICE_NAMES[s]} for s in registration.services],
        "inspectionAreas": [],
        "inspectionCategories": [_category(registration)],
        "inspectionDirectorate": "Adult social care",
        "locationId": registration.id,
        "locationTypes": [],
        "name": registration.name,
        "numberOfBeds": registration.beds,
        "odsCode": f"EX{registration.id[-6:]}",
        "onspdCcgCode": CCG[0],
        "onspdCcgName": CCG[1],
        "organisationType": "Location",
        "providerId": registration.provider,
        "regulatedActivities": [
            {"code": ACTIVITY_CODES[name], "contacts": [_manager(registration)], "name": name}
            for name in registration.activities
        ],
        "relationships": [
            {
                "reason": link.reason,
                "relatedLocationId": link.id,
                "relatedLocationName": link.name,
                "type": link.kind,
            }
            for link in registration.links
        ],
        "reports": [_report(registration.rating)] if registration.rating else [],
        "specialisms": [{"name": name} for name in registration.specialisms],
        "type": "Social Care Org",
    }
    record |= _registered(registration.registered_on, registration.deregistered_on)
    if brand := stock.brand(registration):
        record |= {"brandId": brand.id, "brandName": brand.name}
    if registration.manager_absent_on:
        record["registeredManagerAbsentDate"] = registration.manager_absent_on.isoformat()
    if registration.rating:
        record |= _rated(registration.rating)
    return dict(sorted(record.items()))


def provider(legal_person: Provider, locations: Iterable[str]) -> Json:
    """One provider record, as ``/providers/{id}`` answers; ``locations`` are its location ids, ended ones included."""
    record = _place(legal_person.building) | {
        "contacts": [],
        "inspectionAreas": [],
        "inspectionCategories": [{"code": "S1", "name": "Residential social care", "primary": "true"}],
        "inspectionDirectorate": "Adult social care",
        "locationIds": sorted(locations),
        "name": legal_person.name,
        "organisationType": "Provider",
        "ownershipType": legal_person.ownership,
        "providerId": legal_person.id,
        "regulatedActivities": [],
        "relationships": [],
        "type": "Social Care Org",
    }
    record |= _registered(legal_person.registered_on, legal_person.deregistered_on)
    if legal_person.company:
        record["companiesHouseNumber"] = legal_person.company
    if legal_person.charity:
        record["charityNumber"] = legal_person.charity
    if legal_person.brand:
        record |= {"brandId": legal_person.brand.id, "brandName": legal_person.brand.name}
    return dict(sorted(record.items()))


def _place(building: Building) -> Json:
    return {
        "constituency": f"{building.council.name} (invented)",
        "localAuthority": building.council.name,
        "mainPhoneNumber": TELEPHONE,
        "onspdIcbCode": ICB[0],
        "onspdIcbName": ICB[1],
        "onspdLatitude": building.latitude,
        "onspdLongitude": building.longitude,
        "postalAddressCounty": COUNTY,
        "postalAddressLine1": building.street,
        "postalAddressTownCity": building.town,
        "postalCode": building.postcode,
        "region": REGION,
        "uprn": building.uprn,
    }


def _registered(first: date, last: date | None) -> Json:
    if last is None:
        return {"registrationDate": first.isoformat(), "registrationStatus": "Registered"}
    return {
        "deregistrationDate": last.isoformat(),
        "registrationDate": first.isoformat(),
        "registrationStatus": "Deregistered",
    }


def _category(registration: Registration) -> Json:
    if registration.care_home:
        return {"code": "S1", "name": "Residential social care", "primary": "true"}
    return {"code": "S2", "name": "Community based adult social care services", "primary": "true"}


def _manager(registration: Registration) -> Json:
    """An invented person: a reader must drop these, so there must be some to drop."""
    return {
        "personFamilyName": f"Sample{registration.id[-5:]}",
        "personGivenName": "Alex",
        "personRoles": ["Registered Manager"],
        "personTitle": "Mx",
    }


def _report_link(rating: Rating) -> str:
    return str(UUID(bytes=hashlib.sha256(repr(rating).encode()).digest()[:16]))


def _report(rating: Rating) -> Json:
    link = _report_link(rating)
    return {
        "linkId": link,
        "reportDate": rating.published_on.isoformat(),
        "reportType": "Location",
        "reportUri": f"/reports/{link}?{rating.published_on:%Y%m%d}120000",
    }


def _rated(rating: Rating) -> Json:
    """``currentRatings`` and its dates; ``organisationId`` on each rating names the predecessor that earned it."""
    day = rating.published_on.isoformat()
    earned = {"organisationId": rating.earned_by} if rating.earned_by else {}
    common = {**earned, "reportDate": day, "reportLinkId": _report_link(rating)}
    overall: Json = {
        "keyQuestionRatings": [{"name": name, "rating": answer, **common} for name, answer in rating.key_questions],
        "rating": rating.overall,
        **common,
    }
    return {
        "currentRatings": {"overall": overall, "reportDate": day},
        "lastInspection": {"date": day},
        "lastReport": {"publicationDate": day},
    }


def listing(
    path: str, entries: Sequence[Json | str], page: int, per_page: int, query: Iterable[tuple[str, str]] = ()
) -> Json:
    """One page of ``locations``, ``providers`` or ``changes/…`` in the API's envelope; pages count from 1.

    ``query`` is the rest of what was asked. ``totalPages`` is 0 where there is nothing.
    """
    pages = -(-len(entries) // per_page)

    def uri(number: int) -> str | None:
        if not 1 <= number <= pages:
            return None
        return f"/{path}?{urlencode([('page', number), ('perPage', per_page), *query])}"

    return {
        "total": len(entries),
        "firstPageUri": uri(1),
        "page": page,
        "previousPageUri": uri(page - 1),
        "lastPageUri": uri(pages),
        "nextPageUri": uri(page + 1),
        "perPage": per_page,
        "totalPages": pages,
        path.partition("/")[0]: list(entries[(page - 1) * per_page : page * per_page]),
        "uri": f"/{path}",
    }


def location_entries(registrations: Iterable[Registration]) -> list[Json]:
    """The list's short entries: id, name and postcode only."""
    return [{"locationId": r.id, "locationName": r.name, "postalCode": r.building.postcode} for r in registrations]


def provider_entries(providers: Iterable[Provider]) -> list[Json]:
    """The list's short entries: id and name only."""
    return [{"providerId": p.id, "providerName": p.name} for p in providers]


def locations_by_provider(stock: Stock) -> Mapping[str, list[str]]:
    """Location ids of each provider, ended registrations included."""
    held: dict[str, list[str]] = {}
    for registration in stock.registrations.values():
        held.setdefault(registration.provider, []).append(registration.id)
    return held


def encode(document: Json) -> bytes:
    """JSON as UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(", ", ": ")).encode()


def write_api(stock: Stock, to: Path) -> None:
    """Write a folder as a full crawl would: the two lists, each in one page, and a file for every record."""
    for kind in ("locations", "providers"):
        (to / kind).mkdir(parents=True, exist_ok=True)
    short = location_entries(stock.registrations.values())
    (to / "locations.json").write_bytes(encode(listing("locations", short, 1, max(1000, len(short)))))
    short = provider_entries(stock.providers.values())
    (to / "providers.json").write_bytes(encode(listing("providers", short, 1, max(1000, len(short)))))
    held = locations_by_provider(stock)
    for registration in stock.registrations.values():
        (to / "locations" / f"{registration.id}.json").write_bytes(encode(location(stock, registration)))
    for legal_person in stock.providers.values():
        record = provider(legal_person, held.get(legal_person.id, []))
        (to / "providers" / f"{legal_person.id}.json").write_bytes(encode(record))

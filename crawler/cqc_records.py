"""CQC's API records: what the JSON of one location and of one provider says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from crawler.cqc import NONE, OWNERSHIP, RATINGS, STATUSES, UNRATED, care_home, is_person, provider_name
from crawler.reading import Item, Reading, Row, canonical, json_object, read_row
from crawler.tables import names
from crawler.values import count, yes
from register.identifiers import company_number, cqc_id, postcode, uprn
from register.records import Link, LocationRecord, ProviderRecord, raw_digest

#: Names and telephone numbers of managers, partners and nominated individuals: dropped on load.
PERSONAL = frozenset({"mainPhoneNumber", "contacts", "postalCode"})
#: Read by nobody yet: inspection history, health service codes, web addresses.
LEFT_OUT = names(
    "organisationType|type|alsoKnownAs|website|constituency|inspectionDirectorate|lastInspection|"
    "lastReport|odsCode|onspdCcgCode|onspdCcgName|onspdIcbCode|onspdIcbName|odsCcgCode|odsCcgName|"
    "dormancyStartDate|dormancyEndDate|locationTypes|inspectionCategories|inspectionAreas|"
    "historicRatings|reports|unpublishedReports|providerInspectionAreas|assessmentServiceGroup|"
    "specialism|ageGroup|settingServices"
)
#: Read of care homes, and of no other service.
OF_HOMES_ONLY = names(
    "name|uprn|brandId|brandName|localAuthority|region|postalAddressLine1|postalAddressLine2|"
    "postalAddressTownCity|postalAddressCounty|postalCode|onspdLatitude|onspdLongitude|"
    "regulatedActivities|specialisms|currentRatings|assessment|registeredManagerAbsentDate"
)
#: A provider's own address is its office, and its services' ratings stand with the services.
LEFT_OUT_OF_PROVIDER = LEFT_OUT | names(
    "locationIds|uprn|postalAddressLine1|postalAddressLine2|postalAddressTownCity|postalAddressCounty|"
    "region|onspdLatitude|onspdLongitude|currentRatings|assessment|regulatedActivities"
)
_LINKS = {"hsca predecessor": "predecessor", "hsca successor": "successor"}


def parse_location(raw: bytes, reading: Reading) -> Iterator[Item]:
    """One location from the body of ``/locations/{id}``. Raises SourceChanged where it is no JSON object."""
    fields = json_object(raw, reading.origin)
    yield from read_row(Row(fields, reading, raw=canonical(fields)), _location)


def parse_provider(raw: bytes, reading: Reading) -> Iterator[Item]:
    """One provider from the body of ``/providers/{id}``. Raises SourceChanged where it is no JSON object."""
    fields = json_object(raw, reading.origin)
    yield from read_row(Row(fields, reading, raw=canonical(fields)), _provider)


def _location(row: Row) -> Iterator[Item]:
    raw = raw_digest(row.raw)
    location = row.take_id("locationId", cqc_id)
    provider = row.take_identifier("providerId", cqc_id)
    status = row.choice("registrationStatus", STATUSES)
    registered, deregistered = row.take_day("registrationDate"), row.take_day("deregistrationDate")
    dormant = row.take_optional("dormancy", yes)
    beds = row.take_optional("numberOfBeds", count)
    types = _names(row, "gacServiceTypes", "description")
    is_home = care_home(row, types, row.take_optional("careHome", yes), beds, "careHome")
    links = _links(row, "relatedLocationId")
    minimal = LocationRecord(
        id=location,
        provider_id=provider,
        nation="England",
        care_home=is_home,
        status=status,
        registered_on=registered,
        deregistered_on=deregistered,
        service_types=types,
        links=links,
    )
    if not is_home:  # names and addresses of other services are personal data that the register has no need of
        row.nothing_left(except_for=PERSONAL | LEFT_OUT | OF_HOMES_ONLY)
        yield from row.reading.observe(minimal, raw)
        return
    latitude, longitude = row.take_coordinates("onspdLatitude", "onspdLongitude")
    rating, rated_on, inherited = _rating(row, location)
    lines = (row.take_text("postalAddressLine1"), row.take_text("postalAddressLine2"))
    record = LocationRecord(
        id=location,
        provider_id=provider,
        name=row.take_text("name"),
        nation="England",
        care_home=True,
        status=status,
        registered_on=registered,
        deregistered_on=deregistered,
        dormant=dormant,
        beds=beds,
        service_types=types,
        activities=_names(row, "regulatedActivities", "name"),
        bands=_names(row, "specialisms", "name"),
        address=tuple(line for line in lines if line) or None,
        town=row.take_text("postalAddressTownCity"),
        county=row.take_text("postalAddressCounty"),
        postcode=row.take_identifier("postalCode", postcode),
        uprn=row.take_identifier("uprn", uprn),
        latitude=latitude,
        longitude=longitude,
        authority=row.take_text("localAuthority"),
        region=row.take_text("region"),
        rating=rating,
        rated_on=rated_on,
        rating_inherited=inherited,
        manager_absent_since=row.take_day("registeredManagerAbsentDate"),
        brand_id=row.take_text("brandId", none=NONE),
        brand_name=row.take_text("brandName", none=NONE),
        links=links,
    )
    row.nothing_left(except_for=PERSONAL | LEFT_OUT)
    yield from row.reading.observe(record, raw)


def _provider(row: Row) -> Iterator[Item]:
    raw = raw_digest(row.raw)
    identifier = row.take_id("providerId", cqc_id)
    ownership = row.choice("ownershipType", OWNERSHIP)
    record = ProviderRecord(
        id=identifier,
        name=provider_name(row.take_text("name"), ownership),
        ownership_type=ownership,
        status=row.choice("registrationStatus", STATUSES),
        registered_on=row.take_day("registrationDate"),
        deregistered_on=row.take_day("deregistrationDate"),
        company=row.take_identifier("companiesHouseNumber", company_number, none=NONE),
        charity=row.take_text("charityNumber", none=NONE),
        postcode=None if is_person(ownership) else row.take_identifier("postalCode", postcode),
        authority=row.take_text("localAuthority"),
        brand_id=row.take_text("brandId", none=NONE),
        brand_name=row.take_text("brandName", none=NONE),
        links=_links(row, "relatedProviderId"),
    )
    row.nothing_left(except_for=PERSONAL | LEFT_OUT_OF_PROVIDER)
    yield from row.reading.observe(record, raw)


def _names(row: Row, field: str, name: str) -> tuple[str, ...] | None:
    """The names in a list of objects, each once, sorted: their order is no change. ``None`` where there are none.

    An empty list tells nothing: CQC empties the activities of every deregistered location.
    """
    found = (entry.take_text(name) for entry in row.take_list(field))
    return tuple(sorted({word for word in found if word})) or None


def _links(row: Row, other: str) -> tuple[Link, ...] | None:
    """Succession links, in order of kind and id, so that their order in the record is no change."""
    links = set()
    for entry in row.take_list("relationships"):
        kind = _LINKS.get((entry.take_text("type") or "").lower())
        identifier = entry.take_identifier(other, cqc_id)
        reason = entry.take_text("reason") or ""
        if kind is None:
            row.lost("relationships", "is a kind of relationship never seen before; it is not followed", reason)
        elif identifier is not None:
            links.add(Link(kind="predecessor" if kind == "predecessor" else "successor", id=identifier, reason=reason))
    return tuple(sorted(links)) or None


def _rating(row: Row, location: str) -> tuple[str | None, date | None, bool | None]:
    """The rating in CQC's words, the day of its report, and whether an earlier registration earned it.

    Assessments since 2024 rate each service of a location; for a care home the rating of its "Care Homes" service
    counts, where it is later than the old location rating or that says nothing.
    """
    ratings = row.take_object("currentRatings")
    overall = ratings.take_object("overall")
    word = overall.choice("rating", RATINGS)
    rated_on = overall.take_day("reportDate") or ratings.take_day("reportDate")
    earned_by = overall.take_identifier("organisationId", cqc_id)
    inherited = (earned_by is not None and earned_by != location) if word else None
    for assessment in row.take_list("assessment"):
        published = assessment.take_day("assessmentPlanPublishedDateTime")
        given = assessment.take_object("ratings")
        services = [s for s in given.take_list("asgRatings") if (s.take_text("name") or "").lower() == "care homes"]
        for entry in (*given.take_list("overall"), *services):
            newer = entry.choice("rating", RATINGS)
            current = (entry.take_text("status") or "current").lower() in ("current", "active")
            says_nothing = word is None or word.lower() in UNRATED
            if newer and current and (says_nothing or rated_on is None or (published and published >= rated_on)):
                word, rated_on, inherited = newer, published or entry.take_day("assessmentDate"), False
    return word, rated_on, inherited

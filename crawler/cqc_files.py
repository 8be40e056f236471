"""What one row of each of CQC's files says: active locations, dual registrations, ratings, market view, directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from msgspec import structs

from crawler.cqc import NONE, OWNERSHIP, RATINGS, UNRATED, care_home, is_person, provider_name
from crawler.cqc_layouts import LOCATION_KEY, PROVIDER_COLUMNS, PROVIDER_KEY
from crawler.reading import Item, Reading, Row
from crawler.tables import Table
from crawler.values import count, separate, text, yes
from register.identifiers import company_number, cqc_id, postcode, uprn
from register.records import LocationRecord, ProviderRecord, raw_digest

ACTIVITIES, TYPES, BANDS = "Regulated activity - ", "Service type - ", "Service user band - "
#: Entries of comma-joined lists that hold a comma themselves.
_WITH_COMMAS = frozenset(
    {
        "hospital services for people with mental health needs, learning disabilities and problems with "
        "substance misuse",
        "treatment of disease, disorder or injury",
        "transport services, triage and medical advice provided remotely",
    }
)


def flag_columns(columns: tuple[str, ...], prefix: str) -> Mapping[str, str]:
    """Columns of flags with the thing each stands for, by name: where they stand in the file says nothing of a home."""
    return {name: name[len(prefix) :].strip() for name in sorted(columns) if name.startswith(prefix)}


class Providers:
    """The providers of a list of locations: each is told once, from the first row that names it."""

    def __init__(self, feed: str, origin: str, reading: Reading) -> None:
        self.reading = Reading(feed, origin, reading.as_at)
        self._told: set[str] = set()

    def told(self, identifier: str) -> bool:
        """Whether an earlier row has named it."""
        return identifier in self._told

    def tell(self, record: ProviderRecord, row: Row) -> Iterator[Item]:
        """The provider, unless an earlier row has named it."""
        if record.id not in self._told:
            self._told.add(record.id)
            yield from self.reading.observe(record, row.raw, row.number)


def _lines(row: Row, *columns: str) -> tuple[str, ...] | None:
    return tuple(line for line in map(row.take_text, columns) if line) or None


def _list(row: Row, column: str) -> tuple[str, ...] | None:
    return separate(row.take_text(column) or "", _WITH_COMMAS) or None


class _Brand(TypedDict):
    brand_id: str | None
    brand_name: str | None


def _brand(row: Row) -> _Brand:
    return {"brand_id": row.take_text("Brand ID", none=NONE), "brand_name": row.take_text("Brand Name", none=NONE)}


def minimal(record: LocationRecord) -> LocationRecord:
    """What is kept of a service that is no care home: names and addresses of others are personal data not needed."""
    return LocationRecord(
        id=record.id,
        provider_id=record.provider_id,
        nation=record.nation,
        care_home=record.care_home,
        status=record.status,
        registered_on=record.registered_on,
        deregistered_on=record.deregistered_on,
        service_types=record.service_types,
    )


def primary(row: Row, column: str, own: str) -> tuple[bool | None, str | None]:
    """Whether this is the primary of two registrations of one home, and the id of the other where it is named.

    The column holds the primary's location id, or a flag; only the primary's beds count.
    """
    words = row.take_text(column, none=NONE)
    if words is None:
        return None, None
    if words.lower() in ("y", "yes", "n", "no"):
        return yes(words), None
    try:
        named = cqc_id(words)
    except ValueError as problem:
        row.lost(column, str(problem), words)
        return None, None
    return named == own, None if named == own else named


class ActiveRows:
    """A row of the active locations: one location and its provider."""

    key = "Location ID"

    def __init__(self, table: Table, providers: Providers) -> None:
        self._activities = flag_columns(table.columns, ACTIVITIES)
        self._types = flag_columns(table.columns, TYPES)
        self._bands = flag_columns(table.columns, BANDS)
        self._unread, self._providers = frozenset(table.layout.unread) | PROVIDER_COLUMNS, providers

    def __call__(self, row: Row) -> Iterator[Item]:
        """The row's records. Raises UnreadableField without a location id."""
        location = row.take_id(self.key, cqc_id)
        provider = row.take_identifier("Provider ID", cqc_id)
        types = row.flags(self._types)
        beds, flag = row.take_optional("Care homes beds", count), row.take_optional("Care home?", yes)
        record = LocationRecord(
            id=location,
            provider_id=provider,
            nation="England",
            care_home=care_home(row, types, flag, beds, "Care home?"),
            status="Registered",
            registered_on=row.take_day("Location HSCA start date"),
            service_types=types or None,
        )
        brand = _brand(row)
        if provider is not None and not self._providers.told(provider):
            yield from self._providers.tell(self._provider(row, provider, brand), row)
        if not record.care_home:
            yield from row.reading.observe(record, row.raw, row.number)
            return
        latitude, longitude = row.take_coordinates("Location Latitude", "Location Longitude")
        is_primary, other = primary(row, "Primary ID (Dual registration locations)", location)
        record = structs.replace(
            record,
            name=row.take_text("Location Name"),
            dormant=row.take_optional("Dormant (Y/N)", yes),
            beds=beds,
            activities=row.flags(self._activities) or None,
            bands=row.flags(self._bands) or None,
            address=_lines(row, "Location Street Address", "Location Address Line 2"),
            town=row.take_text("Location City"),
            county=row.take_text("Location County"),
            postcode=row.take_identifier("Location Postal Code", postcode, none=NONE),
            uprn=row.take_identifier("Location UPRN ID", uprn, none=NONE),
            latitude=latitude,
            longitude=longitude,
            authority=row.take_text("Location Local Authority"),
            region=row.take_text("Location Region"),
            rating=row.choice("Location Latest Overall Rating", RATINGS, none=NONE),
            rated_on=row.take_day("Publication Date"),
            rating_inherited=row.take_optional("Inherited Rating (Y/N)", yes),
            dual_with=other,
            dual_primary=is_primary,
            **brand,
        )
        row.nothing_left(except_for=self._unread)
        yield from row.reading.observe(record, row.raw, row.number)

    def _provider(self, row: Row, identifier: str, brand: _Brand) -> ProviderRecord:
        ownership = row.choice("Provider Ownership Type", OWNERSHIP)
        post = row.take_identifier("Provider Postal Code", postcode, none=NONE)
        return ProviderRecord(
            id=identifier,
            name=provider_name(row.take_text("Provider Name"), ownership),
            ownership_type=ownership,
            registered_on=row.take_day("Provider HSCA start date"),
            company=row.take_identifier("Provider Companies House Number", company_number, none=NONE),
            charity=row.take_text("Provider Charity Number", none=NONE),
            postcode=None if is_person(ownership) else post,
            authority=row.take_text("Provider Local Authority"),
            **brand,
        )


class DualRows:
    """A row of the dual-registration sheet: one of the two registrations of a home, and the other one's id."""

    key = "Location ID"

    def __init__(self, table: Table, providers: Providers) -> None:
        self._unread = table.layout.unread

    def __call__(self, row: Row) -> Iterator[Item]:
        """The row's link. Raises UnreadableField without both ids."""
        location = row.take_id(self.key, cqc_id)
        other = row.take("Linked Organisation ID", lambda value: cqc_id(text(value)))
        is_primary, _ = primary(row, "Primary ID", location)
        provider = row.take_identifier("Provider ID", cqc_id)
        row.nothing_left(except_for=self._unread)
        record = LocationRecord(id=location, provider_id=provider, dual_with=other, dual_primary=is_primary)
        yield from row.reading.observe(record, row.raw, row.number)


class MarketRows:
    """A row of the market view.

    Its "Publication Date" repeats the start date of the location on every row, so no rating has a day.
    """

    key = "Location ID"

    def __init__(self, table: Table, providers: Providers) -> None:
        self._unread, self._providers = table.layout.unread, providers

    def __call__(self, row: Row) -> Iterator[Item]:
        """The row's records. Raises UnreadableField without a location id."""
        location = row.take_id(self.key, cqc_id)
        provider = row.take_identifier("Provider ID", cqc_id)
        types, beds = _list(row, "Service Types"), row.take_optional("Care homes beds", count)
        started, ended = row.take_day("Location HSCA start date"), row.take_day("Location HSCA end date")
        published = row.take_day("Publication Date")
        if published is not None and published == started:
            row.reading.once("repeats the start date of the location; it is not read", field="Publication Date")
            published = None
        brand = _brand(row)
        ownership = row.choice("Provider Ownership Type", OWNERSHIP)
        told = ProviderRecord(
            id=provider or "",
            name=provider_name(row.take_text("Provider Name"), ownership),
            ownership_type=ownership,
            registered_on=row.take_day("Provider HSCA start date"),
            company=row.take_identifier("Provider Companies House Number", company_number, none=NONE),
            **brand,
        )
        if provider is not None:
            yield from self._providers.tell(told, row)
        record = LocationRecord(
            id=location,
            provider_id=provider,
            name=row.take_text("Location Name"),
            nation="England",
            care_home=care_home(row, types, None, beds, "Service Types"),
            registered_on=started,
            deregistered_on=ended,
            dormant=row.take_optional("Dormant", yes),
            beds=beds,
            service_types=types,
            bands=_list(row, "Service users supported"),
            uprn=row.take_identifier("Location UPRN", uprn),
            authority=row.take_text("Location Local Authority"),
            region=row.take_text("Location ADASS Region"),
            rating=row.choice("Location Latest Overall Rating", RATINGS),
            rated_on=published,
            **brand,
        )
        row.nothing_left(except_for=self._unread)
        yield from row.reading.observe(record if record.care_home else minimal(record), row.raw, row.number)


class WeeklyRows:
    """A row of the weekly directory: a location; or, where it has no location id, a provider of services at large.

    In a provider's row the column of service types holds the ownership type.
    """

    key = LOCATION_KEY

    def __init__(self, table: Table, providers: Providers) -> None:
        self._unread, self._providers = table.layout.unread, providers

    def __call__(self, row: Row) -> Iterator[Item]:
        """The row's records. Raises UnreadableField with neither a location's nor a provider's id."""
        provider = row.take_identifier(PROVIDER_KEY, cqc_id)
        name = row.take_text("Provider name")
        if row.blank(LOCATION_KEY) and provider is not None:
            row.record_id = provider
            ownership = row.take_text("Service types")
            told = ProviderRecord(id=provider, name=provider_name(name, ownership), ownership_type=ownership)
            yield from self._providers.tell(told, row)
            return
        location = row.take_id(LOCATION_KEY, cqc_id)
        types = _list(row, "Service types")
        record = LocationRecord(
            id=location,
            provider_id=provider,
            name=row.take_text("Name"),
            nation="England",
            care_home=care_home(row, types, None, None, "Service types"),
            service_types=types,
            bands=_list(row, "Specialisms/services"),
            address=_lines(row, "Address 1", "Address 2", "Address"),
            town=row.take_text("Town/City"),
            county=row.take_text("County"),
            postcode=row.take_identifier("Postcode", postcode),
            authority=row.take_text("Local authority"),
            region=row.take_text("Region"),
        )
        row.nothing_left(except_for=self._unread)
        yield from row.reading.observe(record if record.care_home else minimal(record), row.raw, row.number)
        if provider is not None:
            yield from self._providers.tell(ProviderRecord(id=provider, name=provider_name(name, None)), row)


@dataclass(slots=True)
class _Best:
    weight: tuple[int, date]
    record: LocationRecord
    raw: str
    row: int | None


class RatingRows:
    """Rows of the ratings file, many to a location: one for each service group and question.

    The overall rating of the location is followed. Where CQC gives none at that level (``Not Rated``, since 2025–26),
    the overall rating of its "Care Homes" service is. Nothing is told before the last row: ``rest`` tells it.
    """

    key = "Location ID"

    def __init__(self, table: Table, providers: Providers) -> None:
        self._unread, self._providers = table.layout.unread, providers
        self._best: dict[str, _Best] = {}
        self._others = 0

    def __call__(self, row: Row) -> Iterator[Item]:
        """Weigh a row; yields the provider it names. Raises UnreadableField without a location id."""
        location = row.take_id(self.key, cqc_id)
        group = (row.take_text("Service / Population Group") or "").lower()
        if (row.take_text("Domain") or "").lower() != "overall" or group not in ("overall", "care homes"):
            self._others += 1
            return
        provider = row.take_identifier("Provider ID", cqc_id)
        rating = row.choice("Latest Rating", RATINGS, none=NONE)
        published = row.take_day("Publication Date")
        inherited = row.take_optional("Inherited Rating (Y/N)", yes)
        is_home = row.take_optional("Care Home?", yes)
        brand = _brand(row)
        told = ProviderRecord(id=provider or "", name=provider_name(row.take_text("Provider Name"), None), **brand)
        if provider is not None:
            yield from self._providers.tell(told, row)
        latitude, longitude = row.take_coordinates("Location Latitude", "Location Longitude")
        record = LocationRecord(
            id=location,
            provider_id=provider,
            name=row.take_text("Location Name"),
            nation="England",
            care_home=is_home,
            address=_lines(row, "Location Street Address", "Location Address Line 2"),
            town=row.take_text("Location City"),
            postcode=row.take_identifier("Location Post Code", postcode, none=NONE),
            latitude=latitude,
            longitude=longitude,
            authority=row.take_text("Location Local Authority"),
            region=row.take_text("Location Region"),
            rating=rating,
            rated_on=published,
            rating_inherited=inherited,
            **brand,
        )
        row.nothing_left(except_for=self._unread)
        says = rating is not None and rating.lower() not in UNRATED
        weight = ((2 if group == "overall" else 1) if says else 0, published or date.min)
        before = self._best.get(location)
        if before is not None and weight[0] == 2 == before.weight[0]:
            row.lost("Latest Rating", "the location has two overall ratings; the later is followed", rating)
        if before is None or weight > before.weight:
            kept = record if is_home else minimal(record)
            self._best[location] = _Best(weight, kept, raw_digest(row.raw), row.number)

    def rest(self, reading: Reading) -> Iterator[Item]:
        """Each location once, in the order of the file."""
        for best in self._best.values():
            yield from reading.observe(best.record, best.raw, best.row)
        if self._others:
            reading.once(
                f"{self._others:,} rows rate single questions or other service groups; only overall ratings are kept",
                field="Domain",
            )
        yield from reading.drain()

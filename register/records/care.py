"""Care homes and those registered to run them, their beds and residents, and the boundaries they stand in."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from register.records.base import Record


class Link(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A succession link as CQC records it: this registration's ``HSCA Predecessor`` or ``HSCA Successor``."""

    kind: Literal["predecessor", "successor"]
    id: str
    reason: str


class LocationRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One registration of a service at one place with one provider (CQC: location; Care Inspectorate: service).

    ``beds`` is the registered maximum (places), not staffed and not vacant; ``None`` is unknown, never zero.
    ``care_home`` is derived from the service types where the source lists them. ``status`` is the source's word.
    ``latitude``/``longitude`` are WGS 84 degrees as given by the source (CQC: the postcode's centroid).
    Locations that are not care homes are kept with id, provider, dates, status and types only: names and addresses
    of other services (doctors, dentists) are personal data that the register has no need of.
    """

    provider_id: str | None = None
    name: str | None = None
    nation: Literal["England", "Scotland", "Wales", "Northern Ireland"] | None = None
    care_home: bool | None = None
    status: str | None = None
    registered_on: date | None = None
    deregistered_on: date | None = None
    dormant: bool | None = None
    beds: int | None = None
    service_types: tuple[str, ...] | None = None
    activities: tuple[str, ...] | None = None
    bands: tuple[str, ...] | None = None
    client_group: str | None = None
    sector: str | None = None
    address: tuple[str, ...] | None = None
    town: str | None = None
    county: str | None = None
    postcode: str | None = None
    uprn: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    authority: str | None = None
    region: str | None = None
    rating: str | None = None
    rated_on: date | None = None
    rating_inherited: bool | None = None
    manager_absent_since: date | None = None
    brand_id: str | None = None
    brand_name: str | None = None
    links: tuple[Link, ...] | None = None
    dual_with: str | None = None
    dual_primary: bool | None = None


class ProviderRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The legal person registered to run services. ``company`` is ``gb-coh:…`` where the source gives a number.

    A provider without one is a partnership, an individual, a council or an NHS body. Names of providers who are
    individuals are personal data: such a provider keeps its id and its ownership type, without the name.
    """

    name: str | None = None
    ownership_type: str | None = None
    status: str | None = None
    registered_on: date | None = None
    deregistered_on: date | None = None
    company: str | None = None
    charity: str | None = None
    postcode: str | None = None
    authority: str | None = None
    brand_id: str | None = None
    brand_name: str | None = None
    links: tuple[Link, ...] | None = None


class AreaRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A boundary: ``id`` is ``ons:<layer>:<code>``, ``layer`` one of uk, ctry, rgn, utla, ltla.

    ``geometry`` is WKB (WGS 84 longitude, latitude) in hexadecimal. ``start``/``end`` are years as ONS gives them.
    """

    layer: str
    code: str
    name: str
    geometry: str
    start: int | None = None
    end: int | None = None


class VacancyRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One home's beds of one type on one day, as homes file them in the Capacity Tracker.

    ``id`` is ``<home id>/<bed type>``. The states are never added together: an empty bed that is reserved, or closed
    to admissions, is not a bed that anybody can be offered.
    """

    location_id: str
    bed_type: str
    maximum_capacity: int | None = None
    occupied: int | None = None
    vacant_reserved: int | None = None
    vacant_accepting_admissions: int | None = None
    vacant_not_admittable: int | None = None
    updated_on: date | None = None


class ResidentsRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How many people with one need live in one home, as a council counted them. ``id`` is ``<home id>/<need>``."""

    location_id: str
    need: str
    people: int
    counted_on: date | None = None

"""The contract between the crawlers and the register: what one source says of one thing, in the field's own terms.

Records are frozen and hold values as the source gives them, normalised in form (ids, dates, postcodes) but not in
meaning: service types, user bands and ratings stay in the source's words and are mapped once, late, where they are
used. ``None`` means that the source does not say; it never means zero.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source says of one thing. ``id`` carries its register (``cqc:…``)."""

    id: str


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


class CompanyRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A company as Companies House's monthly list of live companies gives it. ``id`` is ``gb-coh:…``.

    ``category``, ``status``, ``country_of_origin``, ``accounts_category`` and ``sic`` are the list's own words.
    ``previous_names`` are "name (until 2017-05-03)". Counts of charges are the list's: how many were ever registered,
    and how many of them are outstanding, satisfied in part and satisfied. The registered office is kept as postcode
    and country only: of a one-person company it is often a private address, and the graph has no need of it.
    """

    name: str
    category: str | None = None
    status: str | None = None
    country_of_origin: str | None = None
    country: str | None = None
    postcode: str | None = None
    incorporated_on: date | None = None
    dissolved_on: date | None = None
    sic: tuple[str, ...] | None = None
    previous_names: tuple[str, ...] | None = None
    accounts_category: str | None = None
    accounts_made_up_to: date | None = None
    accounts_due_on: date | None = None
    confirmation_due_on: date | None = None
    confirmation_made_up_to: date | None = None
    charges: int | None = None
    charges_outstanding: int | None = None
    charges_part_satisfied: int | None = None
    charges_satisfied: int | None = None
    general_partners: int | None = None
    limited_partners: int | None = None


class ControlRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One entry in a company's register of people with significant control, or of why it names nobody.

    ``id`` is ``psc:<company number>/<id>``; ``company`` the company controlled; ``kind`` the register's own word:
    an individual, a corporate entity, a legal person, someone super-secure (protected by law: no name is given), a
    ``…-statement`` (``statement`` says why nobody is named) or ``exemptions`` ("<type> <from>/<to or ..>").
    ``natures`` are the slugs as filed. The five registration fields are free text as filed.

    Of individuals the name is kept and ``person_mark``, a digest of name, month and year of birth that tells one
    person under one name from another; no date of birth, address, nationality or country of residence (decision 5).
    """

    company: str
    kind: str
    name: str | None = None
    person_mark: str | None = None
    natures: tuple[str, ...] | None = None
    notified_on: date | None = None
    ceased_on: date | None = None
    ceased: bool | None = None
    sanctioned: bool | None = None
    statement: str | None = None
    restrictions_withdrawn: str | None = None
    exemptions: tuple[str, ...] | None = None
    legal_form: str | None = None
    legal_authority: str | None = None
    place_registered: str | None = None
    country_registered: str | None = None
    registration_number: str | None = None
    office_country: str | None = None


AnyRecord = (
    LocationRecord | ProviderRecord | AreaRecord | VacancyRecord | ResidentsRecord | CompanyRecord | ControlRecord
)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One feed of one run: which list, of which day, and whether it claims to be the whole list.

    ``feed`` is ``<source>/<list>``, such as ``cqc_directory/ratings``. ``as_at`` is the day the list describes, not
    the day it was fetched. ``complete`` is true only where the list is whole *and* was read whole: only then does
    absence from it mean anything. ``origin`` is the file name or address it came from.
    """

    feed: str
    as_at: date
    complete: bool
    origin: str


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One record as read, with the evidence: where it stood and the SHA-256 of the raw record (hexadecimal)."""

    feed: str
    record: AnyRecord
    raw_digest: str
    origin: str
    row: int | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be read: file, row, field and cause, for quarantine.

    ``loses_row`` is true where the whole record is held back; false where only this field is left unknown.
    ``record_id`` is the record's id where it could be read: a quarantined row must never look like an absent one.
    ``found`` is a short excerpt of the value, never of a personal field.
    """

    feed: str
    origin: str
    row: int | None = None
    field: str | None = None
    found: str | None = None
    reason: str
    loses_row: bool = True
    record_id: str | None = None

    @property
    def of_list(self) -> bool:
        """Whether this is said of a list as a whole, and of no row, field or record in it."""
        return not self.loses_row and self.row is None and self.field is None and self.record_id is None


def raw_digest(raw: bytes) -> str:
    """SHA-256 of a raw record, in hexadecimal: lets anyone check a fact against the publisher's own file."""
    return hashlib.sha256(raw).hexdigest()


_ENCODER = msgspec.json.Encoder(order="deterministic")


def record_digest(record: Record) -> str:
    """SHA-256 of a record's content in a canonical form: equal content, equal digest, on any machine."""
    return hashlib.sha256(_ENCODER.encode(record)).hexdigest()

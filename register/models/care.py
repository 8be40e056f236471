"""Homes' registrations, providers, beds and residents, as each feed spoke of them over time.

The columns after the shared ones are the fields of the record of the same name in ``register.records``; lists are
kept as canonical JSON text. A test holds the two together.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, Float, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from register.models.base import Version


class LocationVersion(Version):
    """History of ``LocationRecord``: one registration of a service at one place with one provider."""

    __tablename__ = "location_version"

    provider_id: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    nation: Mapped[str | None] = mapped_column(Text)
    care_home: Mapped[bool | None] = mapped_column(Boolean)
    status: Mapped[str | None] = mapped_column(Text)
    registered_on: Mapped[date | None] = mapped_column(Date)
    deregistered_on: Mapped[date | None] = mapped_column(Date)
    dormant: Mapped[bool | None] = mapped_column(Boolean)
    beds: Mapped[int | None] = mapped_column(Integer)
    service_types: Mapped[str | None] = mapped_column(Text)
    activities: Mapped[str | None] = mapped_column(Text)
    bands: Mapped[str | None] = mapped_column(Text)
    client_group: Mapped[str | None] = mapped_column(Text)
    sector: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    town: Mapped[str | None] = mapped_column(Text)
    county: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    uprn: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Float(53))
    longitude: Mapped[float | None] = mapped_column(Float(53))
    authority: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    rating: Mapped[str | None] = mapped_column(Text)
    rated_on: Mapped[date | None] = mapped_column(Date)
    rating_inherited: Mapped[bool | None] = mapped_column(Boolean)
    manager_absent_since: Mapped[date | None] = mapped_column(Date)
    brand_id: Mapped[str | None] = mapped_column(Text)
    brand_name: Mapped[str | None] = mapped_column(Text)
    links: Mapped[str | None] = mapped_column(Text)
    dual_with: Mapped[str | None] = mapped_column(Text)
    dual_primary: Mapped[bool | None] = mapped_column(Boolean)


class ProviderVersion(Version):
    """History of ``ProviderRecord``: the legal person registered to run services."""

    __tablename__ = "provider_version"

    name: Mapped[str | None] = mapped_column(Text)
    ownership_type: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    registered_on: Mapped[date | None] = mapped_column(Date)
    deregistered_on: Mapped[date | None] = mapped_column(Date)
    company: Mapped[str | None] = mapped_column(Text)
    charity: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    authority: Mapped[str | None] = mapped_column(Text)
    brand_id: Mapped[str | None] = mapped_column(Text)
    brand_name: Mapped[str | None] = mapped_column(Text)
    links: Mapped[str | None] = mapped_column(Text)


class VacancyVersion(Version):
    """History of ``VacancyRecord``: one home's beds of one type on one day."""

    __tablename__ = "vacancy_version"

    location_id: Mapped[str] = mapped_column(Text)
    bed_type: Mapped[str] = mapped_column(Text)
    maximum_capacity: Mapped[int | None] = mapped_column(Integer)
    occupied: Mapped[int | None] = mapped_column(Integer)
    vacant_reserved: Mapped[int | None] = mapped_column(Integer)
    vacant_accepting_admissions: Mapped[int | None] = mapped_column(Integer)
    vacant_not_admittable: Mapped[int | None] = mapped_column(Integer)
    updated_on: Mapped[date | None] = mapped_column(Date)


class ResidentsVersion(Version):
    """History of ``ResidentsRecord``: how many people with one need live in one home."""

    __tablename__ = "residents_version"

    location_id: Mapped[str] = mapped_column(Text)
    need: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column(Integer)
    counted_on: Mapped[date | None] = mapped_column(Date)

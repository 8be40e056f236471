"""Companies and who controls them, as Companies House's files spoke of them over time.

The columns after the shared ones are the fields of the record of the same name in ``register.records``; lists are
kept as canonical JSON text. A test holds the two together.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from register.models.base import Version


class CompanyVersion(Version):
    """History of ``CompanyRecord``: a company on the list of live companies."""

    __tablename__ = "company_version"

    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    country_of_origin: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    incorporated_on: Mapped[date | None] = mapped_column(Date)
    dissolved_on: Mapped[date | None] = mapped_column(Date)
    sic: Mapped[str | None] = mapped_column(Text)
    previous_names: Mapped[str | None] = mapped_column(Text)
    accounts_category: Mapped[str | None] = mapped_column(Text)
    accounts_made_up_to: Mapped[date | None] = mapped_column(Date)
    accounts_due_on: Mapped[date | None] = mapped_column(Date)
    confirmation_due_on: Mapped[date | None] = mapped_column(Date)
    confirmation_made_up_to: Mapped[date | None] = mapped_column(Date)
    charges: Mapped[int | None] = mapped_column(Integer)
    charges_outstanding: Mapped[int | None] = mapped_column(Integer)
    charges_part_satisfied: Mapped[int | None] = mapped_column(Integer)
    charges_satisfied: Mapped[int | None] = mapped_column(Integer)
    general_partners: Mapped[int | None] = mapped_column(Integer)
    limited_partners: Mapped[int | None] = mapped_column(Integer)


class ControlVersion(Version):
    """History of ``ControlRecord``: one entry in a company's register of people with significant control."""

    __tablename__ = "control_version"

    company: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    person_mark: Mapped[str | None] = mapped_column(Text)
    natures: Mapped[str | None] = mapped_column(Text)
    notified_on: Mapped[date | None] = mapped_column(Date)
    ceased_on: Mapped[date | None] = mapped_column(Date)
    ceased: Mapped[bool | None] = mapped_column(Boolean)
    sanctioned: Mapped[bool | None] = mapped_column(Boolean)
    statement: Mapped[str | None] = mapped_column(Text)
    restrictions_withdrawn: Mapped[str | None] = mapped_column(Text)
    exemptions: Mapped[str | None] = mapped_column(Text)
    legal_form: Mapped[str | None] = mapped_column(Text)
    legal_authority: Mapped[str | None] = mapped_column(Text)
    place_registered: Mapped[str | None] = mapped_column(Text)
    country_registered: Mapped[str | None] = mapped_column(Text)
    registration_number: Mapped[str | None] = mapped_column(Text)
    office_country: Mapped[str | None] = mapped_column(Text)

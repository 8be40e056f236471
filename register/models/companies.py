"""Companies and who controls them, as Companies House's files spoke of them over time.

The columns after the shared ones are the fields of the record of the same name in ``register.records``; lists are
kept as canonical JSON text. A test holds the two together.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, Float, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from register.models.base import Version


class CompanyVersion(Version):
    """History of ``CompanyRecord``: a company of Companies House's."""

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
    status_detail: Mapped[str | None] = mapped_column(Text)
    jurisdiction: Mapped[str | None] = mapped_column(Text)
    accounts_overdue: Mapped[bool | None] = mapped_column(Boolean)
    confirmation_overdue: Mapped[bool | None] = mapped_column(Boolean)
    has_charges: Mapped[bool | None] = mapped_column(Boolean)
    has_insolvency: Mapped[bool | None] = mapped_column(Boolean)
    office_in_dispute: Mapped[bool | None] = mapped_column(Boolean)
    office_undeliverable: Mapped[bool | None] = mapped_column(Boolean)
    registered_at_home: Mapped[str | None] = mapped_column(Text)
    home_number: Mapped[str | None] = mapped_column(Text)
    been_liquidated: Mapped[bool | None] = mapped_column(Boolean)
    subtype: Mapped[str | None] = mapped_column(Text)
    annotations: Mapped[str | None] = mapped_column(Text)


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


class OfficerVersion(Version):
    """History of ``OfficerRecord``: one appointment to a board."""

    __tablename__ = "officer_version"

    company: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    officer: Mapped[str | None] = mapped_column(Text)
    person_mark: Mapped[str | None] = mapped_column(Text)
    appointed_on: Mapped[date | None] = mapped_column(Date)
    resigned_on: Mapped[date | None] = mapped_column(Date)
    legal_form: Mapped[str | None] = mapped_column(Text)
    legal_authority: Mapped[str | None] = mapped_column(Text)
    place_registered: Mapped[str | None] = mapped_column(Text)
    country_registered: Mapped[str | None] = mapped_column(Text)
    registration_number: Mapped[str | None] = mapped_column(Text)
    appointed_before: Mapped[date | None] = mapped_column(Date)
    identification: Mapped[str | None] = mapped_column(Text)


class ChargeVersion(Version):
    """History of ``ChargeRecord``: one charge given to a lender."""

    __tablename__ = "charge_version"

    company: Mapped[str] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    number: Mapped[int | None] = mapped_column(Integer)
    classification: Mapped[str | None] = mapped_column(Text)
    persons_entitled: Mapped[str | None] = mapped_column(Text)
    more_entitled: Mapped[bool | None] = mapped_column(Boolean)
    created_on: Mapped[date | None] = mapped_column(Date)
    acquired_on: Mapped[date | None] = mapped_column(Date)
    delivered_on: Mapped[date | None] = mapped_column(Date)
    satisfied_on: Mapped[date | None] = mapped_column(Date)
    fixed: Mapped[bool | None] = mapped_column(Boolean)
    floating: Mapped[bool | None] = mapped_column(Boolean)
    all_assets: Mapped[bool | None] = mapped_column(Boolean)
    negative_pledge: Mapped[bool | None] = mapped_column(Boolean)
    particulars: Mapped[str | None] = mapped_column(Text)


class InsolvencyVersion(Version):
    """History of ``InsolvencyRecord``: one insolvency case of one company."""

    __tablename__ = "insolvency_version"

    company: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    dates: Mapped[str | None] = mapped_column(Text)


class AccountsVersion(Version):
    """History of ``AccountsRecord``: one set of accounts."""

    __tablename__ = "accounts_version"

    company: Mapped[str] = mapped_column(Text)
    period_start: Mapped[date | None] = mapped_column(Date)
    period_end: Mapped[date | None] = mapped_column(Date)
    balance_on: Mapped[date | None] = mapped_column(Date)
    dormant: Mapped[bool | None] = mapped_column(Boolean)
    staff: Mapped[float | None] = mapped_column(Float(53))
    tangible_fixed_assets: Mapped[float | None] = mapped_column(Float(53))
    cash: Mapped[float | None] = mapped_column(Float(53))
    debtors: Mapped[float | None] = mapped_column(Float(53))
    current_assets: Mapped[float | None] = mapped_column(Float(53))
    creditors_within_year: Mapped[float | None] = mapped_column(Float(53))
    creditors_after_year: Mapped[float | None] = mapped_column(Float(53))
    net_current_assets: Mapped[float | None] = mapped_column(Float(53))
    net_assets: Mapped[float | None] = mapped_column(Float(53))
    turnover: Mapped[float | None] = mapped_column(Float(53))
    profit_before_tax: Mapped[float | None] = mapped_column(Float(53))
    fixed_assets: Mapped[float | None] = mapped_column(Float(53))


class NoticeVersion(Version):
    """History of ``NoticeRecord``: one notice in the Gazette."""

    __tablename__ = "notice_version"

    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    company: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    published_on: Mapped[date | None] = mapped_column(Date)


class CharityVersion(Version):
    """History of ``CharityRecord``: a charity."""

    __tablename__ = "charity_version"

    name: Mapped[str] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    company: Mapped[str | None] = mapped_column(Text)
    registered_on: Mapped[date | None] = mapped_column(Date)
    removed_on: Mapped[date | None] = mapped_column(Date)
    reporting: Mapped[str | None] = mapped_column(Text)
    insolvent: Mapped[bool | None] = mapped_column(Boolean)
    in_administration: Mapped[bool | None] = mapped_column(Boolean)
    year_end: Mapped[date | None] = mapped_column(Date)
    income: Mapped[float | None] = mapped_column(Float(53))
    spending: Mapped[float | None] = mapped_column(Float(53))

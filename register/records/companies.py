"""Companies and those behind them: control, officers, lenders, insolvency and accounts, as public registers say."""

from __future__ import annotations

from datetime import date

from register.records.base import Record


class CompanyRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A company as Companies House gives it, in its monthly list or by its API. ``id`` is ``gb-coh:…``.

    ``category``, ``status``, ``country_of_origin``, ``accounts_category`` and ``sic`` are the source's own words: the
    list writes "Private Limited Company" and "Active", the API ``ltd`` and ``active``.
    ``previous_names`` are "name (until 2017-05-03)". Counts of charges are the list's: how many were ever registered,
    and how many of them are outstanding, satisfied in part and satisfied. ``registered_at_home`` and
    ``home_number`` are the register of its own country, and its number there, for a company from abroad. The
    registered office is kept as postcode and country only: of a one-person company it is often a private address, and
    the graph has no need of it. ``been_liquidated`` is the API's flag of a liquidation now or formerly; ``subtype``
    its word for a community interest company or a private fund, ``annotations`` the registrar's remarks on a company.
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
    status_detail: str | None = None
    jurisdiction: str | None = None
    accounts_overdue: bool | None = None
    confirmation_overdue: bool | None = None
    has_charges: bool | None = None
    has_insolvency: bool | None = None
    office_in_dispute: bool | None = None
    office_undeliverable: bool | None = None
    registered_at_home: str | None = None
    home_number: str | None = None
    been_liquidated: bool | None = None
    subtype: str | None = None
    annotations: tuple[str, ...] | None = None


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


class OfficerRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One appointment to a company's board, past ones included. ``id`` is ``officer:<company number>/<id>``.

    ``role`` is the register's own word (``director``, ``corporate-secretary``). ``officer`` is Companies House's own id
    of the officer, the same at every company where it has recognised one person; it is the surest sign that two boards
    share somebody. Of people the name and ``person_mark`` are kept, as in ``ControlRecord`` (decision 5); of corporate
    officers what was filed of their registration, as free text, and ``identification``, the register's word for the
    kind of body. Before 1992 only the day is known by which somebody was already on the board: ``appointed_before``.
    """

    company: str
    role: str
    name: str | None = None
    officer: str | None = None
    person_mark: str | None = None
    appointed_on: date | None = None
    resigned_on: date | None = None
    legal_form: str | None = None
    legal_authority: str | None = None
    place_registered: str | None = None
    country_registered: str | None = None
    registration_number: str | None = None
    appointed_before: date | None = None
    identification: str | None = None


class ChargeRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One charge that a company has given to a lender. ``id`` is ``charge:<company number>/<id>``.

    ``persons_entitled`` are the lenders' names as filed: free text without a number, at most four of them
    (``more_entitled``: there are more). ``status`` and ``classification`` are the register's words. ``fixed``,
    ``floating`` and ``all_assets`` (a floating charge over everything) are the filing's own ticks; ``None``: not said.
    ``particulars`` is the filing's description of what is charged, in which title numbers often stand.
    """

    company: str
    status: str | None = None
    code: str | None = None
    number: int | None = None
    classification: str | None = None
    persons_entitled: tuple[str, ...] | None = None
    more_entitled: bool | None = None
    created_on: date | None = None
    acquired_on: date | None = None
    delivered_on: date | None = None
    satisfied_on: date | None = None
    fixed: bool | None = None
    floating: bool | None = None
    all_assets: bool | None = None
    negative_pledge: bool | None = None
    particulars: str | None = None


class InsolvencyRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One insolvency case of one company. ``id`` is ``insolvency:<company number>/<case number>``.

    ``kind`` is the register's word (``in-administration``; ``members-voluntary-liquidation`` is solvent). ``dates``
    are "<kind of date> <day>" as given, ".." for a day that could not be read. A case says only that this legal entity
    failed, never its parent or child. Practitioners are not kept.
    """

    company: str
    kind: str
    dates: tuple[str, ...] | None = None


class AccountsRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One set of accounts of one company as tagged in its filing. ``id`` is ``accounts:<company number>/<period end>``.

    Money is in whole pounds as filed; ``None`` is not tagged, never nought. ``fixed_assets`` are all of them,
    investments too, of which the tangible ones are a part; ``staff`` is the average of the period. Large groups file on
    paper or as PDF and have no row: their absence says nothing.
    """

    company: str
    period_start: date | None = None
    period_end: date | None = None
    balance_on: date | None = None
    dormant: bool | None = None
    staff: float | None = None
    tangible_fixed_assets: float | None = None
    cash: float | None = None
    debtors: float | None = None
    current_assets: float | None = None
    creditors_within_year: float | None = None
    creditors_after_year: float | None = None
    net_current_assets: float | None = None
    net_assets: float | None = None
    turnover: float | None = None
    profit_before_tax: float | None = None
    fixed_assets: float | None = None


class NoticeRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One notice of corporate insolvency in the Gazette. ``id`` is ``gazette:<notice number>``.

    ``code`` is the Gazette's (2410: appointment of administrators); ``company`` is ``gb-coh:…`` where the notice gives
    a company number, and only then is it joined to anything: names of companies are not unique.
    """

    code: str
    title: str | None = None
    company: str | None = None
    name: str | None = None
    published_on: date | None = None


class CharityRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A charity as its regulator's public extract gives it. ``id`` is ``gb-chc:<number>`` (England and Wales).

    Income and spending are in whole pounds, of the year that ended on ``year_end``.
    """

    name: str
    status: str | None = None
    company: str | None = None
    registered_on: date | None = None
    removed_on: date | None = None
    reporting: str | None = None
    insolvent: bool | None = None
    in_administration: bool | None = None
    year_end: date | None = None
    income: float | None = None
    spending: float | None = None

"""Companies House's answers, read: profiles, officers, charges and insolvency; every field read, or named as left out.

Entries of control are read in ``psc_snapshot``: the API and the snapshot write them alike. Of people only what
decision 5 names is read; the names of insolvency practitioners are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.companies_house_words import (
    ACCOUNT_TYPES,
    ACCOUNTS_UNREAD,
    ANNOTATIONS,
    CASE_DATES,
    CASE_UNREAD,
    CHARGE_STATUSES,
    CHARGE_UNREAD,
    FOREIGN_UNREAD,
    IDENTIFICATIONS,
    JURISDICTIONS,
    LINKS_UNREAD,
    OFFICE_UNREAD,
    OFFICER_UNREAD,
    PROFILE_UNREAD,
    ROLES,
    STATUS_DETAILS,
    STATUSES,
    SUBTYPES,
    TYPES,
)
from crawler.psc_snapshot import dated, entry_id
from crawler.reading import Row, UnreadableField
from crawler.values import flag, text
from register.identifiers import company_number
from register.insolvency import known_kind
from register.parties import person_mark
from register.records import ChargeRecord, CompanyRecord, InsolvencyRecord, OfficerRecord

#: Accounts can fall due some years after the day of reading.
DUE_AHEAD = timedelta(days=5 * 366)
#: A charge's description of what is charged can run over pages; the title numbers stand in it.
MOST_PROSE = 60_000

#: What else there is to ask about a company, by the name of its link in the profile and of its path.
PARTS: Mapping[str, str] = {
    "officers": "officers",
    "persons-with-significant-control": "persons_with_significant_control",
    "persons-with-significant-control-statements": "persons_with_significant_control_statements",
    "exemptions": "exemptions",
    "charges": "charges",
    "insolvency": "insolvency",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A company, and what else Companies House says there is to ask about it (of ``PARTS``)."""

    record: CompanyRecord
    parts: frozenset[str]


def profile_of(row: Row) -> Profile:
    """A company's profile. Raises UnreadableField without a number or a name.

    The flags are deprecated in favour of the links, and older than they: either is enough for a question. Where a
    profile has no links at all, everything is asked.
    """
    identifier = row.take_id("company_number", company_number)
    office = row.take_object("registered_office_address")
    accounts, confirmation = row.take_object("accounts"), row.take_object("confirmation_statement")
    last, following = accounts.take_object("last_accounts"), accounts.take_object("next_accounts")
    foreign = row.take_object("foreign_company_details")
    registry = foreign.take_object("originating_registry")
    charged, failed = row.take_optional("has_charges", flag), row.take_optional("has_insolvency_history", flag)
    protected = row.take_optional("has_super_secure_pscs", flag)
    linked = row.take_optional("links", _mapping)
    made_up_to, ended = dated(last, "made_up_to"), dated(last, "period_end_on")
    due, due_of_old = _due(following, "due_on"), _due(accounts, "next_due")
    overdue, overdue_of_old = following.take_optional("overdue", flag), accounts.take_optional("overdue", flag)
    record = CompanyRecord(
        id=identifier,
        name=row.take("company_name", text),
        category=row.choice("type", TYPES),
        status=row.choice("company_status", STATUSES),
        status_detail=row.choice("company_status_detail", STATUS_DETAILS),
        jurisdiction=row.choice("jurisdiction", JURISDICTIONS),
        country=office.take_text("country"),
        postcode=office.take_text("postal_code"),
        incorporated_on=dated(row, "date_of_creation"),
        dissolved_on=dated(row, "date_of_cessation") or dated(row, "date_of_dissolution"),
        sic=row.take_optional("sic_codes", _words),
        previous_names=_previous_names(row) or None,
        accounts_category=last.choice("type", ACCOUNT_TYPES, none={"null"}),
        accounts_made_up_to=ended or made_up_to,
        accounts_due_on=due or due_of_old,
        accounts_overdue=overdue if overdue is not None else overdue_of_old,
        confirmation_due_on=_due(confirmation, "next_due"),
        confirmation_made_up_to=dated(confirmation, "last_made_up_to"),
        confirmation_overdue=confirmation.take_optional("overdue", flag),
        has_charges=charged,
        has_insolvency=failed,
        office_in_dispute=row.take_optional("registered_office_is_in_dispute", flag),
        office_undeliverable=row.take_optional("undeliverable_registered_office_address", flag),
        been_liquidated=row.take_optional("has_been_liquidated", flag),
        subtype=row.choice("subtype", SUBTYPES),
        annotations=_annotations(row) or None,
        country_of_origin=registry.take_text("country"),
        registered_at_home=registry.take_text("name"),
        home_number=foreign.take_text("registration_number"),
    )
    for inner, unread in (
        (office, OFFICE_UNREAD),
        (last, frozenset({"period_start_on"})),
        (following, frozenset({"period_start_on", "period_end_on"})),
        (accounts, ACCOUNTS_UNREAD),
        (confirmation, frozenset({"next_made_up_to"})),
        (registry, frozenset[str]()),
        (foreign, FOREIGN_UNREAD),
        (row, PROFILE_UNREAD),
    ):
        inner.nothing_left(except_for=unread)
    if linked is None:
        return Profile(record, frozenset(PARTS))
    for link in sorted(linked.keys() - PARTS.values() - LINKS_UNREAD):
        row.reading.once("is a field never seen before; it is not read", field=f"links.{link}")
    parts = {part for part, link in PARTS.items() if linked.get(link)}
    parts |= {"charges"} if charged else set()
    parts |= {"insolvency"} if failed else set()
    parts |= {"persons-with-significant-control"} if protected else set()
    return Profile(record, frozenset(parts))


def _previous_names(row: Row) -> tuple[str, ...]:
    """Earlier names, the latest first, as "NAME (until 2017-05-03)"."""
    found = []
    for earlier in row.take_list("previous_company_names"):
        name, until = earlier.take_text("name"), dated(earlier, "ceased_on")
        earlier.nothing_left(except_for={"effective_from"})
        if name is None:
            row.lost("previous_company_names", "holds an entry without a name")
        else:
            found.append((until or date.min, f"{name} (until {until})" if until else name))
    return tuple(words for _, words in sorted(found, reverse=True))


def _annotations(row: Row) -> tuple[str, ...]:
    """The registrar's remarks, as "<kind> (<day>)", with its words where the kind does not say it."""
    found = []
    for one in _several(row, "corporate_annotation"):
        kind, said = one.choice("type", ANNOTATIONS), one.take_optional("description", _prose)
        when = dated(one, "created_on")
        one.nothing_left(except_for=())
        words = kind if kind and kind != "other" else said or kind
        if words:
            found.append(f"{words} ({when})" if when else words)
    return tuple(sorted(found))


def officer_of(row: Row, company: str) -> OfficerRecord:
    """One appointment to a company's board. Raises UnreadableField without an address of its own, or without a role."""
    links = row.take_object("links")
    officer = links.take_object("officer")
    own, appointments = links.take_text("self"), officer.take_text("appointments")
    number = (appointments or "").strip("/").split("/")
    known = number[1] if len(number) > 1 and number[0] == "officers" else None
    if appointments and not known:
        row.lost("links.officer.appointments", "is not the address of an officer's appointments", appointments)
    if own:
        row.record_id = entry_id(own, company, "officer")
    role = row.take("officer_role", text)
    since = dated(row, "appointed_on")
    if not own and known:
        row.record_id = f"officer:{company.removeprefix('gb-coh:')}/{known}-{role}-{since or 'unknown'}"
    if row.record_id is None:
        raise UnreadableField("links.self", "is missing, and so is the officer's own address")
    if role not in ROLES:
        row.reading.once("is a value never seen before; kept as it is", field="officer_role", about=role, found=role)
    name = row.take_text("name")
    where = row.take_object("identification")
    born = row.take_object("date_of_birth")
    month, year = born.take_optional("month", _whole), born.take_optional("year", _whole)
    born.nothing_left(except_for={"day"})
    record = OfficerRecord(
        id=row.record_id,
        company=company,
        role=role,
        name=name,
        officer=known,
        person_mark=None if role.startswith("corporate") else _mark(name, year, month),
        appointed_on=since,
        appointed_before=dated(row, "appointed_before"),
        resigned_on=dated(row, "resigned_on"),
        legal_form=where.take_text("legal_form"),
        legal_authority=where.take_text("legal_authority"),
        place_registered=where.take_text("place_registered"),
        country_registered=where.take_text("country_registered"),
        registration_number=where.take_text("registration_number"),
        identification=where.choice("identification_type", IDENTIFICATIONS),
    )
    where.nothing_left(except_for=())
    officer.nothing_left(except_for=())
    links.nothing_left(except_for={"company"})
    row.nothing_left(except_for=OFFICER_UNREAD)
    return record


def _mark(name: str | None, year: int | None, month: int | None) -> str | None:
    """The mark of "SAMPLE, Alex Jo" (a third part, a title, left out): the same as that of a person with control."""
    if not name or year is None or month is None or not (1 <= month <= 12 and 1850 <= year <= 2200):
        return None
    surname, _, rest = name.partition(",")
    return person_mark([rest.partition(",")[0], surname], year, month)


def charge_of(row: Row, company: str) -> ChargeRecord:
    """One charge. Raises UnreadableField without anything that tells it from the company's others."""
    links = row.take_object("links")
    own, ident = links.take_text("self"), row.take_text("id")
    links.nothing_left(except_for={"filing"})
    if own:
        row.record_id = entry_id(own, company, "charge")
    code, number = row.take_text("charge_code"), row.take_optional("charge_number", _whole)
    if not own and (last := ident or code or number):
        row.record_id = f"charge:{company.removeprefix('gb-coh:')}/{last}"
    if row.record_id is None:
        raise UnreadableField("links.self", "is missing, and so are the charge's id, code and number")
    kinds, covers = _several(row, "classification"), _several(row, "particulars")
    ticks = {
        field: [covered.take_optional(field, flag) for covered in covers]
        for field in (
            "contains_fixed_charge",
            "contains_floating_charge",
            "floating_charge_covers_all",
            "contains_negative_pledge",
        )
    }
    lenders = row.take_list("persons_entitled")
    record = ChargeRecord(
        id=row.record_id,
        company=company,
        status=row.choice("status", CHARGE_STATUSES),
        code=code,
        number=number,
        classification=_joined(kinds),
        persons_entitled=tuple(name for one in lenders if (name := one.take_text("name"))) or None,
        more_entitled=row.take_optional("more_than_four_persons_entitled", flag),
        created_on=dated(row, "created_on"),
        acquired_on=dated(row, "acquired_on"),
        delivered_on=dated(row, "delivered_on"),
        satisfied_on=dated(row, "satisfied_on"),
        fixed=_ticked(ticks["contains_fixed_charge"]),
        floating=_ticked(ticks["contains_floating_charge"]),
        all_assets=_ticked(ticks["floating_charge_covers_all"]),
        negative_pledge=_ticked(ticks["contains_negative_pledge"]),
        particulars=_joined(covers),
    )
    for one in (*kinds, *covers):
        one.nothing_left(except_for={"type", "chargor_acting_as_bare_trustee"})
    for one in lenders:
        one.nothing_left(except_for=())
    row.nothing_left(except_for=CHARGE_UNREAD)
    return record


def _several(row: Row, field: str) -> list[Row]:
    """Objects where the documentation says a list and the answers hold one object: either is read."""
    value = row.take_optional(field, lambda found: found)
    return Row({field: value if isinstance(value, list) else [value]}, row.reading).take_list(field) if value else []


def _joined(parts: Sequence[Row]) -> str | None:
    return "; ".join(words for part in parts if (words := part.take_optional("description", _prose))) or None


def _ticked(ticks: Sequence[bool | None]) -> bool | None:
    said = [tick for tick in ticks if tick is not None]
    return any(said) if said else None


def case_of(row: Row, company: str, place: int) -> InsolvencyRecord:
    """One insolvency case, the ``place``-th of its company's (from 1). Raises UnreadableField without a kind."""
    number = row.take_text("number") or str(place)
    row.record_id = f"insolvency:{company.removeprefix('gb-coh:')}/{number}"
    kind = row.take("type", text)
    if not known_kind(kind):
        row.reading.once("is a value never seen before; kept as it is", field="type", about=kind, found=kind)
    dates = []
    for one in row.take_list("dates"):
        event, when = one.choice("type", CASE_DATES), dated(one, "date")
        one.nothing_left(except_for=())
        if event:
            dates.append(f"{event} {when or '..'}")
        elif when:
            row.lost("dates", "holds a day of which nothing says what happened on it", when.isoformat())
    row.nothing_left(except_for=CASE_UNREAD)
    return InsolvencyRecord(id=row.record_id, company=company, kind=kind, dates=tuple(sorted(dates)) or None)


def _due(row: Row, field: str) -> date | None:
    """A day by which something must be filed."""
    return dated(row, field, row.reading.as_at + DUE_AHEAD)


def _prose(value: object) -> str:
    """Words of any length, line breaks made spaces. Raises ValueError for what is no text."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    words = " ".join(value.replace("\\n", " ").split())
    if len(words) > MOST_PROSE:
        raise ValueError(f"is longer than {MOST_PROSE:,} characters")
    return "".join(character for character in words if character.isprintable())


def _words(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        raise ValueError("is not a list")
    return tuple(text(word) for word in value) or None


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("is not an object")
    return value


def _whole(value: object) -> int:
    """A whole number, which some answers write as words. Raises ValueError."""
    words = str(value)
    if isinstance(value, bool) or not words.isascii() or not words.isdecimal() or len(words) > 6:
        raise ValueError("is not a whole number")
    return int(words)

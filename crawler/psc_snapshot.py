"""Companies House's snapshot of people with significant control: one JSON object a line, some 13 million of them.

An entry has no id but the last part of its own address (``links.self``), and its company's number is sometimes
written without its leading zeros. Of individuals only what decision 5 names is read.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from crawler.reading import Row, UnreadableField
from crawler.values import day, flag, text
from register.identifiers import company_number
from register.parties import person_mark
from register.records import ControlRecord

#: The oldest companies have charters of the 17th century, and some trusts behind land are as old.
EARLIEST = date(1600, 1, 1)
_SUBJECTS = ("person-with-significant-control", "beneficial-owner")
#: Every kind of entry. "legal-person-with-significant-control" is the API's word for the snapshot's doubled one.
KINDS = frozenset(
    {
        f"{who}-{what}"
        for who in ("individual", "corporate-entity", "legal-person", "super-secure")
        for what in _SUBJECTS
    }
    | {"legal-person-with-significant-control", "persons-with-significant-control-statement", "exemptions"}
)
_BAND, _WAY = "-(25-to-50|50-to-75|75-to-100)-percent", "(-as-(trust|firm))?"
_OVERSEAS = "(-as-(control-over-)?(trust|firm))?-registered-overseas-entity"
#: Every nature of control (api-enumerations, ``psc_descriptions.yml``, 86 slugs; what each means is in ``graph``).
_NATURE = re.compile(
    f"(ownership-of-shares|voting-rights|part-right-to-share-surplus-assets){_BAND}{_WAY}"
    f"|(right-to-share-surplus-assets|voting-rights){_BAND}{_WAY}-limited-liability-partnership"
    f"|(right-to-appoint-and-remove-(directors|person)|significant-influence-or-control){_WAY}"
    f"|(right-to-appoint-and-remove-members|significant-influence-or-control){_WAY}-limited-liability-partnership"
    f"|(ownership-of-shares|voting-rights)-more-than-25-percent{_OVERSEAS}"
    f"|(right-to-appoint-and-remove-directors|significant-influence-or-control){_OVERSEAS}"
    "|registered-owner-as-nominee-(person|another-entity)-(england-wales|scotland|northern-ireland)"
    "-registered-overseas-entity"
)
_OF_COMPANIES = (
    "no-individual-or-entity-with-signficant-control", "psc-exists-but-not-identified", "psc-details-not-confirmed",
    "steps-to-find-psc-not-yet-completed", "psc-contacted-but-no-response",
    "psc-has-failed-to-confirm-changed-details", "restrictions-notice-issued-to-psc",
)  # fmt: skip
#: Every statement of why nobody, or not everybody, is named (``statement_description``), in Companies House's spelling.
STATEMENTS = frozenset({*_OF_COMPANIES, *(f"{one}-partnership" for one in _OF_COMPANIES)}) | {
    "awaiting-confirmation-from-psc", "all-beneficial-owners-identified", "no-beneficial-owner-identified",
    "at-least-one-beneficial-owner-unidentified", "information-not-provided-for-at-least-one-beneficial-owner",
    "at-least-one-beneficial-owner-unidentified-and-information-not-provided-for-at-least-one-beneficial-owner",
    "nobody-has-become-or-ceased-to-be-a-beneficial-owner", "somebody-has-become-or-ceased-to-be-a-beneficial-owner",
    "no-change-beneficial-owner-relevant-period", "change-beneficial-owner-relevant-period",
    "no-trust-involved-relevant-period", "trust-involved-relevant-period",
    "no-change-beneficiary-relevant-period", "change-beneficiary-relevant-period",
}  # fmt: skip
STATEMENT, EXEMPTIONS = "persons-with-significant-control-statement", "exemptions"
TOTALS = "totals#persons-of-significant-control-snapshot"
_COUNTS = ("persons_of_significant_control_count", "statements_count", "exemptions_count")
#: Of people: never read (decision 5). The same words hide a value found in them from every report of a fault.
PERSONAL = frozenset(
    {"address", "country_of_residence", "nationality", "identity_verification_details", "linked_psc_name", "title",
     "honours", "service_address", "service_address_is_same_as_registered_office_address", "usual_residential_address",
     "residential_address_same_as_service_address", "principal_office_address"}
)  # fmt: skip
PRIVATE = PERSONAL | {
    "name", "name_elements", "forename", "middle_name", "other_forenames", "surname",
    "date_of_birth", "day", "month", "year", "premises",
}  # fmt: skip
#: Links of an entry beside its own address: to the statement that goes with it, or from that to the person.
OTHER_LINKS = frozenset({"statement", "person_with_significant_control"})
#: Known, and of no use: a version mark, the kind said twice, and the office of a body beyond its country.
UNUSED = frozenset({"etag", "description"})
_OFFICE = frozenset(
    {"address_line_1", "address_line_2", "care_of", "locality", "po_box", "postal_code", "premises", "region"}
)
#: Every reason for which a company need not keep the register: its shares are traded, and others see to it.
_EXEMPTIONS = (
    "disclosure_transparency_rules_chapter_five_applies",
    "psc_exempt_as_shares_admitted_on_market",
    "psc_exempt_as_trading_on_eu_regulated_market",
    "psc_exempt_as_trading_on_regulated_market",
    "psc_exempt_as_trading_on_uk_regulated_market",
)


def control_of(data: Row, company: str) -> ControlRecord:
    """One entry in a company's register of control, as the snapshot and the API both write it.

    Raises UnreadableField without an id, with another company's, or with a kind never seen before.
    """
    address = data.take_object("links")
    data.record_id = entry_id(address.take("self", text), company, "psc")
    address.nothing_left(except_for=OTHER_LINKS)
    kind = data.take("kind", text)
    if kind not in KINDS:
        raise UnreadableField("kind", "is a kind of entry never seen before", kind)
    if kind.startswith("individual"):
        names, mark = _person(data)
        body: dict[str, str | None] = {"name": names, "person_mark": mark}
    elif kind.startswith(("corporate-entity", "legal-person")):
        body = _body(data)
    else:
        body = {"name": data.take_text("name")}
    record = ControlRecord(
        id=data.record_id,
        company=company,
        kind=kind,
        natures=_natures(data),
        notified_on=dated(data, "notified_on"),
        ceased_on=dated(data, "ceased_on"),
        ceased=data.take_optional("ceased", flag),
        sanctioned=data.take_optional("is_sanctioned", flag),
        statement=data.choice("statement", STATEMENTS),
        restrictions_withdrawn=data.take_text("restrictions_notice_withdrawal_reason"),
        exemptions=_exemptions(data.take_object("exemptions")) if kind == EXEMPTIONS else None,
        **body,
    )
    data.nothing_left(except_for=UNUSED | PERSONAL)
    return record


def totals_of(fields: dict[str, object]) -> tuple[int, date | None] | None:
    """How many entries the last line of a snapshot says there are, and the day it was made; None for another line."""
    data = fields.get("data")
    if not isinstance(data, dict) or data.get("kind") != TOTALS:
        return None
    counts = [data.get(name) for name in _COUNTS]
    made = str(data.get("generated_at") or "")[:10]
    try:
        when = date.fromisoformat(made)
    except ValueError:
        when = None
    return sum(count for count in counts if isinstance(count, int)), when


def entry_id(address: str, company: str, prefix: str) -> str:
    """``<prefix>:<number>/<id>`` from ``/company/<number>/…/<id>``; the two companies must be one.

    Raises UnreadableField.
    """
    parts = address.strip("/").split("/")
    if len(parts) < 3 or parts[0] != "company" or not parts[-1]:
        raise UnreadableField("links.self", "is not the address of an entry", address)
    try:
        of = company_number(parts[1])
    except ValueError as problem:
        raise UnreadableField("links.self", str(problem), address) from problem
    if of != company:
        raise UnreadableField("links.self", "belongs to another company than the line", address)
    return f"{prefix}:{company.removeprefix('gb-coh:')}/{parts[-1]}"


def dated(row: Row, field: str, latest: date | None = None) -> date | None:
    """A day on which something happened, up to ``latest`` (the reading's own); any other is left unknown and told."""
    found = row.take_optional(field, _day)
    if found is not None and not EARLIEST <= found <= (latest or row.reading.latest):
        row.lost(field, "is not a date that this list can speak of", found.isoformat())
        return None
    return found


def _day(value: object) -> date:
    """A date as a string, or, as some answers have it, as an object of year, month and day. Raises ValueError."""
    if isinstance(value, dict) and value.keys() == {"year", "month", "day"}:
        try:
            return date(*(int(str(value[part])) for part in ("year", "month", "day")))
        except ValueError as problem:
            raise ValueError("is not a day of the calendar") from problem
    return day(value)


def _person(data: Row) -> tuple[str | None, str | None]:
    """The name as filed, and the mark that tells one person of that name from another (decision 5)."""
    name = data.take_text("name")
    names = data.take_object("name_elements")
    parts = [names.take_text(part) for part in ("forename", "middle_name", "surname")]
    others = names.take_text("other_forenames")
    parts[1] = parts[1] or others
    names.nothing_left(except_for=PERSONAL)
    born = data.take_object("date_of_birth")
    month, year = born.take_optional("month", _whole), born.take_optional("year", _whole)
    born.nothing_left(except_for={"day"})
    name = name or " ".join(part for part in parts if part) or None
    if month is None or year is None or not (1 <= month <= 12 and 1850 <= year <= 2200):
        return name, None
    if not parts[2]:
        parts = [name]
    return name, person_mark(parts, year, month) if parts[-1] else None


def _body(data: Row) -> dict[str, str | None]:
    """What is filed of a company or another body: its name, its registration in its own words, its office's country."""
    where = data.take_object("identification")
    filed = {
        name: where.take_text(name)
        for name in ("legal_form", "legal_authority", "place_registered", "country_registered", "registration_number")
    }
    where.nothing_left(except_for=())
    principal, office = data.take_object("principal_office_address"), data.take_object("address")
    countries = [address.take_text("country") for address in (principal, office)]
    for address in (principal, office):
        address.nothing_left(except_for=_OFFICE)
    return {"name": data.take_text("name"), "office_country": countries[0] or countries[1], **filed}


def _exemptions(data: Row) -> tuple[str, ...]:
    """Every exemption as "<type> <from>/<to>", ".." for an end that is open (ISO 8601-2)."""
    found = []
    for field in _EXEMPTIONS:
        exemption = data.take_object(field)
        kind_given = exemption.take_text("exemption_type")
        kind = kind_given or field.replace("_", "-")
        items = exemption.take_list("items")
        exemption.nothing_left(except_for=())
        for item in items:
            since, until = item.take_optional("exempt_from", day), item.take_optional("exempt_to", day)
            item.nothing_left(except_for={"moved_on"})
            found.append(f"{kind} {since or '..'}/{until or '..'}")
        if not items and kind_given:
            found.append(f"{kind} ../..")
    data.nothing_left(except_for=())
    return tuple(sorted(found))


@lru_cache(maxsize=1024)
def known_nature(slug: str) -> bool:
    """Whether a nature of control is one that Companies House lists."""
    return bool(_NATURE.fullmatch(slug))


def _natures(data: Row) -> tuple[str, ...] | None:
    """The natures filed. One that nobody has seen is kept and told; what is no word is told and left out."""
    found = set()
    for one in data.take_optional("natures_of_control", _list) or ():
        try:
            word = text(one)
        except ValueError as problem:
            data.lost("natures_of_control", str(problem), one)
            continue
        found.add(word)
        if not known_nature(word):
            unseen = "is a value never seen before; kept as it is"
            data.reading.once(unseen, field="natures_of_control", about=word, found=word)
    return tuple(sorted(found)) or None


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("is not a list")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or len(str(value)) > 4:
        raise ValueError("is not a whole number")
    return int(str(value))

"""A small register in which everything that can be published stands once, beside what must not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from small_ownership import LISTED, held, number, owned
from small_register import ON

from register.parties import body_of, party_of_officer
from register.records import (
    AccountsRecord,
    ChargeRecord,
    CompanyRecord,
    InsolvencyRecord,
    LinkRecord,
    NoticeRecord,
    OfficerRecord,
    Proprietor,
    TitleRecord,
)
from register.snapshot import (
    Evidence,
    FeedState,
    HomeTitle,
    Judgement,
    Officer,
    Owner,
    Snapshot,
    Sourced,
    Title,
    Trace,
)

#: What HM Land Registry's licence forbids passing on, and what decision 5 keeps out: none may stand in any export.
FORBIDDEN = (
    "Plot 7, Hidden Mews", "HIDDENSHIRE DISTRICT", "ZX9 9ZZ", "matched on Hidden Mews", "J. Udge", "because I asked",
    "freehold land at Hidden Mews", "Pat" + "0" * 61, "Pat00000000000000000",
)  # fmt: skip
ATTRIBUTION = "Contains public sector information of an invented publisher, licensed under the Open Government Licence."
LAND = Evidence("hmlr/ccod", ON, "CCOD_FULL_2025_07.zip", 3, "b" * 64, 3)
CHARGE = ChargeRecord(
    id="charge:99000001/c1", company=number(1), status="outstanding", classification="A registered charge",
    persons_entitled=("Exercise Bank Plc as Security Trustee", "=2+5 Finance"), created_on=date(2019, 3, 1),
    all_assets=True, particulars="freehold land at Hidden Mews",
)  # fmt: skip


def an_estate() -> Snapshot:
    """Twelve homes whose companies are owned in every way that the registers know, and the rest of what is held."""
    base = owned(
        held(1, 9, "most"), held(9, "Alex", "quarter+influence", "person", notified_on=date(2016, 4, 6)),
        held(9, "Past", "most", "person", notified_on=date(2016, 4, 6), ceased_on=date(2019, 7, 1)),
        held(9, "Pat", "half", "person"),
        held(2, "x", kind="secret", ceased=False),
        held(3, "x", kind="statement", statement="psc-exists-but-not-identified"),
        held(3, "y", kind="statement", statement="psc-details-not-confirmed", ceased_on=date(2018, 1, 1)),
        held(4, "x", kind="exempt", exemptions=("psc-exempt-as-trading-on-uk-regulated-market 2018-04-01/..",)),
        held(5, 6), held(6, 5), held(7, "Borough Council", kind="legal", legal_form="Local Authority"),
        held(8, "Skyfall", kind="body", legal_form="Limited Partnership", country_registered="Cayman Islands",
             registration_number="EX-1"),
        held(10, "Trust", kind="body", legal_form="Trust", country_registered="Guernsey"),
        held(11, "Nominee", kind="body", country_registered="Jersey",
             natures=("registered-owner-as-nominee-person-scotland-registered-overseas-entity", "ownership-of-moons")),
        held(12, "Trustee", kind="person", natures=(
            "ownership-of-shares-25-to-50-percent-as-trust", "voting-rights-25-to-50-percent",
            "right-to-appoint-and-remove-directors-as-firm")),
        held(13, 13),
        runs=[(n, n) for n in (1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 14)],
        companies=[CompanyRecord(
            id=number(9), name="EXERCISE HOLDINGS LIMITED", category="Private Limited Company",
            incorporated_on=date(2009, 4, 6), previous_names=("EXERCISE OLD NAME LIMITED (until 2011-05-03)",))],
    )  # fmt: skip
    return replace(base, feeds=_feeds(), **_boards(), **_land())


def _feeds() -> tuple[FeedState, ...]:
    return tuple(
        FeedState(name, ON, True, "a file", 1, 1, publisher, "Open Government Licence v3.0", ATTRIBUTION)
        for name, publisher in (
            ("companies_house_bulk/control", "Companies House"), ("cqc_api/locations", "Care Quality Commission"))
    )  # fmt: skip


def _boards() -> dict[str, object]:
    """Two seats on boards (one of somebody who also controls), a charge, an insolvency, accounts and a notice."""
    officers = [
        OfficerRecord(
            id="officer:99000001/o1", company=number(1), role="director", name="Exercise Alex",
            person_mark=f"{'Alex':0<64}", appointed_on=date(2015, 1, 1)),
        OfficerRecord(
            id="officer:99000001/o2", company=number(1), role="secretary", name="Exercise Robin", officer="abc",
            appointed_on=date(2012, 1, 1), resigned_on=date(2014, 1, 1)),
    ]  # fmt: skip
    return {
        "officers": {number(1): tuple(Officer(one, (LISTED,), party_of_officer(one)) for one in officers)},
        "charges": {number(1): (Sourced(CHARGE, (LISTED,)),)},
        "insolvencies": {
            number(9): (
                Sourced(
                    InsolvencyRecord(id="insolvency:99000009/1", company=number(9), kind="in-administration"), (LISTED,)
                ),
            )
        },
        "accounts": {
            number(9): (
                Sourced(
                    AccountsRecord(id="accounts:99000009/2024-12-31", company=number(9), net_assets=-5.0), (LISTED,)
                ),
            )
        },
        "notices": {
            number(9): (
                Sourced(
                    NoticeRecord(id="gazette:1", code="2410", title="Hidden: J. Udge", company=number(9)), (LISTED,)
                ),
            )
        },
    }


def _land() -> dict[str, object]:
    """A freehold that home 1 was found to stand on, and one that home 2 only may stand on."""
    titles = {}
    for name, owner in (("EX1", "EXERCISE LANDLORD LIMITED"), ("EX2", "EXERCISE WAITING LIMITED")):
        record = TitleRecord(
            id=f"ocod:{name}", title=f"hmlr:{name}", tenure="Freehold", address="Plot 7, Hidden Mews",
            district="HIDDENSHIRE DISTRICT", postcode="ZX9 9ZZ",
            proprietors=(Proprietor(name=owner, country="JERSEY"),),
        )  # fmt: skip
        party = body_of(owner, "jersey")
        assert party and record.proprietors
        titles[record.title] = Title(record.title, (Sourced(record, (LAND,)),), (Owner(record.proprietors[0], party),))
    traces = {
        "exercise:EX-1": _trace("exercise:EX-1", "hmlr:EX1", "accepted"),
        "exercise:EX-2": _trace("exercise:EX-2", "hmlr:EX2", "waiting"),
    }
    return {"titles": titles, "traces": traces}


def _trace(home: str, title: str, state: str) -> Trace:
    record = LinkRecord(
        id=f"link:{home}/{title}", location=home, title=title, state=state, method="splink/1",  # type: ignore[arg-type]
        reason="matched on Hidden Mews", score=0.75,
    )  # fmt: skip
    judged = Judgement("same", "J. Udge", "because I asked", datetime(2025, 7, 1)) if state == "accepted" else None  # noqa: DTZ001 - kept as UTC without a zone
    link = HomeTitle(state, title, record, (LAND,), judged)  # type: ignore[arg-type]
    return Trace(state, None, "matched on Hidden Mews", (link,), (LAND,))  # type: ignore[arg-type]

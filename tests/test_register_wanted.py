"""Which companies matter: those that run homes, those that own the buildings, and those above either."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from register.intake import Intake
from register.judgements import IS_COMPANY, STANDS_ON, write_judgement
from register.records import (
    CompanyRecord,
    ControlRecord,
    Delivery,
    LinkRecord,
    LinkState,
    LocationRecord,
    Observation,
    Proprietor,
    ProviderRecord,
    Record,
    TitleRecord,
    raw_digest,
)
from register.wanted import companies_that_matter

DAY, LEARNT = date(2026, 6, 1), datetime(2026, 6, 1, 3, tzinfo=UTC)
HOME = "cqc:1-900"


def link(title: str, state: LinkState = "accepted") -> LinkRecord:
    return LinkRecord(
        id=f"link:{HOME}/{title}", location=HOME, title=f"hmlr:{title}", state=state, method="by hand", reason="a test"
    )


RECORDS: tuple[Record, ...] = (
    LocationRecord(id=HOME, provider_id="cqc:1-1", care_home=True, status="Registered"),
    ProviderRecord(id="cqc:1-1", company="gb-coh:09900001"),
    TitleRecord(
        id="ccod:ZZ1",
        title="hmlr:ZZ1",
        proprietors=(Proprietor(name="EXAMPLE ESTATES LIMITED", number="9900002"), Proprietor(name="A COUNCIL")),
    ),
    TitleRecord(
        id="ccod:ZZ2", title="hmlr:ZZ2", proprietors=(Proprietor(name="NEXT DOOR LIMITED", number="09900003"),)
    ),
    TitleRecord(id="ccod:ZZ3", title="hmlr:ZZ3", proprietors=(Proprietor(name="MAYBE LIMITED", number="09900004"),)),
    TitleRecord(
        id="ocod:ZZ4",
        title="hmlr:ZZ4",
        proprietors=(Proprietor(name="EXAMPLE PROPCO LIMITED", country="JERSEY", number="77"),),
    ),
    CompanyRecord(id="gb-coh:OE990005", name="EXAMPLE PROPCO LTD", country_of_origin="Jersey"),
    link("ZZ1"),
    link("ZZ3", "waiting"),
    link("ZZ4"),
    ControlRecord(
        id="psc:09900002/a",
        company="gb-coh:09900002",
        kind="corporate-entity-person-with-significant-control",
        registration_number="09900006",
        country_registered="England",
    ),
)


@pytest.fixture
def register(engine: Engine, tmp_path: Path) -> Engine:
    with Intake(engine, "test", learnt=LEARNT, spool_dir=tmp_path) as intake:
        for record in RECORDS:
            feed = f"test/{type(record).__name__}"
            intake.deliver(Delivery(feed=feed, as_at=DAY, complete=False, origin=feed))
            intake.take(Observation(feed=feed, record=record, raw_digest=raw_digest(b""), origin=feed))
        report = intake.publish()
    assert report.state == "published", report.reasons
    return engine


def test_the_owner_of_a_title_on_which_a_home_stands_matters_and_so_does_whoever_is_above(register: Engine):
    assert companies_that_matter(register) == {
        "gb-coh:09900001",
        "gb-coh:09900002",
        "gb-coh:09900004",
        "gb-coh:OE990005",
        "gb-coh:09900006",
    }


def test_the_owner_of_a_title_that_a_person_has_refused_matters_no_longer(register: Engine):
    write_judgement(register, STANDS_ON, HOME, "hmlr:ZZ3", same=False, judge="a test", why="another house", at=LEARNT)
    assert "gb-coh:09900004" not in companies_that_matter(register)


def test_what_a_person_has_said_of_titles_and_owners_counts_too(register: Engine):
    said = {"judge": "a test", "why": "seen in the deeds", "at": LEARNT}
    write_judgement(register, STANDS_ON, HOME, "hmlr:ZZ2", same=True, **said)
    write_judgement(register, IS_COMPANY, "body:0123", "gb-coh:09900007", same=True, **said)
    assert {"gb-coh:09900003", "gb-coh:09900007"} <= companies_that_matter(register)

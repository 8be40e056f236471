"""Whom an entry of the register of people with significant control speaks of: few rules, and no guess."""

from __future__ import annotations

import pytest

from register.parties import (
    companies_by_name,
    names_agree,
    party_of,
    party_of_proprietor,
    person_mark,
    uk_company_number,
)
from register.records import CompanyRecord, ControlRecord, Proprietor, TitleRecord

BODY = "corporate-entity-person-with-significant-control"
PERSON = "individual-person-with-significant-control"


def entry(kind: str = BODY, **fields: object) -> ControlRecord:
    return ControlRecord(id="psc:99000001/One", company="gb-coh:99000001", kind=kind, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "place", "country", "law", "means"),
    [
        ("9000010", "Companies House", "United Kingdom", "Companies Act 2006", "gb-coh:09000010"),
        ("Sc990008", "Register Of Companies", "West Yorkshire", "Scots Law", "gb-coh:SC990008"),
        ("OC 990004", None, None, None, "gb-coh:OC990004"),
        ("9900 0010", "England And Wales", None, None, "gb-coh:99000010"),
        # The Isle of Man has a Companies Act 2006 of its own, and digits alone are a number in any register.
        ("99001", "Isle Of Man Companies Registry", None, "Companies Act 2006", None),
        ("99001", "Guernsey Registry", "Guernsey", None, None),
        ("99001234", None, None, None, None),
        ("99001234", "Companies Registration Office", "Ireland", None, None),
        ("99001234", "Companies House", "Northern Ireland", None, "gb-coh:99001234"),
        ("n/a", "Companies House", "United Kingdom", None, None),
        ("17", "Companies House", "United Kingdom", None, None),
        (None, "Companies House", "United Kingdom", None, None),
    ],
)
def test_a_number_is_companies_houses_only_where_the_entry_says_so(
    number: str | None, place: str | None, country: str | None, law: str | None, means: str | None
) -> None:
    record = entry(registration_number=number, place_registered=place, country_registered=country, legal_authority=law)
    assert uk_company_number(record) == means


def test_one_body_under_two_companies_is_one_by_name_and_country_and_not_by_name_alone() -> None:
    one = party_of(entry(name="Example Propco (Jersey) Limited", country_registered="Jersey"))
    same = party_of(entry(name="EXAMPLE PROPCO JERSEY LTD.", country_registered="JERSEY "))
    elsewhere = party_of(entry(name="Example Propco (Jersey) Limited", country_registered="Guernsey"))
    unknown = party_of(entry(name="Example Propco (Jersey) Limited"))
    assert one.id == same.id
    assert len({one.id, elsewhere.id, unknown.id}) == 3
    assert unknown.id == "psc:99000001/One"


def test_two_people_of_one_name_are_two_unless_born_in_the_same_month() -> None:
    alex = person_mark(("Alex", "Jo", "Sample001"), 1960, 1)
    assert person_mark(("ALEX", "Jo ", "Sample001"), 1960, 1) == alex
    assert person_mark(("Alex", "Jo", "Sample001"), 1960, 2) != alex
    assert party_of(entry(PERSON, person_mark=alex)).id == f"person:{alex[:20]}"
    assert party_of(entry(PERSON, name="Alex Sample001")).id == "psc:99000001/One"


def test_who_is_protected_by_law_is_not_unknown() -> None:
    assert party_of(entry("super-secure-person-with-significant-control")).kind == "protected"
    assert party_of(entry("persons-with-significant-control-statement", statement="x")).kind == "nobody"


def test_a_name_filed_beside_a_number_agrees_with_the_registers_name_or_an_earlier_one() -> None:
    company = CompanyRecord(
        id="gb-coh:99000010", name="EXAMPLE CARE MIDCO LIMITED", previous_names=("OLD EXAMPLE LTD (until 2017-05-03)",)
    )
    assert names_agree("Example Care Midco Ltd", company)
    assert names_agree("Old Example Limited", company)
    assert not names_agree("Example Care Topco Limited", company)


def test_an_owner_without_a_number_is_the_company_of_that_name_and_country_and_of_two_none():
    known = companies_by_name(
        [
            ("gb-coh:99000001", "EXERCISE HARBOUR ESTATES LIMITED", None),
            ("gb-coh:OE980001", "EXERCISE EBB LIMITED", "JERSEY"),
            ("gb-coh:99000002", "EXERCISE EBB LTD", "United Kingdom"),
            ("gb-coh:99000003", "EXERCISE TWICE LIMITED", None),
            ("gb-coh:99000004", "Exercise Twice Ltd.", None),
        ]
    )

    def told(list_: str, name: str, country: str | None = None) -> str | None:
        owner = Proprietor(name=name, country=country)
        return party_of_proprietor(TitleRecord(id=f"{list_}:ZX1", title="hmlr:ZX1", proprietors=(owner,)), 0, known).id

    assert told("ccod", "Exercise Harbour Estates Ltd") == "gb-coh:99000001"
    assert told("ocod", "Exercise Ebb Limited", "Jersey") == "gb-coh:OE980001"
    assert told("ccod", "Exercise Ebb Limited") == "gb-coh:99000002"
    assert (told("ccod", "Exercise Twice Limited") or "").startswith("body:")
    assert (told("ocod", "Exercise Ebb Limited", "Guernsey") or "").startswith("body:")

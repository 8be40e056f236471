"""Identifiers as registers and spreadsheets write them: put right where the form is plain, refused where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.identifiers import (
    BadIdentifier,
    care_inspectorate_id,
    charity_number,
    ciw_id,
    company_number,
    cqc_id,
    is_invented,
    postcode,
    rqia_home_id,
    rqia_provider_id,
    scheme,
    uprn,
)

READERS = (cqc_id, care_inspectorate_id, ciw_id, postcode, uprn, company_number, charity_number)
POSTCODES = st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", fullmatch=True)
BLANKS = st.text(" \t\u00a0", max_size=3)


@given(st.sampled_from(READERS), st.text(max_size=40))
def test_whatever_is_written_is_read_or_refused_and_never_a_surprise(read, text):
    try:
        answer = read(text)
    except BadIdentifier as problem:
        assert repr(text) in str(problem)
    else:
        assert read(answer.partition(":")[2] or answer) == answer


@given(POSTCODES, BLANKS, BLANKS)
def test_a_postcode_is_one_however_it_is_spaced_or_cased(written, before, between):
    outward, inward = written.split()
    assert postcode(before + outward.lower() + between + inward) == written


@given(st.integers(1, 99_999_999))
def test_a_spreadsheet_that_dropped_the_leading_zeros_names_the_same_company(number):
    assert company_number(str(number)) == company_number(f" {number:08d} ") == f"gb-coh:{number:08d}"


@given(st.sampled_from(["SC", "NI", "OC", "OE", "IP", "RS"]), st.integers(1, 999_999))
def test_a_prefix_of_a_company_number_is_kept(letters, number):
    assert company_number(f"{letters.lower()}{number}") == f"gb-coh:{letters}{number:06d}"


def test_an_industrial_societys_number_keeps_its_last_letter():
    assert company_number("IP19203R") == "gb-coh:IP19203R"


@given(st.integers(1, 10**12 - 1))
def test_a_uprn_loses_its_leading_zeros_and_a_spreadsheets_decimal(number):
    assert uprn(f"{number:012d}") == uprn(f"{number}.0") == str(number)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (uprn, "1.0007E+11"),
        (cqc_id, "1-12345678901234567"),
        (cqc_id, ""),
        (care_inspectorate_id, "1-319143351"),
        (postcode, "OL4"),
        (company_number, "n/a"),
        (company_number, "\u0663\u0664"),  # digits of another script
        (uprn, "\u0663\u0664"),
        (cqc_id, "1-\u0663\u0664\u0665\u0666"),
    ],
)
def test_what_cannot_be_the_identifier_is_refused(read, text):
    with pytest.raises(BadIdentifier):
        read(text)


@given(st.integers(10**6, 10**9))
def test_an_id_carries_its_register_and_the_invented_county_is_never_taken_for_a_real_one(number):
    real, invented = cqc_id(f"1-{number}"), cqc_id(f"ex-{number}")
    assert (scheme(real), scheme(invented)) == ("cqc", "exercise")
    assert is_invented(invented)
    assert not is_invented(real)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("The Ashbrook Care Home", "ASHBROOK"),
        ("Sé's Lodge", "Ses Lodge Nursing Home"),
        ("St. John's House", "St John\N{RIGHT SINGLE QUOTATION MARK}s  House Residential Home"),
    ],
)
def test_a_home_without_a_number_keeps_its_id_while_its_entry_is_tidied(name, same):
    assert rqia_home_id(name, "bt1 5gs") == rqia_home_id(same, "BT15GS")


def test_two_homes_at_one_postcode_are_two_by_their_names():
    assert rqia_home_id("Rose House", "BT1 5GS") != rqia_home_id("Rose Lodge", "BT1 5GS")
    assert rqia_home_id("Nursing Home", "BT1 5GS") == "rqia:BT15GS-nursing-home"


def test_a_made_up_id_of_the_invented_county_says_so():
    assert is_invented(rqia_home_id("Rose House", "ZX1 1AA"))
    assert is_invented(rqia_provider_id("Rose Limited", invented=True))
    assert not is_invented(rqia_home_id("Rose House", "BT1 5GS"))


def test_a_providers_made_up_id_does_not_hold_its_name():
    assert rqia_provider_id("Mrs Kim Sample") == rqia_provider_id("MRS KIM  SAMPLE")
    assert "sample" not in rqia_provider_id("Mrs Kim Sample").lower()
    assert rqia_provider_id("Rose Care Ltd") == rqia_provider_id("Rose Care Limited.")


@pytest.mark.parametrize("value", ["SC012345", "NIC100123", "12", "", "١٢٣٤٥٦"])
def test_only_a_number_of_england_and_wales_is_a_charitys(value):
    with pytest.raises(BadIdentifier):
        charity_number(value)


def test_a_welsh_number_is_put_right_and_anything_else_refused():
    assert ciw_id(" sin-00009997-vpxp ") == "ciw:SIN-00009997-VPXP"
    with pytest.raises(BadIdentifier):
        ciw_id("9997")

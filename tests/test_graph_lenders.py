"""Who lent to whom: names without their capacities, outstanding charges only, and which homes hang on them how."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ownership import held, number, owned
from small_property import charge, proprietor, stands, title, traced, with_property

from cli.ownership import owners_of
from graph.control import chains_above
from graph.lenders import exposures, lender_groups, lenders
from graph.names_of_lenders import lender_named
from graph.ownership import build_network
from register.records import CompanyRecord

BANK = "Exercise Harbour Bank plc"
#: Company 9 owns provider 1; company 20 owns the building of home 2; provider 3 gave a charge over everything.
OWING = with_property(
    owned(held(1, 9), runs=[(1, 1), (2, 2), (3, 3), (4, 4)]),
    title(2, proprietor(20)),
    title(4, proprietor(20)),
    traces={2: traced(stands(2, 2)), 4: traced(stands(4, 4))},
    charges=(
        charge(3, f"{BANK} as Security Trustee", everything=True),
        charge(9, "EXERCISE HARBOUR BANK PLC (as security agent for the Secured Parties)"),
        charge(20, BANK, particulars="The freehold land at Exercise Lane registered with title number EXT2."),
        charge(4, "Exercise Moor Lending Limited", status="fully-satisfied"),
    ),
)


def home(which: int) -> str:
    return f"exercise:EX-{which}"


@pytest.mark.parametrize(
    ("filed", "capacity"),
    [
        (BANK, None),
        ("EXERCISE  HARBOUR BANK P.L.C.", None),
        ("The Exercise Harbour Bank Public Limited Company", None),
        (f"{BANK} as Security Trustee for the Finance Parties", "security trustee"),
        (f"{BANK} (as security agent for itself and others)", "security agent"),
        (f"{BANK}, acting in its capacity as the Collateral Agent", "collateral agent"),
        (f'{BANK} (the "Security Agent")', "security agent"),
        (f"{BANK} (for itself and as trustee for the Secured Parties)", "trustee"),
        (f"{BANK} and its successors in title and assigns", None),
        (f"{BANK} (Company Number 99000031) as Security Trustee", "security trustee"),
        (f"{BANK}, registered in England with number 99000031", None),
        (f"{BANK} (Trading as Exercise Moor Bank)", None),
        (f"{BANK} formerly known as Exercise Quay Bank", None),
        (f"{BANK}, a Delaware limited liability company, as Collateral Agent", "collateral agent"),
        (f"{BANK} (the Security Trustee) as Trustee", "trustee"),
    ],
)
def test_a_lender_is_one_name_whatever_it_acts_as(filed: str, capacity: str | None):
    found = lender_named(filed)
    assert (found.id, found.capacity) == ("lender:exercise-harbour-bank-plc", capacity)


@pytest.mark.parametrize(
    "filed", ["Exercise Bank AS", "Agents of Exercise Limited", "as security trustee", "Trust plc"]
)
def test_a_name_that_only_looks_like_a_capacity_stays_whole(filed: str):
    assert (lender_named(filed).name, lender_named(filed).capacity) == (filed, None)


@given(st.text(max_size=60))
def test_any_filing_gives_a_name_and_the_same_one_twice(filed: str):
    found = lender_named(filed)
    assert found.id.startswith("lender:")
    assert lender_named(f"  {filed}  ").id == found.id


@pytest.mark.parametrize("mark", ["(", " as", "and its ", "as security ", ", a ", "company no "])
def test_an_entry_of_any_length_is_read_at_once_and_a_long_one_keeps_its_lender(mark: str):
    assert lender_named(mark * 20_000).id.startswith("lender:")
    found = lender_named(f"{BANK} as Security Trustee for {mark * 20_000}")
    assert (found.id, found.capacity) == ("lender:exercise-harbour-bank-plc", "security trustee")


def test_a_home_hangs_on_a_charge_by_its_provider_its_building_or_only_by_an_owner():
    found = {(one.home, one.how, one.direct) for one in exposures(build_network(OWING))}
    assert found == {
        (home(1), "an owner of the provider", False),
        (home(2), "the building", True),
        (home(3), "the provider", True),
        (home(4), "the owner of the building", False),
    }


def test_a_lender_is_told_with_its_homes_beds_capacities_and_what_it_rests_on():
    (bank,) = lenders(build_network(OWING))
    assert (bank.id, bank.homes, bank.watched) == (
        "lender:exercise-harbour-bank-plc", (home(2), home(3)), (home(1), home(4))
    )  # fmt: skip
    assert (bank.beds_known, bank.beds_unknown_homes) == (80, 0)
    assert (bank.all_assets_homes, bank.fixed_homes) == ((home(3),), (home(2),))
    assert bank.capacities == ("security agent", "security trustee")
    assert len(bank.charges) == len(bank.companies) == 3
    assert "no number" in bank.rule


def test_a_charge_fixed_on_one_building_reaches_no_other_home_of_the_provider_that_stands_elsewhere():
    def ways(**fields: Any) -> dict[str, str]:
        snapshot = with_property(
            owned(runs=[(1, 1), (1, 2), (1, 3)]), title(1, proprietor(1)), title(2, proprietor(20)),
            traces={1: traced(stands(1, 1)), 2: traced(stands(2, 2))}, charges=(charge(1, BANK, **fields),),
        )  # fmt: skip
        return {one.home: one.how for one in exposures(build_network(snapshot))}

    fixed = ways(particulars="The freehold land with title number EXT1.")
    # Where the third home stands is not known: it may be the building charged.
    assert fixed == {
        home(1): "the provider", home(2): "the provider, on other property", home(3): "the provider"
    }  # fmt: skip
    provider = dict.fromkeys((home(1), home(2), home(3)), "the provider")
    assert ways(particulars="The freehold land with title number EXT1.", everything=True) == provider
    assert ways(particulars="All its land, 12 Exercise Lane among it.") == provider


def test_a_title_in_a_charge_of_a_company_that_does_not_own_it_ties_nothing():
    snapshot = with_property(
        owned(), title(1, proprietor(20)), traces={1: traced(stands(1, 1))},
        charges=(charge(21, BANK, particulars="title number EXT1"),),
    )  # fmt: skip
    assert exposures(build_network(snapshot)) == ()


@pytest.mark.parametrize(
    ("fields", "owes"),
    [
        ({}, True),
        ({"status": "part-satisfied"}, True),
        ({"status": "fully-satisfied"}, False),
        ({"status": "fully-satisfied", "satisfied": date(2025, 8, 1)}, True),
        ({"satisfied": date(2025, 7, 31)}, False),
        ({"created": date(2025, 8, 1)}, False),
        ({"created": None}, True),
    ],
)
def test_a_charge_counts_on_the_days_on_which_it_was_unpaid(fields: dict, owes: bool):
    network = build_network(with_property(owned(), charges=(charge(1, BANK, **fields),)))
    assert [one.home for one in exposures(network)] == ([home(1)] if owes else [])


def test_a_lender_owns_nothing():
    network = build_network(OWING)
    assert all(tie.kind != "lends" for chain in chains_above(network, home(3)).chains for tie in chain.ties)


def test_lenders_are_one_group_only_where_their_names_are_companies_under_one_owner():
    companies = [CompanyRecord(id=number(n), name=name) for n, name in ((31, BANK), (32, "Exercise Loans Limited"))]
    snapshot = with_property(
        owned(held(31, 9), held(32, 9), runs=[(1, 1), (2, 2), (3, 3)], companies=companies),
        charges=(charge(1, BANK), charge(2, "EXERCISE LOANS LTD"), charge(3, "Exercise Strangers")),
    )
    groups = lender_groups(build_network(snapshot))
    assert [(group.id, len(group.lenders), group.beds_known) for group in groups] == [
        (number(9), 2, 80), ("lender:exercise-strangers", 1, 40)
    ]  # fmt: skip


def test_a_lender_is_the_one_company_that_bears_or_bore_its_name_and_none_where_two_do():
    renamed = ("EXERCISE HARBOUR BANK PUBLIC LIMITED COMPANY (until 2019-05-03)",)
    companies = [CompanyRecord(id=number(31), name="Exercise Quay plc", previous_names=renamed)]
    owed = (charge(1, f"{BANK} as Security Trustee"),)

    def told(*some: CompanyRecord) -> tuple[str | None, str | None]:
        (lender,) = lenders(build_network(with_property(owned(held(31, 9), held(32, 9), companies=some), charges=owed)))
        return lender.company, lender.company_rule

    company, rule = told(*companies)
    assert company == number(31)
    assert rule is not None and "once was" in rule and "inferred" in rule
    assert told(*companies, CompanyRecord(id=number(32), name=BANK)) == (None, None)
    assert told() == (None, None)


def test_whoever_asks_for_a_lender_is_told_which_company_bears_its_name_and_by_which_rule():
    bank = CompanyRecord(id=number(31), name=BANK)
    snapshot = with_property(owned(held(31, 9), companies=[bank]), charges=(charge(1, BANK),))
    document = owners_of(snapshot, lender_named(BANK).id)
    assert (document["lender"]["id"], "(inferred)" in document["lender"]["rule"]) == (number(31), True)
    assert owners_of(snapshot, number(1))["lender"] is None

"""What stands beside a chain (building, loans, board, failures) leads to its record; the rules side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from small_ownership import held, number, owned
from small_property import FILED, charge, proprietor, seat, stands, title, traced, with_property

from cli.ownership import owners_of, print_chains
from graph.answers import Ownership
from graph.side_by_side import groups_of, joiners, side_by_side
from register.records import InsolvencyRecord, NoticeRecord
from register.snapshot import Snapshot, Sourced

HOME = "exercise:EX-1"
CASE = InsolvencyRecord(
    id=f"insolvency:{number(9)[7:]}/1", company=number(9), kind="in-administration",
    dates=("administration-started-on 2025-04-30",),
)  # fmt: skip
NOTICE = NoticeRecord(id="gazette:1", code="2432", company=number(9))
#: Company 9 owns provider 1 and landlord 20, and is in administration; 21 holds a title on which no home stands.
KNOWN = replace(
    with_property(
        owned(held(1, 9), held(20, 9), held(9, "Alex", "most", "person"), runs=[(1, 1), (2, 2)]),
        title(1, proprietor(20)),
        title(5, proprietor(21)),
        traces={1: traced(stands(1, 1)), 2: traced(untraced="no title found")},
        charges=(charge(20, "Exercise Harbour Bank plc", particulars="title number EXT1"),),
        officers=(seat(1, "Robin"), seat(2, "Robin"), seat(1, "Kim", "secretary")),
    ),
    insolvencies={number(9): (Sourced(CASE, (FILED,)),)},
    notices={number(9): (Sourced(NOTICE, (FILED,)),)},
)


def claims(document: Any) -> Iterator[dict[str, Any]]:
    """Every claim anywhere in a document."""
    if isinstance(document, dict):
        if "sentence" in document:
            yield document
        for value in document.values():
            yield from claims(value)
    elif isinstance(document, list):
        for value in document:
            yield from claims(value)


def test_the_building_of_a_home_is_told_with_its_landlord_and_how_that_stands_to_the_provider():
    building = owners_of(KNOWN, "EX-1")["building"]
    assert [one["id"] for one in building["landlords"]] == [number(20)]
    assert (building["relations"][0]["kind"], building["relations"][0]["common"]) == ("related", number(9))
    assert [claim["kind"] for claim in building["claims"]] == ["owns", "stands_on"]
    assert "hmlr/ccod as at 2025-07-31, CCOD_FULL_2025_07.csv, row 11" in building["claims"][0]["rests_on"]


def test_a_home_whose_landlord_is_not_traced_says_why():
    building = owners_of(KNOWN, "EX-2")["building"]
    assert (building["state"], building["reason"], building["landlords"]) == ("untraced", "no title found", [])
    assert building["relations"][0]["kind"] == "unknown"


def test_a_home_is_told_with_the_charge_on_its_building():
    (one,) = owners_of(KNOWN, HOME)["charges"]
    assert (one["how"], one["direct"]) == ("the building", True)
    assert (
        "Exercise Harbour Bank plc is named in the outstanding charge of 2020-01-01 (fixed) given by" in one["sentence"]
    )


def test_a_board_is_told_in_numbers_and_with_the_boards_that_share_it():
    board = owners_of(KNOWN, number(1))["board"]
    assert (board["directors"], board["secretaries"]) == (1, 1)
    assert [(one["company"], one["directors"]) for one in board["shared_with"]] == [(number(2), 1)]
    assert "Robin" not in str(board)


def test_a_failure_in_the_chain_is_told_of_the_one_company_with_what_it_means_in_law():
    events = {one["record"]: one for one in owners_of(KNOWN, HOME)["insolvency"]}
    assert events[CASE.id]["business_failure"] == "yes" and events[CASE.id]["company"] == number(9)
    assert events[NOTICE.id]["business_failure"] == "no" and "solvent" in events[NOTICE.id]["event"]


def test_a_title_leads_to_its_owners_their_chains_and_its_home_and_to_no_address():
    document = owners_of(KNOWN, "hmlr:EXT1")
    assert [end["kind"] for end in document["ends"]] == ["person"]
    assert [(one["from"], one["to"]) for one in document["titles"]] == [(number(20), "hmlr:EXT1"), ("hmlr:EXT1", HOME)]
    assert document["title"]["owners"][0]["rule"] == "the company number in the title"


def test_a_title_on_which_no_home_stands_tells_its_owners():
    document = owners_of(KNOWN, "EXT5")
    assert (document["chains"], document["title"]["owners"][0]["id"]) == ([], number(21))


def test_a_landlord_is_told_with_the_homes_that_it_lets():
    assert [(one["home"], one["as"]) for one in owners_of(KNOWN, number(20))["lets"]] == [(HOME, "landlord")]


@pytest.mark.parametrize("name", [HOME, number(20), "hmlr:EXT1", "lender:exercise-harbour-bank-plc", "EXP-1"])
def test_every_claim_leads_to_a_record_a_day_and_a_rule(name: str, capsys: pytest.CaptureFixture[str]):
    document = owners_of(KNOWN, name)
    found = list(claims(document))
    assert found or name == "EXP-1"
    for one in found:
        assert one["record"] and one["rule"] and "as at 2025-07-31" in one["rests_on"]
    print_chains(document)
    said = capsys.readouterr().out
    for one in found:
        assert one["rests_on"] in said or one["kind"] == "controls"


def test_the_rules_are_shown_side_by_side_and_they_differ():
    snapshot: Snapshot = with_property(
        owned(held(1, 9, "most"), held(2, 9, "half"), held(3, 9, "quarter"), runs=[(1, 1), (2, 2), (3, 3), (4, 4)]),
        officers=(seat(3, "Robin"), seat(4, "Robin")),
    )
    ownership = Ownership(snapshot)
    assert {one.rule: (one.groups, one.homes, one.homes_in_several) for one in side_by_side(ownership)} == {
        "brand": (0, 0, 0), "control50": (3, 4, 2), "psc25": (2, 4, 3), "affiliated": (1, 4, 4)
    }  # fmt: skip
    assert {rule: len(group.homes) if group else None for rule, group in groups_of(ownership, HOME)} == {
        "brand": None, "control50": 2, "psc25": 3, "affiliated": 4
    }  # fmt: skip
    by_rule = {one.rule: one.largest_joined_by for one in side_by_side(ownership)}
    # Company 9 holds a quarter of 3, and Robin sits on the boards of 3 and 4: each joins two groups, 4 homes in all.
    assert [(one.party, one.groups, one.homes, one.board) for one in by_rule["psc25"]] == [(number(9), 2, 3, False)]
    assert [(one.name, one.groups, one.homes, one.board) for one in by_rule["affiliated"]] == [
        ("Exercise 9", 2, 3, False), ("Exercise Robin", 2, 2, True)
    ]  # fmt: skip
    assert by_rule["brand"] == by_rule["control50"] == ()


@pytest.mark.parametrize(
    ("role", "joins"),
    [
        ("director", True),
        ("corporate-director", True),
        ("llp-designated-member", True),
        ("managing-officer", True),
        ("secretary", False),
        ("corporate-nominee-secretary", False),
        ("nominee-director", False),
        ("person-authorised-to-accept", False),
        ("receiver-and-manager", False),
        ("judicial-factor", False),
    ],
)
def test_a_professional_director_joins_strangers_and_is_named_and_a_firm_that_files_papers_joins_nobody(
    role: str, joins: bool
):
    strangers = range(1, 6)
    snapshot = with_property(
        owned(runs=[(one, one) for one in strangers]), officers=tuple(seat(one, "Robin", role) for one in strangers)
    )
    ownership = Ownership(snapshot)
    groups = ownership.groups("affiliated")
    assert len(groups) == (1 if joins else 5)
    found = [(one.name, one.groups, one.homes) for one in joiners(ownership, groups[0])]
    assert found == ([("Exercise Robin", 5, 5)] if joins else [])

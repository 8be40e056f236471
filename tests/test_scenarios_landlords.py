"""A landlord or a lender fails: what is lost and what is only watched, and nobody is sent back into the same hands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ownership import held, number, owned
from small_property import charge, proprietor, stands, title, traced, with_property

from contingency.assumptions import read_assumptions
from contingency.document import document, dumps
from contingency.plan import UNDER_WHAT_FAILED, Options, Plan, make_plan
from contingency.same_hands import SAME_LANDLORD, SAME_LENDER, SAME_OPERATOR, SAME_OWNER, UNKNOWN_OWNERS, same_hands
from contingency.scenarios import UnknownName, failure_of
from contingency.travel.crow import Crow
from graph.answers import Ownership
from register.records import CompanyRecord
from register.snapshot import Snapshot

BANK = "Exercise Harbour Bank plc"
#: Landlord 20, under 90 with landlord 21, lets homes 1 and 2; 21 lets home 3; home 4's link to 20 waits. Provider 1
#: runs homes 1 and 5; provider 6 is its sister under 60; homes 7 and 8 are nobody's business.
COUNTY = with_property(
    owned(
        held(1, 60), held(6, 60, "half"), held(7, 60, "quarter"), held(20, 90), held(21, 90),
        runs=[(1, 1), (2, 2), (3, 3), (4, 4), (1, 5), (6, 6), (7, 7), (8, 8)],
    ),
    title(1, proprietor(20)),
    title(2, proprietor(20)),
    title(3, proprietor(21)),
    title(4, proprietor(20)),
    traces={
        1: traced(stands(1, 1)), 2: traced(stands(2, 2)), 3: traced(stands(3, 3)), 4: traced(stands(4, 4, "waiting")),
    },
    charges=(charge(2, f"{BANK} as Security Trustee", everything=True), charge(60, BANK), charge(8, BANK)),
)  # fmt: skip


def planned(kind: str, *names: str, snapshot: Snapshot = COUNTY, **options: object) -> Plan:
    return make_plan(
        snapshot, kind, names, options=Options(**options), assumptions=read_assumptions(), engine=Crow()  # type: ignore[arg-type]
    )  # fmt: skip


def digits(homes: object) -> str:
    return "".join(sorted(str(getattr(one, "id", one))[-1] for one in homes))  # type: ignore[attr-defined]


def offered(made: Plan) -> str:
    return digits({one.home for one in made.problem.vacancies})


def withheld(made: Plan) -> dict[str, int]:
    return {one.reason: one.homes for one in made.refused}


def test_a_failed_landlord_takes_the_buildings_it_owns_and_a_link_that_waits_is_only_watched():
    made = planned("landlord", number(20))
    assert (digits(made.failure.homes), digits(w.home for w in made.failure.watched)) == ("12", "4")
    sentence = made.failure.sentence
    assert "2 homes of 2 providers lose their building, sound as their providers may be" in sentence
    assert "1 home whose link to its titles waits for a person only has to be watched" in sentence
    assert withheld(made)[UNDER_WHAT_FAILED] == 1


def test_nobody_who_leaves_a_failed_landlord_is_sent_to_its_owners_other_buildings_or_to_a_sister_of_the_provider():
    made = planned("landlord", number(20))
    assert withheld(made) == {SAME_OPERATOR: 2, SAME_LANDLORD: 1, UNDER_WHAT_FAILED: 1}  # 5 and 6; 3; 4
    assert offered(made) == "78"
    assert not {m["to"] for m in document(made)["moves"]} & {f"exercise:EX-{n}" for n in (3, 4, 5, 6)}


def test_a_landlord_may_stand_for_all_landlords_of_its_owner():
    for name in (number(20), number(90)):
        made = planned("landlord", name, rule="control50")
        assert digits(made.failure.homes) == "123"
        assert "2 landlords joined to it (rule control50" in made.failure.sentence
    with pytest.raises(UnknownName, match="not joined by the rule brand"):
        planned("landlord", number(20), rule="brand")


def test_a_landlord_is_named_by_its_id_or_by_a_name_that_only_one_bears():
    assert planned("landlord", "EXERCISE 20").failure == planned("landlord", number(20)).failure
    with pytest.raises(UnknownName, match="longstop groups --of landlord"):
        planned("landlord", "Exercise Nobody Limited")


def test_a_lender_that_enforces_takes_its_debtors_and_their_subsidiaries_are_only_watched():
    made = planned("lender", "Exercise Harbour Bank p.l.c.")
    assert (digits(made.failure.homes), digits(w.home for w in made.failure.watched)) == ("28", "1567")
    assert "2 homes whose provider or building is charged are affected (1 under a charge over everything)" in (
        made.failure.sentence
    )
    assert withheld(made) == {UNDER_WHAT_FAILED: 4, SAME_LANDLORD: 1}
    assert "a receiver or an administrator usually runs such homes on" in made.failure.sentence
    assert made.failure.watched[0].why == "an owner of the provider, Exercise 60, gave a charge"
    assert planned("lender", "lender:exercise-harbour-bank-plc").failure == made.failure


def test_beds_charged_to_the_lender_are_not_offered():
    made = planned("lender", BANK)
    assert not {*offered(made)} & {*"2567"}
    assert set(made.tied.values()) >= {SAME_LENDER}


def test_a_failed_provider_sends_nobody_to_a_sister_or_to_its_landlords_other_tenants():
    made = planned("provider", "EXP-1")
    assert digits(made.failure.homes) == "15"
    assert withheld(made) == {SAME_OWNER: 1, SAME_LANDLORD: 2}  # 6; 2 and 3
    assert offered(made) == "478"  # a quarter (7) withholds no bed, nor does a link that waits (4)


def test_what_is_withheld_is_told_with_its_beds_and_can_be_offered_when_asked_for():
    answer = document(planned("provider", "EXP-1"))
    rows = {row["reason"]: row for row in answer["summary"]["homes_not_offered"]}
    assert rows[SAME_LANDLORD]["homes"] == 2 and rows[SAME_LANDLORD]["beds"] > 0
    assert (answer["scenario"]["options"]["offer_same_owner"], answer["summary"]["people_sent_to_same_hands"]) == (
        False, 0
    )  # fmt: skip
    both = document(planned("provider", "EXP-1", offer_same_owner=True))
    assert both["scenario"]["options"]["offer_same_owner"]
    assert both["summary"]["people_sent_to_same_hands"] > 0
    assert both["summary"]["homes_not_offered"] == []


def test_what_withholding_beds_costs_is_told_in_people():
    for kind, name in (("provider", "EXP-1"), ("landlord", number(20))):
        summary = document(planned(kind, name))["summary"]
        both = document(planned(kind, name, offer_same_owner=True))["summary"]
        assert summary["unplaced"] > 0
        assert summary["placed_if_same_hands_offered"] == both["placed"] > summary["placed"]
        assert both["placed_if_same_hands_offered"] is None
    # Where only a place is lost nothing is withheld, so that it costs nobody a bed.
    assert document(planned("home", "EX-1"))["summary"]["placed_if_same_hands_offered"] is None


def test_homes_whose_buildings_owner_is_not_known_are_offered_and_counted():
    (row,) = [one for one in document(planned("provider", "EXP-1"))["assumptions"] if one["name"] == UNKNOWN_OWNERS]
    assert row["value"] == 3


@pytest.mark.parametrize(("kind", "name"), [("home", "EX-1"), ("area", "X10000001")])
def test_where_only_a_place_is_lost_nobody_failed_and_no_bed_is_withheld(kind: str, name: str):
    made = planned(kind, name)
    assert made.tied == {} and not {SAME_OWNER, SAME_LANDLORD} & withheld(made).keys()


def test_a_landlord_that_fails_as_a_company_closes_nothing_and_its_tenants_are_watched():
    made = planned("company", number(20))
    assert (made.failure.homes, digits(w.home for w in made.failure.watched)) == ((), "12")
    assert "2 homes of 2 providers whose building it owns or leases on only have to be watched" in made.failure.sentence


def test_a_lender_that_fails_as_a_company_closes_nothing_either():
    listed = {number(31): CompanyRecord(id=number(31), name=BANK)}
    snapshot = owned(companies=[*listed.values()], runs=[(2, 2), (3, 3)])
    made = planned("company", number(31), snapshot=with_property(snapshot, charges=(charge(2, BANK),)))
    assert (made.failure.homes, digits(w.home for w in made.failure.watched)) == ((), "2")


@pytest.mark.parametrize(
    ("kind", "name", "kinds"),
    [
        ("landlord", number(20), {"owns", "stands_on"}),
        ("lender", BANK, {"lends", "registered", "operates", "controls"}),
        ("provider", "EXP-1", {"controls", "registered", "operates"}),
        ("company", number(60), {"controls", "registered", "operates"}),
        ("group", number(60), {"controls", "registered", "operates"}),
        ("home", "EX-1", set()),
    ],
)
def test_the_chain_that_failed_is_told_link_by_link_with_what_each_rests_on(kind: str, name: str, kinds: set):
    answer = document(planned(kind, name, **({"rule": "control50"} if kind == "group" else {})))
    chain = answer["failed"]["chain"]
    assert {link["kind"] for link in chain} == kinds
    for link in chain:
        assert link["rests_on"] and "as at" in link["rests_on"] and link["rule"]
        assert link["from_name"] in link["sentence"] and link["to_name"] in link["sentence"]
    told = {home["home"] for home in (*answer["affected"], *answer["watched"])}
    assert told <= {link["to"] for link in chain} or kind == "home"
    assert set(answer["failed"]["names"]) == set(answer["scenario"]["ids"])


def test_a_plan_of_a_landlord_is_the_same_whatever_the_order_of_loading():
    turned = replace(
        COUNTY,
        titles=dict(reversed(COUNTY.titles.items())),
        traces=dict(reversed(COUNTY.traces.items())),
        charges=dict(reversed(COUNTY.charges.items())),
    )
    for kind, name in (("landlord", number(20)), ("lender", BANK), ("provider", "EXP-1")):
        assert dumps(document(planned(kind, name))) == dumps(document(planned(kind, name, snapshot=turned)))


@pytest.mark.parametrize("kind", ["landlord", "lender"])
def test_where_no_titles_and_no_charges_are_known_no_landlord_or_lender_can_fail(kind: str):
    with pytest.raises(UnknownName, match=kind):
        planned(kind, "99000020", snapshot=owned())


#: Providers 1 to 5 each run the home of their number; 60 and 61 own some of them and of the landlords 20 and 21.
OWNED = st.dictionaries(
    st.sampled_from([1, 2, 3, 4, 5, 20, 21, 60]),
    st.tuples(st.sampled_from([60, 61, 20, 5]), st.sampled_from(["quarter", "half", "most"])),
    max_size=6,
)
LETS = st.dictionaries(st.integers(1, 5), st.sampled_from([20, 21, 1, 61]), max_size=5)


@given(OWNED, LETS, st.sampled_from([("provider", 1), ("landlord", 20)]))
def test_withheld_is_whatever_is_in_the_same_hands_and_nothing_else(
    above: dict[int, tuple[int, str]], lets: dict[int, int], fails: tuple[str, int]
):
    snapshot = with_property(
        owned(
            *(held(company, by, band) for company, (by, band) in above.items() if company != by),
            runs=[(one, one) for one in range(1, 6)],
        ),
        *(title(one, proprietor(owner)) for one, owner in lets.items()),
        traces={one: traced(stands(one, one)) for one in lets},
    )
    kind, who = fails
    if kind == "landlord" and who not in lets.values():
        return
    part = {one: one for one in (1, 2, 3, 4, 5, 20, 21, 60, 61)}
    for company, (by, band) in above.items():
        if company != by and band != "quarter":
            part = {one: part[by] if head == part[company] else head for one, head in part.items()}
    landlord = {one: owner for one, owner in lets.items() if owner != one}
    failing = {1} if kind == "provider" else {one for one, owner in landlord.items() if owner == who}
    hands = {part[who], *(part[one] for one in failing)}
    let_by = hands | {part[landlord[one]] for one in failing & landlord.keys()}
    same = {
        one
        for one in range(1, 6)
        if one not in failing and (part[one] in hands or (one in landlord and part[landlord[one]] in let_by))
    }
    ownership = Ownership(snapshot)
    name = "EXP-1" if kind == "provider" else number(20)
    failure = failure_of(kind, snapshot, [name], ownership=ownership)
    assert {int(one.id[-1]) for one in failure.homes} == failing
    assert {int(one[-1]) for one in same_hands(ownership, kind, failure)} == same

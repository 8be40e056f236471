"""What happened, asked of the graph: each case's questions have the answers that history gave."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cli.main import status_of
from contingency.assumptions import read_assumptions
from contingency.plan import Options, Plan, make_plan
from contingency.scenarios import UnknownName, failure_of
from contingency.travel import ENGINES
from graph.cases import BadCase, Case, case_named, case_names, case_snapshot, read_case, reconcile
from graph.control import chains_above
from graph.groups import RULES, groups_by
from graph.landlords import holdings, landlords
from graph.lenders import lenders
from graph.ownership import build_network
from register.insolvency import business_failure
from register.snapshot import Snapshot

SMALL = """
name: small
title: A small case
summary: Nothing happened.
as_at: 2020-01-01
sources:
  A: {publisher: A paper, title: a page, dated: "2020-01", address: "https://example.org/a"}
facts:
  - {id: one, what: homes, unit: homes, figures: [{value: 1, sources: [A]}]}
questions:
  - {ask: "How many?", answer: One., rests_on: [one]}
"""


def worked_out(case: Case) -> dict[str, float]:
    return {one.sum.id: one.difference for one in reconcile(case)}


@pytest.mark.parametrize("name", case_names())
def test_every_figure_of_a_case_has_a_source_with_a_public_address(name: str):
    case = case_named(name)
    assert case.name == name
    assert all(figure.sources for fact in case.facts for figure in fact.figures)
    assert all(source.address.startswith("http") for source in case.sources.values())
    used = json.dumps(case_document_keys(case))
    assert [key for key in case.sources if key not in used] == [], "a source that nothing rests on"


def case_document_keys(case: Case) -> list[str]:
    told = [*case.entities, *case.holds, *case.homes, *case.portfolios, *case.lends, *case.events, *case.notices]
    told += [figure for fact in case.facts for figure in fact.figures]
    return [key for one in told for key in one.sources] + [fact.note or "" for fact in case.facts]


@pytest.mark.parametrize("name", case_names())
def test_a_case_replayed_twice_is_the_same_register_and_names_no_person(name: str):
    first, second = case_snapshot(case_named(name)), case_snapshot(case_named(name))
    assert first == second
    kinds = {kind for _, kind in build_network(first).nodes(data="kind")}
    assert "person" not in kinds


def test_southern_cross_was_traced_to_80_landlords_for_615_homes_of_750_and_135_were_not():
    case = case_named("southern-cross-2011")
    snapshot = case_snapshot(case)
    network = build_network(snapshot)
    known = holdings(network)
    states = [one.state for one in known.values()]
    assert (len(states), states.count("traced"), states.count("untraced")) == (750, 615, 135)
    reasons = [one.reason for one in known.values() if one.reason]
    assert (reasons.count("no title found"), reasons.count("nation not covered")) == (116, 19)
    found = landlords(network, known)
    counted = {one.id.removeprefix("case:"): one for one in found}
    assert sum(case.entity(key).counts_as for key in counted) == 80
    assert len(counted["nhp"].homes) == 249
    assert sum(len(one.homes) for one in found) + states.count("untraced") == 750


def test_the_tax_havens_of_2011_sum_to_327_where_325_was_said_and_the_difference_is_printed(capsys):
    assert worked_out(case_named("southern-cross-2011")) == {
        "three-camps": 0,
        "landlords-to-homes": 0,
        "list-to-company": -2,
        "tax-havens": 2,
        "havens-to-abroad": -9,
        "nations": 4,
        "named-landlords": -138,
        "receivers": -192,
    }
    assert status_of(["cases", "southern-cross-2011", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    told = {one["id"]: one["sentence"] for one in document["sums"]}
    assert told["tax-havens"] == "199 + 43 + 41 + 39 + 4 + 1 = 327, where 325 is stated: 2 more"
    assert told["landlords-to-homes"] == "615 + 116 + 19 = 750, as stated"
    assert next(one for one in document["facts"] if one["id"] == "havens")["figures"][0]["value"] == 325


def test_by_november_2011_the_homes_that_the_sources_name_have_other_operators():
    snapshot = case_snapshot(case_named("southern-cross-2011"), date(2011, 11, 1))
    runs = {home.current.record.name: home.current.record.provider_id for home in snapshot.homes.values()}
    assert runs["The Crown, Harwell"] == "case:provider/hc-one"
    assert "case:provider/southern-cross" not in runs.values()


def test_four_seasons_two_holding_companies_in_administration_close_no_home_and_all_are_watched():
    snapshot = case_snapshot(case_named("four-seasons-2019"))
    failing = ["case:elli-investments", "case:elli-finance"]
    assert [business_failure(one.record.kind) for key in failing for one in snapshot.insolvencies[key]] == ["yes"] * 2
    failure = failure_of("company", snapshot, failing)
    assert failure.homes == ()
    assert len(failure.watched) == 322
    assert "SI 2015/301" in failure.sentence


def test_a_solvent_winding_up_is_never_business_failure():
    assert business_failure("members-voluntary-liquidation") == "no"


def test_the_sources_on_four_seasons_differ_by_5000_residents_and_both_figures_are_kept():
    residents = case_named("four-seasons-2019").fact("residents")
    assert residents.contested
    assert [figure.value for figure in residents.figures] == [17000, 22000]


def test_homes_in_northern_ireland_passed_to_another_operator_and_did_not_close():
    case = case_named("four-seasons-2019")
    before, after = case_snapshot(case), case_snapshot(case, date(2021, 6, 2))
    home = after.homes[after.home_of["case:ashgrove"]]
    assert home.status == "open" and len(home.registrations) == 2
    assert before.homes["case:ashgrove"].current.record.provider_id == "case:provider/four-seasons-operators"
    assert home.current.record.provider_id == "case:provider/anns"
    assert len(after.homes) == len(before.homes)


def test_above_hc_one_the_chain_ends_five_links_up_at_a_partnership_in_the_cayman_islands():
    snapshot = case_snapshot(case_named("hc-one-structure"))
    network = build_network(snapshot)
    (chain,) = chains_above(network, "case:oval/001").chains
    assert (chain.depth, chain.ending.kind, chain.ending.offshore) == (5, "fund or partnership", True)
    assert chain.ending.node == "case:fc-skyfall-lp"
    assert chain.economic is None, "no source states a share, so none is multiplied"


def test_welltower_is_one_landlord_of_operators_that_no_rule_of_groups_joins():
    snapshot = case_snapshot(case_named("welltower-2025"))
    network = build_network(snapshot)
    (landlord,) = landlords(network)
    assert landlord.name == "Welltower" and landlord.jurisdiction == "united states"
    tenants = {snapshot.providers[one].record.name for one in landlord.tenants}
    assert tenants == {"Barchester", "HC-One", "Avery", "Signature", "Sunrise", "Care UK"}
    for rule in ("brand", "control50", "psc25", "affiliated"):
        for group in groups_by(network, rule):
            assert len(group.providers) <= 1, rule


def test_a_landlord_that_leaves_takes_its_own_buildings_and_no_others():
    snapshot = case_snapshot(case_named("southern-cross-2011"))
    failure = failure_of("landlord", snapshot, ["case:nhp"])
    assert len(failure.homes) == 249
    assert {"case:the-crown", "case:the-albany", "case:bankwood"} < {home.id for home in failure.homes}


def test_one_landlord_failing_in_2025_would_reach_the_homes_of_six_operators():
    snapshot = case_snapshot(case_named("welltower-2025"))
    homes = failure_of("landlord", snapshot, ["case:welltower"]).homes
    assert len({home.current.record.provider_id for home in homes}) == 6
    assert len(failure_of("provider", snapshot, ["case:provider/barchester"]).homes) == 152 + 111


def test_the_lender_of_2021_is_the_landlord_of_2025():
    case = case_named("welltower-2025")
    (lender,) = lenders(build_network(case_snapshot(case, date(2021, 12, 31))))
    assert lender.name == "Welltower" and len(lender.homes) == 1
    later = build_network(case_snapshot(case, date(2025, 10, 31)))
    assert lenders(later) == ()
    assert "case:hc-one/001" in landlords(later)[0].homes


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("sources: [A]", "sources: []", "fact one (1) has no source"),
        ("sources: [A]", "sources: [B]", "names the source B, which is not in the file"),
        ("rests_on: [one]", "rests_on: [two]", "names the fact two, which is not in the file"),
        ("unit: homes", "unti: homes", "unti"),
        ("unit: homes, figures: [{value: 1, sources: [A]}]", "unit: homes, figures: []", "fact one has no figure"),
        ('dated: "2020-01"', 'dated: "spring"', "no year, month or day"),
        ("as_at: 2020-01-01", "as_at: 2020-13-01", "a date in it is none"),
        ('dated: "2020-01"', 'dated: "2020-1-2-3"', "no year, month or day"),
        ("facts:", "notices: [{what: x, given: 2020-03, ends: 2020-01, sources: [A]}]\nfacts:", "before it is given"),
        ("facts:", "notices: [{what: x, given: soon, ends: 2020-01, sources: [A]}]\nfacts:", "no year, month or day"),
        ("facts:", "notices: [{what: x, given: 2020-01, ends: 2020-03, sources: []}]\nfacts:", "has no source"),
        ("facts:", "facts: [", "line"),
        ("name: small", "- name", "not YAML"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_used_is_refused_in_a_sentence_naming_the_place(was: str, now: str, says: str):
    assert was in SMALL
    with pytest.raises(BadCase, match=r"^small\.yml") as caught:
        read_case(SMALL.replace(was, now, 1), "small.yml")
    assert says in str(caught.value)


def test_the_command_lists_the_cases_and_refuses_a_name_that_is_none(capsys):
    assert status_of(["cases"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in case_names())
    assert status_of(["cases", "southern-cross-2012"]) == 2
    assert "southern-cross-2011" in capsys.readouterr().err


def test_history_is_reported_as_the_register_is_and_claims_no_land_registry(tmp_path, capsys):
    to = tmp_path / "case.html"
    assert status_of(["cases", "southern-cross-2011", "--report", str(to)]) == 0
    text = to.read_text("utf-8")
    assert "615 of 750 (82.0 %)" in text and "London &amp; Regional" in text
    assert "gmbneyh.org.uk" in text
    assert "HM Land Registry" not in text and "This is a case of history" in text
    assert status_of(["cases", "southern-cross-2011", "--report", str(tmp_path / "x.doc")]) == 2
    assert status_of(["cases", "--report", str(to)]) == 2
    capsys.readouterr()
    assert status_of(["cases", "allied-healthcare-2018", "--report", str(to)]) == 2
    assert "is about no care home" in capsys.readouterr().err


def test_the_page_of_a_case_prints_contradictions_side_by_side(capsys):
    assert status_of(["cases", "welltower-2025"]) == 0
    shown = capsys.readouterr().out
    assert all(count in shown for count in ("223", "230", "240", "260"))
    assert "111 + 152 = 263" in shown


@pytest.mark.parametrize("day", [date(2011, 7, 11), date(2011, 9, 30), date(2011, 10, 15), date(2011, 10, 30)])
def test_a_home_told_by_itself_is_not_counted_a_second_time_among_those_it_is_one_of(day: date):
    assert len(case_snapshot(case_named("southern-cross-2011"), day).homes) == 750


def test_a_provider_of_care_in_peoples_own_homes_loses_no_bed_and_is_not_said_to_run_a_care_home():
    snapshot = case_snapshot(case_named("allied-healthcare-2018"))
    assert snapshot.homes == {}
    (failed,) = snapshot.insolvencies["case:allied-healthcare"]
    assert business_failure(failed.record.kind) == "yes", "an approved voluntary arrangement is on the list"
    for kind, name in (("provider", "case:provider/allied-healthcare"), ("company", "case:allied-healthcare")):
        failure = failure_of(kind, snapshot, [name])
        assert (failure.homes, failure.watched) == ((), ())
        assert "registered for no care home" in failure.sentence
        assert "its care homes" not in failure.sentence


@pytest.mark.parametrize(
    ("case", "days"),
    [
        ("warneford-doncaster", ["the same day"]),
        ("allied-healthcare-2018", ["25 days", "46 days"]),
        ("four-seasons-ni-closures-2015", ["69 to 97 days"]),
        ("southern-cross-2011", ["112 days", "31 to 60 days"]),
        ("target-orchard-2019", ["136 days"]),
    ],
)
def test_how_long_people_had_is_counted_from_the_days_and_months_that_the_sources_give(case, days, capsys):
    assert [notice.words for notice in case_named(case).notices] == days
    assert status_of(["cases", case]) == 0
    shown = capsys.readouterr().out
    assert all(one in shown for one in days)


def a_plan(snapshot: Snapshot, *homes: str) -> Plan:
    engine = ENGINES["crow"]((), None, None)
    return make_plan(snapshot, "home", homes, options=Options(), assumptions=read_assumptions(), engine=engine)


def test_of_254_people_in_seven_homes_144_are_known_to_no_home_and_a_plan_does_not_make_them_up():
    case = case_named("four-seasons-ni-closures-2015")
    closing = [f"case:{home.id}" for home in case.homes]
    plan = a_plan(case_snapshot(case), *closing)
    counted = {entry.home.id: entry.beds.people for entry in plan.affected}
    assert len(counted) == 7 and [home for home in counted if counted[home] is None] == sorted(
        set(closing) - {"case:oakridge", "case:garvagh"}
    )
    assert counted["case:oakridge"] == 58 and counted["case:garvagh"] == 52
    assert worked_out(case)["counted-residents"] == 110 - 254
    assert sum(one.people for one in plan.unplaced) == 110
    assert len(plan.snapshot.homes) == 69 and plan.refused, "nobody is sent to the 62, of which no bed is known"


def test_two_homes_in_bury_had_38_beds_by_the_register_from_which_two_of_the_32_people_would_have_been_missed():
    case = case_named("bury-28-days")
    assert [figure.value for figure in case.fact("elizabeth-house-beds").figures] == [18, 14]
    plan = a_plan(case_snapshot(case), "case:elizabeth-house", "case:moorfields")
    assert sum(entry.beds.registered or 0 for entry in plan.affected) == 38
    assert sum(entry.beds.people or 0 for entry in plan.affected) == 30
    assert worked_out(case) == {"beds-as-people": 6}


def test_a_council_that_empties_a_home_leaves_27_people_to_be_placed_and_no_company_that_failed():
    case = case_named("warneford-doncaster")
    before, after = case_snapshot(case), case_snapshot(case, date(2018, 8, 3))
    plan = a_plan(before, "case:warneford-house")
    assert [(entry.beds.people, entry.beds.people_basis) for entry in plan.affected] == [(27, "imported")]
    assert sum(one.people for one in plan.unplaced) == 27
    assert after.homes["case:warneford-house"].status == "closed"
    assert before.insolvencies == after.insolvencies == {}
    with pytest.raises(UnknownName, match="not open on 2018-08-03: closed"):
        failure_of("home", after, ["case:warneford-house"])


def test_three_operators_in_sixteen_months_had_one_landlord_whom_no_rule_joins_with_the_interim_one():
    case = case_named("silverline-2023")
    days = [date(2023, 6, 1), date(2023, 6, 2), date(2024, 6, 1), date(2024, 9, 25)]
    run_by = []
    for day in days:
        snapshot = case_snapshot(case, day)
        network = build_network(snapshot)
        (landlord,) = landlords(network)
        assert landlord.name == "Impact Healthcare REIT plc" and len(landlord.homes) == 7
        run_by.append(sorted(provider.partition("/")[2] for provider in landlord.tenants))
        assert all(len(group.providers) <= 1 for rule in RULES for group in groups_by(network, rule))
    assert run_by == [["silverline"], ["melrose"], ["melrose", "we-care"], ["fulcrum", "we-care"]]


def test_a_tenant_that_leaves_is_six_of_its_landlords_63_homes_and_all_are_open_afterwards():
    case = case_named("target-orchard-2019")
    before, after = case_snapshot(case), case_snapshot(case, date(2020, 2, 6))
    assert len(failure_of("provider", before, ["case:provider/orchard"]).homes) == 6
    assert [len(failure_of("landlord", one, ["case:target"]).homes) for one in (before, after)] == [63, 63]
    assert {home.status for home in after.homes.values()} == {"open"}
    assert not after.providers["case:provider/orchard"].homes

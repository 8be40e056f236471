"""Measures of ownership: every home answered once, the unknown counted, and shares as wide as what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_buildings import boarded, built, charged, lost, stands, title_of
from small_ownership import held, owned
from small_register import ON, a_home, a_snapshot

from graph.answers import Ownership
from graph.cases import case_named, case_names, case_snapshot
from graph.concentration import concentration, hhi, top_share
from graph.measures import MEASURES, BadList, Measure, ground_of, haven_list, measure_all
from graph.measures.boards import shared_seats
from graph.measures.disclosure import FIELDS, disclosures
from graph.measures.jurisdictions import place_of
from register.records import CompanyRecord
from register.snapshot import Home, Registration, Snapshot

#: Providers 1 to 5 run homes 1 to 6; 9 holds 1 and the building company 8; Alex holds 9 and sits on two boards.
COUNTY = charged(
    boarded(
        built(
            owned(
                held(1, 9), held(8, 9), held(9, "Alex", kind="person"), held(2, "Sam", kind="person"),
                held(3, "Ocean Fund LP", kind="body", country_registered="Cayman Islands"),
                held(4, "none", kind="statement", statement="psc-exists-but-not-identified"),
                runs=[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (5, 6)],
                companies=[CompanyRecord(id="gb-coh:99000002", name="Exercise 2", has_charges=False,
                                         accounts_category="FULL", accounts_made_up_to=date(2024, 3, 31))],
            ),
            stands(1, title_of(1, 8)),
            stands(2, title_of(2, 2, added=date(2012, 1, 1))),
            stands(3, title_of(3, "Harbour Holdings", country="JERSEY", added=date(2024, 1, 1))),
            stands(4, title_of(4, "Harbour Holdings", country="JERSEY"), state="waiting"),
            lost(5, "no title found"),
        ),
        [(1, "Kim"), (2, "Kim"), (2, "Lee")],
    ),
    (1, "Exercise Harbour Bank plc", True), (3, "Exercise Harbour Bank plc", False),
)  # fmt: skip


def answers(snapshot: Snapshot, name: str, homes: list[str] | None = None) -> dict[str, int]:
    ground = ground_of(Ownership(snapshot), homes)
    (found,) = (one for one in measure_all(ground) if one.id == name)
    return {one.word: one.count.homes for one in found.answers if one.count.homes}


def adds_up(found: Measure) -> bool:
    sums = [sum(getattr(one.count, part) for one in found.answers) for part in ("homes", "beds", "beds_unknown")]
    homes = [home for one in found.answers for home in one.homes]
    return sums == [found.total.homes, found.total.beds, found.total.beds_unknown] and len(homes) == len(set(homes))


@pytest.mark.parametrize("name", MEASURES)
def test_the_answers_of_a_measure_add_up_to_all_homes_and_beds_each_home_once(name: str):
    ground = ground_of(Ownership(COUNTY))
    (found,) = (one for one in measure_all(ground) if one.id == name)
    assert found.total.homes == 6
    assert adds_up(found)


@pytest.mark.parametrize("name", case_names())
def test_the_measures_of_history_add_up_too(name: str):
    snapshot = case_snapshot(case_named(name))
    assert all(adds_up(one) for one in measure_all(ground_of(Ownership(snapshot))))


@pytest.mark.parametrize("name", MEASURES)
def test_a_register_of_homes_alone_answers_not_known_and_never_no(name: str):
    snapshot = a_snapshot(a_home(1), a_home(2, beds=None))
    found = answers(snapshot, name)
    assert sum(found.values()) == 2
    assert not {"no", "unrelated", "no charge outstanding", "United Kingdom"} & found.keys()


def test_an_owner_abroad_is_told_by_title_and_a_waiting_link_names_nobody():
    assert answers(COUNTY, "landlord-abroad") == {"yes": 1, "no": 2, "not known": 3}
    assert answers(COUNTY, "landlord-place") == {"United Kingdom": 2, "Crown Dependency": 1, "not known": 3}
    assert answers(COUNTY, "landlord-haven") == {"yes": 1, "no": 2, "not known": 3}
    assert answers(COUNTY, "landlord-traced") == {
        "traced": 3, "waiting for a person's judgement": 1, "no title found": 1, "not searched": 1
    }  # fmt: skip


def test_shares_are_bounds_from_none_to_all_of_the_unknown():
    ground = ground_of(Ownership(COUNTY))
    (found,) = (one for one in measure_all(ground) if one.id == "landlord-abroad")
    homes, beds = found.share("yes")
    assert str(homes) == str(beds) == "16.7 % to 66.7 %"
    assert str(found.share_of_known("yes")[0]) == "33.3 %"


def test_a_body_abroad_behind_the_provider_is_a_yes_and_an_open_end_is_not_a_no():
    assert answers(COUNTY, "owner-abroad") == {"yes": 1, "no": 2, "not known": 3}


def test_a_building_company_under_the_same_owner_is_related_and_the_providers_own_is_the_same():
    found = answers(COUNTY, "same-roof")
    assert (found["related"], found["same company"]) == (1, 1)


def test_chains_are_counted_in_links_of_ownership():
    assert answers(COUNTY, "chain-longest") == {"0 links": 1, "1 link": 2, "2 links": 1, "not known": 2}
    assert answers(COUNTY, "ends-at")["person"] == 2


def test_a_charge_counts_by_the_closest_and_none_only_where_that_is_known():
    assert answers(COUNTY, "charged") == {
        "a charge over everything the provider has": 1,
        "a fixed charge on provider or building": 1,
        "no charge outstanding": 1,
        "not known": 3,
    }


def test_two_groups_that_share_a_director_are_interlocked():
    ground = ground_of(Ownership(COUNTY))
    (seats,) = shared_seats(ground).held.values()
    assert [one.record.name for one in seats.values()] == ["Director Kim", "Director Kim"]
    assert answers(COUNTY, "interlocked") == {"yes": 2, "not known": 4}


def test_disclosure_counts_six_things_and_what_is_not_known_is_not_disclosed():
    scores = {one.home: one for one in disclosures(ground_of(Ownership(COUNTY)))}
    assert len(FIELDS) == 6
    assert scores["exercise:EX-2"].score == 6
    assert scores["exercise:EX-6"].score == 0


def test_a_building_bought_last_year_is_churn_and_a_day_not_given_is_not_known():
    assert answers(COUNTY, "building-churn") == {"yes": 1, "no": 1, "not known": 4}


def passed_on(number: int, *days: date, same: bool = False) -> Home:
    """A home whose registrations begin on these days, each with another provider."""
    home = a_home(number)
    found = [
        Registration(
            replace_record(home, turn, first, days[turn + 1] if turn + 1 < len(days) else None, same=same),
            home.current.evidence, home.current.place,
        )
        for turn, first in enumerate(days)
    ]  # fmt: skip
    return replace(home, id=found[-1].id, registrations=tuple(found), current=found[-1])


def replace_record(home: Home, turn: int, first: date, last: date | None, *, same: bool):
    from msgspec.structs import replace as changed

    provider = "exercise:EXP-1" if same else f"exercise:EXP-{turn}"
    return changed(
        home.current.record, id=f"{home.id}-{turn}", provider_id=provider, registered_on=first, deregistered_on=last
    )


def test_a_home_that_passed_on_in_five_years_is_a_change_and_an_older_passing_is_none():
    homes = [
        passed_on(1, date(2010, 1, 1), date(2022, 1, 1)),
        passed_on(2, date(2010, 1, 1), date(2012, 1, 1)),
        passed_on(3, date(2010, 1, 1), date(2021, 1, 1), date(2023, 1, 1)),
        passed_on(4, date(2024, 1, 1)),
        passed_on(5, date(2010, 1, 1), date(2022, 1, 1), same=True),
    ]
    snapshot = a_snapshot(*homes)
    assert answers(snapshot, "operator-churn") == {
        "1 change": 1, "2 changes or more": 1, "none": 2, "not known": 1
    }  # fmt: skip


def test_homes_outside_the_scope_are_not_counted():
    assert answers(COUNTY, "landlord-abroad", ["exercise:EX-3"]) == {"yes": 1}


def test_guernsey_is_no_part_of_the_united_kingdom_and_bermuda_is_an_overseas_territory():
    assert [place_of(one) for one in ("guernsey", "bermuda", "luxembourg", "united states", None)] == [
        "Crown Dependency", "Overseas Territory", "European Union", "elsewhere abroad", "not known"
    ]  # fmt: skip


def test_a_list_of_havens_has_a_name_a_day_and_a_source_and_another_can_take_its_place(tmp_path: Path):
    assert haven_list().dated == date(2011, 7, 11)
    own = tmp_path / "list.yml"
    own.write_text("{title: ours, publisher: us, dated: 2026-01-01, source: a page, places: [Luxembourg]}", "utf-8")
    assert "luxembourg" in haven_list(str(own))
    own.write_text("{title: ours, places: [Luxembourg]}", "utf-8")
    with pytest.raises(BadList, match="it needs title, publisher"):
        haven_list(str(own))
    with pytest.raises(BadList, match="gmb-2011"):
        haven_list("no-such-list")


beds = st.lists(st.integers(1, 200), max_size=8)


@given(beds, beds, st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_the_true_index_lies_in_the_bounds_whoever_the_unknown_owners_are(known, unknown, whose):
    found = hhi(known, unknown)
    held = dict(enumerate(known))
    for one, owner in zip(unknown, whose, strict=False):
        held[owner] = held.get(owner, 0) + one
    whole = sum(held.values())
    if not whole:
        assert found is None
        return
    assert found is not None
    truth = 10_000 * sum(one * one for one in held.values()) / whole**2
    assert found.low - 1e-6 <= truth <= found.high + 1e-6
    for most in (1, 3, 5):
        share = top_share(known, unknown, most)
        assert share is not None
        assert share.low - 1e-9 <= sum(sorted(held.values(), reverse=True)[:most]) / whole <= share.high + 1e-9


def test_a_council_with_two_equal_providers_has_an_index_of_5000_and_one_landlord_behind_both_of_10000():
    snapshot = built(
        owned(runs=[(1, 1), (2, 2)]), stands(1, title_of(1, 8)), stands(2, title_of(2, 8))
    )  # fmt: skip
    found = {one.level: one for one in concentration(ground_of(Ownership(snapshot)))}
    assert str(found["provider"].hhi.low) == "5000.0"
    assert (found["landlord"].hhi.low, found["landlord"].largest_beds) == (10_000.0, 80)


def test_homes_whose_owner_nobody_knows_widen_the_bounds_and_homes_without_beds_are_counted():
    snapshot = built(
        replace(owned(runs=[(1, 1), (2, 2)]), on=ON), stands(1, title_of(1, 8)), lost(2, "no title found")
    )  # fmt: skip
    (found,) = concentration(ground_of(Ownership(snapshot)), levels=["landlord"])
    assert (found.hhi.low, found.hhi.high, found.beds_unowned) == (5_000.0, 10_000.0, 40)
    none = a_snapshot(a_home(1, beds=None))
    (found,) = concentration(ground_of(Ownership(none)), levels=["provider"])
    assert (found.hhi, found.homes, found.homes_beds_unknown) == (None, 1, 1)


def test_a_home_counts_in_the_market_of_every_need_it_offers_and_once_in_all_care():
    snapshot = a_snapshot(a_home(1), a_home(2, types=("Nursing homes",)))
    found = concentration(
        ground_of(Ownership(snapshot)),
        lambda home: [*(home.current.record.service_types or ())],
        levels=["provider"],
    )
    assert {one.need: one.homes for one in found} == {"all care": 2, "Nursing homes": 1, "Residential homes": 1}

"""What changed between two days: what is told, in which words, and what is no change at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_changes import JUNE, MAY, EmptyRegister, a_home
from sqlalchemy import Engine

from register.change_kinds import SEVERITY
from register.changes import compare, first_lists
from register.differences import UNRATED
from register.reading import load_snapshot
from register.records import Link, LocationRecord, ProviderRecord

JULY = date(2025, 7, 31)


@pytest.fixture
def register(engine: Engine, tmp_path: Path) -> EmptyRegister:
    return EmptyRegister(engine, tmp_path)


def test_every_kind_of_change_has_a_severity_from_one_to_five():
    assert set(SEVERITY.values()) == {1, 2, 3, 4, 5}


def test_nothing_changed_between_a_day_and_itself(register):
    register.lists(MAY, a_home())
    assert register.changed(MAY, MAY) == ()


def test_changes_run_forwards_only(register):
    register.lists(MAY, a_home())
    with pytest.raises(ValueError, match="run forwards"):
        register.changed(JUNE, MAY)


def test_beds_that_grew_and_shrank_are_told_with_both_figures_and_their_evidence(register):
    register.lists(MAY, a_home(1, beds=20), a_home(2, beds=30, postcode="EX1 1AB"))
    register.lists(JUNE, a_home(1, beds=24), a_home(2, beds=29, postcode="EX1 1AB"))
    fewer, more = register.changed()
    assert (fewer.kind, fewer.before, fewer.after, fewer.severity) == ("fewer beds", 30, 29, 3)
    assert more.sentence == "Home 1, Exampleton (exercise:EX-001): 24 registered beds, before 20: 4 more."
    was, now = more.evidence_before, more.evidence_after
    assert was is not None and now is not None
    assert (was.as_at, was.row, now.as_at, now.row) == (MAY, 2, JUNE, 2)
    assert was.raw_digest != now.raw_digest and len(now.raw_digest) == 64


def test_beds_that_a_list_left_out_have_not_changed(register):
    register.lists(MAY, a_home(beds=20))
    register.lists(JUNE, a_home(beds=None))
    assert register.kinds() == []


def test_a_rating_published_again_or_in_capitals_is_no_change(register):
    register.lists(MAY, a_home(rating="Requires improvement", rated_on=date(2024, 1, 1)))
    register.lists(JUNE, a_home(rating="REQUIRES IMPROVEMENT", rated_on=date(2025, 6, 1)))
    assert register.kinds() == []


@pytest.mark.parametrize("word", sorted(UNRATED - {""}))
def test_a_word_that_is_no_rating_takes_none_away_and_gives_none(register, word):
    register.lists(MAY, a_home(1, rating="Good"), a_home(2, postcode="EX2 2AA"))
    register.lists(JUNE, a_home(1, rating=word.title()), a_home(2, postcode="EX2 2AA", rating=word))
    assert register.kinds() == []


@pytest.mark.parametrize(
    ("was", "now", "severity"),
    [
        ("Good", "Requires improvement", 3),
        ("Good", "Inadequate", 2),
        ("Good", "Outstanding", 5),
        ("4", "3", 3),
        ("2", "1", 2),
        ("3", "5", 5),
        ("Good", "4", 4),
    ],
)
def test_a_rating_that_fell_is_worse_than_one_that_rose_and_words_stay_the_regulators(register, was, now, severity):
    register.lists(MAY, a_home(rating=was, rated_on=date(2024, 1, 1)))
    register.lists(JUNE, a_home(rating=now, rated_on=date(2025, 6, 10)))
    (change,) = register.changed()
    assert (change.kind, change.before, change.after, change.severity) == ("rating changed", was, now, severity)
    assert change.day == date(2025, 6, 10)
    assert f"rated {now}, published on 10 June 2025, before {was}." in change.sentence


def test_a_first_rating_is_told_and_an_inherited_one_is_not(register):
    rated = a_home(9, rating="Good", rated_on=date(2020, 1, 1), postcode="EX9 9AA")
    register.lists(MAY, a_home(1), a_home(2, postcode="EX1 1AB"), rated)
    register.lists(
        JUNE,
        a_home(1, rating="Good", rated_on=date(2025, 6, 10)),
        a_home(2, postcode="EX1 1AB", rating="Good", rated_on=date(2025, 6, 10), rating_inherited=True),
        rated,
    )
    assert [(c.kind, c.home) for c in register.changed()] == [("first rating", "exercise:EX-001")]


def test_a_list_that_begins_to_give_ratings_brings_no_first_ratings(register):
    register.lists(MAY, a_home(1), a_home(2, postcode="EX1 1AB"))
    register.lists(
        JUNE,
        a_home(1, rating="Good", rated_on=date(2021, 6, 10)),
        a_home(2, rating="Good", rated_on=date(2025, 6, 20), postcode="EX1 1AB"),
    )
    assert [c.home for c in register.changed()] == ["exercise:EX-002"], "only the one dated after May is new"


def test_a_manager_is_absent_and_comes_back_only_where_the_list_speaks_of_managers(register):
    absent, other = date(2025, 6, 12), a_home(9, postcode="EX9 9AA", manager_absent_since=date(2024, 1, 1))
    register.lists(MAY, a_home(1), other)
    register.lists(JUNE, a_home(1, manager_absent_since=absent), other)
    register.lists(JULY, a_home(1), other)
    register.lists(JULY + timedelta(days=30), a_home(1), a_home(9, postcode="EX9 9AA"))
    (change,) = register.changed(MAY, JUNE)
    assert (change.kind, change.day) == ("manager absent", absent)
    assert "is absent since 12 June 2025" in change.sentence
    assert register.kinds(JUNE, JULY) == ["manager no longer absent"]
    assert register.kinds(JULY, JULY + timedelta(days=30)) == [], "the column is empty for everybody now"


def test_a_home_goes_dormant_and_is_active_again(register):
    for day, dormant in ((MAY, False), (JUNE, True), (JULY, False)):
        register.lists(day, a_home(dormant=dormant))
    assert register.kinds(MAY, JUNE) == ["dormant"]
    assert register.kinds(JUNE, JULY) == ["active again"]


def test_an_owner_who_asks_to_end_the_registration_is_a_warning(register):
    register.lists(MAY, a_home(status="Active"))
    register.lists(JUNE, a_home(status="Proposing to Cancel"))
    (change,) = register.changed()
    assert (change.kind, change.severity) == ("cancellation proposed", 2)


def test_a_home_off_the_list_is_a_candidate_first_and_closed_only_after_half_a_year_of_lists(register):
    later = JUNE + timedelta(days=200)
    register.lists(MAY, a_home(1), a_home(2, postcode="EX2 2AA"))
    register.lists(JUNE, a_home(2, postcode="EX2 2AA"))
    register.lists(later, a_home(2, postcode="EX2 2AA"))
    (candidate,) = register.changed(MAY, JUNE)
    assert candidate.kind == "ended, successor unknown"
    assert "on the list of 31 May 2025 and no longer on that of 30 June 2025" in candidate.sentence
    assert "not yet a closure" in candidate.sentence
    assert (candidate.evidence_after.as_at, candidate.evidence_after.raw_digest) == (JUNE, "")
    assert (candidate.evidence_before.as_at, candidate.evidence_before.row) == (MAY, 2)
    assert register.kinds(MAY, later) == ["closed"]
    assert register.kinds(JUNE, later) == ["earlier closure confirmed"], "its beds were lost before June ended"


def test_a_home_absent_from_a_list_that_is_not_whole_has_not_changed(register):
    register.lists(MAY, a_home(1), a_home(2, postcode="EX2 2AA"))
    register.lists(JUNE, a_home(2, postcode="EX2 2AA"), complete=False)
    assert register.kinds() == []


def test_a_sold_home_has_a_new_provider_and_has_not_closed(register):
    sold_on = date(2025, 6, 15)
    providers = [
        ProviderRecord(id="exercise:P1", name="Seller Ltd"),
        ProviderRecord(id="exercise:P2", name="Buyer Ltd"),
    ]
    for day in (MAY, JUNE):
        register.lists(day, *providers, feed="cqc_api/providers")
    register.lists(MAY, a_home(1, rating="Good"))
    successor = Link(kind="successor", id="exercise:EX-002", reason="Sale")
    register.lists(
        JUNE,
        a_home(1, rating="Good", status="Deregistered", deregistered_on=sold_on, links=(successor,)),
        a_home(2, provider_id="exercise:P2", registered_on=sold_on, rating="Good", rating_inherited=True),
    )
    (change,) = register.changed()
    assert (change.kind, change.home, change.day) == ("new provider", "exercise:EX-002", sold_on)
    assert change.sentence == (
        "Home 2, Exampleton (exercise:EX-002): now registered to Buyer Ltd (exercise:P2) under a new number "
        "(before: exercise:EX-001, Home 1) since 15 June 2025; before, to Seller Ltd (exercise:P1). It has not closed."
    )


def test_a_sale_that_a_rule_infers_says_so(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(2, name="Home 1", provider_id="exercise:P2", registered_on=date(2025, 6, 2)))
    (change,) = register.changed()
    assert change.kind == "new provider"
    assert "That it is one home is inferred: same address" in change.sentence


def test_a_postcode_corrected_long_after_a_sale_brings_no_closure(register):
    later = JUNE + timedelta(days=200)
    sold = {"name": "Home 1", "provider_id": "exercise:P2", "registered_on": date(2025, 6, 2)}
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(2, **sold))
    register.lists(later, a_home(2, **{**sold, "postcode": "EX1 1ZZ"}))
    assert register.kinds(JUNE, later) == ["address changed"]
    assert register.kinds(MAY, later) == ["new provider", "address changed"]
    after = load_snapshot(register.engine, on=later)
    assert [home.status for home in after.homes.values()] == ["open"]


def test_an_end_of_before_the_period_is_not_told_when_a_correction_parts_two_homes(register):
    ended = a_home(1, status="Deregistered", deregistered_on=date(2025, 5, 1))
    register.lists(MAY, ended, a_home(2, provider_id="exercise:P2", registered_on=date(2025, 5, 2)))
    register.lists(JUNE, ended, a_home(2, provider_id="exercise:P2", registered_on=date(2015, 5, 2)))
    assert len(load_snapshot(register.engine, on=MAY).homes) == 1
    assert len(load_snapshot(register.engine, on=JUNE).homes) == 2
    assert register.kinds() == []


def test_a_home_registered_again_with_the_same_provider_is_told_as_that(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(2, name="Home 1", registered_on=date(2025, 6, 2)))
    assert register.kinds() == ["re-registered"]


def test_a_provider_changed_under_the_same_number_is_a_new_provider(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1, provider_id="exercise:P2"))
    assert register.kinds() == ["new provider"]


def test_a_home_opens_with_its_beds_and_provider(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1), a_home(2, beds=44, registered_on=date(2025, 6, 3), postcode="EX2 2AA"))
    (change,) = register.changed()
    assert (change.kind, change.day, change.after) == ("opened", date(2025, 6, 3), 44)
    assert change.evidence_before is None


def test_a_home_that_the_list_shows_some_days_late_has_opened(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1), a_home(2, registered_on=MAY - timedelta(days=9), postcode="EX2 2AA"))
    assert register.kinds() == ["opened"]


def test_a_home_registered_for_years_that_turns_up_on_the_list_has_not_opened(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1), a_home(2, postcode="EX2 2AA"))
    (change,) = register.changed()
    assert change.kind == "newly listed"
    assert "registered since 1 April 2011" in change.sentence


def test_a_source_loaded_for_the_first_time_is_no_change_and_is_named(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1))
    northern = LocationRecord(id="ci:CS2099000001", name="North House", care_home=True, registered_on=date(2025, 6, 5))
    register.lists(JUNE, northern, feed="care_inspectorate/services")
    before, after = load_snapshot(register.engine, on=MAY), load_snapshot(register.engine, on=JUNE)
    assert first_lists(before, after) == ("ci",)
    assert compare(before, after) == ()


def test_an_old_edition_loaded_late_changes_nothing_between_the_days_that_were_there(register):
    register.lists(MAY, a_home(1, beds=20))
    register.lists(JUNE, a_home(1, beds=22))
    told = register.changed()
    register.lists(date(2024, 5, 31), a_home(1, beds=15), a_home(3, postcode="EX3 3AA", registered_on=date(2012, 1, 1)))
    assert [(one.kind, one.sentence, one.day) for one in register.changed()] == [
        (one.kind, one.sentence, one.day) for one in told
    ]


def test_an_old_edition_learnt_tonight_is_no_change_of_what_is_known(register):
    monday, tuesday = (datetime(2026, 1, day, 3, tzinfo=UTC) for day in (5, 6))
    register.lists(MAY, a_home(1, beds=20), learnt=monday)
    register.lists(date(2024, 5, 31), a_home(1, beds=15), a_home(3, postcode="EX3 3AA"), learnt=tuesday)
    before = load_snapshot(register.engine, known=monday.date())
    assert compare(before, load_snapshot(register.engine)) == ()


def test_a_deregistration_that_was_dated_back_is_told_on_the_night_it_is_learnt(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1, status="Deregistered", deregistered_on=date(2025, 5, 2)))
    (change,) = register.changed()
    assert (change.kind, change.day) == ("ended, successor unknown", date(2025, 5, 2))
    assert "its registration ended on 2 May 2025" in change.sentence


def test_a_home_listed_without_its_address_has_not_moved(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1, address=None, postcode=None, town=None))
    register.lists(JULY, a_home(1))
    assert register.kinds(MAY, JUNE) == [] == register.kinds(JUNE, JULY)


def test_another_spelling_of_a_street_is_no_move_and_another_house_number_is(register):
    register.lists(MAY, a_home(1))
    register.lists(JUNE, a_home(1, address=("1 Example St.",)))
    register.lists(JULY, a_home(1, address=("11 Example St.",)))
    assert register.kinds(MAY, JUNE) == []
    assert register.kinds(JUNE, JULY) == ["address changed"]


def test_a_council_under_another_spelling_is_the_same_and_a_new_council_is_told(register):
    register.lists(MAY, a_home(1, authority="Perth & Kinross"))
    register.lists(JUNE, a_home(1, authority="Perth and Kinross Council"))
    register.lists(JULY, a_home(1, authority="Angus"))
    assert register.kinds(MAY, JUNE) == []
    (change,) = register.changed(JUNE, JULY)
    assert (change.kind, change.after) == ("council changed", "Angus")


def test_a_service_that_is_a_care_home_no_more_is_told_and_not_called_closed(register):
    register.lists(MAY, a_home(1), a_home(2, postcode="EX2 2AA"))
    register.lists(JUNE, a_home(1, care_home=False), a_home(2, postcode="EX2 2AA"))
    (change,) = register.changed()
    assert (change.kind, change.severity) == ("no longer listed as a care home", 1)
    assert "That it closed is not said" in change.sentence


def test_a_source_that_stopped_is_named_stale(register):
    late = JUNE + timedelta(days=40)
    register.lists(MAY, a_home(1))
    register.lists(late, a_home(1), feed="cqc_directory/locations")
    (change,) = register.changed(MAY, late)
    assert (change.kind, change.home, change.severity, change.after) == ("source stale", None, 1, (late - MAY).days)


def test_the_worst_comes_first_and_of_equals_the_larger_home(register):
    homes = [a_home(n, beds=10 * n, postcode=f"EX{n} {n}AA", dormant=False) for n in (1, 2, 3)]
    register.lists(MAY, *homes)
    register.lists(JUNE, a_home(3, beds=31, postcode="EX3 3AA", dormant=False))
    assert [(c.kind, c.beds) for c in register.changed()] == [
        ("ended, successor unknown", 20),
        ("ended, successor unknown", 10),
        ("more beds", 31),
    ]


def test_a_name_cannot_turn_the_writing_round_or_break_the_line(register):
    register.lists(MAY, a_home(1, name="Rose\u202e House\r\n\x07Two", beds=10))
    register.lists(JUNE, a_home(1, name="Rose\u202e House\r\n\x07Two", beds=11))
    assert register.changed()[0].name == "Rose House Two, Exampleton (exercise:EX-001)"


@settings(max_examples=25)  # each makes a register of its own
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.sampled_from([None, 10, 12]), st.sampled_from([None, "Good", "good", "Not Rated"])
        ),
        unique_by=lambda one: one[0],
        min_size=1,
    )
)
def test_the_same_list_again_is_no_change_whatever_it_holds(tmp_path_factory, new_register, homes):
    folder = tmp_path_factory.mktemp("same")
    opened = new_register(folder / "register.db")
    register = EmptyRegister(opened, folder)
    records = [a_home(n, beds=beds, rating=rating) for n, beds, rating in homes]
    register.lists(MAY, *records)
    register.lists(JUNE, *records)
    assert register.kinds() == []
    opened.dispose()


def test_a_home_sold_renamed_and_enlarged_on_one_night_is_known_by_its_old_name_too(register):
    sold_on = date(2025, 6, 15)
    register.lists(MAY, a_home(1, name="Rose House", beds=20))
    register.lists(
        JUNE,
        a_home(1, name="Rose House", beds=20, status="Deregistered", deregistered_on=sold_on),
        a_home(2, name="Lily Court", beds=31, provider_id="exercise:P2", registered_on=sold_on),
    )
    sold, larger = register.changed()
    assert (sold.kind, larger.kind) == ("new provider", "more beds")
    assert "under a new number (before: exercise:EX-001, Rose House) since 15 June 2025" in sold.said


def test_a_home_that_ended_is_told_with_those_at_its_postcode_that_no_rule_joins_it_with(register):
    elsewhere = a_home(9, postcode="EX9 9AA")
    register.lists(MAY, a_home(1, name="Rose House"), elsewhere)
    register.lists(
        JUNE, elsewhere,
        a_home(2, name="Lily Court", provider_id="exercise:P2", registered_on=date(2025, 6, 15), address=("2 Yard",)),
    )  # fmt: skip
    ended, opened = register.changed()
    assert (ended.kind, opened.kind) == ("ended, successor unknown", "opened")
    assert ended.said.endswith("Registered at its postcode now: Lily Court, Exampleton (exercise:EX-002).")
    assert "EX-009" not in ended.said


def test_an_end_that_was_taken_back_is_told_as_that_and_not_as_a_home_that_came_back(register):
    ended = a_home(1, status="Deregistered", deregistered_on=date(2025, 6, 1))
    register.lists(MAY, a_home(1), a_home(2, postcode="EX2 2AA"))
    register.lists(JUNE, ended, a_home(2, postcode="EX2 2AA"))
    register.lists(JULY, a_home(1), a_home(2, postcode="EX2 2AA"))
    (change,) = register.changed(JUNE, JULY)
    assert change.said == "is registered: that its registration ended on 1 June 2025 is not said any more."
    assert register.kinds(MAY, JULY) == []

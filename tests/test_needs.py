"""What homes offer and what their people need, read from the regulators' own words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contingency.apportion import apportion, whole
from contingency.needs import Need, UnknownNeed, offer_of, split
from contingency.suitability import refusal, suits
from register.records import LocationRecord


def home(*bands: str, types: tuple[str, ...] = ("Residential homes",), **more: object) -> LocationRecord:
    return LocationRecord(id="cqc:1-1000000001", care_home=True, service_types=types, bands=bands, **more)  # type: ignore[arg-type]


OLDER = home("Caring for adults over 65 yrs")
DEMENTIA = home("Caring for adults over 65 yrs", "Dementia")
SPECIALIST = home("Caring for adults over 65 yrs", "Caring for adults under 65 yrs", "Learning disabilities")
NURSING = home("Caring for adults over 65 yrs", "Dementia", types=("Nursing homes",))
SCOTTISH = home("Older People", "Older people - dementia", types=("Care Home Service",), client_group="Adults")


def needs_of(record: LocationRecord, people: int = 10) -> dict[str, int]:
    return {str(n): p for n, p in split(people, offer_of(record), dementia_share=0.63, nursing_share=0.5)}


def test_an_older_peoples_home_has_older_people_and_their_dementia_share():
    assert needs_of(OLDER) == {"residential/older": 10}
    assert needs_of(DEMENTIA, 100) == {"residential/dementia": 63, "residential/older": 37}
    assert needs_of(NURSING, 100) == {"nursing/dementia": 63, "nursing/older": 37}


def test_a_learning_disability_home_that_ticks_over_65_is_not_an_older_peoples_home():
    assert needs_of(SPECIALIST) == {"residential/learning disability": 10}


def test_a_home_for_younger_adults_only_keeps_their_age_band():
    assert needs_of(home("Caring for adults under 65 yrs", "Learning disabilities")) == {
        "residential/learning disability/18-64": 10
    }


def test_scotland_does_not_say_who_needs_nursing():
    assert set(needs_of(SCOTTISH)) == {"care home/older", "care home/dementia"}


def test_a_home_that_says_nothing_has_people_whose_need_is_not_stated():
    assert needs_of(home()) == {"residential/not stated": 10}


def test_a_word_never_seen_before_is_named_not_guessed():
    assert offer_of(home("Caring for astronauts")).words_not_understood == ("Caring for astronauts",)


@given(st.integers(0, 400), st.floats(0, 1), st.floats(0, 1))
def test_splitting_a_home_loses_nobody_and_invents_nobody(people: int, dementia: float, nursing: float):
    both = home("Caring for adults over 65 yrs", "Dementia", types=("Nursing homes", "Residential homes"))
    parts = split(people, offer_of(both), dementia_share=dementia, nursing_share=nursing)
    assert sum(n for _, n in parts) == people
    assert all(n > 0 for _, n in parts)


def test_people_who_need_nursing_are_never_sent_where_there_are_no_nurses():
    need = Need.parse("nursing/older")
    assert not suits(need, offer_of(OLDER), "residential")
    assert suits(need, offer_of(NURSING), "nursing")


def test_a_nursing_bed_is_kept_for_someone_who_needs_it():
    assert not suits(Need.parse("residential/older"), offer_of(NURSING), "nursing")


def test_dementia_is_hard():
    assert not suits(Need.parse("residential/dementia"), offer_of(OLDER), "residential")
    assert suits(Need.parse("residential/dementia"), offer_of(DEMENTIA), "residential")


def test_a_younger_adult_is_not_sent_to_an_older_peoples_home():
    older_with_disability = home("Caring for adults over 65 yrs", "Physical disabilities")
    assert not suits(
        Need.parse("residential/physical disability/18-64"), offer_of(older_with_disability), "residential"
    )


def test_an_imported_dementia_bed_is_for_dementia_only():
    assert suits(Need.parse("nursing/dementia"), offer_of(NURSING), "dementia_nursing")
    assert not suits(Need.parse("nursing/older"), offer_of(NURSING), "dementia_nursing")


def test_a_short_stay_bed_is_nobodys_new_home():
    assert not any(
        suits(Need.parse(need), offer_of(NURSING), pool)
        for need in ("nursing/older", "nursing/dementia", "residential/older")
        for pool in ("transitional", "community_care")
    )


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (home("Dementia", dormant=True), "dormant"),
        (home("Dementia", rating="Inadequate"), "rated below requires improvement"),
        (home("Dementia", rating="1"), "rated below requires improvement"),
        (
            home("Dementia", activities=("Personal care",)),
            "not registered for accommodation with nursing or personal care",
        ),
        (home(), "does not say whom it serves"),
        (home("Dementia", rating="Requires Improvement"), None),
        (home("Dementia"), None),
    ],
)
def test_a_home_that_may_take_nobody_says_why(record: LocationRecord, why: str | None):
    assert refusal(record, floor="requires improvement") == why


@pytest.mark.parametrize("text", ["", "nursing", "hospital/older", "nursing/astronauts", "nursing/older/99"])
def test_a_need_written_otherwise_is_refused_with_what_may_stand_there(text: str):
    with pytest.raises(UnknownNeed, match=r"need|age band"):
        Need.parse(text)


@given(
    st.sampled_from(["nursing", "residential", "care home"]),
    st.sampled_from(["older", "dementia", "learning disability", "children"]),
    st.sampled_from(["65+", "18-64", "adult", "0-17"]),
)
def test_a_need_reads_back_as_itself(setting: str, client: str, age: str):
    need = Need(setting, client, age)  # type: ignore[arg-type]
    assert Need.parse(str(need)) == need


@given(st.lists(st.tuples(st.integers(0, 200), st.floats(0, 1)), min_size=1, max_size=60), st.data())
def test_shares_of_many_homes_add_up_to_the_share_of_all(rows: list[tuple[int, float]], data: st.DataObject):
    beds = np.array([b for b, _ in rows], dtype=np.int64)
    share = data.draw(st.floats(0, 1))
    total = whole(round(float(beds.sum()) * share, 6))
    given_out = apportion(total, beds * share, beds)
    assert int(given_out.sum()) == total
    assert (given_out <= beds).all()
    assert (given_out >= 0).all()
    assert (np.abs(given_out - beds * share) <= 1 + 1e-6).all()


def test_a_total_beyond_the_ceilings_fills_them():
    assert apportion(9, np.array([1.5, 1.5]), np.array([1, 2])).tolist() == [1, 2]


def test_halves_go_to_even_in_decimal():
    assert [whole(0.5), whole(1.5), whole(2.5)] == [0, 2, 2]

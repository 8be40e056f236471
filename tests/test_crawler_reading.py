"""Rows read destructively: what is required, what may be there, and nothing left over in silence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading import Reading, Row, UnreadableField, read_row
from crawler.values import count, day, day_in, names_a_day, organisation_name, separate, text
from register.identifiers import cqc_id, postcode, uprn

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def reading() -> Reading:
    return Reading("a/list", "file.csv", date(2026, 5, 5))


def row(**fields: object) -> Row:
    return Row(fields, reading(), number=7)


def test_a_missing_required_field_loses_the_row_and_names_the_field():
    def read(one):
        one.take_id("id", cqc_id)
        one.take("name", text)
        yield from ()

    faults = list(read_row(row(id="1-100000001"), read))
    assert [(f.field, f.loses_row, f.record_id, f.row) for f in faults] == [("name", True, "cqc:1-100000001", 7)]


def test_a_damaged_optional_field_is_left_unknown_and_the_row_stands():
    damaged = row(uprn="1.0007E+11", postcode="ZZ", beds="12 beds", minus="-3", when="31/02/2020", lat="0", lon="0")
    assert damaged.take_identifier("uprn", uprn) is None
    assert damaged.take_identifier("postcode", postcode) is None
    assert damaged.take_optional("beds", count) is None
    assert damaged.take_optional("minus", count) is None
    assert damaged.take_day("when") is None
    assert damaged.take_coordinates("lat", "lon") == (None, None)
    faults = list(damaged.reading.drain())
    assert {f.field for f in faults} == {"uprn", "postcode", "beds", "minus", "when", "lat"}
    assert not any(f.loses_row for f in faults)


def test_a_date_in_the_far_future_is_left_unknown():
    assert row(when="2099-01-01").take_day("when") is None
    assert row(when="2026-09-01").take_day("when") == date(2026, 9, 1)


def test_a_field_never_seen_before_is_told_once_a_file_without_its_value():
    shared = reading()
    for _ in range(3):
        one = Row({"id": "x", "mobile": "07700 900000", "old": "y"}, shared)
        one.take("id", text)
        one.nothing_left(except_for={"old"})
    (fault,) = shared.drain()
    assert (fault.field, fault.found, fault.loses_row) == ("mobile", None, False)


def test_a_word_never_seen_before_is_kept_and_told_once():
    shared = reading()
    words = [Row({"rating": "Splendid"}, shared).choice("rating", {"good"}) for _ in range(3)]
    assert words == ["Splendid"] * 3
    assert [f.found for f in shared.drain()] == ["'Splendid'"]


def test_a_personal_value_is_never_quoted():
    shared = Reading("a/list", "file.csv", date(2026, 5, 5), private={"manager"})
    Row({"manager": "A Person\x00"}, shared).take_optional("manager", text)
    assert [f.found for f in shared.drain()] == [None]


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), JSON_VALUES))
def test_no_json_value_whatever_raises_anything_but_an_unreadable_field(fields):
    one = row(**fields)
    try:
        one.take_id("a", cqc_id)
        one.take_day("b")
        [entry.take_text("x") for entry in one.take_list("c")]
        one.take_object("b").take_optional("y", count)
        one.nothing_left(except_for=())
    except UnreadableField:
        pass


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-13", date(2026, 5, 13)),
        ("2023-05-03T00:00:00Z", date(2023, 5, 3)),
        ("2024-11-18 14:40:14", date(2024, 11, 18)),
        ("01/04/2002", date(2002, 4, 1)),
        ("5/13/2026 12:00:00 AM", date(2026, 5, 13)),
        ("13 May 2026", date(2026, 5, 13)),
        ("46155", date(2026, 5, 13)),
    ],
)
def test_dates_are_read_as_each_publisher_writes_them(written, meant):
    assert day(written) == meant


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_a_date_is_the_same_in_every_form(one):
    forms = (one.isoformat(), f"{one:%d/%m/%Y}", f"{one:%d %B %Y}", f"{one.month}/{one.day}/{one.year} 12:00:00 AM")
    assert {day(form) for form in forms} == {one}


@pytest.mark.parametrize(
    ("name", "meant", "full"),
    [
        ("05_May_2026_HSCA_Active_Locations.ods", date(2026, 5, 5), True),
        ("MDSF_data_30%20June%202024.csv", date(2024, 6, 30), True),
        ("care_homes_2025-05-31.csv.gz", date(2025, 5, 31), True),
        ("ratings_england_2021-02.csv.gz", date(2021, 2, 1), False),
        ("datastore-november-2026.csv", date(2026, 11, 1), False),
        ("uk-topojson-2014-2025.topo.json", None, False),
        ("topo.json", None, False),
    ],
)
def test_the_day_of_a_file_is_read_from_its_name(name, meant, full):
    assert day_in(name) == meant
    assert names_a_day(name) is full


def test_a_list_whose_entries_hold_commas_is_split_where_it_should_be():
    known = {"treatment of disease, disorder or injury"}
    assert separate("Treatment of disease, disorder or injury,Surgical procedures, Dental", known) == (
        "Treatment of disease, disorder or injury",
        "Surgical procedures",
        "Dental",
    )


@pytest.mark.parametrize(
    "name", ["Mrs Alex Sample", "Alex Sample", "A Sample trading as Rose House", "Mr & Mrs Sample Ltd"]
)
def test_the_name_of_a_person_is_withheld_where_the_source_does_not_say_what_a_provider_is(name):
    assert organisation_name(name) is None


@pytest.mark.parametrize("name", ["HC-One Limited", "Kent County Council", "Rose Care Ltd.", "The Invented Trust"])
def test_the_name_of_a_body_is_kept(name):
    assert organisation_name(name) == name


@given(st.text())
def test_text_has_no_double_space_no_edge_space_and_no_control_character(value):
    try:
        words = text(value)
    except ValueError:
        return
    assert words == " ".join(words.split())
    assert not any(ord(c) < 32 or ord(c) == 127 for c in words)

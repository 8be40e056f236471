"""Percentiles are of people, shares never lie by rounding, and other people's words fit on one line."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contingency.findings import spread
from contingency.plan_document import Move
from printing.diagram import Arrow, Box, draw_diagram
from printing.wording import age, clean, percentage

MOVES = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 60_000)), min_size=1, max_size=30)


@given(MOVES)
def test_median_and_ninetieth_percentile_are_of_people_not_of_moves(rows: list[tuple[int, int]]) -> None:
    moves = [Move(origin="a", to="b", need="n", pool="p", people=n, km=m / 1000) for n, m in rows]
    each = sorted(m / 1000 for n, m in rows for _ in range(n))
    found = spread(moves)
    middle = (each[(len(each) - 1) // 2] + each[len(each) // 2]) / 2
    assert found.people == len(each)
    assert found.median == pytest.approx(middle)
    assert found.p90 == each[-(-9 * len(each) // 10) - 1]
    assert found.worst == each[-1]
    assert found.far == sum(distance > 16.09344 for distance in each)


@given(st.text())
def test_cleaned_words_are_one_line_that_any_file_can_hold(text: str) -> None:
    line = clean(text)
    line.encode("utf-8")
    assert line == clean(line)
    assert line == " ".join(line.split())
    assert all(character.isprintable() or character in "\u200c\u200d" for character in line)


@given(st.text(max_size=60))
def test_a_drawing_is_xml_whatever_its_parties_are_called(name: str) -> None:
    boxes = [Box("a", name or "-"), Box("b", name or "-", name)]
    drawn = draw_diagram(boxes, [Arrow("a", "b", name)], name, name, name="x")
    assert ElementTree.fromstring(drawn).tag.endswith("svg")


@given(st.integers(0, 40_000), st.integers(1, 40_000))
def test_a_share_is_never_rounded_to_nobody_or_to_everybody(part: int, whole: int) -> None:
    part = min(part, whole)
    words = percentage(part, whole)
    assert (words == "0 %") == (part == 0)
    assert (words == "100 %") == (part == whole)
    assert "0.0 %" != words != "100.0 %"


def test_ages_are_said_in_the_unit_a_reader_would_use() -> None:
    on = date(2026, 3, 2)
    assert age(date(2026, 3, 2), on) == "the same day"
    assert age(date(2026, 3, 1), on) == "1 day"
    assert age(date(2025, 11, 3), on) == "3 months"
    assert age(date(2021, 2, 3), on) == "5 years"
    assert age(date(2026, 3, 9), on) == "7 days in the future"

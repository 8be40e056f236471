"""What lists loaded in any order make of one record's history."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from register.decide import Interval, Retire, Write, decide, next_statement, state_at

DAY = date(2025, 1, 1)
STATES = st.sampled_from(["a", "b", None])


def applied(timeline: list[Interval], intents: tuple[Retire | Write, ...], version: int) -> list[Interval]:
    """Execute intents as storage does; new rows get numbers from ``version`` on."""
    retired = {intent.version for intent in intents if isinstance(intent, Retire)}
    kept = [held for held in timeline if held.version not in retired]
    written = [
        Interval(version + at, intent.start, intent.end, intent.digest)
        for at, intent in enumerate(intents)
        if isinstance(intent, Write)
    ]
    return sorted([*kept, *written], key=lambda held: held.start)


def history(statements: list[tuple[date, str | None]]) -> list[tuple[date, date | None, str]]:
    """Load statements in the order given; every earlier-loaded day is a complete list's."""
    timeline: list[Interval] = []
    days: list[date] = []
    for number, (day, state) in enumerate(statements):
        until = next_statement(day, sorted(set(days)), (), ())
        timeline = applied(timeline, decide(timeline, day, state, until), 100 * number)
        days.append(day)
    return [(held.start, held.end, held.digest) for held in timeline]


@given(st.dictionaries(st.integers(0, 30), STATES, max_size=5))
def test_lists_of_different_days_give_one_history_in_any_order_of_loading(states: dict[int, str | None]) -> None:
    statements = [(DAY + timedelta(days=offset), state) for offset, state in sorted(states.items())]
    expected = history(statements)
    for order in permutations(statements):
        assert history(list(order)) == expected


@given(st.lists(st.tuples(st.integers(0, 20), STATES), max_size=8))
def test_a_history_says_of_each_day_what_the_last_list_before_it_said(drawn: list[tuple[int, str | None]]) -> None:
    statements = [(DAY + timedelta(days=offset), state) for offset, state in drawn]
    result = history(statements)
    said = dict(statements)
    for offset in range(-1, 25):
        day = DAY + timedelta(days=offset)
        before = [one for one in said if one <= day]
        expected = said[max(before)] if before else None
        assert state_at([Interval(0, *stretch) for stretch in result], day) == expected


@given(st.lists(st.tuples(st.integers(0, 20), STATES), max_size=8))
def test_believed_stretches_never_overlap_and_neighbours_that_touch_differ(
    drawn: list[tuple[int, str | None]],
) -> None:
    result = history([(DAY + timedelta(days=offset), state) for offset, state in drawn])
    for (_, end, digest), (start, _, following) in pairwise(result):
        assert end is not None
        assert end < start or (end == start and digest != following)


@given(st.lists(st.tuples(st.integers(0, 20), STATES), min_size=1, max_size=8))
def test_the_same_list_twice_intends_nothing_the_second_time(drawn: list[tuple[int, str | None]]) -> None:
    statements = [(DAY + timedelta(days=offset), state) for offset, state in drawn]
    stretches = [Interval(number, *stretch) for number, stretch in enumerate(history(statements))]
    day, state = statements[-1]
    assert decide(stretches, day, state, None) == ()


def test_a_list_that_quarantined_the_record_does_not_end_what_an_older_list_says() -> None:
    second, third = DAY + timedelta(days=30), DAY + timedelta(days=60)
    assert next_statement(DAY, [DAY, second, third], {second}, ()) == third
    assert next_statement(DAY, [DAY, second, third], (), ()) == second
    assert next_statement(DAY, [DAY], (), [second]) == second
    assert next_statement(third, [DAY, second, third], (), ()) is None

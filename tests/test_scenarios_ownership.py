"""What a failure takes down when companies stand above providers: the provider's own failure closes homes, no other."""

from __future__ import annotations

import pytest
from small_ownership import held, owned

from contingency.assumptions import read_assumptions
from contingency.document import document
from contingency.plan import UNDER_WHAT_FAILED, Options, Plan, make_plan
from contingency.scenarios import UnknownName
from contingency.travel.crow import Crow
from register.snapshot import Snapshot

#: Company 9 holds providers 1 and 2 by more than half, and a quarter of provider 3; provider 4 stands alone.
GROUP = owned(
    held(1, 9, "most"), held(2, 9, "half"), held(3, 9, "quarter"), held(9, "Alex", "most", "person"),
    runs=[(1, 1), (2, 2), (2, 5), (3, 3), (4, 4)],
    brands={1: "A", 4: "A"},
)  # fmt: skip


def planned(snapshot: Snapshot, kind: str, *names: str, rule: str | None = None) -> Plan:
    options = Options(rule=rule)
    return make_plan(snapshot, kind, names, options=options, assumptions=read_assumptions(), engine=Crow())


def failing(made: Plan) -> list[str]:
    return [home.id.rpartition("-")[2] for home in made.failure.homes]


def test_a_failed_parent_closes_nothing_by_itself():
    made = planned(GROUP, "company", "99000009")
    assert failing(made) == []
    assert [(w.home.id[-1], "more than half" in w.why) for w in made.failure.watched] == [
        ("1", True), ("2", True), ("3", False), ("5", True)
    ]  # fmt: skip
    answer = document(made)
    assert answer["summary"]["people"] == 0
    assert "none closes by that" in answer["scenario"]["sentence"] and "SI 2015/301" in answer["scenario"]["sentence"]
    assert len(answer["watched"]) == 4


def test_a_provider_that_owns_another_closes_its_own_homes_and_the_others_are_watched_and_not_offered():
    snapshot = owned(held(2, 1, "most"), runs=[(1, 1), (2, 2), (4, 4)])
    made = planned(snapshot, "company", "gb-coh:99000001")
    assert failing(made) == ["1"]
    assert [w.home.id for w in made.failure.watched] == ["exercise:EX-2"]
    assert {v.home for v in made.problem.vacancies} == {"exercise:EX-4"}
    assert (UNDER_WHAT_FAILED, 1) in {(one.reason, one.homes) for one in made.refused}


@pytest.mark.parametrize(
    ("rule", "homes"), [("brand", ["1", "4"]), ("control50", ["1", "2", "5"]), ("psc25", ["1", "2", "3", "5"])]
)
def test_a_group_fails_by_the_rule_that_is_named(rule: str, homes: list[str]):
    made = planned(GROUP, "group", "EX-1", rule=rule)
    assert failing(made) == homes
    answer = document(made)
    assert answer["scenario"]["options"]["rule"] == rule
    assert f"rule {rule}" in answer["scenario"]["sentence"]


@pytest.mark.parametrize("name", ["gb-coh:99000009", "99000009", "exercise:EXP-2"])
def test_a_group_is_named_by_anything_in_it(name: str):
    assert failing(planned(GROUP, "group", name, rule="control50")) == ["1", "2", "5"]


def test_a_rule_that_is_none_is_refused_in_a_sentence():
    with pytest.raises(UnknownName, match="'family' is not a rule; choose brand"):
        planned(GROUP, "group", "EX-1", rule="family")

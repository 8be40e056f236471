"""Placement at the size of a real failure: as good as a solver that is shown every pair."""

import numpy as np
import pytest
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from benchmarks.synthetic import england, failing, problem
from contingency import coarse, placement, repair
from contingency.placement import place
from contingency.problem import Problem
from contingency.travel.crow import Crow


@pytest.fixture(scope="module")
def country():
    return england(seed=5, homes=3_000, beds=94_000)


def costs_of(stated):
    origins = np.array([[need.longitude, need.latitude] for need in stated.needs])
    return Crow().costs(origins, np.array([[v.longitude, v.latitude] for v in stated.vacancies]))


def on_every_pair(stated, costs):
    """(people unplaced, least total) by OR-Tools on every suitable pair: no candidates, no prices, no merging."""
    kind = np.array([stated.kinds.index(need.need) for need in stated.needs])
    n, v = np.nonzero(stated.suitable[kind])
    cost = costs.exact(n, v)
    people = np.array([need.people for need in stated.needs])
    beds = np.array([vacancy.beds for vacancy in stated.vacancies])
    if stated.cap_metres is not None:
        near = cost <= 10 * stated.cap_metres
        n, v, cost = n[near], v[near], cost[near]
    penalty = int(cost.max()) * (len(people) + 1)
    sink = len(people) + len(beds)
    graph = SimpleMinCostFlow()
    every = np.arange(len(people))
    tails = np.concatenate([n, len(people) + np.arange(len(beds)), every]).astype(np.int32)
    heads = np.concatenate([len(people) + v, np.full(len(beds) + len(people), sink)]).astype(np.int32)
    room = np.concatenate([np.minimum(people[n], beds[v]), beds, people])
    each = np.concatenate([cost, np.zeros(len(beds), int), np.full(len(people), penalty)])
    arcs = graph.add_arcs_with_capacity_and_unit_cost(tails, heads, room, each)
    supplies = np.concatenate([people, np.zeros(len(beds), int), [-people.sum()]])
    graph.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    assert graph.solve() == graph.OPTIMAL
    unplaced = int(graph.flows(arcs)[len(n) + len(beds) :].sum())
    return unplaced, graph.optimal_cost() - penalty * unplaced


@pytest.mark.parametrize(("spread", "usable", "cap"), [
    (True, 1.0, None), (False, 1.0, None), (True, 0.3, None), (False, 0.3, None), (True, 0.5, 30_000),
])  # fmt: skip
def test_a_hundred_homes_are_placed_as_well_as_on_every_pair(country, spread, usable, cap):
    stated = problem(country, failing(country, 100, seed=2, spread=spread), usable=usable, cap_metres=cap)
    costs = costs_of(stated)
    answer = place(stated, costs)
    assert answer.proved
    assert (int(answer.unplaced.sum()), answer.objective) == on_every_pair(stated, costs)


def test_working_pairs_in_one_by_one_and_solving_afresh_agree(country, monkeypatch):
    stated = problem(country, failing(country, 150, seed=3), usable=0.6)
    costs = costs_of(stated)
    monkeypatch.setattr(coarse, "HOMES_PER_ORIGIN", 3)
    monkeypatch.setattr(coarse, "ORIGINS_PER_POOL", 1)
    monkeypatch.setattr(placement, "FEW", 0)
    afresh = place(stated, costs)
    monkeypatch.setattr(placement, "FEW", 10**6)
    monkeypatch.setattr(placement, "STEPS", 10**9)
    ran = []
    run = repair.Repair.run
    monkeypatch.setattr(repair.Repair, "run", lambda self, most: ran.append(most) or run(self, most))
    one_by_one = place(stated, costs)
    assert ran
    assert one_by_one.rounds == 1 < afresh.rounds
    assert one_by_one.proved
    assert (one_by_one.objective, one_by_one.unplaced.sum()) == (afresh.objective, afresh.unplaced.sum())


def test_the_longest_journey_of_a_region_is_as_short_as_can_be(country):
    closed = failing(country, 60, seed=4, spread=False)
    total = problem(country, closed, usable=0.5)
    costs = costs_of(total)
    shortest = place(total, costs)
    worst = place(Problem(total.needs, total.vacancies, total.kinds, total.suitable, objective="worst"), costs)
    longest = int(worst.cost.max())
    assert worst.unplaced.sum() == shortest.unplaced.sum()
    assert longest < shortest.cost.max()
    assert worst.objective > shortest.objective
    metres = (longest - 1) // 10
    shorter = Problem(total.needs, total.vacancies, total.kinds, total.suitable, cap_metres=metres)
    assert place(shorter, costs).unplaced.sum() > worst.unplaced.sum()

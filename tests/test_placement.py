"""Placement: against an independent solver on small problems, and as rules that hold for every problem."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from contingency import coarse, placement
from contingency.network import overlay
from contingency.placement import ALL_TAKEN, NOT_REACHABLE, NOT_SUITABLE, place, why_unplaced
from contingency.problem import UNREACHABLE, Need, Problem, Vacancy

quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Table:
    """Costs written down: exact decimetres between homes, and bounds that are a share of them."""

    def __init__(self, exact, share=1.0):
        self.table, self.share = np.array(exact, dtype=np.int64), share

    def floor(self, needs, vacancies):
        block = self.table[np.ix_(needs, vacancies)].astype(np.float64)
        return np.where(block == float(UNREACHABLE), 0.0, block * self.share)

    def exact(self, needs, vacancies):
        return self.table[needs, vacancies]


NO_CAP = st.none()


@st.composite
def cases(draw, *, cap=NO_CAP, objective="total", farthest=40, unreachable=True, most=6):
    """A problem of a few homes and its costs; ties are frequent, some homes share rows, some pairs have no way."""
    kinds = ("nursing", "residential", "other")
    homes = draw(st.integers(0, most))
    places = draw(st.integers(0, most))
    cost = st.integers(0, farthest)
    if unreachable:
        cost = st.one_of(cost, cost, cost, st.just(UNREACHABLE))
    between = [[draw(cost) for _ in range(places)] for _ in range(homes)]
    degrees = st.floats(50, 55)
    needs, vacancies, rows, columns = [], [], [], []
    for home in range(homes):
        at = (draw(degrees), draw(degrees) - 54)
        for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2)):
            needs.append(Need(f"from {home}", kind, draw(st.integers(1, 5)), *at))
            rows.append(home)
    for home in range(places):
        at = (draw(degrees), draw(degrees) - 54)
        for pool in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=2)):
            vacancies.append(Vacancy(f"to {home}", pool, draw(st.integers(1, 4)), *at))
            columns.append(home)
    suits = np.array(draw(st.lists(st.booleans(), min_size=9, max_size=9))).reshape(3, 3)
    pools = ["abc".index(v.pool) for v in vacancies]
    table = np.array(between, dtype=np.int64).reshape(homes, places)[np.ix_(rows, columns)]
    stated = Problem(
        tuple(needs), tuple(vacancies), kinds, suits[:, pools].reshape(3, len(pools)), draw(cap), objective
    )
    return stated, Table(table, draw(st.sampled_from([1.0, 0.7, 0.0])))


def able(stated, costs, limit=None):
    """The pairs that may be used: suitable, joined, within ``limit`` decimetres."""
    if limit is None and stated.objective == "total" and stated.cap_metres is not None:
        limit = 10 * stated.cap_metres
    return [
        (n, v)
        for n, need in enumerate(stated.needs)
        for v in range(len(stated.vacancies))
        if stated.suitable[stated.kinds.index(need.need), v]
        and costs.table[n, v] != UNREACHABLE
        and (limit is None or costs.table[n, v] <= limit)
    ]


def programme(stated, pairs, cost, equal=()):
    """The least sum of ``cost`` over flows on ``pairs``, where each of ``equal`` is (weights, sum). HiGHS."""
    if not pairs:
        return 0
    rows = np.zeros((len(stated.needs) + len(stated.vacancies), len(pairs)))
    for k, (n, v) in enumerate(pairs):
        rows[n, k] = rows[len(stated.needs) + v, k] = 1
    most = [need.people for need in stated.needs] + [vacancy.beds for vacancy in stated.vacancies]
    found = linprog(
        cost,
        A_ub=rows,
        b_ub=most,
        A_eq=[weights for weights, _ in equal] or None,
        b_eq=[total for _, total in equal] or None,
        method="highs",
    )
    return round(found.fun) if found.status == 0 else None


def least(stated, costs):
    """(most people placed, least total) by an independent solver."""
    pairs = able(stated, costs)
    most = -programme(stated, pairs, [-1] * len(pairs))
    total = programme(stated, pairs, [costs.table[p] for p in pairs], [([1] * len(pairs), most)])
    return most, total


def least_worst(stated, costs):
    """(most placed, fewest beyond the cap, shortest longest journey, least total) by an independent solver."""
    pairs = able(stated, costs)
    most = -programme(stated, pairs, [-1] * len(pairs))
    cap = np.inf if stated.cap_metres is None else 10 * stated.cap_metres
    beyond = [float(costs.table[p] > cap) for p in pairs]
    fewest = programme(stated, pairs, beyond, [([1] * len(pairs), most)])
    for longest in sorted({0, *(int(costs.table[p]) for p in pairs)}):
        near = [p for p in pairs if costs.table[p] <= longest]
        far = [float(costs.table[p] > cap) for p in near]
        equal = [([1] * len(near), most), (far, fewest)]
        total = (
            (0 if most == 0 else None) if not near else programme(stated, near, [costs.table[p] for p in near], equal)
        )
        if total is not None:
            return most, fewest, longest if most else 0, total
    raise AssertionError("no longest journey is long enough")


def placed(answer):
    return int(answer.people.sum())


def is_a_plan(stated, costs, answer):
    """People are conserved, no bed is used twice, and nobody goes where they may not."""
    allowed = set(able(stated, costs))
    moves = list(zip(answer.need.tolist(), answer.vacancy.tolist(), strict=True))
    assert set(moves) <= allowed
    assert len(set(moves)) == len(moves)
    assert (answer.people > 0).all()
    out = np.bincount(answer.need, answer.people, len(stated.needs)) if stated.needs else np.zeros(0)
    assert (out + answer.unplaced == [need.people for need in stated.needs]).all()
    taken = np.bincount(answer.vacancy, answer.people, len(stated.vacancies))
    assert (taken <= [vacancy.beds for vacancy in stated.vacancies]).all()
    assert answer.cost.tolist() == [int(costs.table[move]) for move in moves]
    assert answer.objective == int(answer.cost @ answer.people)
    assert answer.proved
    assert answer.bound == answer.objective


@pytest.fixture(params=["all pairs at once", "first candidates", "hardly any candidates"])
def start(request, monkeypatch):
    """Small problems are solved on all pairs; the others ways of starting must come to the same answer."""
    if request.param != "all pairs at once":
        monkeypatch.setattr(coarse, "ALL_PAIRS", 0)
    if request.param == "hardly any candidates":
        monkeypatch.setattr(
            placement, "first_candidates", lambda network, penalty: (np.zeros(0, int), np.zeros(0, int))
        )
    return request.param


with_start = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@with_start
@given(case=cases())
def test_no_independent_solver_places_more_people_or_finds_a_shorter_total(start, case):
    stated, costs = case
    answer = place(stated, costs)
    is_a_plan(stated, costs, answer)
    assert (placed(answer), answer.objective) == least(stated, costs)


@with_start
@given(case=cases(cap=st.integers(0, 4)))
def test_nobody_is_moved_beyond_the_cap(start, case):
    stated, costs = case
    answer = place(stated, costs)
    is_a_plan(stated, costs, answer)
    assert (placed(answer), answer.objective) == least(stated, costs)
    assert (answer.cost <= 10 * stated.cap_metres).all()


@with_start
@given(case=cases(cap=st.one_of(st.none(), st.integers(0, 4)), objective="worst", most=4))
def test_worst_means_fewest_beyond_the_cap_then_the_shortest_longest_journey_then_the_total(start, case):
    stated, costs = case
    answer = place(stated, costs)
    is_a_plan(stated, costs, answer)
    cap = np.inf if stated.cap_metres is None else 10 * stated.cap_metres
    beyond = int(answer.people[answer.cost > cap].sum())
    assert (placed(answer), beyond, int(answer.cost.max(initial=0)), answer.objective) == least_worst(stated, costs)


@quick
@given(case=cases(), data=st.data())
def test_a_further_bed_never_leaves_more_people_without_one(case, data):
    stated, costs = case
    if not stated.vacancies:
        return
    which = data.draw(st.integers(0, len(stated.vacancies) - 1))
    one = stated.vacancies[which]
    more = Vacancy(one.home, one.pool, one.beds + 1, one.latitude, one.longitude)
    vacancies = (*stated.vacancies[:which], more, *stated.vacancies[which + 1 :])
    before = place(stated, costs)
    after = place(Problem(stated.needs, vacancies, stated.kinds, stated.suitable), costs)
    assert placed(after) >= placed(before)
    if placed(after) == placed(before):
        assert after.objective <= before.objective


@quick
@given(case=cases(), data=st.data())
def test_the_order_of_rows_changes_no_move(case, data):
    stated, costs = case
    needs = data.draw(st.permutations(range(len(stated.needs))))
    vacancies = data.draw(st.permutations(range(len(stated.vacancies))))
    kinds = data.draw(st.permutations(range(3)))
    shuffled = Problem(
        tuple(stated.needs[n] for n in needs),
        tuple(stated.vacancies[v] for v in vacancies),
        tuple(stated.kinds[k] for k in kinds),
        stated.suitable[np.ix_(kinds, vacancies)],
    )

    def moves(problem_, answer):
        rows = zip(answer.need.tolist(), answer.vacancy.tolist(), answer.people.tolist(), strict=True)
        named = {}
        for n, v, people in rows:
            key = (
                problem_.needs[n].home,
                problem_.needs[n].need,
                problem_.vacancies[v].home,
                problem_.vacancies[v].pool,
            )
            named[key] = named.get(key, 0) + people
        return named

    again = Table(costs.table[np.ix_(needs, vacancies)], costs.share)
    assert moves(shuffled, place(shuffled, again)) == moves(stated, place(stated, costs))


@quick
@given(case=cases(cap=st.one_of(st.none(), st.integers(0, 4))))
def test_whoever_has_no_place_is_told_why(case):
    stated, costs = case
    answer = place(stated, costs)
    reasons = why_unplaced(stated, answer, costs)
    within = able(stated, costs)
    joined = able(stated, costs, limit=10**9)
    for n, reason in enumerate(reasons):
        suits = stated.suitable[stated.kinds.index(stated.needs[n].need)].any()
        if not answer.unplaced[n]:
            assert reason == ""
        elif not suits:
            assert reason == NOT_SUITABLE
        elif any(pair[0] == n for pair in within):
            assert reason == ALL_TAKEN
        elif any(pair[0] == n for pair in joined):
            assert reason == f"no suitable vacancy within {stated.cap_metres / 1000:g} km"
        else:
            assert reason == NOT_REACHABLE


def chain(length, step):
    """Homes in a row, each with one person, and beds between them: to free the last bed everybody moves up one.

    The person at the start has only the first bed in reach; all others have the bed before them at no distance and
    the bed behind them far away. One more person can be placed only if all of them move to the far bed.
    """
    needs = tuple(Need(f"home {k:03d}", "any", 1, 51.0, 0.01 * k) for k in range(length))
    vacancies = tuple(Vacancy(f"place {k:03d}", "any", 1, 51.0, 0.01 * k) for k in range(length))
    table = np.full((length, length), UNREACHABLE)
    for k in range(length):
        table[k, k] = step
        if k:
            table[k, k - 1] = 0
    return Problem(needs, vacancies, ("any",), np.ones((1, length), dtype=bool)), Table(table)


@pytest.mark.parametrize("length", [2, 5, 60, 150])
def test_a_chain_of_moves_longer_than_any_distance_still_places_one_more_person(length):
    stated, costs = chain(length, 1_000_000)
    answer = place(stated, costs)
    is_a_plan(stated, costs, answer)
    assert not answer.unplaced.any()
    assert answer.objective == length * 1_000_000


def test_a_chain_over_pairs_that_are_no_candidates_is_found(monkeypatch):
    monkeypatch.setattr(placement, "first_candidates", lambda network, penalty: (np.zeros(0, int), np.zeros(0, int)))
    stated, costs = chain(40, 1_000_000)
    assert not place(stated, costs).unplaced.any()


@pytest.mark.parametrize("length", [3, 60])
def test_everybody_moves_up_before_one_person_goes_beyond_the_cap(length):
    up, costs = chain(length, 900)
    spare = Vacancy("spare", "any", 1, 51.0, 0.0)
    table = np.hstack([costs.table, np.full((length, 1), UNREACHABLE)])
    table[0, -1] = 901  # the first home's only other way out, a decimetre beyond the cap
    stated = Problem(up.needs, (*up.vacancies, spare), up.kinds, np.ones((1, length + 1), dtype=bool), 90, "worst")
    answer = place(stated, Table(table))
    is_a_plan(stated, Table(table), answer)
    assert answer.cost.tolist() == [900] * length


@pytest.mark.parametrize("stated", [
    Problem((), (), (), np.zeros((0, 0), dtype=bool)),
    Problem((Need("a", "any", 3, 51.0, 0.0),), (), ("any",), np.zeros((1, 0), dtype=bool)),
    Problem((), (Vacancy("b", "any", 3, 51.0, 0.0),), ("any",), np.ones((1, 1), dtype=bool)),
    Problem((Need("a", "any", 3, 51, 0),), (Vacancy("b", "x", 3, 51, 0),), ("any",), np.zeros((1, 1), dtype=bool)),
])  # fmt: skip
@pytest.mark.parametrize("objective", ["total", "worst"])
def test_without_people_or_without_beds_nobody_moves(stated, objective):
    asked = Problem(stated.needs, stated.vacancies, stated.kinds, stated.suitable, objective=objective)
    answer = place(asked, Table(np.zeros((len(stated.needs), len(stated.vacancies)))))
    assert placed(answer) == 0
    assert answer.unplaced.tolist() == [need.people for need in stated.needs]
    assert answer.proved


@pytest.mark.parametrize(("needs", "vacancies", "shape", "says"), [
    ([Need("a", "other", 1, 51.0, 0.0)], [Vacancy("b", "x", 1, 51.0, 0.0)], (1, 1), "home a: need 'other'"),
    ([Need("a", "any", 0, 51.0, 0.0)], [Vacancy("b", "x", 1, 51.0, 0.0)], (1, 1), "home a: 0 people"),
    ([Need("a", "any", 1, 51.0, 0.0)], [Vacancy("b", "x", -2, 51.0, 0.0)], (1, 1), "home b: -2 beds"),
    ([Need("a", "any", 1, 51.0, 0.0)], [Vacancy("b", "x", 1, 51.0, 0.0)], (1, 2), r"suitable has shape \(1, 2\)"),
])  # fmt: skip
def test_a_problem_that_cannot_be_is_refused_with_its_row(needs, vacancies, shape, says):
    with pytest.raises(ValueError, match=says):
        place(Problem(tuple(needs), tuple(vacancies), ("any",), np.ones(shape, dtype=bool)), Table([[1]]))


@quick
@given(data=st.data(), groups=st.integers(1, 4))
def test_amounts_laid_end_to_end_are_conserved(data, groups):
    rows = st.lists(st.tuples(st.integers(0, groups - 1), st.integers(1, 9)), max_size=8).map(sorted)
    a, b = (np.array(data.draw(rows), dtype=np.int64).reshape(-1, 2) for _ in range(2))
    in_a, in_b, amount = overlay(groups, a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    assert (amount > 0).all()
    assert (a[in_a, 0] == b[in_b, 0]).all()
    assert (np.bincount(in_a, amount, len(a)) <= a[:, 1]).all()
    assert (np.bincount(in_b, amount, len(b)) <= b[:, 1]).all()
    for group in range(groups):
        both = min(a[a[:, 0] == group, 1].sum(), b[b[:, 0] == group, 1].sum())
        assert amount[a[in_a, 0] == group].sum() == both

"""From a register and a failure to who goes where: what every plan must keep true."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_property import charge, proprietor, stands, title, traced, with_property
from small_register import ON, a_home, a_snapshot

from contingency.assumptions import BadAssumptions, read_assumptions
from contingency.document import document, dumps
from contingency.draws import ranges
from contingency.occupancy import beds_of_homes
from contingency.plan import Options, Plan, make_plan
from contingency.problem_files import write_problem
from contingency.scenarios import KINDS, UnknownName
from contingency.travel.crow import Crow
from register.records import ResidentsRecord, VacancyRecord
from register.snapshot import Snapshot


def planned(snapshot: Snapshot, kind: str, *names: str, **options: object) -> Plan:
    return make_plan(
        snapshot,
        kind,
        names,
        options=Options(**options),
        assumptions=read_assumptions(),
        engine=Crow(),  # type: ignore[arg-type]
    )


FAILING, NEAR, FAR = (
    a_home(1, beds=10),
    a_home(2, provider="exercise:EXP-2", beds=100, at=(54.51, 2.5)),
    a_home(3, provider="exercise:EXP-2", beds=100, at=(54.9, 2.5)),
)


@st.composite
def registers(draw: st.DrawFn) -> Snapshot:
    words = ("Caring for adults over 65 yrs", "Dementia", "Learning disabilities", "Caring for adults under 65 yrs")
    homes = [
        a_home(
            number,
            beds=draw(st.one_of(st.none(), st.integers(0, 90))),
            provider=f"exercise:EXP-{draw(st.integers(1, 4))}",
            bands=draw(st.lists(st.sampled_from(words), unique=True)),
            types=draw(
                st.sampled_from([("Nursing homes",), ("Residential homes",), ("Nursing homes", "Residential homes")])
            ),
            at=draw(st.one_of(st.none(), st.tuples(st.floats(54, 55), st.floats(2, 3)))),
            authority=draw(st.sampled_from(["X10000001", "X10000002", None])),
            status=draw(st.sampled_from(["open", "open", "open", "dormant", "closed"])),
            rating=draw(st.sampled_from([None, "Good", "Inadequate"])),
        )
        for number in range(1, draw(st.integers(2, 14)))
    ]
    return a_snapshot(*homes)


@settings(deadline=None, max_examples=60)
@given(registers(), st.sampled_from([None, 5.0, 30.0]), st.sampled_from(["total", "worst"]))
def test_everybody_is_placed_or_counted_with_a_reason(snapshot: Snapshot, cap: float | None, objective: str):
    answer = document(planned(snapshot, "provider", next(iter(snapshot.providers)), cap_km=cap, objective=objective))
    for home in answer["affected"]:
        moved = sum(m["people"] for m in answer["moves"] if m["from"] == home["home"])
        left = sum(u["people"] for u in answer["unplaced"] if u["from"] == home["home"])
        assert home["people"] == moved + left == sum(n["people"] for n in home["needs"])
    assert all(u["reason"] for u in answer["unplaced"])
    failing = {home["home"] for home in answer["affected"]}
    assert not failing & {m["to"] for m in answer["moves"]}
    rows = answer["summary"]["by_authority"]
    for total, column in (("people", "people"), ("placed", "placed"), ("unplaced", "unplaced"), ("placed", "arrivals")):
        assert answer["summary"][total] == sum(row[column] for row in rows)
    assert answer["optimality"]["proved"]


@settings(deadline=None, max_examples=40)
@given(registers())
def test_people_and_admitting_beds_never_exceed_the_beds_there_are(snapshot: Snapshot):
    for state in beds_of_homes(snapshot, read_assumptions())[0].values():
        if state.registered is not None and state.people is not None:
            assert state.people + sum(n for _, n in state.vacancies) <= state.registered


def test_the_nearest_bed_that_is_open_is_taken_first():
    answer = document(planned(a_snapshot(FAILING, NEAR, FAR), "home", "EX-1"))
    assert answer["summary"]["people"] == 9  # 86.0 % of the 210 beds is 181 people, 9 of them here
    assert {m["to"] for m in answer["moves"]} == {NEAR.id}
    assert answer["moves"][0]["km"] == pytest.approx(1.113, abs=0.001)


def test_a_home_that_fails_with_its_provider_takes_nobody():
    answer = document(planned(a_snapshot(FAILING, NEAR, FAR), "provider", "exercise:EXP-2"))
    assert {home["home"] for home in answer["affected"]} == {NEAR.id, FAR.id}
    assert {m["to"] for m in answer["moves"]} <= {FAILING.id}
    assert answer["summary"]["unplaced"] > 0


def test_a_dormant_home_is_on_the_list_and_has_nobody_in_it():
    answer = document(planned(a_snapshot(a_home(1, status="dormant"), NEAR), "home", "EX-1"))
    assert answer["affected"][0]["people"] == 0
    assert answer["affected"][0]["basis"] == "recorded"


def test_beds_unknown_is_not_nobody():
    answer = document(planned(a_snapshot(a_home(1, beds=None), NEAR), "home", "EX-1"))
    assert answer["affected"][0]["beds"] is None
    assert answer["affected"][0]["basis"] == "unknown"
    assert answer["summary"]["homes_beds_unknown"] == 1


def vacancies(home: str, accepting: int, *, days: int = 1, occupied: int = 30) -> VacancyRecord:
    return VacancyRecord(
        id=f"{home}/general_residential",
        location_id=home,
        bed_type="general_residential",
        maximum_capacity=40,
        occupied=occupied,
        vacant_accepting_admissions=accepting,
        vacant_not_admittable=40 - occupied - accepting,
        updated_on=ON - timedelta(days=days),
    )


def test_an_imported_vacancy_takes_the_place_of_the_estimate():
    homes = a_home(1, bands=("Caring for adults over 65 yrs",)), a_home(2, provider="exercise:EXP-2")
    snapshot = a_snapshot(*homes, vacancies=[vacancies(homes[1].id, 3)])
    answer = document(planned(snapshot, "home", "EX-1"))
    assert answer["summary"]["placed"] == 3
    assert {m["pool"] for m in answer["moves"]} == {"general_residential"}


def test_a_vacancy_older_than_35_days_is_not_used_and_is_counted():
    homes = a_home(1), a_home(2, provider="exercise:EXP-2")
    answer = document(planned(a_snapshot(*homes, vacancies=[vacancies(homes[1].id, 9, days=36)]), "home", "EX-1"))
    assert {m["pool"] for m in answer["moves"]} == {"residential"}
    assert [a["value"] for a in answer["assumptions"] if "older than 35 days" in a["name"]] == [1]


def test_a_councils_own_count_of_needs_takes_the_place_of_the_split():
    home = a_home(1)
    rows = [
        ResidentsRecord(id=f"{home.id}/{need}", location_id=home.id, need=need, people=n, counted_on=ON)
        for need, n in (("residential/dementia", 2), ("residential/older", 5))
    ]
    affected = document(planned(a_snapshot(home, NEAR, residents=rows), "home", "EX-1"))["affected"][0]
    assert affected["people"] == 7
    assert affected["basis"] == "imported"
    assert {n["need"]: n["people"] for n in affected["needs"]} == {"residential/dementia": 2, "residential/older": 5}


def test_equal_inputs_give_an_equal_document_whatever_the_order_of_loading():
    homes = [a_home(n, provider=f"exercise:EXP-{n % 3}", at=(54 + n / 100, 2.5), beds=20 + n) for n in range(1, 12)]
    one = dumps(document(planned(a_snapshot(*homes), "provider", "EXP-1")))
    other = dumps(document(planned(a_snapshot(*reversed(homes)), "provider", "EXP-1")))
    assert one == other


def test_the_problem_files_hold_the_whole_instance(tmp_path: Path):
    plan = planned(a_snapshot(FAILING, NEAR, FAR), "home", "EX-1")
    write_problem(plan, tmp_path)
    with (tmp_path / "needs.csv").open() as file:
        assert sum(int(row["people"]) for row in csv.DictReader(file)) == 9
    with (tmp_path / "places.csv").open() as file:
        assert {row["home"] for row in csv.DictReader(file)} == {NEAR.id, FAR.id}
    with (tmp_path / "suitable.csv").open() as file:
        assert {row["need"] for row in csv.DictReader(file)} == {"residential/dementia", "residential/older"}
    assert json.loads((tmp_path / "options.json").read_text())["objective"] == "total"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_scenario_keeps_every_person(kind: str):
    homes = [a_home(n, provider=f"exercise:EXP-{n % 2}", brand="EXB1", at=(54 + n / 50, 2.5)) for n in range(1, 7)]
    snapshot = with_property(
        a_snapshot(*homes),
        title(1, proprietor(20)),
        traces={1: traced(stands(1, 1))},
        charges=(charge(1, "Exercise Harbour Bank plc"),),
    )
    name = {
        "provider": "EXP-1", "home": "EX-1", "area": "X10000001", "company": "99000001", "group": "EXB1",
        "landlord": "99000020", "lender": "exercise-harbour-bank-plc",
    }[kind]  # fmt: skip
    answer = document(planned(snapshot, kind, name))
    assert answer["scenario"]["ids"]
    assert answer["summary"]["people"] == answer["summary"]["placed"] + answer["summary"]["unplaced"] > 0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_name_that_fits_nothing_is_said_so_in_one_sentence(kind: str):
    with pytest.raises(UnknownName, match="nowhere"):
        planned(a_snapshot(FAILING, NEAR), kind, "nowhere")


def test_a_home_long_gone_cannot_fail_again():
    with pytest.raises(UnknownName, match="not open on 2025-07-31: closed"):
        planned(a_snapshot(a_home(1, status="closed"), NEAR), "home", "EX-1")


def test_the_occupancy_used_is_the_latest_before_the_plans_day():
    assumptions = read_assumptions()
    assert assumptions.occupancy_of("England", None, date(2021, 1, 20)).occupied == 0.847
    assert assumptions.occupancy_of("England", None, date(2025, 8, 1)).occupied == 0.860
    assert assumptions.occupancy_of("Scotland", None, date(2020, 1, 1)).date == date(2024, 3, 31)
    assert assumptions.occupancy_of("Wales", None, date(2025, 8, 1)).borrowed


@pytest.mark.parametrize(
    ("text", "says"),
    [("occupancy: []", "missing"), (": :", "cannot be read"), ("[1, 2]", "wrong kind")],
)
def test_an_assumptions_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, says: str):
    path = tmp_path / "mine.yml"
    path.write_text(text)
    with pytest.raises(BadAssumptions, match=says):
        read_assumptions(path)


def drawn(seed: int, draws: int) -> dict[str, object]:
    snapshot = a_snapshot(FAILING, NEAR, FAR)
    make = partial(
        make_plan, snapshot, "home", ["EX-1"], options=Options(), assumptions=read_assumptions(), engine=Crow()
    )
    return ranges(draws, seed, lambda chance: make(chance=chance))


def test_draws_give_a_range_around_the_estimate_and_the_same_seed_gives_the_same_range():
    one = drawn(1, 40)
    assert one == drawn(1, 40) != drawn(2, 40)
    people = one["people"]
    assert isinstance(people, dict)
    assert people["low"] < 9 <= people["high"] <= 10  # ten beds, 86.0 % lived in


def test_a_draw_leaves_imported_figures_alone():
    homes = a_home(1), a_home(2, provider="exercise:EXP-2")
    snapshot = a_snapshot(*homes, vacancies=[vacancies(h.id, 3) for h in homes])
    chance = np.random.default_rng(1)
    states = beds_of_homes(snapshot, read_assumptions(), chance=chance)[0]
    assert {state.people for state in states.values()} == {30}

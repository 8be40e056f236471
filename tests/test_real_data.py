"""The main job on real public records: the figures are counted from the publishers' own files, by other means."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array
from sqlalchemy import Engine

from cli.demonstration import largest_provider
from contingency.assumptions import read_assumptions
from contingency.document import document
from contingency.plan import Options, Plan, make_plan
from contingency.problem import UNREACHABLE
from contingency.travel import ENGINES
from crawler.refresh import replay
from crawler.source import source_named
from register.acceptances import Acceptance, accept
from register.database import open_database
from register.intake import RunReport
from register.matching.tracing import match_snapshot, publish
from register.reading import load_snapshot, register_digest
from register.snapshot import Snapshot

LEARNT = datetime(2026, 11, 22, tzinfo=UTC)


def load(folder: Path, *files: tuple[str, Path]) -> tuple[Engine, list[RunReport]]:
    engine = open_database(f"sqlite:///{folder / 'longstop.db'}")
    reports = [
        replay(s, p, engine=engine, today=LEARNT.date(), learnt=LEARNT, spool_dir=folder / "spool", shown=False)
        for s, p in files
    ]
    for report in reports:
        assert report.state == "published", report.reasons
        for one in report.deliveries:
            assert one.handed == one.published + one.unchanged + one.quarantined
    return engine, reports


@pytest.fixture(scope="module")
def oldham(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    engine, _ = load(tmp_path_factory.mktemp("oldham"), ("cqc_api", shared_data / "cqc" / "api_oldham_2025"))
    return load_snapshot(engine)


@pytest.fixture(scope="module")
def devon(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    engine, _ = load(
        tmp_path_factory.mktemp("devon"),
        ("cqc_api", shared_data / "cqc" / "api_devon_somerset_2021-01.jsonl.gz"),
        ("ons_boundaries", shared_data / "geo" / "onsvisual-uk-topojson-2014-2025.topo.json"),
    )
    return load_snapshot(engine)


@pytest.fixture(scope="module")
def scotland(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    engine, _ = load(
        tmp_path_factory.mktemp("scotland"),
        ("care_inspectorate", shared_data / "scotland" / "care_homes_2024-03-31.csv.gz"),
        ("care_inspectorate", shared_data / "scotland" / "care_homes_2025-05-31.csv.gz"),
        ("ons_boundaries", shared_data / "geo" / "onsvisual-uk-topojson-2014-2025.topo.json"),
    )
    return load_snapshot(engine)


def planned(snapshot: Snapshot, travel: str = "crow", **options: object) -> Plan:
    engine = ENGINES[travel](snapshot.areas, snapshot.on.year, None)
    provider = largest_provider(snapshot)
    return make_plan(
        snapshot,
        "provider",
        [provider],
        options=Options(travel=travel, **options),  # type: ignore[arg-type]
        assumptions=read_assumptions(),
        engine=engine,
    )


def independent_optimum(plan: Plan) -> tuple[int, int]:
    """People placed and decimetres by SciPy's HiGHS on every admissible pair: another solver, another formulation."""
    problem = plan.problem
    kind = np.array([problem.kinds.index(n.need) for n in problem.needs])
    i, j = np.nonzero(problem.suitable[kind])
    at = np.array([(n.longitude, n.latitude) for n in problem.needs])
    to = np.array([(v.longitude, v.latitude) for v in problem.vacancies])
    cost = plan.engine.costs(at, to).exact(i, j)
    reachable = cost != UNREACHABLE
    i, j, cost = i[reachable], j[reachable], cost[reachable]
    people = np.array([n.people for n in problem.needs])
    beds = np.array([v.beds for v in problem.vacancies])
    each = np.arange(len(i))
    rows = coo_array((np.ones(2 * len(i)), (np.r_[i, len(people) + j], np.r_[each, each])))
    most = linprog(-np.ones(len(i)), A_ub=rows, b_ub=np.r_[people, beds], method="highs")
    placed = round(-most.fun)
    least = linprog(
        cost.astype(float),
        A_ub=rows,
        b_ub=np.r_[people, beds],
        A_eq=np.ones((1, len(i))),
        b_eq=[placed],
        method="highs",
    )
    return placed, round(least.fun)


def test_oldham_has_44_open_homes_and_1574_beds(oldham: Snapshot):
    open_homes = [home for home in oldham.homes.values() if home.status == "open"]
    assert len(open_homes) == 44
    assert sum(home.beds(oldham.on) or 0 for home in open_homes) == 1574


@pytest.mark.parametrize(
    ("chain", "status"),
    [
        (("1-124940339", "1-325393804", "1-9513445383"), "ended, successor unknown"),
        (("1-135286954", "1-319143351"), "open"),
        (("1-127515012", "1-3134639286", "1-6355044561"), "ended, successor unknown"),
        (("1-146777390", "1-448867949", "1-1700750315"), "ended, successor unknown"),
        (("1-122386733", "1-5312102242"), "open"),
    ],
)
def test_a_home_that_changed_hands_is_one_home(oldham: Snapshot, chain: tuple[str, ...], status: str):
    homes = {oldham.home_of[f"cqc:{one}"] for one in chain}
    assert len(homes) == 1
    assert oldham.homes[homes.pop()].status == status


def test_the_week_southern_cross_handed_avalon_park_over_it_had_sixty_beds_not_120(oldham: Snapshot):
    home = oldham.homes[oldham.home_of["cqc:1-135286954"]]
    assert [r.active(date(2011, 11, 10)) for r in home.registrations] == [True, True]
    assert home.beds(date(2011, 11, 10)) == 60


def test_no_oldham_home_with_a_successor_on_record_is_called_closed(oldham: Snapshot, shared_data: Path):
    for path in sorted((shared_data / "cqc" / "api_oldham_2025" / "locations").glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if f"cqc:{record['locationId']}" not in oldham.home_of:
            continue
        home = oldham.homes[oldham.home_of[f"cqc:{record['locationId']}"]]
        if any(link["type"] == "HSCA Successor" for link in record["relationships"]):
            assert home.status != "closed"


def test_devon_and_somerset_are_all_there_and_five_pairs_are_one_home_each(devon: Snapshot, shared_data: Path):
    with gzip.open(shared_data / "cqc" / "api_devon_somerset_2021-01.jsonl.gz", "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    assert {f"cqc:{r['locationId']}" for r in records} == set(devon.home_of)
    assert len(devon.homes) == len(records) - 5
    assert Counter(h.current.place.authority for h in devon.homes.values()) == {
        "E10000008": 324, "E10000027": 217, "E06000026": 97, "E06000027": 85,
    }  # fmt: skip


def test_scotlands_open_homes_and_places_are_the_files_own(scotland: Snapshot, shared_data: Path):
    with gzip.open(
        shared_data / "scotland" / "care_homes_2025-05-31.csv.gz", "rt", encoding="utf-8-sig", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    running = {f"ci:{r['CSNumber']}": int(float(r["Registered_Places"])) for r in rows}
    standing = [h for h in scotland.homes.values() if h.status in {"open", "dormant"}]
    assert {h.id: h.beds(scotland.on) for h in standing} == running
    assert sum(running.values()) == 41_648


def test_every_scottish_home_has_its_council(scotland: Snapshot):
    assert not [h.id for h in scotland.homes.values() if h.current.place.authority is None]
    assert len({h.current.place.authority for h in scotland.homes.values()}) == 32


def test_england_without_beds_says_unknown_and_not_zero(shared_data: Path, tmp_path: Path):
    engine, _ = load(tmp_path, ("cqc_directory", shared_data / "cqc" / "ratings_england_2021-02.csv.gz"))
    england = load_snapshot(engine)
    assert len(england.homes) == 14_840
    assert {h.beds(england.on) for h in england.homes.values()} == {None}
    assert sum(h.current.place.authority is None for h in england.homes.values()) == 0
    answer = document(planned(england))
    assert answer["summary"]["homes_beds_unknown"] == answer["summary"]["homes"] > 0
    assert {home["basis"] for home in answer["affected"]} == {"unknown"}


def test_the_published_exports_load_with_their_damage(shared_data: Path, tmp_path: Path):
    engine, _ = load(
        tmp_path,
        ("cqc_directory", shared_data / "cqc" / "locations_export_2025-08.csv"),
        ("cqc_directory", shared_data / "cqc" / "directory_export_2025-08.csv"),
    )
    homes = load_snapshot(engine).homes.values()
    # 9,301 beds in the file, of which 6 are in two supported-living services: flats, and no care homes.
    assert sum(h.current.record.beds or 0 for h in homes if h.status in {"open", "dormant"}) == 9_301 - 6


@pytest.mark.parametrize("travel", ["crow", "land-grid"])
def test_another_solver_finds_nothing_better_in_devon_and_somerset(devon: Snapshot, travel: str):
    plan = planned(devon, travel)
    assert plan.placement.proved
    assert (int(plan.placement.people.sum()), plan.placement.objective) == independent_optimum(plan)


def test_another_solver_finds_nothing_better_in_scotland(scotland: Snapshot):
    plan = planned(scotland)
    assert plan.placement.proved
    assert (int(plan.placement.people.sum()), plan.placement.objective) == independent_optimum(plan)


def test_nobody_in_scotland_is_sent_over_water_without_a_way(scotland: Snapshot):
    straight, land = (document(planned(scotland, travel)) for travel in ("crow", "land-grid"))
    assert land["optimality"]["proved"]
    assert land["summary"]["people"] == straight["summary"]["people"]
    assert land["summary"]["total_km"] >= straight["summary"]["total_km"]


def test_the_order_of_loading_two_editions_does_not_matter(shared_data: Path, tmp_path: Path):
    editions = [
        ("care_inspectorate", shared_data / "scotland" / f"care_homes_{day}.csv.gz")
        for day in ("2024-03-31", "2025-05-31")
    ]
    digests = set()
    for turn, order in enumerate((editions, editions[::-1])):
        folder = tmp_path / str(turn)
        folder.mkdir()
        digests.add(register_digest(load(folder, *order)[0]))
    assert len(digests) == 1


def test_homes_none_of_whose_titles_are_found_are_counted_untraced_and_the_run_is_published(
    shared_data: Path, tmp_path: Path
):
    engine = open_database(f"sqlite:///{tmp_path / 'longstop.db'}")
    accept(engine, Acceptance("hmlr", source_named("hmlr").licence, "a test", LEARNT.date()))
    for source, path in (("cqc_api", shared_data / "cqc" / "api_oldham_2025"), ("hmlr", shared_data / "hmlr")):
        replay(source, path, engine=engine, today=LEARNT.date(), learnt=LEARNT, shown=False, full=True)
    before = load_snapshot(engine)
    report = publish(before, match_snapshot(before), engine, learnt=LEARNT, spool_dir=tmp_path)
    assert (report.state, [one.handed for one in report.deliveries]) == ("published", [0, 58])
    traces = load_snapshot(engine).traces
    assert Counter(trace.outcome for trace in traces.values()) == {"untraced": 58}

"""Placement side by side: ours, OR-Tools, networkx, HiGHS and greedy nearest-bed, on an invented England.

    python -m benchmarks.placement                          # 20, 100, 300 and 752 homes; some minutes
    python -m benchmarks.placement --homes 752 --limit 20 --json figures.json

Every method runs in a process of its own, so that its peak memory is its own, and is stopped after ``--limit``
seconds. "proven graph" is the candidate graph on which ours proved its answer: what OR-Tools takes on that graph alone
is the least that any method built on it could take. Ours is timed from coordinates to proved plan, distances included.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.synthetic import england, failing, problem
from contingency.network import Layer, build
from contingency.placement import optimal, place
from contingency.pricing import Arcs, solve
from contingency.problem import BoolArray, Costs, FloatArray, IntArray, Problem
from contingency.travel.crow import Crow

SIZES = (20, 100, 300, 752)
KM = 10_000


@dataclass(frozen=True, slots=True)
class Case:
    """One failure to plan for: how many homes, a national chain or a region, and the share of vacancies open."""

    homes: int
    region: bool
    usable: float
    seed: int
    repeat: int
    graph: Path

    def problem(self) -> Problem:
        """The same problem in every process."""
        place_ = england(seed=self.seed)
        return problem(place_, failing(place_, self.homes, seed=self.seed, spread=not self.region), usable=self.usable)


def costs_of(stated: Problem) -> Costs:
    """Straight-line costs of a problem."""

    def lonlat(rows: tuple[Any, ...]) -> FloatArray:
        return np.array([[row.longitude, row.latitude] for row in rows])

    return Crow().costs(lonlat(stated.needs), lonlat(stated.vacancies))


def ours(case: Case) -> dict[str, Any]:
    """Distances, plan and proof; in turn with OR-Tools on the proven graph alone. Keeps that graph for the others."""
    stated = case.problem()
    network = build(stated, costs_of(stated))
    solved = optimal(network, None)
    np.savez(
        case.graph, i=solved.arcs.i, j=solved.arcs.j, cost=solved.arcs.cost, penalty=solved.penalty,
        people=network.people, beds=network.beds,
    )  # fmt: skip
    whole, alone = [], []
    for _ in range(case.repeat):
        start = time.perf_counter()
        answer = place(stated, costs_of(stated))
        whole.append(time.perf_counter() - start)
    memory = peak()
    for _ in range(case.repeat):
        start = time.perf_counter()
        solve(network, solved.arcs, solved.penalty)
        alone.append(time.perf_counter() - start)
    return {
        "seconds": median(whole),
        "fastest": min(whole),
        "alone": median(alone),
        "alone_fastest": min(alone),
        "peak_mb": memory,
        "km": answer.objective / KM,
        "unplaced": int(answer.unplaced.sum()),
        "proved": answer.proved,
        "arcs": answer.arcs,
        "rounds": answer.rounds,
        "people": sum(need.people for need in stated.needs),
        "beds": sum(vacancy.beds for vacancy in stated.vacancies),
    }


def kept(case: Case) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray, int]:
    """The proven graph that ``ours`` kept: origins, destinations, costs, people, beds, penalty."""
    with np.load(case.graph) as file:
        return file["i"], file["j"], file["cost"], file["people"], file["beds"], int(file["penalty"])


def ortools_every_pair(case: Case) -> dict[str, Any]:
    """OR-Tools on every suitable pair; the distances of all pairs are timed apart."""
    stated = case.problem()
    costs = costs_of(stated)
    kind = np.array([stated.kinds.index(need.need) for need in stated.needs])
    start = time.perf_counter()
    i, j = np.nonzero(stated.suitable[kind])
    cost = np.concatenate([
        costs.exact(i[at : at + 500_000], j[at : at + 500_000]) for at in range(0, len(i), 500_000)
    ])  # fmt: skip
    measured = time.perf_counter() - start
    people = np.array([need.people for need in stated.needs], dtype=np.int64)
    beds = np.array([vacancy.beds for vacancy in stated.vacancies], dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    suits: BoolArray = np.zeros((0, 0), dtype=np.bool_)
    layer = Layer(people, beds, none, none, none, none, suits, np.zeros((0, 0)))
    penalty = 4 * int(cost.max()) + 1
    start = time.perf_counter()
    flow = solve(layer, Arcs(i, j, cost), penalty)
    return {
        "seconds": time.perf_counter() - start,
        "distances": measured,
        "arcs": len(i),
        "km": int(flow.on @ cost) / KM,
        "unplaced": int(flow.unplaced.sum()),
        "peak_mb": peak(),
    }


def network_simplex(case: Case) -> dict[str, Any]:
    """networkx on the proven graph, building its graph included."""
    import networkx as nx  # type: ignore[import-untyped]  # ships no types

    i, j, cost, people, beds, penalty = kept(case)
    start = time.perf_counter()
    graph = nx.DiGraph()
    graph.add_nodes_from((("from", n), {"demand": -p}) for n, p in enumerate(people.tolist()))
    graph.add_node("sink", demand=int(people.sum()))
    graph.add_edges_from(
        (("from", a), ("to", b), {"weight": c}) for a, b, c in zip(i.tolist(), j.tolist(), cost.tolist(), strict=True)
    )
    graph.add_edges_from((("to", b), "sink", {"capacity": int(beds[b])}) for b in np.unique(j).tolist())
    graph.add_edges_from((("from", n), "sink", {"weight": penalty}) for n in range(len(people)))
    total, flow = nx.network_simplex(graph)
    seconds = time.perf_counter() - start
    unplaced = sum(flow["from", n]["sink"] for n in range(len(people)))
    return {"seconds": seconds, "km": (total - penalty * unplaced) / KM, "unplaced": unplaced, "peak_mb": peak()}


def highs(case: Case) -> dict[str, Any]:
    """SciPy's HiGHS as a linear programme on the proven graph."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    i, j, cost, people, beds, penalty = kept(case)
    start = time.perf_counter()
    arcs = np.arange(len(i))
    every = np.arange(len(people))
    ones = np.ones(len(i))
    leave = csr_array(
        (np.ones(len(i) + len(people)), (np.concatenate([i, every]), np.arange(len(i) + len(people)))),
        shape=(len(people), len(i) + len(people)),
    )
    arrive = csr_array((ones, (j, arcs)), shape=(len(beds), len(i) + len(people)))
    weights = np.concatenate([cost, np.full(len(people), penalty)])
    # SciPy's stubs know no sparse matrix here, which HiGHS takes.
    found = linprog(weights, A_ub=arrive, b_ub=beds, A_eq=leave, b_eq=people, method="highs")  # type: ignore[call-overload]
    seconds = time.perf_counter() - start
    unplaced = round(float(found.x[len(i) :].sum()))
    return {"seconds": seconds, "km": float(found.x[: len(i)] @ cost) / KM, "unplaced": unplaced, "peak_mb": peak()}


def greedy(case: Case) -> dict[str, Any]:
    """Homes in list order; each person to the nearest suitable bed that is left. What is often done by hand."""
    stated = case.problem()
    costs = costs_of(stated)
    kind = {name: k for k, name in enumerate(stated.kinds)}
    left = np.array([vacancy.beds for vacancy in stated.vacancies], dtype=np.int64)
    start = time.perf_counter()
    moves: list[tuple[int, int, int]] = []
    unplaced = 0
    for n, need in enumerate(stated.needs):
        open_ = np.flatnonzero(stated.suitable[kind[need.need]] & (left > 0))
        nearest = open_[np.argsort(costs.floor(np.array([n]), open_)[0], kind="stable")]
        people = need.people
        for v in nearest[: people + 1].tolist():
            taken = min(people, int(left[v]))
            left[v] -= taken
            people -= taken
            moves.append((n, v, taken))
            if not people:
                break
        unplaced += people
    made = np.array(moves, dtype=np.int64).reshape(-1, 3)
    total = int(costs.exact(made[:, 0], made[:, 1]) @ made[:, 2])
    return {"seconds": time.perf_counter() - start, "km": total / KM, "unplaced": unplaced, "peak_mb": peak()}


METHODS: dict[str, tuple[str, Callable[[Case], dict[str, Any]]]] = {
    "ours": ("Longstop, distances and proof included", ours),
    "every": ("OR-Tools, every suitable pair", ortools_every_pair),
    "networkx": ("networkx network_simplex, proven graph", network_simplex),
    "highs": ("SciPy HiGHS, proven graph", highs),
    "greedy": ("greedy nearest bed, homes in list order", greedy),
}


def peak() -> int:
    """The most memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def in_own_process(method: str, case: Case, limit: float) -> dict[str, Any] | str:
    """The figures of one method, or why there are none."""
    flags = ["--region"] if case.region else []
    command = [
        sys.executable, "-m", "benchmarks.placement", "--child", method, "--homes", str(case.homes), *flags,
        "--usable", str(case.usable), "--seed", str(case.seed), "--repeat", str(case.repeat),
        "--graph", str(case.graph),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return f"stopped after {limit:.0f} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def rows(case: Case, limit: float) -> Iterator[dict[str, Any]]:
    """One row for each method, as soon as it is known."""
    best: dict[str, Any] = {}
    for method, (name, _) in METHODS.items():
        figures = in_own_process(method, case, max(limit, 600.0) if method == "ours" else limit)
        row: dict[str, Any] = {"homes": case.homes, "method": name}
        if isinstance(figures, str):
            yield {**row, "note": figures}
            continue
        if method == "ours":
            best = figures
            people = f"{figures['people']:,} people, {figures['beds']:,} vacancies"
            notes = f"{people}; {figures['arcs']:,} pairs, solved {figures['rounds']}x, proved: {figures['proved']}"
            yield {**row, **figures, "times": figures["seconds"] / figures["alone"], "note": notes}
            yield {
                "homes": case.homes,
                "method": "OR-Tools alone, proven graph",
                "seconds": figures["alone"],
                "km": figures["km"],
                "unplaced": figures["unplaced"],
                "times": 1.0,
                "note": "",
            }
            continue
        note = f"and {figures['distances']:.1f} s for its distances" if "distances" in figures else ""
        if method == "greedy" and best:
            more = figures["unplaced"] - best["unplaced"]
            share = 100 * (figures["km"] / best["km"] - 1) if best["km"] else 0.0
            note = f"{share:+.1f} % kilometres against the optimum; {more} people wrongly left without a bed"
        times = figures["seconds"] / best["alone"] if best else None
        yield {**row, **figures, "times": times, "note": note}


def printed(row: dict[str, Any]) -> str:
    """One line of the table."""

    def cell(key: str, pattern: str, width: int) -> str:
        return (pattern.format(row[key]) if row.get(key) is not None else "").rjust(width)

    return " ".join([
        f"{row['homes']:>5}", f"{row['method']:<42}", cell("seconds", "{:.3f}", 9), cell("times", "{:.1f}x", 8),
        cell("km", "{:,.1f}", 13), cell("unplaced", "{:,}", 8), cell("peak_mb", "{:,}", 8), row["note"],
    ])  # fmt: skip


def main() -> None:
    """Run and print the table; ``--json`` also writes the figures."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--homes", type=int, nargs="+", default=list(SIZES))
    ask.add_argument("--region", action="store_true", help="all homes of one region fail, not a national chain")
    ask.add_argument("--usable", type=float, default=1.0, help="share of the other homes' vacancies that is open")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--repeat", type=int, default=5, help="times that ours is measured; the median is shown")
    ask.add_argument("--limit", type=float, default=120.0, help="seconds after which another method is stopped")
    ask.add_argument("--json", type=Path)
    ask.add_argument("--child", choices=list(METHODS), help=argparse.SUPPRESS)
    ask.add_argument("--graph", type=Path, help=argparse.SUPPRESS)
    told = ask.parse_args()
    if told.child:
        case = Case(told.homes[0], told.region, told.usable, told.seed, told.repeat, told.graph)
        print(json.dumps(METHODS[told.child][1](case)))
        return
    print(f"{'homes':>5} {'method':<42} {'seconds':>9} {'to alone':>8} {'km':>13} {'unplaced':>8} {'peak MB':>8}")
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for homes in told.homes:
            case = Case(homes, told.region, told.usable, told.seed, told.repeat, Path(folder) / f"{homes}.npz")
            for row in rows(case, told.limit):
                print(printed(row), flush=True)
                figures.append(row)
    if told.json:
        told.json.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

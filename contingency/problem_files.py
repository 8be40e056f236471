"""The instance that was solved, as plain CSV, so that anyone can solve it again with another solver."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from contingency.plan import Plan


def write_problem(plan: Plan, folder: Path) -> list[Path]:
    """Write needs.csv, places.csv, suitable.csv and options.json into a folder (made if need be); their paths.

    Coordinates are written so that reading them gives the same doubles. ``suitable.csv`` lists allowed pairs of need
    and place: what is not listed is forbidden. ``options.json`` says what is minimised, in which order, and who is
    left out of the instance because no distance can be measured for them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    problem = plan.problem
    needs = sorted((n.home, n.need, n.people, repr(n.latitude), repr(n.longitude)) for n in problem.needs)
    places = sorted((v.home, v.pool, v.beds, repr(v.latitude), repr(v.longitude)) for v in problem.vacancies)
    rows, columns = np.nonzero(problem.suitable)
    suitable = sorted(
        (problem.kinds[k], problem.vacancies[v].home, problem.vacancies[v].pool)
        for k, v in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    outside = {(n.home, n.need) for n in problem.needs}
    options = {
        "cap_km": plan.options.cap_km,
        "distance": {"engine": plan.engine.name, "unit": plan.engine.unit, "method": plan.engine.method},
        "left_out": [
            {"home": u.home, "need": u.need, "people": u.people, "reason": u.reason}
            for u in plan.unplaced
            if (u.home, u.need) not in outside
        ],
        "objective": plan.options.objective,
        "order": (
            ["most people placed", "least total distance"]
            if plan.options.objective == "total"
            else ["most people placed", "fewest beyond the cap", "shortest longest journey", "least total distance"]
        ),
        "rounding": "distances were minimised in whole decimetres",
        "snapshot": plan.snapshot.digest,
    }
    return [
        _table(folder / "needs.csv", ("home", "need", "people", "lat", "lon"), needs),
        _table(folder / "places.csv", ("home", "pool", "vacancies", "lat", "lon"), places),
        _table(folder / "suitable.csv", ("need", "home", "pool"), suitable),
        _text(folder / "options.json", json.dumps(options, sort_keys=True, indent=2) + "\n"),
    ]


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path

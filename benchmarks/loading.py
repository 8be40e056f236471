"""How fast published files become a register, side by side with Python's own ``csv`` module reading the same file.

    python benchmarks/loading.py                         # files of an invented county, 15,000 homes
    python benchmarks/loading.py care_inspectorate FILE  # any file as published
    python benchmarks/loading.py … --json

Three things are timed in one run, on one machine: the ``csv`` module reading every row into a dictionary (what a
researcher would do first, and the least that any reader must do); reading the file into checked records; and
``longstop refresh --from`` as a whole, the database included, twice: the second time nothing has changed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Literal

from crawler.refresh import read_published, replay
from exercise import build_county, write_county
from register.database import open_database
from register.reading import load_snapshot
from register.records import Observation

LEARNT = datetime(2026, 11, 22, tzinfo=UTC)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that the work took, and its answer."""
    begun = perf_counter()
    answer = work()
    return perf_counter() - begun, answer


def read_with_csv(path: Path) -> int:
    """Rows of a CSV file read into dictionaries by the standard library."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="cp1252", errors="replace", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def measure(source: str, path: Path) -> dict[str, Any]:
    """Time one file. Rates are rows of the file a second; memory is the largest this process has had, in MB."""
    with TemporaryDirectory(prefix="longstop-bench-") as folder:
        engine = open_database(f"sqlite:///{folder}/longstop.db")

        def load() -> Any:
            return replay(
                source, path, engine=engine, today=LEARNT.date(), learnt=LEARNT, spool_dir=Path(folder), shown=False
            )

        plain, rows = timed(lambda: read_with_csv(path))
        reading, records = timed(
            lambda: sum(isinstance(i, Observation) for i in read_published(source, path, today=LEARNT.date()))
        )
        first, report = timed(load)
        again, _ = timed(load)
        snapshot, made = timed(lambda: load_snapshot(engine))
        engine.dispose()
    return {
        "file": path.name,
        "rows": rows,
        "records": records,
        "state": report.state,
        "homes": len(made.homes),
        "seconds": {"csv": plain, "records": reading, "load": first, "load again": again, "snapshot": snapshot},
        "rows_per_second": {"csv": rows / plain, "records": rows / reading, "load": rows / first},
        "load_to_csv": first / plain,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Measure the files named, or an invented county's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--homes", type=int, default=15_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="longstop-bench-") as folder:
        jobs = [(asked.source, path) for path in asked.files]
        if not asked.source:
            forms: tuple[Literal["csv"], ...] = ("csv",)
            write_county(build_county(asked.homes, 7), Path(folder), formats=forms)
            jobs = [("cqc_directory", path) for path in sorted((Path(folder) / "cqc_directory_csv").glob("*.csv"))]
        results = [measure(source, path) for source, path in jobs]
    if asked.json:
        json.dump(results, sys.stdout, indent=2)
        return
    for result in results:
        rates = ", ".join(f"{name} {rate:,.0f} rows/s" for name, rate in result["rows_per_second"].items())
        seconds = ", ".join(f"{name} {taken:.2f} s" for name, taken in result["seconds"].items())
        print(f"{result['file']}: {result['rows']:,} rows, {result['homes']:,} homes, {result['state']}")
        print(
            f"  {rates}; load takes {result['load_to_csv']:.1f} times the csv module; peak {result['peak_mb']:.0f} MB"
        )
        print(f"  {seconds}")


if __name__ == "__main__":
    main()

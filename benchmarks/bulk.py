"""Filtering the published files to what matters, straight from the zip, side by side with other ways to do it.

    python -m benchmarks.bulk [ROWS]

A million invented rows of the land registry's list of owners and a million invented lines of the snapshot of control,
in the real layouts; 15,000 postcodes and 14,000 companies are wanted. Every way runs in a process of its own, one after
the other, and must find the same rows. Held: ours takes no longer than ``unzip -p FILE | wc -l`` on the same file (the
snapshot closed over the chain of companies, too), and stays under 500 MB. Exit status 1 where it does not hold.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bulk_files import Sizes, write_all
from benchmarks.bulk_ways import WAYS

#: Megabytes that ours may take at its peak.
MOST_MEMORY = 500
_TITLES = "titles: postcode or owner's number wanted"
_CONTROL = "control: entries of wanted companies"


def measured(way: str, folder: Path) -> dict[str, Any]:
    """Seconds, megabytes at the peak and rows found by one way, in a process of its own; empty where it cannot run."""
    command = [sys.executable, "-m", "benchmarks.bulk_ways", way, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    if done.returncode:
        print(f"{way}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}", file=sys.stderr)
        return {}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    """Measure, print, and say by the exit status whether the figures hold."""
    sizes = Sizes(rows=int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    results: dict[str, dict[str, Any]] = {}
    with TemporaryDirectory(prefix="longstop-bulk-") as folder:
        for name, size in write_all(Path(folder), sizes).items():
            print(f"{name}: {size:,} bytes zipped, {sizes.rows:,} rows")
        for way in WAYS:
            if "unzip" not in way or shutil.which("unzip"):
                results[way] = measured(way, Path(folder))
    good = True
    for what, kind in ((_TITLES, "titles"), (_CONTROL, "control")):
        print(f"\n{what}\n{'way':40}{'seconds':>9}{'processor':>11}{'MB at peak':>12}{'found':>11}")
        for way, one in results.items():
            if way.startswith(kind) and one:
                used = f"{one['seconds']:9.2f}{one['cpu']:11.2f}{one['megabytes']:12.0f}"
                print(f"{way.partition(' ')[2]:40}{used}{one['found']:>11,}")
        best = results.get(f"{kind} unzip -p FILE | wc -l", {}).get("seconds", float("inf"))
        ours = {way: one for way, one in results.items() if way.startswith(f"{kind} longstop")}
        good &= all(one and one["seconds"] <= best and one["megabytes"] < MOST_MEMORY for one in ours.values())
        counts = {one["found"] for way, one in results.items() if way.startswith(kind) and one and one["same"]}
        good &= len(counts) == 1
    print("\nheld" if good else "\nNOT held")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

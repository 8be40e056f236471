"""Filtering a snapshot of control to the companies that matter, straight from the zip, against unpacking it at all.

    python benchmarks/control_filter.py [LINES]

A million invented lines in the real layout, one in ten of a controlling company; 14,000 companies are wanted. Held:
one pass takes no longer than ``unzip -p FILE | wc -l``, and memory stays under 500 MB. The whole reading takes two
passes or more, because a parent found in one is looked for in the next.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crawler.archives import lines_of
from crawler.psc_snapshot import PscLines
from crawler.reading import Reading
from crawler.refresh import read_published

DAY = date(2026, 11, 1)
COMPANIES, WANTED = 14_000_000, 14_000
ADDRESS = {"address_line_1": "Example Street", "locality": "Exampleton", "postal_code": "ZX1 1AA", "premises": "1"}


def entry(number: int, dice: Random) -> dict[str, Any]:
    """One invented entry."""
    company = f"{dice.randrange(COMPANIES):08d}"
    kind, path = ("corporate-entity", "corporate-entity") if number % 10 == 0 else ("individual", "individual")
    data: dict[str, Any] = {
        "address": ADDRESS,
        "etag": f"{dice.getrandbits(160):040x}",
        "kind": f"{kind}-person-with-significant-control",
        "links": {"self": f"/company/{company}/persons-with-significant-control/{path}/{dice.getrandbits(140):x}"},
        "natures_of_control": ["ownership-of-shares-75-to-100-percent", "voting-rights-75-to-100-percent"],
        "notified_on": "2016-04-06",
    }
    if kind == "individual":
        names = {"forename": "Alex", "surname": f"Sample{number}"}
        data |= {"name": f"Alex Sample{number}", "name_elements": names, "nationality": "British"}
        data |= {"date_of_birth": {"month": 1 + number % 12, "year": 1950 + number % 40}}
    else:
        where = {"place_registered": "Companies House", "registration_number": f"{dice.randrange(COMPANIES):08d}"}
        data |= {"name": f"Exercise {number} Limited", "identification": where}
    return {"company_number": company, "data": data}


def write_snapshot(to: Path, lines: int) -> None:
    """A snapshot of so many lines and its totals, zipped."""
    dice = Random(1)
    totals = {"kind": "totals#persons-of-significant-control-snapshot", "persons_of_significant_control_count": lines}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("snapshot.txt", "w") as text:
        for number in range(lines):
            text.write(json.dumps(entry(number, dice), separators=(",", ":")).encode() + b"\n")
        text.write(json.dumps({"data": totals}).encode() + b"\n")


def main() -> int:
    """Measure, print, and say by the exit status whether the figures hold."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    dice = Random(2)
    wanted = frozenset(f"gb-coh:{dice.randrange(COMPANIES):08d}" for _ in range(WANTED))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "persons-with-significant-control-snapshot-2026-11-01.zip"
        write_snapshot(file, lines)
        start = perf_counter()
        one_pass, number, read = PscLines(Reading("benchmark", file.name, DAY), wanted), 1, 0
        for some in lines_of(file):
            read += sum(1 for _ in one_pass.take(some, file.name, number))
            number += len(some)
        ours = perf_counter() - start
        start = perf_counter()
        items = sum(1 for _ in read_published("companies_house_bulk", file, today=DAY, companies=wanted))
        whole = perf_counter() - start
        print(f"{lines:,} lines, {file.stat().st_size:,} bytes zipped")
        print(f"one pass                {ours:6.2f} s  {read:,} entries taken of {one_pass.held:,}")
        print(f"closed over the chain   {whole:6.2f} s  {items:,} items")
        theirs = float("inf")
        if shutil.which("unzip"):
            start = perf_counter()
            subprocess.run(f"unzip -p '{file}' | wc -l", shell=True, check=True, stdout=subprocess.DEVNULL)  # noqa: S602
            theirs = perf_counter() - start
            print(f"unzip -p FILE | wc -l   {theirs:6.2f} s")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory             {memory:6.0f} MB")
    return 0 if ours <= theirs and memory < 500 else 1


if __name__ == "__main__":
    sys.exit(main())

"""What a night costs on a register of national size: everything, nothing new, and one record in a hundred changed.

    python benchmarks/refresh.py                # 15,000 homes; some minutes, most of them for the first, full pass
    python benchmarks/refresh.py --homes 2000 --json

The invented county is served over HTTP on loopback, and crawled by the same process as every night's. In the same run,
on the same machine, Scrapy's own benchmark (``scrapy bench``: a spider that follows links and keeps nothing) says how
many pages a second Scrapy can fetch here at all; ours are asked for, parsed, checked and staged for publishing.

What follows each night is timed as the schedule does it: the tracing of landlords, with the county's titles and
companies, and the digest of what has changed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, func, select

from cli.night import Log, Night
from crawler.refresh import refresh
from crawler.source import SOURCES
from exercise import build_county, serve
from exercise.county import County
from exercise.site import Site
from register.acceptances import Acceptance, accept
from register.database import open_database
from register.models import Base
from register.settings import read_settings

FIRST = date(2026, 6, 1)
SHARE = 0.01


def rows(engine: Engine) -> int:
    """Rows in all tables."""
    with engine.connect() as connection:
        counts = (
            connection.execute(select(func.count()).select_from(t)).scalar_one() for t in Base.metadata.sorted_tables
        )
        return sum(counts)


def with_changes(county: County, share: float) -> tuple[County, int]:
    """The county with one bed more in some homes, spread evenly; and how many."""
    homes = [r for r in county.registrations(active=True) if r.care_home]
    some = homes[:: round(1 / share)]
    return replace(county, stock=county.stock.amended(replace(r, beds=r.beds + 1) for r in some)), len(some)


class Stopwatch(io.StringIO):
    """A log's stream that notes how long each event took to come: seconds by what it is about."""

    def __init__(self) -> None:
        super().__init__()
        self.took: dict[str, float] = {}
        self._last = perf_counter()

    def write(self, line: str, /) -> int:
        """One event, as a line of JSON."""
        if line.strip():
            event, moment = json.loads(line), perf_counter()
            self.took[f"{event['source']}: {event['event']}"], self._last = moment - self._last, moment
        return len(line)


class Nights:
    """One register's nights, a day apart."""

    def __init__(self, site: Site, engine: Engine) -> None:
        self._site, self._engine, self._day = site, engine, FIRST

    def noon(self) -> datetime:
        """A moment between the night before and the next."""
        return datetime.combine(self._day, time(12), UTC)

    def night(self, what: str, *, full: bool = False) -> dict[str, Any]:
        """Crawl once, and say what it cost. ``seconds`` are of the crawl, ``wall`` with the process's start."""
        self._day += timedelta(days=1)
        before, begun = rows(self._engine), perf_counter()
        report = refresh(
            "cqc_api",
            settings=read_settings(),
            today=self._day,
            learnt=datetime.combine(self._day, time(3), UTC),
            full=full,
        )
        wall, written = perf_counter() - begun, rows(self._engine) - before
        watch = Stopwatch()
        Night(read_settings(), Log(watch, as_json=True), today=self._day + timedelta(days=1)).afterwards()
        if report.state != "published" or report.cost is None:
            raise SystemExit(f"{what}: {report.state}: {' '.join(report.reasons)}")
        return {
            "night": what,
            "requests": report.cost.requests,
            "megabytes": report.cost.received / 1e6,
            "changed": report.changed,
            "rows": written,
            "seconds": report.cost.seconds,
            "wall": wall,
            "per_second": report.cost.requests / report.cost.seconds,
            "afterwards": watch.took,
        }

    def owners(self) -> None:
        """Read who is behind the homes, from the bulk files and the lists of titles, untimed."""
        accept(self._engine, Acceptance("hmlr", SOURCES["hmlr"].licence, "The benchmark", FIRST))
        for source in ("companies_house_bulk", "hmlr"):
            learnt = datetime.combine(self._day, time(4), UTC)
            report = refresh(source, settings=read_settings(), today=self._day, learnt=learnt)
            if report.state != "published":
                raise SystemExit(f"{source}: {report.state}: {' '.join(report.reasons)}")


@contextmanager
def asked_of(site: Site, folder: Path) -> Iterator[None]:
    """The settings of a register in a folder whose sources are the site's."""
    os.environ.update({**site.settings(), "LONGSTOP_DATA_DIR": str(folder)})
    os.environ.pop("LONGSTOP_DATABASE_URL", None)
    yield


def scrapy_bench(folder: Path) -> float:
    """Pages a second in ``scrapy bench``, which runs for ten seconds."""
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "bench"], capture_output=True, text=True, check=False, cwd=folder
    )
    crawled = re.findall(r"Crawled (\d+) pages \(at \d+ pages/min\)", done.stderr)
    seconds = re.findall(r"'elapsed_time_seconds': ([\d.]+)", done.stderr)
    responses = re.findall(r"'response_received_count': (\d+)", done.stderr)
    if responses and seconds:
        return int(responses[-1]) / float(seconds[-1])
    return int(crawled[-1]) / 10 if crawled else float("nan")


def measure(homes: int) -> dict[str, Any]:
    """All nights, and Scrapy's own benchmark."""
    with TemporaryDirectory(prefix="longstop-bench-") as name:
        folder = Path(name)
        county = build_county(homes, 7, as_at=FIRST)
        with serve(county, directory_format="csv") as site, asked_of(site, folder):
            engine = open_database(read_settings())
            nights = Nights(site, engine)
            measured = [nights.night("everything (first night)")]
            nights.owners()
            measured.append(nights.night("nothing new, but owners and titles"))
            measured.append(nights.night("nothing new"))
            changed, count = with_changes(county, SHARE)
            site.publish(changed, "csv", entered=nights.noon())
            measured.append(nights.night(f"{count:,} records changed ({SHARE:.0%} of the homes)"))
            measured.append(nights.night("nothing new, after changes"))
            engine.dispose()
        return {"homes": homes, "nights": measured, "scrapy_bench_pages_per_second": scrapy_bench(folder)}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", type=int, default=15_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.homes)
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    print(f"{found['homes']:,} homes")
    print(f"{'night':42}{'requests':>10}{'MB':>8}{'rows':>9}{'changed':>9}{'seconds':>9}{'wall':>8}{'per s':>8}")
    for one in found["nights"]:
        print(
            f"{one['night']:42}{one['requests']:>10,}{one['megabytes']:>8.1f}{one['rows']:>9,}{one['changed']:>9,}"
            f"{one['seconds']:>9.1f}{one['wall']:>8.1f}{one['per_second']:>8.0f}"
        )
    print("\nafterwards, seconds")
    for one in found["nights"]:
        parts = ", ".join(f"{what} {seconds:.1f}" for what, seconds in one["afterwards"].items())
        print(f"{one['night']:42}{parts}")
    print(f"{'scrapy bench (nothing parsed, nothing kept)':79}{'':8}{found['scrapy_bench_pages_per_second']:>16.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

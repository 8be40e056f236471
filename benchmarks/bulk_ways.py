"""The ways to filter a published zip, ours and others'. Each gets ready (imports, what is wanted), then gives its work.

Run by ``benchmarks.bulk`` as ``python -m benchmarks.bulk_ways WAY FOLDER``; prints one JSON object. Only the work is
timed; the memory is that of the whole process, or of the largest that it started.
"""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import IO, Any

from benchmarks.bulk_files import CONTROL, TITLES, WANTED

Work = Callable[[], int]
DAY = date(2026, 11, 2)
WHOSE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
NUMBERS = tuple(f"Company Registration No. ({n})" for n in range(1, 5))


def wanted(folder: Path) -> dict[str, list[str]]:
    """The companies, postcodes and names that are looked for."""
    found: dict[str, list[str]] = json.loads((folder / WANTED).read_text())
    return found


def unzip(file: Path) -> Work:
    """Unpack, count the lines, and do nothing else."""

    def work() -> int:
        piped = subprocess.run(f"unzip -p '{file}' | wc -l", shell=True, check=True, capture_output=True)  # noqa: S602
        return int(piped.stdout)

    return work


def member(file: Path) -> IO[bytes]:
    """The one file in a zip."""
    archive = zipfile.ZipFile(file)
    return archive.open(archive.namelist()[0])


def unzipped_to_standard_input(file: Path) -> None:
    """Make what unzip gives this process's standard input, for libraries that open no zip."""
    reading, writing = os.pipe()
    subprocess.Popen(["unzip", "-p", str(file)], stdout=writing)
    os.close(writing)
    os.dup2(reading, 0)


def titles_ours(folder: Path, *, names: bool = False) -> Work:
    """As ``longstop refresh hmlr`` reads the file, to records."""
    from crawler.refresh import parser_of
    from register.records import Observation
    from register.wanted_titles import WantedTitles

    what = wanted(folder)
    search = WantedTitles(
        frozenset(f"gb-coh:{one}" for one in what["companies"]),
        frozenset(what["postcodes"]),
        {name: frozenset[str]() for name in what["names"]} if names else {},
    )
    marks, parse = search.marks(), parser_of("hmlr")
    return lambda: sum(isinstance(item, Observation) for item in parse(folder / TITLES, today=DAY, companies=marks))


def titles_csv(folder: Path) -> Work:
    """Python's own zipfile and csv."""
    what = wanted(folder)
    companies, postcodes = frozenset(what["companies"]), frozenset(what["postcodes"])

    def work() -> int:
        with member(folder / TITLES) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            rows = csv.reader(text)
            next(rows)
            return sum(row[6] in postcodes or not companies.isdisjoint(row[10:30:6]) for row in rows if len(row) > 30)

    return work


def titles_duckdb(folder: Path) -> Work:
    """DuckDB, fed by unzip."""
    where = " or ".join(f'"{name}" in (select one from companies)' for name in NUMBERS)  # noqa: S608
    read = "read_csv('/dev/stdin', all_varchar=true, header=true, null_padding=true, ignore_errors=true)"
    query = f"select count(*) from {read} where Postcode in (select one from postcodes) or {where}"  # noqa: S608
    return _duckdb(folder, TITLES, query)


def titles_polars(folder: Path) -> Work:
    """Polars, from the unpacked bytes."""
    import polars

    what = wanted(folder)
    hit = polars.col("Postcode").is_in(what["postcodes"])
    for name in NUMBERS:
        hit = hit | polars.col(name).is_in(what["companies"])

    def work() -> int:
        with member(folder / TITLES) as raw:
            rows: int = polars.read_csv(raw.read(), infer_schema=False, truncate_ragged_lines=True).filter(hit).height
        return rows

    return work


def titles_pandas(folder: Path) -> Work:
    """pandas, in pieces."""
    import pandas

    what = wanted(folder)

    def hits(piece: Any) -> int:
        numbers = piece[list(NUMBERS)].isin(what["companies"]).any(axis=1)
        return int((piece["Postcode"].isin(what["postcodes"]) | numbers).sum())

    columns = ["Postcode", *NUMBERS]
    return lambda: sum(
        hits(piece)
        for piece in pandas.read_csv(
            folder / TITLES, dtype=str, keep_default_na=False, chunksize=100_000, usecols=columns
        )
    )


def control_ours(folder: Path) -> Work:
    """As ``longstop refresh companies_house_bulk`` reads the snapshot, to records, without the companies above."""
    from crawler.psc_search import PscSearch
    from crawler.reading import Reading

    companies = [f"gb-coh:{one}" for one in wanted(folder)["companies"]]
    search = PscSearch(Reading("benchmark", CONTROL, DAY), companies)
    return lambda: sum(entry.record is not None for entry in search.entries(folder / CONTROL))


def control_closed(folder: Path) -> Work:
    """The same with the companies above, to the end of every chain."""
    from crawler.refresh import parser_of
    from register.records import Observation

    parse = parser_of("companies_house_bulk")
    companies = frozenset(f"gb-coh:{one}" for one in wanted(folder)["companies"])
    return lambda: sum(
        isinstance(item, Observation) for item in parse(folder / CONTROL, today=DAY, companies=companies)
    )


def control_orjson(folder: Path) -> Work:
    """orjson, line by line."""
    import orjson

    companies = frozenset(wanted(folder)["companies"])

    def work() -> int:
        with member(folder / CONTROL) as lines:
            return sum(orjson.loads(line).get("company_number") in companies for line in lines)

    return work


def control_duckdb(folder: Path) -> Work:
    """DuckDB, fed by unzip."""
    return _duckdb(
        folder,
        CONTROL,
        "select count(*) from read_ndjson('/dev/stdin', columns={company_number: 'VARCHAR'}) "
        "where company_number in (select one from companies)",
    )


def control_polars(folder: Path) -> Work:
    """Polars, from the unpacked bytes."""
    import polars

    hit = polars.col("company_number").is_in(wanted(folder)["companies"])

    def work() -> int:
        with member(folder / CONTROL) as raw:
            rows: int = polars.read_ndjson(raw.read(), schema={"company_number": polars.String}).filter(hit).height
        return rows

    return work


def control_pandas(folder: Path) -> Work:
    """pandas, in pieces."""
    import pandas

    companies = wanted(folder)["companies"]

    def work() -> int:
        pieces: Iterator[Any] = pandas.read_json(
            folder / CONTROL, lines=True, chunksize=50_000, dtype={"company_number": str}, compression="zip"
        )
        return sum(int(piece["company_number"].isin(companies).sum()) for piece in pieces if "company_number" in piece)

    return work


def _duckdb(folder: Path, name: str, query: str) -> Work:
    import duckdb

    connection, what = duckdb.connect(), wanted(folder)
    for table in ("postcodes", "companies"):
        connection.execute(f"create table {table} as select unnest(?) one", [what[table]])

    def work() -> int:
        unzipped_to_standard_input(folder / name)
        (count,) = connection.execute(query).fetchall()[0]
        return int(count)

    return work


#: Every way by name: how it gets ready, and whether it must find what the others of its kind find.
WAYS: dict[str, tuple[Callable[[Path], Work], bool]] = {
    "titles unzip -p FILE | wc -l": (lambda folder: unzip(folder / TITLES), False),
    "titles longstop": (titles_ours, True),
    "titles longstop, names of homes too": (lambda folder: titles_ours(folder, names=True), False),
    "titles Polars": (titles_polars, True),
    "titles DuckDB": (titles_duckdb, True),
    "titles zipfile and csv": (titles_csv, True),
    "titles pandas": (titles_pandas, True),
    "control unzip -p FILE | wc -l": (lambda folder: unzip(folder / CONTROL), False),
    "control longstop": (control_ours, True),
    "control longstop, closed over the chain": (control_closed, False),
    "control Polars": (control_polars, True),
    "control DuckDB": (control_duckdb, True),
    "control zipfile and orjson": (control_orjson, True),
    "control pandas": (control_pandas, True),
}


def busy() -> float:
    """Seconds that processors have spent on this process and on those that it started and that have ended."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, WHOSE))


def main() -> None:
    """Run one way and print what it took."""
    prepare, same = WAYS[sys.argv[1]]
    work = prepare(Path(sys.argv[2]))
    start, before = perf_counter(), busy()
    found = work()
    seconds, processor = perf_counter() - start, busy() - before
    peak = max(resource.getrusage(who).ru_maxrss for who in WHOSE) / 1024
    print(json.dumps({"seconds": seconds, "cpu": processor, "megabytes": peak, "found": found, "same": same}))


if __name__ == "__main__":
    main()

"""The open tables as a folder: CSV with a Frictionless data package beside it, or Parquet.

CSV is opened in spreadsheets, and a cell that begins with ``=``, ``+``, ``-`` or ``@`` is a formula there: such text
gets an apostrophe before it. Parquet holds the text as it is.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from datetime import date
from errno import EIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graph.exports.publication import needs_extra, notes, sources
from graph.exports.tables import Column, Table, Value, tables_of
from graph.ownership import Network
from printing.tabular import licence_entries, no_formula
from register.snapshot import Snapshot

_DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}


def write_csv(snapshot: Snapshot, network: Network, to: Path) -> int:
    """Write each table to ``<name>.csv`` in a folder, and ``datapackage.json``; how many rows.

    UTF-8, a comma between cells, an empty cell for what is not known, dates as 2025-05-31, numbers unrounded.
    """
    to.mkdir(parents=True, exist_ok=True)
    resources, total = [], 0
    for table in tables_of(snapshot, network):
        path = to / f"{table.name}.csv"
        count = _write_csv(table, path)
        total += count
        resources.append(_resource(table, path, count))
    document = _package(snapshot, resources)
    (to / "datapackage.json").write_text(
        json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
    return total


def write_parquet(snapshot: Snapshot, network: Network, to: Path) -> int:
    """Write each table to ``<name>.parquet`` in a folder, with what the export says of itself as metadata.

    How many rows. Equal registers give equal bytes with one version of DuckDB. Raises NeedsExtra, and OSError where
    DuckDB cannot write.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise needs_extra("Parquet", "open-data") from None
    to.mkdir(parents=True, exist_ok=True)
    said = json.dumps({"notes": notes(snapshot), "sources": sources(snapshot)}, ensure_ascii=False, sort_keys=True)
    metadata = {"on": snapshot.on.isoformat(), "register": snapshot.digest, "about": said}
    total = 0
    # One thread: several would cut the file into groups of rows as they happen to finish.
    with duckdb.connect(config={"threads": 1}) as database, TemporaryDirectory(prefix="longstop-") as folder:
        for table in tables_of(snapshot, network):
            rows = Path(folder) / f"{table.name}.jsonl"
            total += _write_lines(table, rows)
            try:
                database.execute(_copy(table, rows, to / f"{table.name}.parquet", metadata))
            except duckdb.IOException as problem:
                raise OSError(EIO, str(problem).partition("\n")[0]) from problem
            rows.unlink()
    return total


def _copy(table: Table, rows: Path, to: Path, metadata: dict[str, str]) -> str:
    """The statement that turns lines of JSON into Parquet. COPY takes no parameters: every text in it is quoted."""
    columns = ", ".join(f"{_quoted(column.name)}: {_quoted(_DUCKDB[column.kind])}" for column in table.columns)
    lines = f"read_json({_quoted(str(rows))}, format='newline_delimited', columns={{{columns}}})"
    keep = ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in sorted(metadata.items()))
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{keep}}}"
    return f"COPY (SELECT * FROM {lines}) TO {_quoted(str(to))} ({options})"  # noqa: S608 - as said


def _write_csv(table: Table, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column.name for column in table.columns])
        for row in table.rows():
            writer.writerow([_cell(value) for value in row])
            count += 1
    return count


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return no_formula(value)
    return repr(value)


def _write_lines(table: Table, path: Path) -> int:
    names, count = [column.name for column in table.columns], 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in table.rows():
            plain = (value.isoformat() if isinstance(value, date) else value for value in row)
            file.write(json.dumps(dict(zip(names, plain, strict=True)), ensure_ascii=False) + "\n")
            count += 1
    return count


def _quoted(text: str) -> str:
    """A text as SQL writes one."""
    return "'" + text.replace("'", "''") + "'"


def _resource(table: Table, path: Path, rows: int) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "name": table.name,
        "description": table.says,
        "path": path.name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": rows,
        "schema": {"fields": _schema(table.columns), "missingValues": [""], "primaryKey": [table.columns[0].name]},
    }


def _schema(columns: Iterable[Column]) -> list[dict[str, str]]:
    return [
        {"name": column.name, "type": column.kind, **({"description": column.says} if column.says else {})}
        for column in columns
    ]


def _package(snapshot: Snapshot, resources: list[dict[str, Any]]) -> dict[str, Any]:
    """The Frictionless description of the folder: no day but those of the register is in it."""
    return {
        "profile": "tabular-data-package",
        "name": "longstop",
        "title": "Who runs, owns and could close care homes",
        "description": " ".join(notes(snapshot)),
        "on": snapshot.on.isoformat(),
        "register": snapshot.digest,
        "invented": snapshot.invented,
        "licenses": licence_entries(feed.licence for feed in snapshot.feeds if feed.licence),
        "sources": sources(snapshot),
        "resources": resources,
    }

"""A report's tables for machines: one JSON document, or a folder of CSV files with a Frictionless data package.

The rows are those of the page. Words that a spreadsheet would take for a formula get an apostrophe before them in the
CSV files, and nowhere else; the package says so.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from printing.layout import Cell, Column, Report, Table
from printing.wording import clean, sentence

#: What makes Excel, LibreOffice and others read a cell as a formula; some take the wide letters of Asian scripts too,
#: and look past a mark of byte order.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\ufeff", "＝", "＋", "－", "＠")
_GUARD = "Text that begins with = + - @ has an apostrophe before it, so that no spreadsheet runs it as a formula."
_OPEN_LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}


def tables_document(report: Report, about: Mapping[str, Any]) -> bytes:
    """The report as one JSON document: what it is about, its sentences, and every table; sorted keys, no clock."""
    document = {
        **about,
        "title": report.title,
        "subtitle": report.subtitle,
        "on": report.on.isoformat(),
        "invented": report.banner or None,
        "sections": [
            {"id": one.id, "heading": one.heading, "paragraphs": list(one.paragraphs), "points": list(one.points)}
            for one in report.sections
        ],
        "tables": [_document(table) for table in _sheets(report)],
    }
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


def write_package(report: Report, about: Mapping[str, Any], licences: Sequence[str], to: Path) -> list[Path]:
    """Write the tables as CSV (UTF-8, one header row) and ``datapackage.json`` into a folder, made if need be."""
    to.mkdir(parents=True, exist_ok=True)
    resources, paths = [], []
    for table in _sheets(report):
        content = _csv(table)
        paths.append(to / f"{_slug(table.sheet or '')}.csv")
        paths[-1].write_bytes(content)
        resources.append(_resource(table, content))
    package = {
        "$schema": "https://specs.frictionlessdata.io/schemas/data-package.json",
        "profile": "tabular-data-package",
        "name": f"longstop-{_slug(report.name).replace('_', '-')}",
        "title": report.title,
        "description": " ".join(part for part in (report.banner, report.subtitle, *report.remarks, _GUARD) if part),
        "licenses": licence_entries(licences),
        "sources": [{"title": clean(source)} for source in about.get("lists", ())],
        "resources": resources,
        "longstop": {key: value for key, value in about.items() if key != "lists"},
    }
    paths.append(to / "datapackage.json")
    text = json.dumps(package, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    paths[-1].write_text(text, encoding="utf-8")
    return paths


def _sheets(report: Report) -> list[Table]:
    return [table for section in report.sections for table in section.tables if table.sheet]


def _columns(table: Table) -> Iterator[tuple[int, str, Column]]:
    """The columns that a machine gets: where they are, a field name of their own, and what they are."""
    seen: dict[str, int] = {}
    for index, column in enumerate(table.columns):
        if column.only == "page":
            continue
        name = _slug(column.label)
        seen[name] = seen.get(name, 0) + 1
        yield index, name if seen[name] == 1 else f"{name}_{seen[name]}", column


def _document(table: Table) -> dict[str, Any]:
    columns = list(_columns(table))
    return {
        "name": _slug(table.sheet or ""),
        "caption": clean(table.caption),
        "note": table.note,
        "fields": [{"name": name, "title": column.label} for _, name, column in columns],
        "rows": [{name: _plain(row[index]) for index, name, _ in columns} for row in table.rows],
        "total": {name: _plain(table.total[index]) for index, name, _ in columns} if table.total else None,
    }


def _resource(table: Table, content: bytes) -> dict[str, Any]:
    fields = [
        {"name": name, "title": column.label, "type": _type(row[index] for row in table.rows)}
        for index, name, column in _columns(table)
    ]
    return {
        "profile": "tabular-data-resource",
        "name": _slug(table.sheet or "").replace("_", "-"),
        "path": f"{_slug(table.sheet or '')}.csv",
        "title": clean(table.caption),
        "description": table.note,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _csv(table: Table) -> bytes:
    columns = list(_columns(table))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([name for _, name, _ in columns])
    for row in table.rows:
        writer.writerow([_cell(row[index]) for index, _, _ in columns])
    return text.getvalue().encode()


def no_formula(words: str) -> str:
    """Words for a CSV file: with an apostrophe before them where a spreadsheet would run them as a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def licence_entries(licences: Iterable[str]) -> list[dict[str, str]]:
    """The licences of some lists, as a data package states them: each with a name, as Frictionless requires.

    Where one is not open, neither is what was worked out from it.
    """
    found = []
    for words in sorted(set(licences)):
        is_open = "open government licence" in words.casefold()
        found.append(_OPEN_LICENCE if is_open else {"name": "other-closed", "title": clean(words)})
    return [one for turn, one in enumerate(found) if one not in found[:turn]]


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return no_formula(sentence(cell))
    return str(_plain(cell))


def _plain(cell: Cell) -> Any:
    match cell:
        case date():
            return cell.isoformat()
        case str():
            return sentence(cell)
        case _:
            return cell


def _type(cells: Iterator[Cell]) -> str:
    """Frictionless's name for what a column holds; text where it holds several kinds, or nothing.

    An empty cell is a missing value of whatever kind the others are.
    """
    kinds = {type(cell) for cell in cells if cell is not None and cell != ""}
    if kinds and kinds <= {int}:
        return "integer"
    if kinds and kinds <= {int, float}:
        return "number"
    return "date" if kinds == {date} else "string"


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")

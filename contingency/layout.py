"""The parts a report is built from, whatever it is printed as: sections, tables, figures.

A table holds values; how a value looks on a page is decided here once (``show``), so that HTML and PDF never differ.
The spreadsheet takes the values themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

from contingency.wording import clean, day, number, sentence

#: A whole number, a distance in kilometres (float), a date, words, or ``None`` for "not known".
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` is in characters of a spreadsheet column, and the column's share of a page. ``only`` limits it."""

    label: str
    width: int = 12
    numeric: bool = False
    only: Literal["sheet", "page"] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells in the order of ``columns``. ``sheet`` names the worksheet; ``total`` is a last row of totals.

    ``grouped``: the first column is printed as a heading above the rows that share it. ``most`` is how many rows the
    PDF prints at most; a group is not cut. ``head`` is the printed column that names its row to a screen reader.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sheet: str | None = None
    total: tuple[Cell, ...] | None = None
    note: str = ""
    empty: str = "None."
    grouped: bool = False
    head: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number at the top of a report, with what it counts and on what basis."""

    value: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences, figures, points, a picture (the map) and tables, printed in that order."""

    id: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    points: tuple[str, ...] = ()
    has_map: bool = False
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. ``banner`` stands on every page and sheet when the data are invented, else it is empty."""

    title: str
    subtitle: str
    banner: str
    on: date
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One line of a printed table: an ordinary row, a heading over a group of rows, or the totals."""

    kind: Literal["row", "group", "total"]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table as words, ready for a page. ``left_out`` says which rows are not here and where they are."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[PrintedRow, ...]
    note: str
    left_out: str
    empty: str
    head: int = 0


def show(cell: Cell) -> str:
    """A value as a page prints it: ``31,000``; ``4.2``; ``31 May 2025``; ``not known``."""
    match cell:
        case None:
            return "not known"
        case int():
            return number(cell)
        case float():
            return number(cell, 1)
        case date():
            return day(cell)
        case str():
            return sentence(cell)


def print_table(table: Table, *, short: bool, elsewhere: str) -> PrintedTable:
    """A table as words. ``short`` holds it to ``table.most`` rows; ``elsewhere`` is where the others can be read."""
    shown = [index for index, column in enumerate(table.columns) if column.only != "sheet"]
    rows = table.rows[: _last_row(table)] if short else table.rows
    lines = list(_lines(rows, shown, grouped=table.grouped))
    if table.total is not None:
        lines.append(PrintedRow("total", tuple(show(table.total[index]) for index in shown)))
    left = len(table.rows) - len(rows)
    left_out = (
        f"{number(len(rows))} of {number(len(table.rows))} rows are printed here; the other {number(left)} are in "
        f"{elsewhere}" + (f", sheet “{table.sheet}”." if table.sheet else ".")
        if left
        else ""
    )
    columns = tuple(table.columns[index] for index in shown)
    return PrintedTable(
        caption=clean(table.caption),
        columns=columns[1:] if table.grouped else columns,
        rows=tuple(lines),
        note=table.note,
        left_out=left_out,
        empty=table.empty,
        head=table.head,
    )


def _last_row(table: Table) -> int:
    if table.most is None or len(table.rows) <= table.most:
        return len(table.rows)
    if not table.grouped:
        return table.most
    kept = 0
    for _, rows in groupby(table.rows, key=lambda row: row[0]):
        size = len(tuple(rows))
        if kept and kept + size > table.most:
            break
        kept += size
    return kept


def _lines(rows: tuple[tuple[Cell, ...], ...], shown: list[int], *, grouped: bool) -> Iterator[PrintedRow]:
    if not grouped:
        for row in rows:
            yield PrintedRow("row", tuple(show(row[index]) for index in shown))
        return
    for heading, group in groupby(rows, key=lambda row: row[0]):
        yield PrintedRow("group", (show(heading),))
        for row in group:
            yield PrintedRow("row", tuple(show(row[index]) for index in shown[1:]))

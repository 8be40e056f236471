"""The parts a report is built from, whatever it is printed as: sections, tables, figures.

A table holds values; how a value looks on a page is decided here once (``show``), so that HTML and PDF never differ.
The spreadsheet takes the values themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Literal

from printing.wording import clean, count, day, number, sentence

#: A whole number, a distance in kilometres (float), a date, words, or ``None`` for "not known".
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` is in characters of a spreadsheet column, and the column's share of a page. ``only`` limits it.

    ``refs``: its cells are numbers of rows in the table of records ("12, 40"), and lead there. ``under``: a page prints
    it as a sentence below its row.
    """

    label: str
    width: int = 12
    numeric: bool = False
    only: Literal["sheet", "page"] | None = None
    refs: bool = False
    under: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells in the order of ``columns``. ``sheet`` names the worksheet; ``total`` is a last row of totals.

    ``grouped``: the first column is printed as a heading above the rows that share it. ``most`` is how many rows the
    PDF prints at most, ``page_most`` how many the HTML page does; a group is not cut. ``head`` is the printed column
    that names its row to a screen reader. ``records``: its rows are what columns of references lead to, by the number
    in their first cell.
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
    page_most: int | None = None
    records: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number at the top of a report, with what it counts and on what basis."""

    value: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing (SVG, every name in it escaped) and what it shows in words; an empty drawing prints the words alone.

    Whatever a picture says stands in a table of its section too: it is never the only way to read something.
    """

    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences, points, pictures and tables, printed in that order.

    ``on_sheets``: what the sheets of its tables say below the rows: their notes, or its sentences and points as well.
    ``wide``: it is printed on pages turned on their side. ``inner``: it is a part of the section before it.
    """

    id: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    on_sheets: Literal["notes", "everything"] = "notes"
    wide: bool = False
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. ``banner`` stands on every page and sheet when the data are invented, else it is empty.

    ``name`` is the stem of its files (``plan``), ``what`` the noun for it. ``remarks`` stand below the first section's
    sheets; ``first_sheets`` are the sheets that a reader of the workbook meets first. ``figures`` stand on top of a
    page. ``elsewhere`` is where the rows are that a page leaves out.
    """

    name: str
    title: str
    subtitle: str
    banner: str
    on: date
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()
    elsewhere: str = "the workbook"
    what: str = "report"
    remarks: tuple[str, ...] = ()
    first_sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One line of a printed table: an ordinary row, a heading over a group of rows, or the totals.

    ``under`` is the sentence printed below it, if any.
    """

    kind: Literal["row", "group", "total"]
    cells: tuple[str, ...]
    under: str = ""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table as words, ready for a page. ``left_out`` says which rows are not here and where they are; where that is
    all of them, it is all that is printed.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[PrintedRow, ...]
    note: str
    left_out: str
    empty: str
    head: int = 0
    records: bool = False


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
    """A table as words, of ``table.most`` rows where ``short``, else of ``table.page_most``.

    ``elsewhere`` is where the others can be read.
    """
    shown = [index for index, column in enumerate(table.columns) if column.only != "sheet" and not column.under]
    rows = table.rows[: _last_row(table, table.most if short else table.page_most)]
    lines = list(_lines(table, rows, shown, grouped=table.grouped))
    if table.total is not None:
        lines.append(PrintedRow("total", tuple(show(table.total[index]) for index in shown)))
    left = len(table.rows) - len(rows)
    left_out = (
        f"{number(len(rows))} of {number(len(table.rows))} rows are printed here; the other {number(left)} are in "
        if rows
        else f"{clean(table.caption)}: {count(left, 'row')}, in "
    ) + (f"{elsewhere}, sheet “{table.sheet}”." if table.sheet else f"{elsewhere}.")
    columns = tuple(table.columns[index] for index in shown)
    return PrintedTable(
        caption=clean(table.caption),
        columns=columns[1:] if table.grouped else columns,
        rows=tuple(lines),
        note=table.note,
        left_out=left_out if left else "",
        empty=table.empty,
        head=table.head,
        records=table.records,
    )


def print_records(table: Table, cited: set[str], *, elsewhere: str) -> PrintedTable:
    """A table of records as words: only the rows whose number (their first cell) is in ``cited``."""
    rows = tuple(row for row in table.rows if show(row[0]) in cited)
    printed = print_table(replace(table, rows=rows), short=False, elsewhere=elsewhere)
    left = len(table.rows) - len(rows)
    if not left:
        return printed
    words = (
        f"The {number(len(rows))} records that the rows printed here lead to; all {number(len(table.rows))} are in "
        f"{elsewhere}, sheet “{table.sheet}”."
    )
    return replace(printed, left_out=words)


def _last_row(table: Table, most: int | None) -> int:
    if most is None or len(table.rows) <= most:
        return len(table.rows)
    if not table.grouped:
        return most
    kept = 0
    for _, rows in groupby(table.rows, key=lambda row: row[0]):
        size = len(tuple(rows))
        if kept and kept + size > most:
            break
        kept += size
    return kept


def _lines(
    table: Table, rows: tuple[tuple[Cell, ...], ...], shown: list[int], *, grouped: bool
) -> Iterator[PrintedRow]:
    below = [(index, column.label) for index, column in enumerate(table.columns) if column.under]

    def line(row: tuple[Cell, ...], places: list[int]) -> PrintedRow:
        under = " ".join(f"{label}: {show(row[index])}." for index, label in below if row[index] != "")
        return PrintedRow("row", tuple(show(row[index]) for index in places), under)

    if not grouped:
        for row in rows:
            yield line(row, shown)
        return
    for heading, group in groupby(rows, key=lambda row: row[0]):
        yield PrintedRow("group", (show(heading),))
        for row in group:
            yield line(row, shown[1:])

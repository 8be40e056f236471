"""OpenDocument spreadsheets (.ods), streamed: cells and rows say how often they are repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from crawler.workbooks import (
    MOST_CELL_TEXT,
    MOST_COLUMNS,
    MOST_REPEATS,
    MOST_ROWS,
    Damaged,
    Handler,
    Line,
    Member,
    Sheet,
    as_line,
    in_sheets,
    open_zip,
    parse_xml,
    plain_number,
)

_NAMESPACES = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT = f"{_NAMESPACES}table:1.0 ", f"{_NAMESPACES}office:1.0 ", f"{_NAMESPACES}text:1.0 "
_KIND, _STRING, _DATE = f"{_OFFICE}value-type", f"{_OFFICE}string-value", f"{_OFFICE}date-value"
_NUMBER, _BOOLEAN = f"{_OFFICE}value", f"{_OFFICE}boolean-value"
_STYLE = f"{_NAMESPACES}style:1.0 "
_DRAW = f"{_NAMESPACES}drawing:1.0 "
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
_ROW, _SHEET, _PARAGRAPH, _SPACES = f"{_TABLE}table-row", f"{_TABLE}table", f"{_TEXT}p", f"{_TEXT}s"
_BREAKS = frozenset({f"{_TEXT}tab", f"{_TEXT}line-break"})
#: What may stand in a cell, a row or a table and is not its value: notes, pictures, the history of changes.
_ASIDE = frozenset(
    {f"{_OFFICE}annotation", f"{_DRAW}frame", f"{_TABLE}shapes", f"{_TABLE}tracked-changes", f"{_TABLE}desc"}
)
_COLUMN_REPEATS, _ROW_REPEATS = f"{_TABLE}number-columns-repeated", f"{_TABLE}number-rows-repeated"


def _repeats(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name)
    if value is None:
        return 1
    if not value.isdecimal() or not 1 <= int(value) <= MOST_ROWS:
        raise Damaged(f"{name.rpartition(' ')[2]} is {value[:40]!r}")
    return int(value)


class _Ods(Handler):
    """content.xml: tables, rows and cells, with their repeats; notes and images in a cell are not its value.

    A hidden sheet is told by its style, and is not published: it may be last month's list, or a working copy.
    """

    def __init__(self) -> None:
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._hidden = False
        self.done: list[str | Line] = []  # a sheet's name, then its lines
        self.row = 0
        self._row_repeats = 1
        self._cells: list[str] = []
        self._blank_columns = 0
        self._cell_repeats = 1
        self._value: str | None = None
        self._paragraphs: list[str] | None = None
        self._aside = 0
        self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._aside or name in _ASIDE:
            self._aside += 1
        elif name in _CELLS:
            self._cell_repeats = _repeats(attributes, _COLUMN_REPEATS) if _COLUMN_REPEATS in attributes else 1
            kind = attributes.get(_KIND)
            if kind is None or kind == "string":
                self._value = attributes.get(_STRING)
            else:
                self._value = attributes.get(_DATE) or attributes.get(_NUMBER)
                self._value = plain_number(self._value) if self._value else attributes.get(_BOOLEAN)
            self._paragraphs, self._length = [], 0
        elif name == _PARAGRAPH and self._paragraphs is not None:
            self._paragraphs.append("")
        elif name == _SPACES and self._paragraphs:
            self.text(" " * min(_repeats(attributes, f"{_TEXT}c"), 100))
        elif name in _BREAKS and self._paragraphs:
            self.text(" ")
        elif name == _ROW:
            self._row_repeats = _repeats(attributes, _ROW_REPEATS)
            self._cells, self._blank_columns = [], 0
        elif name == _SHEET:
            self._hidden = attributes.get(f"{_TABLE}style-name", "") in self._hidden_styles
            if not self._hidden:
                self.done.append(attributes.get(f"{_TABLE}name") or "")
            self.row = 0
        elif name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)

    def text(self, text: str) -> None:
        if self._paragraphs and not self._aside:
            self._length += len(text)
            if self._length > MOST_CELL_TEXT:
                raise Damaged(f"row {self.row + 1} has a cell of more than {MOST_CELL_TEXT:,} characters")
            self._paragraphs[-1] += text

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif name in _CELLS and self._paragraphs is not None:
            value = self._value if self._value is not None else "\n".join(self._paragraphs)
            self._paragraphs = None
            if not value:
                self._blank_columns += self._cell_repeats
                return
            if len(self._cells) + self._blank_columns + self._cell_repeats > MOST_COLUMNS:
                raise Damaged(f"row {self.row + 1} has more than {MOST_COLUMNS:,} columns")
            if self._blank_columns:
                self._cells += [""] * self._blank_columns
                self._blank_columns = 0
            if self._cell_repeats == 1:
                self._cells.append(value)
            else:
                self._cells += [value] * self._cell_repeats
        elif name == _ROW:
            if self._cells and not self._hidden:
                if self._row_repeats > MOST_REPEATS:
                    raise Damaged(f"row {self.row + 1} says that it is repeated {self._row_repeats:,} times")
                line = as_line(self.row + 1, self._cells)
                self.done.append(line)
                self.done += [replace(line, number=self.row + n) for n in range(2, self._row_repeats + 1)]
            self.row += self._row_repeats
            if self.row > MOST_ROWS * 2:
                raise Damaged("has more rows than a spreadsheet can")


def ods_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of an OpenDocument spreadsheet, streamed. Raises Damaged."""
    with open_zip(path) as archive:
        if "content.xml" not in archive.namelist():
            raise Damaged("has no content.xml: not an OpenDocument spreadsheet")
        handler = _Ods()
        yield from in_sheets(handler.done, parse_xml(Member(archive, "content.xml").chunks(), handler))

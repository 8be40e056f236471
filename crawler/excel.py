"""Excel workbooks (.xlsx), streamed: texts stand in a table of their own, dates are numbers with a date's format."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from crawler.workbooks import (
    MOST_COLUMNS,
    MOST_SHARED_TEXT,
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

_EPOCH = date(1899, 12, 30)


class _Texts(Handler):
    """sharedStrings.xml: the texts that cells refer to by number; phonetic guides (rPh) are not part of a text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] | None = None
        self._inside = False
        self._aside = False
        self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "si":
            self._parts = []
        elif local == "rPh":
            self._aside = True
        self._inside = local == "t" and not self._aside

    def text(self, text: str) -> None:
        if self._inside and self._parts is not None:
            self._length += len(text)
            if self._length > MOST_SHARED_TEXT:
                raise Damaged("holds more text than any list of care homes")
            self._parts.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        self._inside = False
        if local == "si" and self._parts is not None:
            self.texts.append("".join(self._parts))
            self._parts = None
        elif local == "rPh":
            self._aside = False


class _Styles(Handler):
    """styles.xml: which cell formats show a number as a date (built-in formats 14 to 22 and 45 to 47, and own ones)."""

    def __init__(self) -> None:
        self.dates: list[bool] = []
        self._own: dict[str, bool] = {}
        self._in_formats = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "numFmt":
            code = (attributes.get("formatCode") or "").lower()
            bare = "".join(code.split('"')[::2])
            self._own[attributes.get("numFmtId") or ""] = "y" in bare or ("d" in bare and "m" in bare)
        elif local == "cellXfs":
            self._in_formats = True
        elif local == "xf" and self._in_formats:
            number = attributes.get("numFmtId") or "0"
            built_in = number.isdecimal() and (14 <= int(number) <= 22)
            self.dates.append(self._own.get(number, built_in))

    def end(self, name: str) -> None:
        if name.rpartition(" ")[2] == "cellXfs":
            self._in_formats = False


class _Names(Handler):
    """workbook.xml and its relations: sheet names in order, the part each stands in, and the day numbers begin.

    A hidden sheet is not published: it may be last month's list, or a working copy.
    """

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.parts: dict[str, str] = {}
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "sheet" and attributes.get("state", "visible") == "visible":
            relation = next((v for k, v in attributes.items() if k.endswith(" id")), "")
            self.sheets.append((attributes.get("name", ""), relation))
        elif local == "Relationship":
            self.parts[attributes.get("Id", "")] = attributes.get("Target", "")
        elif local == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")


class _Xlsx(Handler):
    """One worksheet: cells by their reference, numbers shown as dates turned into ISO dates."""

    def __init__(self, name: str, texts: list[str], dates: list[bool], offset: int) -> None:
        self.done: list[str | Line] = [name]
        self._texts, self._dates, self._offset = texts, dates, offset
        self._row = 0
        self._cells: list[str] = []
        self._column = 0
        self._kind = "n"
        self._is_date = False
        self._value: list[str] | None = None
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 9 else self._row + 1
            self._cells, self._column = [], 0
        elif local == "c":
            self._column = column_number(attributes.get("r", "")) or self._column + 1
            if self._column > MOST_COLUMNS:
                raise Damaged(f"row {self._row} has more than {MOST_COLUMNS:,} columns")
            self._kind = attributes.get("t", "n")
            style = attributes.get("s", "")
            self._is_date = style.isdecimal() and int(style) < len(self._dates) and self._dates[int(style)]
            self._value = []
        elif local in ("v", "t"):
            self._inside = self._value is not None

    def text(self, text: str) -> None:
        if self._inside and self._value is not None:
            self._value.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local in ("v", "t"):
            self._inside = False
        elif local == "c" and self._value is not None:
            value = self._read("".join(self._value))
            self._value = None
            if value and len(self._cells) >= self._column:
                raise Damaged(f"row {self._row} has its cells out of order")
            if value:
                self._cells += [""] * (self._column - 1 - len(self._cells)) + [value]
        elif local == "row" and self._cells:
            self.done.append(as_line(self._row, self._cells))

    def _read(self, value: str) -> str:
        if self._kind == "s":
            if not value.isdecimal() or int(value) >= len(self._texts):
                raise Damaged(f"row {self._row} refers to text number {value[:20]!r}, which is not there")
            return self._texts[int(value)]
        if self._kind == "n" and value:
            if self._is_date:
                return as_day(value, self._offset)
            return plain_number(value)
        return "" if self._kind == "e" else value  # "e": #N/A, #REF! and the like


def column_number(reference: str) -> int:
    """1 for ``A7``, 28 for ``AB7``; 0 where there is no column."""
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number


def as_day(value: str, offset: int = 0) -> str:
    """A spreadsheet's day number as an ISO date, or the value as it stands where it is none."""
    try:
        return (_EPOCH + timedelta(days=int(float(value)) + offset)).isoformat()
    except (ValueError, OverflowError):
        return value


def _read_all(archive: zipfile.ZipFile, name: str, handler: Handler) -> None:
    if name in archive.namelist():
        for _ in parse_xml(Member(archive, name).chunks(), handler):
            pass


def xlsx_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of an Excel workbook, streamed; only its table of texts is held. Raises Damaged."""
    with open_zip(path) as archive:
        book, texts, styles = _Names(), _Texts(), _Styles()
        _read_all(archive, "xl/workbook.xml", book)
        _read_all(archive, "xl/_rels/workbook.xml.rels", book)
        _read_all(archive, "xl/sharedStrings.xml", texts)
        _read_all(archive, "xl/styles.xml", styles)
        for name, relation in book.sheets:
            target = book.parts.get(relation, "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            if part not in archive.namelist():
                continue  # a chart sheet, or a sheet kept elsewhere
            handler = _Xlsx(name, texts.texts, styles.dates, 1462 if book.since_1904 else 0)
            yield from in_sheets(handler.done, parse_xml(Member(archive, part).chunks(), handler))

"""Spreadsheets read as a stream: ODS and XLSX, row by row, in constant memory, whatever the file claims to be.

CQC's active locations are an ODS whose ``content.xml`` is about 440 MB; loading it whole takes over 3 GB. Both formats
are zips of XML, so one event-driven parser (expat, which loads no outside entity and here refuses any DOCTYPE) reads
them. Cells come out as text in the form the file stores: ``60``, ``2026-05-05``, ``1.0007E+11``.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO
from xml.parsers import expat

#: CQC's largest member is about 440 MB and shrinks 20-fold; ten times either is not a list of care homes.
MOST_BYTES = 4 * 1024**3
MOST_RATIO = 250
#: A spreadsheet has at most 16,384 columns and 1,048,576 rows; real files repeat a filled row at most a few times.
MOST_COLUMNS = 1_024
MOST_ROWS = 1_048_576
MOST_REPEATS = 1_000
MOST_CELL_TEXT = 200_000
MOST_SHARED_TEXT = 500 * 1024**2
_CHUNK = 1 << 18
_SPREADSHEET_EPOCH = date(1899, 12, 30)


class Damaged(ValueError):
    """A file that cannot be read as what it is: cut short, a bomb, not a spreadsheet. The message says which."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it stands: its number as a spreadsheet shows it, its cells as text, and the raw form for its digest.

    ``problem`` says why the row cannot be trusted (a CSV row with too many cells); such a row is quarantined.
    """

    number: int
    cells: list[str]
    raw: bytes
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet and its rows, which must be read before the next sheet is asked for."""

    name: str
    lines: Iterator[Line]


def _line(number: int, cells: list[str]) -> Line:
    return Line(number, cells, "\x1f".join(cells).encode())


class _Counted:
    """A member of a zip, read with a count of the bytes that really come out, not those that the header declares."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._info = archive.getinfo(name)
        self._stream: IO[bytes] = archive.open(name)
        self._read = 0

    def chunks(self) -> Iterator[bytes]:
        """The member's bytes. Raises Damaged for a bomb or a broken zip."""
        most = min(MOST_BYTES, max(_CHUNK * 40, self._info.compress_size * MOST_RATIO))
        try:
            while chunk := self._stream.read(_CHUNK):
                self._read += len(chunk)
                if self._read > most:
                    raise Damaged(f"{self._info.filename} unpacks to more than {most:,} bytes")
                yield chunk
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as problem:
            raise Damaged(f"{self._info.filename} is cut short or broken ({problem})") from problem
        finally:
            self._stream.close()


def _parse(chunks: Iterator[bytes], handler: _Handler) -> Iterator[None]:
    """Feed a handler; yields after each chunk so that the caller can hand on what is finished."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text

    def refuse(*_: object) -> None:
        raise Damaged("holds a document type definition, which no spreadsheet has")

    parser.StartDoctypeDeclHandler = refuse
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as problem:
        raise Damaged(f"is not well-formed XML ({problem})") from problem


class _Handler:
    """What expat calls. Names arrive as ``namespace local``."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text inside an element."""


def _local(attributes: dict[str, str], name: str) -> str | None:
    for key, value in attributes.items():
        if key == name or key.endswith(" " + name):
            return value
    return None


def _repeats(attributes: dict[str, str], name: str) -> int:
    value = _local(attributes, name)
    if value is None:
        return 1
    if not value.isdecimal() or not 1 <= int(value) <= MOST_ROWS:
        raise Damaged(f"{name} is {value[:40]!r}")
    return int(value)


class _Ods(_Handler):
    """content.xml: tables, rows and cells, with their repeats; notes and images in a cell are not its value."""

    def __init__(self) -> None:
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
        local = name.rpartition(" ")[2]
        if self._aside or local in ("annotation", "frame", "shapes", "tracked-changes"):
            self._aside += 1
        elif local in ("table-cell", "covered-table-cell"):
            self._cell_repeats = _repeats(attributes, "number-columns-repeated")
            if _local(attributes, "value-type") in (None, "string"):
                self._value = _local(attributes, "string-value")
            else:
                self._value = _local(attributes, "date-value") or _local(attributes, "value")
                self._value = plain_number(self._value) if self._value else _local(attributes, "boolean-value")
            self._paragraphs, self._length = [], 0
        elif local == "p" and self._paragraphs is not None:
            self._paragraphs.append("")
        elif local == "s" and self._paragraphs:
            self.text(" " * min(_repeats(attributes, "c"), 100))
        elif local in ("tab", "line-break") and self._paragraphs:
            self.text(" ")
        elif local == "table-row":
            self._row_repeats = _repeats(attributes, "number-rows-repeated")
            self._cells, self._blank_columns = [], 0
        elif local == "table":
            self.done.append(_local(attributes, "name") or "")
            self.row = 0

    def text(self, text: str) -> None:
        if self._paragraphs and not self._aside:
            self._length += len(text)
            if self._length > MOST_CELL_TEXT:
                raise Damaged(f"row {self.row + 1} has a cell of more than {MOST_CELL_TEXT:,} characters")
            self._paragraphs[-1] += text

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if self._aside:
            self._aside -= 1
        elif local in ("table-cell", "covered-table-cell") and self._paragraphs is not None:
            value = self._value if self._value is not None else "\n".join(self._paragraphs)
            self._paragraphs = None
            if not value:
                self._blank_columns += self._cell_repeats
                return
            if len(self._cells) + self._blank_columns + self._cell_repeats > MOST_COLUMNS:
                raise Damaged(f"row {self.row + 1} has more than {MOST_COLUMNS:,} columns")
            self._cells += [""] * self._blank_columns + [value] * self._cell_repeats
            self._blank_columns = 0
        elif local == "table-row":
            if self._cells:
                if self._row_repeats > MOST_REPEATS:
                    raise Damaged(f"row {self.row + 1} says that it is repeated {self._row_repeats:,} times")
                self.done += [_line(self.row + n, self._cells) for n in range(1, self._row_repeats + 1)]
            self.row += self._row_repeats
            if self.row > MOST_ROWS * 2:
                raise Damaged("has more rows than a spreadsheet can")


def plain_number(value: str) -> str:
    """A number stored as ``1.00071234567E+11`` written out, where all its digits are there; else as it stands.

    A spreadsheet that rounded ``100071234567`` to ``1.0007E+11`` has lost digits, and those are not made up.
    """
    if "E" not in value.upper():
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    _, digits, exponent = number.as_tuple()
    if isinstance(exponent, int) and -10 < exponent <= 0 and len(digits) < 18:
        return format(number, "f")
    return value


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        raise Damaged(f"is cut short or not a workbook ({problem})") from problem


def _in_sheets(done: list[str | Line], ticks: Iterator[None]) -> Iterator[Sheet]:
    """Sheets from a queue of names and lines that grows with every tick."""
    queue = _Queue(done, ticks)
    while (name := queue.next_name()) is not None:
        sheet = Sheet(name, queue.lines())
        yield sheet
        for _ in sheet.lines:  # what the caller left unread
            pass


_END = object()


@dataclass
class _Queue:
    """Names and lines as they become ready: ``done`` is filled by the handler, ``ready`` is handed out from its end."""

    done: list[str | Line]
    ticks: Iterator[None]
    ready: list[str | Line] = field(default_factory=list)

    def peek(self) -> str | Line | None:
        while not self.ready:
            if next(self.ticks, _END) is _END and not self.done:
                return None
            self.ready = self.done[::-1]
            self.done.clear()
        return self.ready[-1]

    def next_name(self) -> str | None:
        head = self.peek()
        if head is None:
            return None
        self.ready.pop()
        return head if isinstance(head, str) else ""

    def lines(self) -> Iterator[Line]:
        while isinstance(head := self.peek(), Line):
            self.ready.pop()
            yield head


def ods_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of an OpenDocument spreadsheet, streamed. Raises Damaged."""
    with _open(path) as archive:
        if "content.xml" not in archive.namelist():
            raise Damaged("has no content.xml: not an OpenDocument spreadsheet")
        handler = _Ods()
        yield from _in_sheets(handler.done, _parse(_Counted(archive, "content.xml").chunks(), handler))


class _Texts(_Handler):
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


class _Styles(_Handler):
    """styles.xml: which cell formats show a number as a date (built-in formats 14 to 22 and 45 to 47, and own ones)."""

    def __init__(self) -> None:
        self.dates: list[bool] = []
        self._own: dict[str, bool] = {}
        self._in_formats = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "numFmt":
            code = (_local(attributes, "formatCode") or "").lower()
            bare = "".join(code.split('"')[::2])
            self._own[_local(attributes, "numFmtId") or ""] = "y" in bare or ("d" in bare and "m" in bare)
        elif local == "cellXfs":
            self._in_formats = True
        elif local == "xf" and self._in_formats:
            number = _local(attributes, "numFmtId") or "0"
            built_in = number.isdecimal() and (14 <= int(number) <= 22)
            self.dates.append(self._own.get(number, built_in))

    def end(self, name: str) -> None:
        if name.rpartition(" ")[2] == "cellXfs":
            self._in_formats = False


class _Names(_Handler):
    """workbook.xml and its relations: sheet names in order, the part each stands in, and the day numbers begin."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.parts: dict[str, str] = {}
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(" id")), "")
            self.sheets.append((attributes.get("name", ""), relation))
        elif local == "Relationship":
            self.parts[attributes.get("Id", "")] = attributes.get("Target", "")
        elif local == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")


class _Xlsx(_Handler):
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
            self.done.append(_line(self._row, self._cells))

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
        return (_SPREADSHEET_EPOCH + timedelta(days=int(float(value)) + offset)).isoformat()
    except (ValueError, OverflowError):
        return value


def _read_all(archive: zipfile.ZipFile, name: str, handler: _Handler) -> None:
    if name in archive.namelist():
        for _ in _parse(_Counted(archive, name).chunks(), handler):
            pass


def xlsx_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of an Excel workbook, streamed; only its table of texts is held. Raises Damaged."""
    with _open(path) as archive:
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
            yield from _in_sheets(handler.done, _parse(_Counted(archive, part).chunks(), handler))


#: How to read each kind of workbook, by what its zip holds.
READERS: dict[str, Callable[[Path], Iterator[Sheet]]] = {"ods": ods_sheets, "xlsx": xlsx_sheets}


def workbook_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of a workbook, by its content and not its name. Raises Damaged."""
    with _open(path) as archive:
        names = set(archive.namelist())
    kind = "xlsx" if "xl/workbook.xml" in names else "ods" if "content.xml" in names else None
    if kind is None:
        raise Damaged("is a zip, but neither an OpenDocument nor an Excel (.xlsx) spreadsheet")
    return READERS[kind](path)

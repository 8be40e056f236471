"""Spreadsheets read as a stream: ODS and XLSX, row by row, in constant memory, whatever the file claims to be.

CQC's active locations are an ODS whose ``content.xml`` is about 440 MB; loading it whole takes over 3 GB. Both formats
are zips of XML, so one event-driven parser (expat, which loads no outside entity and here refuses any DOCTYPE) reads
them. Cells come out as text in the form the file stores: ``60``, ``2026-05-05``, ``1.0007E+11``.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
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
MOST_REPEATS = 100
MOST_CELL_TEXT = 200_000
MOST_ROW_TEXT = 1_000_000
MOST_SHARED_TEXT = 500 * 1024**2
_CHUNK = 1 << 18
#: What reading a part of a zip may raise: it is cut, damaged, locked with a password, or packed in an unknown way.
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError)


#: The problem of a CSV's last row where the file ends within it. Rows may be missing after it, whose nobody can tell.
CUT_SHORT = "is cut short: the file ends in the middle of it"


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


def as_line(number: int, cells: list[str]) -> Line:
    """A row of a workbook; its raw form is its cells with a unit separator between. Raises Damaged for a huge one."""
    if sum(map(len, cells)) > MOST_ROW_TEXT:
        raise Damaged(f"row {number} holds more than {MOST_ROW_TEXT:,} characters")
    return Line(number, cells, "\x1f".join(cells).encode())


class Member:
    """A member of a zip, read with a count of the bytes that really come out, not those that the header declares.

    Raises Damaged where it cannot be opened.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._info = archive.getinfo(name)
        try:
            self._stream: IO[bytes] = archive.open(name)
        except _BROKEN as problem:
            raise Damaged(f"{name} is locked or broken ({problem})") from problem
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
        except _BROKEN as problem:
            raise Damaged(f"{self._info.filename} is cut short or broken ({problem})") from problem
        finally:
            self._stream.close()


def parse_xml(chunks: Iterator[bytes], handler: Handler) -> Iterator[None]:
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


class Handler:
    """What expat calls. Names arrive as ``namespace local``."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text inside an element."""


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


def open_zip(path: Path) -> zipfile.ZipFile:
    """The zip that a workbook is. Raises Damaged where it is none, or has two parts of one name."""
    try:
        archive = zipfile.ZipFile(path)
    except (*_BROKEN, ValueError) as problem:
        raise Damaged(f"is cut short or not a workbook ({problem})") from problem
    names = archive.namelist()
    if len(set(names)) != len(names):
        archive.close()
        raise Damaged("holds two parts of one name, of which nobody can tell the right one")
    return archive


def in_sheets(done: list[str | Line], ticks: Iterator[None]) -> Iterator[Sheet]:
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

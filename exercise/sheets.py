"""Write rows as ODS, XLSX or CSV, the same bytes every time: fixed dates in the archives, no clock."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import xlsxwriter  # type: ignore[import-untyped]

Cell = str | int | float | date | None
Row = Sequence[Cell]

_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_EPOCH = (1980, 1, 1, 0, 0, 0)
#: Rows of a sheet as LibreOffice writes it: the empty rest stands in the file as one row, repeated.
_ALL_ROWS = 1_048_576
_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name and its rows, which are read once and may be a generator."""

    name: str
    rows: Iterable[Row]


def write_ods(sheets: Iterable[Sheet], to: Path) -> None:
    """Write an OpenDocument spreadsheet row by row, so that a file of 440 MB takes no memory.

    Equal neighbouring cells, empty ones above all, stand once with ``number-columns-repeated``, and equal rows with
    ``number-rows-repeated``, as LibreOffice writes them and as CQC's files have them.
    """
    with ZipFile(to, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        # The type of the document comes first and uncompressed, as the standard asks.
        archive.writestr(_member("mimetype", ZIP_STORED), _ODS)
        archive.writestr(_member("META-INF/manifest.xml"), _MANIFEST)
        with archive.open(_member("content.xml"), "w", force_zip64=True) as content:
            _write_content(sheets, content)


def _member(name: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    member = ZipInfo(name, _EPOCH)
    member.compress_type = compression
    member.external_attr = 0o644 << 16
    return member


def _write_content(sheets: Iterable[Sheet], content: IO[bytes]) -> None:
    def write(text: str) -> None:
        content.write(text.encode())

    write('<?xml version="1.0" encoding="UTF-8"?>\n')
    write(f'<office:document-content {_NAMESPACES} office:version="1.2"><office:body><office:spreadsheet>')
    for sheet in sheets:
        write(f'<table:table table:name="{escape(sheet.name)}">')
        height = 0
        for row, same in groupby(tuple(row) for row in sheet.rows):
            count = sum(1 for _ in same)
            height += count
            write(f"<table:table-row{_repeat('rows', count)}>{''.join(_cells(row))}</table:table-row>\n")
        write(f"<table:table-row{_repeat('rows', _ALL_ROWS - height)}><table:table-cell/></table:table-row>")
        write("</table:table>")
    write("</office:spreadsheet></office:body></office:document-content>")


def _repeat(what: str, count: int) -> str:
    return f' table:number-{what}-repeated="{count}"' if count > 1 else ""


def _cells(row: Row) -> Iterator[str]:
    for value, same in groupby("" if cell is None else cell for cell in row):
        repeat = _repeat("columns", sum(1 for _ in same))
        if value == "" and isinstance(value, str):
            yield f"<table:table-cell{repeat}/>"
            continue
        if isinstance(value, str):
            kind, text = 'office:value-type="string"', escape(value)
        elif isinstance(value, date):
            kind, text = f'office:value-type="date" office:date-value="{value.isoformat()}"', value.isoformat()
        else:
            kind, text = f'office:value-type="float" office:value="{value}"', str(value)
        yield f"<table:table-cell {kind}{repeat}><text:p>{text}</text:p></table:table-cell>"


def write_xlsx(sheets: Iterable[Sheet], to: Path, *, created: date) -> None:
    """Write an Excel workbook; dates are date cells. ``created`` stands in its properties in place of the clock."""
    workbook = xlsxwriter.Workbook(str(to), {"constant_memory": True})
    workbook.set_properties({"created": datetime(created.year, created.month, created.day)})  # noqa: DTZ001
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in sheets:
        page = workbook.add_worksheet(sheet.name)
        for number, row in enumerate(sheet.rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, column, value, day)
                elif isinstance(value, str):
                    page.write_string(number, column, value)
                elif value is not None:
                    page.write_number(number, column, value)
    workbook.close()


def write_csv(rows: Iterable[Row], to: Path, *, encoding: str = "utf-8-sig") -> None:
    """Write comma-separated text, quoted where it must be, lines ended with CR LF; dates as ISO."""
    with to.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)

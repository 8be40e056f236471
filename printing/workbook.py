"""The report as a workbook: one sheet a table, values as values, other people's words never as formulas or links."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time

import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # ships no types

from printing.layout import Cell, Report, Table
from printing.wording import clean, day, sentence

#: Excel turns these into formulas or links unless told not to; a home may be named "=HYPERLINK(…)".
_OPTIONS = {
    "constant_memory": True,  # a row at a time, from the top: a register of the whole country has a million cells
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "default_date_format": "d mmmm yyyy",
}


def write_workbook(report: Report) -> bytes:
    """The workbook's bytes; the same report gives the same bytes (its only date is the plan's own)."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties(
            {
                "title": report.title,
                "subject": report.subtitle,
                "comments": report.banner,
                "created": datetime.combine(report.on, time(), tzinfo=UTC).replace(tzinfo=None),
            }
        )
        formats = {name: book.add_format(look) for name, look in _LOOKS.items()}
        for table in _sheets(report):
            sheet = book.add_worksheet(table.sheet)
            _page_setup(sheet, report)
            first = _write_heading(sheet, report, table, formats)
            last = _write_table(sheet, table, first, formats)
            for row, remark in enumerate(_remarks(report, table), start=last + 2):
                sheet.write_string(row, 0, remark, formats["plain"])
    return buffer.getvalue()


_BASE = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_LOOKS: dict[str, dict[str, object]] = {
    "banner": {**_BASE, "bold": True, "bg_color": "#FFD800", "font_color": "#000000"},
    "title": {**_BASE, "bold": True, "font_size": 14},
    "plain": dict(_BASE),
    "heading": {**_BASE, "bold": True, "text_wrap": True, "bg_color": "#0B3C5D", "font_color": "#FFFFFF", "border": 1},
    "text": {**_BASE, "text_wrap": True},
    "int": {**_BASE, "num_format": "#,##0"},
    "float": {**_BASE, "num_format": "#,##0.0"},
    "date": {**_BASE, "num_format": "d mmm yyyy", "align": "left"},
    "total text": {**_BASE, "bold": True, "top": 2},
    "total int": {**_BASE, "bold": True, "top": 2, "num_format": "#,##0"},
    "total float": {**_BASE, "bold": True, "top": 2, "num_format": "#,##0.0"},
    "total date": {**_BASE, "bold": True, "top": 2, "num_format": "d mmm yyyy"},
}


def _sheets(report: Report) -> list[Table]:
    tables = {table.sheet: table for section in report.sections for table in section.tables if table.sheet}
    first = [tables[name] for name in report.first_sheets if name in tables]
    return first + [table for name, table in tables.items() if name not in report.first_sheets]


def _page_setup(sheet: Worksheet, report: Report) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C{report.banner}" if report.banner else "")
    sheet.set_footer("&CPage &P of &N")


def _write_heading(sheet: Worksheet, report: Report, table: Table, formats: dict[str, Format]) -> int:
    """Write what stands above the table; return the row its column headings go in."""
    lines = [(report.banner, "banner")] if report.banner else []
    lines += [(clean(report.title), "title"), (f"{table.caption}. As at {day(report.on)}.", "plain")]
    for row, (line, look) in enumerate(lines):
        sheet.write_string(row, 0, line, formats[look])
        if look == "banner":
            for column in range(1, len([c for c in table.columns if c.only != "page"])):
                sheet.write_blank(row, column, None, formats[look])
    return len(lines) + 1


def _remarks(report: Report, table: Table) -> list[str]:
    """The sentences that belong under a table: its note, what its section says, and what the whole report does."""
    owner = next(section for section in report.sections if table in section.tables)
    notes = [table.note] if table.note else []
    if owner.on_sheets == "everything":
        notes += [*owner.paragraphs, *owner.points]
    return [report.subtitle, *notes, *report.remarks] if _sheets(report)[0] in owner.tables else notes


def _write_table(sheet: Worksheet, table: Table, first: int, formats: dict[str, Format]) -> int:
    """Write headings and rows from row ``first`` on; return the last row written."""
    columns = [(index, column) for index, column in enumerate(table.columns) if column.only != "page"]
    for position, (_, column) in enumerate(columns):
        sheet.set_column(position, position, column.width + 2)
        sheet.write_string(first, position, column.label, formats["heading"])
    for offset, row in enumerate(table.rows, start=first + 1):
        for position, (index, _) in enumerate(columns):
            _write(sheet, (offset, position), row[index], formats)
    last = first + len(table.rows)
    if table.rows:
        sheet.autofilter(first, 0, last, len(columns) - 1)
    else:
        sheet.write_string(first + 1, 0, table.empty, formats["plain"])
    else_row = last + (not table.rows)
    if table.total is not None:
        for position, (index, _) in enumerate(columns):
            _write(sheet, (last + 1, position), table.total[index], formats, "total ")
    sheet.repeat_rows(first)
    sheet.freeze_panes(first + 1, 0)
    return last + 1 if table.total is not None else else_row


def _write(sheet: Worksheet, at: tuple[int, int], cell: Cell, formats: dict[str, Format], look: str = "") -> None:
    row, column = at
    match cell:
        case None:
            sheet.write_string(row, column, "not known", formats[f"{look}text"])
        case int():
            sheet.write_number(row, column, cell, formats[f"{look}int"])
        case float():
            sheet.write_number(row, column, cell, formats[f"{look}float"])
        case date():
            sheet.write_datetime(row, column, datetime.combine(cell, time()), formats[f"{look}date"])
        case str():
            sheet.write_string(row, column, sentence(cell), formats[f"{look}text"])

"""Files as they are found: encodings, damage, workbooks, bombs."""

from __future__ import annotations

import gzip
import re
import time
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.tables import Layout, NoTable, Table, find_table, open_sheets, tables_of
from crawler.workbooks import Damaged, Line, plain_number

PEOPLE = Layout("a test table", ("Key", "Places"), {"Key": ("Number",), "Places": (), "Name": ()})
ODS = (
    '<?xml version="1.0"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><office:body><office:spreadsheet>{}'
    "</office:spreadsheet></office:body></office:document-content>"
)


def write_ods(path: Path, body: str, template: str = ODS) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", template.format(body))
    return path


def cells(*values: str) -> str:
    return "".join(
        f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>' for v in values
    )


def rows_of(path: Path) -> list[Line]:
    with open_sheets(path) as sheets:
        return [line for sheet in sheets for line in sheet.lines]


def table_of(path: Path) -> tuple[Table, list[Line]]:
    with open_sheets(path) as sheets:
        for sheet in sheets:
            table = find_table(sheet, [PEOPLE])
            if isinstance(table, Table):
                return table, list(table.lines)
    raise AssertionError("no table")


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("preamble", ["", "\r\n" * 6, "This data was produced on 13 May 2026\r\n,,,\r\nnotes\r\n"])
def test_the_header_is_found_wherever_it_stands(tmp_path, preamble):
    table, lines = table_of(write(tmp_path / "a.csv", (preamble + "KEY,Name, places \r\n1,A,3\r\n").encode()))
    assert table.columns == ("Key", "Name", "Places")
    assert [line.cells for line in lines] == [["1", "A", "3"]]
    assert lines[0].number == preamble.count("\r\n") + 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_the_publishers_encoding_is_told_from_the_bytes(tmp_path, encoding):
    _, lines = table_of(write(tmp_path / "a.csv", "Key,Name,Places\n1,Café – “Rós”,3\n".encode(encoding)))
    assert lines[0].cells[1] == "Café – “Rós”"


def test_one_damaged_byte_does_not_garble_the_rest_of_a_utf8_file(tmp_path):
    content = "Key,Name,Places\n1,Café,3\n".encode() + b"2,Caf\xe9,4\n" + "3,Café,5\n".encode()
    assert [line.cells[1] for line in table_of(write(tmp_path / "a.csv", content))[1]] == ["Café"] * 3


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_the_delimiter_is_told_from_the_file(tmp_path, delimiter):
    content = delimiter.join(["Key", "Name", "Places"]) + "\n" + delimiter.join(["1", "A", "3"]) + "\n"
    assert table_of(write(tmp_path / "a.csv", content.encode()))[1][0].cells == ["1", "A", "3"]


def test_a_quotation_mark_that_is_never_closed_costs_one_row_and_no_other(tmp_path):
    content = 'Key,Name,Places,Town\n1,"Open,3,X\n2,B,4,Y\n3,C,5,Z\n'
    lines = table_of(write(tmp_path / "a.csv", content.encode()))[1]
    assert [(line.cells[0], bool(line.problem)) for line in lines] == [("1", True), ("2", False), ("3", False)]


def test_a_quotation_mark_closed_by_the_next_rows_own_does_not_swallow_that_row(tmp_path):
    content = 'Key,Name,Places,Town\n1,"Open,3,X\n2,"B, Ltd",4,Y\n3,C,5,Z\n'
    lines = table_of(write(tmp_path / "a.csv", content.encode()))[1]
    assert [line.cells[0] for line in lines if not line.problem] == ["2", "3"]
    assert [line.cells[0] for line in lines if line.problem] == ["1"]


def test_a_cell_with_line_breaks_is_one_row(tmp_path):
    lines = table_of(write(tmp_path / "a.csv", b'Key,Name,Places,Town\r\n1,"A\r\nB, C\r\nD",3,X\r\n2,B,4,Y\r\n'))[1]
    assert [line.problem for line in lines] == [None, None]
    assert lines[0].cells[1] == "A\r\nB, C\r\nD"


def test_a_row_with_too_few_or_too_many_cells_is_not_trusted_unless_the_surplus_is_blank(tmp_path):
    lines = table_of(write(tmp_path / "a.csv", b"Key,Name,Places,,\n1,A\n2,B,3,,,\n3,C,4,5\n"))[1]
    assert [line.problem is None for line in lines] == [False, True, False]


def test_the_raw_form_of_a_csv_row_is_its_own_bytes(tmp_path):
    raw = "2,“Café”,3".encode("windows-1252")
    assert table_of(write(tmp_path / "a.csv", b"Key,Name,Places\r\n" + raw + b"\r\n"))[1][0].raw == raw


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00")), min_size=3, max_size=3)))
def test_what_a_csv_writer_writes_is_read_back_row_by_row(tmp_path_factory, rows):
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["Key", "Name", "Places"], *rows])
    read = [line.cells for line in table_of(path)[1] if line.problem is None]
    expected = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
    assert read == expected


def test_a_missing_key_column_is_named(tmp_path):
    with open_sheets(write(tmp_path / "a.csv", b"Key,Name\n1,A\n")) as sheets:
        found = find_table(next(sheets), [PEOPLE])
    assert isinstance(found, NoTable)
    assert '"Places"' in found.reason


def test_a_column_known_by_an_earlier_name_is_found_and_an_absent_one_is_told(tmp_path):
    table, _ = table_of(write(tmp_path / "a.csv", b"Number,Places,Colour\n1,3,red\n"))
    assert table.columns == ("Key", "Places", "Colour")
    assert table.absent == ("Name",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (b"<!DOCTYPE html><html>Please log in", "web page"),
        (b'{"error": 1}', "JSON"),
        (b"\xd0\xcf\x11\xe0rest", r"\.xls"),
        (b"PK\x03\x04cut", "cut short"),
        (b"\x1f\x8b\x08cut", "cut short"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, content, said):
    with pytest.raises(Damaged, match=said):
        rows_of(write(tmp_path / "a.csv", content))


def test_a_gzip_that_was_cut_short_is_refused(tmp_path):
    whole = gzip.compress(b"Key,Name,Places\n" + b"1,A,3\n" * 5000)
    with pytest.raises(Damaged, match="cut short"):
        rows_of(write(tmp_path / "a.csv.gz", whole[: len(whole) // 2]))


def test_a_gzip_bomb_is_refused(tmp_path):
    with pytest.raises(Damaged, match="unpacks to more"):
        rows_of(write(tmp_path / "a.csv.gz", gzip.compress(b"\0" * 80_000_000)))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a list/People.CSV": b"Key,Places\n1,2\n", "__MACOSX/._x": b"x", ".DS_Store": b"x"}, None),
        ({"../../people.csv": b"Key,Places\n1,2\n"}, None),
        ({"a.csv": b"Key,Places\n1,2\n", "b.csv": b"Key,Places\n3,4\n"}, "zip of 2 files"),
        ({}, "neither an OpenDocument nor an Excel"),
    ],
)
def test_a_list_in_a_zip_is_read_and_of_two_in_one_none_is_guessed(tmp_path, members, said):
    path = tmp_path / "list.csv"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    if said is None:
        assert [line.cells for line in table_of(path)[1]] == [["1", "2"]]
    else:
        with pytest.raises(Damaged, match=said):
            rows_of(path)


def test_a_list_parted_over_sheets_is_read_whole_and_a_hidden_sheet_is_not_published(tmp_path):
    book = openpyxl.Workbook()
    for number, state in enumerate(("hidden", "visible", "visible", "veryHidden")):
        sheet = book.create_sheet(f"part {number}")
        sheet.append(["Key", "Places"])
        sheet.append([f"k{number}", number])
        sheet.sheet_state = state
    book.save(tmp_path / "x.xlsx")
    hidden = (
        '<office:automatic-styles xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
        '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/>'
        "</style:style></office:automatic-styles>"
    )
    sheets = [
        f'<table:table table:name="part {n}" {style}><table:table-row>{cells("Key", "Places")}</table:table-row>'
        f"<table:table-row>{cells(f'k{n}', str(n))}</table:table-row></table:table>"
        for n, style in enumerate(('table:style-name="ta1"', "", "", 'table:style-name="ta1"'))
    ]
    body = ODS.replace("<office:body>", hidden + "<office:body>")
    for path in (tmp_path / "x.xlsx", write_ods(tmp_path / "x.ods", "".join(sheets), body)):
        with open_sheets(path) as found:
            assert [line.cells for table in tables_of(found, [PEOPLE]) for line in table.lines] == [
                ["k1", "1"],
                ["k2", "2"],
            ]


def test_a_workbook_that_is_locked_or_has_two_parts_of_one_name_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "x.xlsx")
    whole = (tmp_path / "x.xlsx").read_bytes()
    locked = bytearray(whole)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), whole):
            locked[found.start() + flags] |= 1
    with pytest.raises(Damaged, match="locked or broken"):
        rows_of(write(tmp_path / "locked.xlsx", bytes(locked)))
    with zipfile.ZipFile(tmp_path / "x.xlsx", "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    with pytest.raises(Damaged, match="two parts of one name"):
        rows_of(tmp_path / "x.xlsx")


def test_a_zip_bomb_is_refused(tmp_path):
    with pytest.raises(Damaged, match="unpacks to more"):
        rows_of(write_ods(tmp_path / "a.ods", " " * 80_000_000))


def test_an_ods_says_how_often_cells_and_rows_are_repeated(tmp_path):
    body = (
        '<table:table table:name="README"><table:table-row>'
        + cells("Source: as at 5 May 2026")
        + '</table:table-row></table:table><table:table table:name="Data">'
        + '<table:table-row table:number-rows-repeated="6"><table:table-cell table:number-columns-repeated="16384"/>'
        + "</table:table-row><table:table-row>"
        + cells("Key", "Name", "Places")
        + '</table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell'
        + ' office:value-type="string" table:number-columns-repeated="2"><text:p>same</text:p></table:table-cell>'
        + '<table:table-cell office:value-type="float" office:value="60"><text:p>60 places</text:p></table:table-cell>'
        + '</table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
        + "</table:table-row>"
        + "</table:table>"
    )
    table, lines = table_of(write_ods(tmp_path / "a.ods", body))
    assert table.sheet == "Data"
    assert [(line.number, line.cells) for line in lines] == [(8, ["same", "same", "60"]), (9, ["same", "same", "60"])]


def test_a_note_beside_a_cell_of_an_ods_is_not_its_value(tmp_path):
    noted = (
        '<table:table-cell office:value-type="string"><office:annotation><dc:creator>A Person</dc:creator>'
        '<text:p>a note</text:p></office:annotation><text:p>two<text:s text:c="2"/>'
        "<text:span>words</text:span></text:p>"
        '</table:table-cell><table:table-cell office:value-type="date" office:date-value="2026-05-05T00:00:00">'
        "<text:p>05/05/26</text:p></table:table-cell>"
    )
    body = f'<table:table table:name="A"><table:table-row>{noted}</table:table-row></table:table>'
    (line,) = rows_of(write_ods(tmp_path / "a.ods", body))
    assert line.cells == ["two  words", "2026-05-05T00:00:00"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<table:table-row table:number-rows-repeated="1048576">{}</table:table-row>', "repeated 1,048,576 times"),
        ('<table:table-row table:number-rows-repeated="-1">{}</table:table-row>', "number-rows-repeated"),
        ("<table:table-row>{}", "well-formed"),
    ],
)
def test_an_ods_that_promises_a_million_filled_rows_is_refused(tmp_path, body, said):
    content = f'<table:table table:name="A">{body.format(cells("x"))}</table:table>'
    with pytest.raises(Damaged, match=said):
        rows_of(write_ods(tmp_path / "a.ods", content))


def test_an_ods_with_entities_of_its_own_is_refused(tmp_path):
    template = ODS.replace(
        '<?xml version="1.0"?>', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    )
    body = f'<table:table table:name="A"><table:table-row>{cells("&a;")}</table:table-row></table:table>'
    with pytest.raises(Damaged, match="document type"):
        rows_of(write_ods(tmp_path / "a.ods", body, template))


def test_a_workbook_gives_the_days_and_numbers_that_it_stores(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(6):
        sheet.append([])
    sheet.append(["Key", "Name", "Places"])
    sheet.append([date(2026, 5, 5), "A & B", 60])
    sheet.append(["=1+1", None, 1.00071234567e11])
    sheet["A7"].comment = openpyxl.comments.Comment("a note", "A Person")
    book.create_sheet("Second").append(["x"])
    book.save(tmp_path / "a.xlsx")
    _, lines = table_of(tmp_path / "a.xlsx")
    assert [(line.number, line.cells) for line in lines] == [
        (8, ["2026-05-05", "A & B", "60"]),
        (9, ["", "", "100071234567"]),
    ]


def test_a_number_that_a_spreadsheet_rounded_is_not_given_digits_it_does_not_have():
    assert plain_number("1.00071234567E+11") == "100071234567"
    assert plain_number("1.0007E+11") == "1.0007E+11"


def test_thirty_megabytes_of_ods_are_read_in_a_few_megabytes_of_memory(tmp_path):
    row = f"<table:table-row>{cells(*(f'cell number {n} of an ordinary row' for n in range(40)))}</table:table-row>"
    rows = 30_000_000 // len(row)
    path = tmp_path / "large.ods"
    start, end = ODS.split("{}")
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("content.xml", "w") as stream,
    ):
        stream.write((start + '<table:table table:name="A">').encode())
        for number in range(rows):
            stream.write(row.replace("ordinary", str(number * 7919)).encode())
        stream.write(("</table:table>" + end).encode())
    tracemalloc.start()
    begun = time.perf_counter()
    with open_sheets(path) as sheets:
        assert sum(1 for sheet in sheets for _ in sheet.lines) == rows
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000, f"{peak:,} bytes in {time.perf_counter() - begun:.1f} s"

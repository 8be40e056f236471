"""Open data out: what every format keeps, whatever it is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from small_estate import ATTRIBUTION, FORBIDDEN, an_estate
from small_ownership import held, number, owned

from graph.exports import FORMATS
from graph.ownership import build_network
from register.snapshot import Snapshot

EVERYTHING = an_estate()


def exported(snapshot: Snapshot, form: str, to: Path) -> dict[str, bytes]:
    """What an export wrote, by file."""
    assert FORMATS[form](snapshot, build_network(snapshot), to) > 0
    files = sorted(to.iterdir()) if to.is_dir() else [to]
    return {file.name if to.is_dir() else "": file.read_bytes() for file in files}


def statements(to: Path) -> str:
    return json.dumps(json.loads(to.read_text(encoding="utf-8")), ensure_ascii=False)


def entities(to: Path) -> str:
    model = pytest.importorskip("followthemoney").model
    found = []
    for line in to.read_text(encoding="utf-8").splitlines():
        proxy = model.get_proxy(json.loads(line))
        proxy.schema.validate(json.loads(line))
        found.append(proxy.to_dict())
    return json.dumps(found, ensure_ascii=False)


def network(to: Path) -> str:
    read = nx.read_graphml(to, force_multigraph=True)
    return json.dumps([dict(read.graph), list(read.nodes(data=True)), list(read.edges(data=True))], ensure_ascii=False)


def sheets(to: Path) -> str:
    package = json.loads((to / "datapackage.json").read_text(encoding="utf-8"))
    rows: list[Any] = [package]
    assert all(one.get("name") or one.get("path") for one in package["licenses"])  # as Frictionless requires
    for resource in package["resources"]:
        content = (to / resource["path"]).read_bytes()
        assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (resource["bytes"], resource["hash"])
        head, *body = csv.reader(io.StringIO(content.decode(), newline=""))
        assert head == [field["name"] for field in resource["schema"]["fields"]]
        assert len(body) == resource["rows"]
        keys = [row[0] for row in body]
        assert len(set(keys)) == len(keys) and "" not in keys, resource["name"]
        rows += [dict(zip(head, row, strict=True)) for row in body]
    return json.dumps(rows, ensure_ascii=False)


def columns(to: Path) -> str:
    duckdb = pytest.importorskip("duckdb")
    rows: list[Any] = []
    for file in sorted(to.iterdir()):
        rows += duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
        rows += duckdb.execute("SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)", [str(file)]).fetchall()
    return json.dumps(rows, ensure_ascii=False, default=str)


#: How each format is read back by somebody else's program: everything that it holds, as one text.
READERS: dict[str, Callable[[Path], str]] = {
    "bods": statements, "ftm": entities, "graphml": network, "csv": sheets, "parquet": columns,
}  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """What each format says of everything, read back; each is written once."""
    folder, held = tmp_path_factory.mktemp("exports"), {}

    def of(form: str) -> str:
        if form not in held:
            exported(EVERYTHING, form, folder / form)
            held[form] = READERS[form](folder / form)
        return held[form]

    return of


def test_every_format_has_a_reader():
    assert READERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("form", FORMATS)
def test_two_exports_of_one_register_are_the_same_bytes(form: str, tmp_path: Path):
    turned = replace(EVERYTHING, controls=dict(reversed(EVERYTHING.controls.items())))
    assert exported(turned, form, tmp_path / "two") == exported(EVERYTHING, form, tmp_path / "one")


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_reads_back_and_names_everybody_who_is_named(form: str, read: Callable[[str], str]):
    said = read(form)
    for name in ("EXERCISE HOLDINGS LIMITED", "Exercise Alex", "Exercise Past", "Exercise Skyfall", "99000014"):
        assert name in said or (form, name) == ("graphml", "Exercise Past"), name


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_holds_no_row_of_the_land_registry_and_nothing_personal_beyond_decision_5(
    form: str, read: Callable[[str], str]
):
    said = read(form)
    assert [word for word in FORBIDDEN if word in said] == []
    assert "birth" not in said.replace("month of birth (inferred)", "").replace("no month of birth is given", "")


@pytest.mark.parametrize("form", FORMATS)
def test_nobody_is_named_by_a_link_that_waits_for_a_person(form: str, read: Callable[[str], str]):
    assert "EXERCISE WAITING LIMITED" not in read(form) and "hmlr:EX2" not in read(form)


@pytest.mark.parametrize("form", sorted(FORMATS.keys() - {"bods"}))
def test_a_landlord_is_named_by_a_link_that_was_accepted(form: str, read: Callable[[str], str]):
    assert "EXERCISE LANDLORD LIMITED" in read(form) and "EX1" in read(form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_says_by_whom_its_records_were_published_and_that_the_county_is_invented(
    form: str, read: Callable[[str], str]
):
    said = read(form)
    assert "invented county" in said.lower()
    assert ATTRIBUTION in said if form != "ftm" else "Companies House (Open Government Licence v3.0)" in said


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_of_a_register_without_companies_says_what_is_not_known(form: str, tmp_path: Path):
    exported(owned(), form, tmp_path / "out")
    assert "99000001" in READERS[form](tmp_path / "out")


def test_graphml_holds_every_link_with_its_rule_and_its_record(tmp_path: Path):
    exported(EVERYTHING, "graphml", tmp_path / "out.graphml")
    read, whole = nx.read_graphml(tmp_path / "out.graphml", force_multigraph=True), build_network(EVERYTHING)
    left_out = {"hmlr:EX2", next(node for node, name in whole.nodes(data="name") if name == "EXERCISE WAITING LIMITED")}
    assert len(read) == len(whole) - len(left_out)
    assert read.number_of_edges() == whole.number_of_edges() - 2
    assert all(facts["rule"] and facts["as_at"] and len(facts["sha256"]) == 64 for *_, facts in read.edges(data=True))
    (link,) = read.get_edge_data(number(9), number(1)).values()
    assert (link["share_from"], link["share_to"], link["share"]) == (75.0, 100.0, "75 % to 100 %")
    assert {facts["kind"] for *_, facts in read.edges(data=True)} >= {
        "controls", "registered", "operates", "owns", "stands_on", "officer", "lends",
    }  # fmt: skip


def test_graphml_holds_no_character_that_xml_cannot(tmp_path: Path):
    company = EVERYTHING.companies[number(9)]
    odd = replace(company, record=replace_name(company.record, "EXERCISE \x0b\ud800 <&> LIMITED"))
    exported(replace(EVERYTHING, companies={number(9): odd}), "graphml", tmp_path / "out.graphml")
    assert nx.read_graphml(tmp_path / "out.graphml").nodes[number(9)]["label"] == "EXERCISE  <&> LIMITED"


#: Names that a register has held, or that somebody could file to harm whoever opens a file.
HOSTILE = ("=1+1", "+1", "-1+1", "@A1", "\t=1", "\n=1", "\r=1", "\ufeff=1", "＝1+1", "a\rb", "A\x00B\x1f", "   ",
           "\u202e", "\ufffe", "x" * 3_000, '"', "a,b;c|d")  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_however_odd_stops_an_export_or_begins_a_cell_like_a_formula(form: str, tmp_path: Path):
    people = (held(turn, f"{turn}", kind="person", name=name) for turn, name in enumerate(HOSTILE, start=1))
    exported(owned(*people), form, tmp_path / "out")
    assert "99000009" in READERS[form](tmp_path / "out")
    if form == "csv":
        lines = csv.DictReader((tmp_path / "out" / "control.csv").open(encoding="utf-8", newline=""))
        names = [row["name"] for row in lines]
        assert len(names) == len(HOSTILE)
        assert sum(name.startswith("'") for name in names) == 9


def replace_name(record: Any, name: str) -> Any:
    import msgspec

    return msgspec.structs.replace(record, name=name)


def test_text_that_a_spreadsheet_would_run_is_text_in_csv_and_as_filed_in_parquet(tmp_path: Path):
    exported(EVERYTHING, "csv", tmp_path / "csv")
    rows = list(csv.DictReader((tmp_path / "csv" / "lenders.csv").open(encoding="utf-8")))
    assert sorted(row["name"] for row in rows) == ["'=2+5 Finance", "Exercise Bank Plc"]
    duckdb = pytest.importorskip("duckdb")
    exported(EVERYTHING, "parquet", tmp_path / "parquet")
    query = "SELECT name FROM read_parquet(?) ORDER BY name"
    found = duckdb.execute(query, [str(tmp_path / "parquet" / "lenders.parquet")]).fetchall()
    assert found == [("=2+5 Finance",), ("Exercise Bank Plc",)]


def test_a_figure_that_is_not_known_is_an_empty_cell_and_never_nought(tmp_path: Path):
    exported(EVERYTHING, "csv", tmp_path)
    accounts = list(csv.DictReader((tmp_path / "accounts.csv").open(encoding="utf-8")))
    assert [(row["net_assets"], row["staff"]) for row in accounts] == [("-5.0", "")]
    control = {row["id"]: row for row in csv.DictReader((tmp_path / "control.csv").open(encoding="utf-8"))}
    assert control["psc:99000003/statement-x-most"]["share_from"] == ""
    assert control["psc:99000003/statement-x-most"]["reason"] == "subjectUnableToConfirmOrIdentifyBeneficialOwner"


def test_the_buildings_add_up_to_the_homes_that_stand(tmp_path: Path):
    exported(EVERYTHING, "csv", tmp_path)
    rows = list(csv.DictReader((tmp_path / "buildings.csv").open(encoding="utf-8")))
    states = [row["state"] for row in rows]
    assert len(rows) == len(EVERYTHING.homes)
    assert {state: states.count(state) for state in set(states)} == {"traced": 1, "waiting": 1, "not searched": 10}


def test_the_answers_of_every_measure_add_up_to_the_homes(tmp_path: Path):
    exported(EVERYTHING, "csv", tmp_path)
    rows = list(csv.DictReader((tmp_path / "measures.csv").open(encoding="utf-8")))
    for measure in {row["measure"] for row in rows}:
        answers = [row for row in rows if row["measure"] == measure]
        assert sum(int(row["homes"]) for row in answers) == int(answers[0]["total_homes"]) == len(EVERYTHING.homes)

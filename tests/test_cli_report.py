"""``longstop report ownership`` on a register from files: exit statuses, sentences, and one scope at a time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.main import status_of
from crawler.refresh import replay
from exercise.county import build_county
from exercise.publish import write_county
from register.database import open_database

COUNTY = build_county(24, 5)
LEARNT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of a small county with its companies, and without its titles."""
    made = tmp_path_factory.mktemp("county")
    write_county(COUNTY, made / "files", formats=())
    engine = open_database(f"sqlite:///{(made / 'known' / 'longstop.db').as_posix()}")
    for source in ("ons_boundaries", "cqc_api", "companies_house_bulk"):
        replay(source, made / "files" / source, engine=engine, today=COUNTY.as_at, learnt=LEARNT, shown=False)
    engine.dispose()
    return made


@pytest.fixture(autouse=True)
def register(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(folder / "known"))


def test_a_report_without_titles_is_written_exits_1_and_names_what_is_missing(tmp_path: Path, capsys):
    out = tmp_path / "new" / "ownership.json"
    assert status_of(["report", "ownership", "--format", "json", "--out", str(out), "--json"]) == 1
    told = capsys.readouterr()
    assert "longstop refresh hmlr" in told.err
    assert json.loads(told.out)["files"] == [str(out)]
    document = json.loads(out.read_text("utf-8"))
    homes = next(one for one in document["tables"] if one["name"] == "homes")["rows"]
    assert len(homes) == document["scope"]["homes"] == 24
    assert {home["how_it_is_known"] for home in homes} == {"not searched for"}
    sums = next(one for one in document["tables"] if one["name"] == "sum")["rows"]
    assert sums[-1]["homes"] == 0


def test_a_council_is_named_by_code_or_by_name(tmp_path: Path, capsys):
    assert status_of(["report", "ownership", "--format", "json", "--out", str(tmp_path / "all.json")]) == 1
    homes = json.loads((tmp_path / "all.json").read_text("utf-8"))["tables"]
    council = next(one for one in homes if one["name"] == "homes")["rows"][0]["council"]
    assert status_of(["report", "ownership", "--area", council, "--out", str(tmp_path / "a.html")]) == 1
    assert f"Who owns the care homes in {council}" in (tmp_path / "a.html").read_text("utf-8")
    assert "Traceback" not in capsys.readouterr().err


def test_a_groups_report_draws_its_chain(tmp_path: Path):
    wanted = ["report", "ownership", "--group", "EX-100000001", "--out", str(tmp_path / "group.html")]
    assert status_of(wanted) == 1
    text = (tmp_path / "group.html").read_text("utf-8")
    assert "of the group of" in text and 'id="chain-1-title"' in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "docx"], "choose one of html, pdf, xlsx, csv, json"),
        (["--nation", "Cornwall"], "choose England, Scotland, Wales, Northern Ireland"),
        (["--nation", "England", "--area", "E1"], "a report has one scope"),
        (["--group", "EX-100000001", "--rule", "family"], "is not a rule"),
        (["--landlord", "Nobody Limited"], "no landlord"),
        (["--lender", "No Bank"], "no lender"),
        (["--offshore-list", "no-such-list"], "gmb-2011"),
        (["--area", "Nowhere"], "no home stands in an area"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_one_sentence(arguments: list[str], says: str, tmp_path: Path, capsys):
    assert status_of(["report", "ownership", "--out", str(tmp_path / "x.html"), *arguments]) == 2
    told = capsys.readouterr().err
    assert says in " ".join(told.split())
    assert "Traceback" not in told
    assert not (tmp_path / "x.html").exists()


def test_a_path_that_cannot_be_written_is_a_sentence(tmp_path: Path, capsys):
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert status_of(["report", "ownership", "--out", str(tmp_path / "file" / "x.html")]) == 2
    assert "--out" in capsys.readouterr().err

"""``longstop export`` and ``longstop import``: the same bytes twice, and one sentence for whatever cannot be done."""

from __future__ import annotations

import builtins
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.main import status_of
from crawler.refresh import replay
from exercise.county import build_county
from exercise.publish import write_county
from graph.exports import FORMATS
from register.database import open_database

COUNTY = build_county(20, 5)
LEARNT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of the county with its companies."""
    made = tmp_path_factory.mktemp("county")
    write_county(COUNTY, made / "files", formats=())
    engine = open_database(f"sqlite:///{(made / 'longstop.db').as_posix()}")
    for source in ("cqc_api", "companies_house_bulk"):
        replay(source, made / "files" / source, engine=engine, today=COUNTY.as_at, learnt=LEARNT, shown=False)
    engine.dispose()
    return made


@pytest.fixture(autouse=True)
def register(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(folder))


def files(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in path.iterdir()} if path.is_dir() else {"": path.read_bytes()}


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_written_twice_the_same(form: str, tmp_path: Path):
    for name in ("one", "two"):
        assert status_of(["export", form, "--out", str(tmp_path / name)]) == 0
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_day_before_the_first_list_is_read_as_that_list_so_nothing_has_changed_since(tmp_path: Path):
    assert status_of(["export", "bods", "--since", "2026-10-01", "--out", str(tmp_path / "new.json")]) == 0
    assert json.loads((tmp_path / "new.json").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "spreadsheet", "--out", "x"], "bods, ftm, graphml, csv, parquet"),
        (["export", "bods", "--out", "/no/such/folder/x"], "/no/such/folder/x"),
        (["export", "csv", "--out", "/proc/x"], "/proc/x"),
        (["export", "csv", "--since", "2026-01-01", "--out", "x"], "--since goes with bods"),
        (["export", "bods", "--since", "2026-12-01", "--out", "x"], "not before 2026-11-01"),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert status_of(arguments) == 2
    message = capsys.readouterr().err
    assert said in message.replace("\n", " ") and "Traceback" not in message


@pytest.mark.parametrize(("form", "library"), [("ftm", "followthemoney"), ("parquet", "duckdb")])
def test_a_format_whose_library_is_not_installed_says_what_to_install(
    form: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == library:
            raise ImportError(name)
        return imported(name, *rest, **more)

    imported = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    assert status_of(["export", form, "--out", str(tmp_path / "out")]) == 2
    assert "pip install 'longstop[open-data]'" in capsys.readouterr().err


def test_a_table_that_duckdb_cannot_write_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "out" / "homes.parquet").mkdir(parents=True)
    assert status_of(["export", "parquet", "--out", str(tmp_path / "out")]) == 2
    assert "homes.parquet" in capsys.readouterr().err.replace("\n", "")


def test_a_file_that_cannot_be_finished_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "owners.graphml"
    out.write_text("as it was", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("networkx.write_graphml_xml", full)
    assert status_of(["export", "graphml", "--out", str(out)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["owners.graphml"]
    assert out.read_text(encoding="utf-8") == "as it was"

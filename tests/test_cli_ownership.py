"""The commands that show who stands behind a home: exit statuses, JSON, and sentences where something is missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.main import status_of
from crawler.refresh import replay
from exercise.county import build_county
from exercise.publish import write_county
from register.database import open_database
from register.settings import read_settings

COUNTY = build_county(40, 5)
LEARNT = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOME = "EX-100000001"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of the county with its companies, and one of the county alone."""
    folder = tmp_path_factory.mktemp("county")
    write_county(COUNTY, folder / "files", formats=())
    for name, sources in (("known", ("cqc_api", "companies_house_bulk")), ("unknown", ("cqc_api",))):
        engine = open_database(f"sqlite:///{(folder / name / 'longstop.db').as_posix()}")
        for source in sources:
            replay(source, folder / "files" / source, engine=engine, today=COUNTY.as_at, learnt=LEARNT, shown=False)
        engine.dispose()
    return folder


@pytest.fixture(autouse=True)
def register(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(folders / "known"))
    assert read_settings().database_url.endswith("known/longstop.db")


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert status_of([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_link_of_a_chain_names_its_record_its_day_and_its_rule(capsys: pytest.CaptureFixture[str]):
    document = answered(capsys, "owners", HOME)
    assert document["id"] == f"exercise:{HOME}"
    (chain,) = document["chains"]
    assert [link["kind"] for link in chain["links"]] == ["operates", "registered", "controls", "controls", "controls"]
    for link in chain["links"]:
        assert (
            link["rule"] and link["evidence"][0]["as_at"] == "2026-11-01" and len(link["evidence"][0]["sha256"]) == 64
        )
    assert chain["links"][2]["evidence"][0]["row"] == 1
    assert chain["share"] == {
        "minimum": 42.1875, "maximum": 100.0, "exclusive_minimum": False, "exclusive_maximum": False,
        "words": "42.1875 % to 100 %",
    }  # fmt: skip
    assert [(end["kind"], end["offshore"]) for end in document["ends"]] == [("fund or partnership", True)]


@pytest.mark.parametrize("name", ["EXP-100000001", "99000001", "gb-coh:99900001"])
def test_owners_are_asked_for_by_provider_and_company_too(name: str, capsys: pytest.CaptureFixture[str]):
    assert answered(capsys, "owners", name)["ends"][0]["kind"] == "fund or partnership"


def test_the_words_on_a_terminal_hold_the_ring_and_the_rule(capsys: pytest.CaptureFixture[str]):
    assert status_of(["owners", HOME]) == 0
    said = capsys.readouterr().out
    assert "INVENTED" in said and "rests on: companies_house_bulk/control as at 2026-11-01" in said


def test_without_companies_the_answer_says_what_is_missing_and_the_status_is_1(
    folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(folders / "unknown"))
    assert status_of(["owners", HOME, "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["ends"][0]["kind"] == "not in the data"
    assert "longstop refresh companies_house_bulk" in said.err


def test_groups_by_each_rule_hold_the_same_homes_at_most_once(capsys: pytest.CaptureFixture[str]):
    found = {rule: answered(capsys, "groups", "--rule", rule)["groups"] for rule in ("brand", "control50", "psc25")}
    for groups in found.values():
        homes = [home for group in groups for home in group["homes"]]
        assert len(homes) == len(set(homes))
    assert len(found["psc25"]) <= len(found["control50"])


def test_a_failed_holding_company_closes_nothing_on_the_command_line_too(capsys: pytest.CaptureFixture[str]):
    plan = answered(capsys, "plan", "company", "99900001")
    assert (plan["affected"], plan["summary"]["people"]) == ([], 0)
    assert plan["watched"]
    group = answered(capsys, "plan", "group", HOME, "--rule", "control50")
    assert {home["home"] for home in group["affected"]} == {w["home"] for w in plan["watched"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["owners", "nobody"], "nobody"),
        (["owners", HOME, "--rule", "brand"], "psc25 or control50"),
        (["groups", "--rule", "family"], "affiliated"),
        (["plan", "group", HOME, "--rule", "family"], "affiliated"),
        (["plan", "provider", "EXP-100000001", "--rule", "psc25"], "longstop plan group"),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert status_of(arguments) == 2
    message = capsys.readouterr().err
    assert said in message.replace("\n", " ") and "Traceback" not in message


def test_without_a_rule_the_groups_are_told_by_every_rule_side_by_side(capsys: pytest.CaptureFixture[str]):
    rules = answered(capsys, "groups")["rules"]
    assert [one["rule"] for one in rules] == ["brand", "control50", "psc25", "affiliated"]
    one = answered(capsys, "groups", HOME)["rules"]
    assert all(f"exercise:{HOME}" in row["homes"] for row in one if row["id"])
    assert status_of(["groups"]) == 0 and "side by side" in capsys.readouterr().out
    assert answered(capsys, "groups", "--of", "landlord")["groups"] == []


def test_a_home_is_shown_with_the_chain_that_its_owners_are_shown_with(capsys: pytest.CaptureFixture[str]):
    assert answered(capsys, "home", HOME)["chain"] == answered(capsys, "owners", HOME)
    assert status_of(["home", HOME]) == 0
    shown = capsys.readouterr().out
    assert "Registrations, earliest first" in shown and "Where the chains end" in shown


def test_a_search_finds_whoever_stands_behind_a_home_by_name_and_the_id_is_taken_by_owners(
    capsys: pytest.CaptureFixture[str],
):
    (end,) = answered(capsys, "owners", HOME)["ends"]
    found = answered(capsys, "search", end["name"].title())
    assert [(hit["kind"], hit["id"]) for hit in found] == [("body", end["id"])]
    assert answered(capsys, "owners", found[0]["id"])["id"] == end["id"]


def test_more_is_found_than_is_listed_and_that_is_said(capsys: pytest.CaptureFixture[str]):
    found = answered(capsys, "search", "exercise")
    assert len(found) > 50
    assert status_of(["search", "exercise"]) == 0
    shown = capsys.readouterr().out
    assert f"{len(found)} found" in shown and "the first 50 are listed" in shown
    assert sum(hit["id"] in shown for hit in found) <= 50

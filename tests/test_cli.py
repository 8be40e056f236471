"""The command line as a stranger meets it: what it prints, what it leaves, and the status it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from intake_cases import a_list, a_location, load

from cli.main import status_of
from cli.session import now, open_register
from exercise import build_county, write_county, write_vacancies

County = Callable[..., str]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented county's files, as published."""
    folder = tmp_path_factory.mktemp("county")
    made = build_county(40, 3)
    write_county(made, folder, formats=("csv",))
    write_vacancies(made.filings, folder / "filed.csv")
    return folder


@pytest.fixture
def longstop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command with a data directory of its own: status, standard output, standard error."""
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path / "own"))
    monkeypatch.delenv("LONGSTOP_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        status = status_of([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def load_county(longstop: Callable[..., tuple[int, str, str]], county: Path) -> None:
    for source, path in (("ons_boundaries", "ons_boundaries/topo.json"), ("cqc_api", "cqc_api")):
        status, _, err = longstop("refresh", source, "--from", county / path, "--as-at", "2026-11-01")
        assert status == 0, err


def test_the_same_files_loaded_twice_change_nothing(longstop: Callable[..., tuple[int, str, str]], county: Path):
    load_county(longstop, county)
    first = json.loads(longstop("status", "--json")[1])
    load_county(longstop, county)
    second = json.loads(longstop("status", "--json")[1])
    assert first["digest"] == second["digest"]
    for source in second["sources"]:
        assert source["rows_in"] == source["unchanged"]
    for source in (*first["sources"], *second["sources"]):
        assert source["rows_in"] == source["published"] + source["unchanged"] + source["quarantined"] > 0


def test_a_plan_is_the_same_bytes_every_time(
    longstop: Callable[..., tuple[int, str, str]], county: Path, tmp_path: Path
):
    load_county(longstop, county)
    made = []
    for turn in ("one", "two"):
        folder = tmp_path / turn
        status, out, err = longstop(
            "plan", "provider", "EXP-100000001", "--json", "--report", folder, "--problem", folder
        )
        assert status == 0, err
        assert json.loads(out)["schema"] == "longstop/plan/1"
        made.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())} | {"stdout": out.encode()})
    assert made[0] == made[1]
    assert {"plan.html", "plan.pdf", "plan.xlsx", "plan.json", "needs.csv"} <= made[0].keys()
    assert b"INVENTED COUNTY" in made[0]["plan.html"]


def test_the_councils_own_vacancies_are_used_and_said_to_be_imported(
    longstop: Callable[..., tuple[int, str, str]], county: Path
):
    load_county(longstop, county)
    status, _, err = longstop("load", "vacancies", county / "filed.csv")
    assert status == 0, err
    answer = json.loads(longstop("plan", "provider", "EXP-100000001", "--json")[1])
    values = {a["name"]: a["value"] for a in answer["assumptions"]}
    assert values["homes whose vacancies are imported"] > 20
    assert {home["basis"] for home in answer["affected"]} >= {"imported"}


def test_a_bad_row_of_the_councils_file_is_named_and_the_rest_is_loaded(
    longstop: Callable[..., tuple[int, str, str]], county: Path, tmp_path: Path
):
    load_county(longstop, county)
    lines = (county / "filed.csv").read_text().splitlines()
    fields = lines[2].split(",")
    fields[5] = "6 (2 nursing)"
    (tmp_path / "mine.csv").write_text("\n".join([*lines[:2], ",".join(fields), *lines[3:]]) + "\n")
    longstop("load", "vacancies", tmp_path / "mine.csv")
    status = json.loads(longstop("status", "--json")[1])
    (row,) = [q for q in status["quarantine"] if q["source"] == "council"]
    assert row["row"] == 3
    assert row["field"] == "vacant_accepting_admissions"
    assert "6 (2 nursing)" in row["found"]


def test_search_and_home_lead_from_a_name_to_the_raw_record(
    longstop: Callable[..., tuple[int, str, str]], county: Path
):
    load_county(longstop, county)
    hits = json.loads(longstop("search", "EX-100000001", "--json")[1])
    document = json.loads(longstop("home", hits[0]["id"], "--json")[1])
    evidence = document["registrations"][0]["evidence"][0]
    assert len(evidence["sha256"]) == 64
    assert evidence["feed"] == "cqc_api/locations"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["plan", "flood", "X"], "not a kind of failure"),
        (["plan", "provider", "EXP-1", "--travel", "broom"], "choose one of"),
        (["plan", "provider", "nobody"], "no provider"),
        (["plan", "provider", "EXP-100000001", "--min-rating", "splendid"], "not a rating"),
        (["plan", "provider", "EXP-100000001", "--on", "yesterday"], "not a date"),
        (["refresh", "cqc_ape"], "not a source"),
        (["refresh", "cqc_api", "--from", "nowhere"], "no such file"),
        (["load", "vacancies", "nowhere.csv"], "no such file"),
        (["home", "EX-1"], "no home"),
    ],
)
def test_bad_usage_is_one_clear_sentence_and_status_2(
    longstop: Callable[..., tuple[int, str, str]], county: Path, arguments: list[str], says: str
):
    load_county(longstop, county)
    status, out, err = longstop(*arguments)
    assert status == 2
    assert says in " ".join(err.split())
    assert "Traceback" not in out + err


def test_the_age_of_a_list_is_its_own_and_not_that_of_its_sources_newest(
    longstop: Callable[..., tuple[int, str, str]], tmp_path: Path
):
    _, engine = open_register()
    for day, feed in ((date(2021, 2, 1), "cqc_directory/ratings"), (date(2025, 8, 1), "cqc_directory/market")):
        report = load(engine, tmp_path, a_list(day, [a_location(1)], feed=feed), source="cqc_directory")
        assert report.state == "published"
    engine.dispose()
    today = now()[1]
    ages = {line.split()[1]: line.split()[5] for line in longstop("status")[1].splitlines() if "cqc_directory/" in line}
    assert ages["cqc_directory/ratings"] == f"{(today - date(2021, 2, 1)).days:,}"
    assert ages["cqc_directory/market"] == f"{(today - date(2025, 8, 1)).days:,}"


def test_a_councils_figures_that_no_plan_counts_are_named_by_row_and_by_home(
    longstop: Callable[..., tuple[int, str, str]], tmp_path: Path
):
    _, engine = open_register()
    load(engine, tmp_path, a_list(date(2026, 9, 1), [a_location(n) for n in range(1, 10)]))
    engine.dispose()
    good = "".join(f"EX-00{n},nursing/older,{n},2026-10-01\n" for n in range(1, 9))
    file = tmp_path / "counts.csv"
    file.write_text(f"cqc_location_id,need,people,counted_on\n{good}", "utf-8")
    assert longstop("load", "residents", file)[0] == 0
    strange = "EX-099,nursing/older,3,2026-10-01\nEX-009,nursing/older,six,2026-10-01\n"
    file.write_text(f"cqc_location_id,need,people,counted_on\n{good}{strange}", "utf-8")
    status, _, err = longstop("load", "residents", file)
    told = " ".join(err.split())
    assert status == 1
    assert 'row 11, people: found "six", expected a whole number, 0 or more' in told
    assert "names 1 home that the register does not hold (exercise:EX-099)" in told


def test_what_was_not_yet_known_on_a_day_is_not_said_to_be_missing_from_the_register(
    longstop: Callable[..., tuple[int, str, str]], county: Path
):
    assert longstop("status")[0] == 1, "an empty register is no register that is well"
    load_county(longstop, county)
    for command in (("home", "EX-100000001"), ("changes",)):
        status, _, err = longstop(*command, "--known", "2020-01-01")
        assert status == 2 and "nothing was known of any care home by the end of that day" in " ".join(err.split())


def test_an_empty_register_says_what_to_do(longstop: Callable[..., tuple[int, str, str]]):
    status, _, err = longstop("plan", "provider", "EXP-1")
    assert status == 2
    assert "longstop refresh" in err


def test_a_file_of_another_kind_publishes_nothing(longstop: Callable[..., tuple[int, str, str]], tmp_path: Path):
    (tmp_path / "strange.csv").write_text("colour,shape\nred,round\n")
    status, out, err = longstop("refresh", "care_inspectorate", "--from", tmp_path / "strange.csv")
    assert status in (1, 2)
    assert "CSNumber" in " ".join((out + err).split())
    assert "Traceback" not in out + err


def test_config_masks_keys(longstop: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LONGSTOP_CQC_API_KEY", "a-very-secret-key-1234")
    rows = {row["name"]: row for row in json.loads(longstop("config", "--json")[1])}
    assert "secret" not in json.dumps(rows)
    assert rows["LONGSTOP_CQC_API_KEY"]["origin"] == "environment"


def test_a_rate_that_is_no_number_is_refused_wherever_it_is_set(
    longstop: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    Path("longstop.toml").write_text('LONGSTOP_RQIA_RATE = "many"\nLONGSTOP_CONTACT = "register@example.org"\n')
    status, out, err = longstop("refresh", "rqia")
    assert status == 2
    assert "LONGSTOP_RQIA_RATE: 'many' is no whole number above 0" in " ".join((out + err).split())
    rows = {row["name"]: row for row in json.loads(longstop("config", "--json")[1])}
    assert rows["LONGSTOP_CONTACT"] == {
        "name": "LONGSTOP_CONTACT",
        "value": "register@example.org",
        "origin": "longstop.toml",
    }
    assert rows["LONGSTOP_RQIA_RATE"]["origin"] == "longstop.toml"


def test_the_demo_crawls_over_http_and_leaves_a_plan(longstop: Callable[..., tuple[int, str, str]], tmp_path: Path):
    status, out, err = longstop("demo", "--out", tmp_path / "demo", "--homes", "30")
    assert status == 0, err
    assert "INVENTED COUNTY" in out
    answer = json.loads((tmp_path / "demo" / "plan.json").read_text())
    assert answer["invented"] is True
    assert answer["summary"]["people"] > 0
    assert answer["optimality"]["proved"] is True
    assert answer["travel"]["engine"] == "land-grid"
    for name in ("plan.html", "plan.pdf", "plan.xlsx"):
        assert (tmp_path / "demo" / name).stat().st_size > 10_000

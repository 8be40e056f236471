"""The schedule: whose turn comes when, what a night does, how it stops, and what a monitor is told."""

from __future__ import annotations

import configparser
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from intake_cases import a_list, a_location, load
from loopback import KEY, Site, serve
from nights import Register

import cli.night
import cli.schedule
from cli.health import health, health_on
from cli.main import status_of
from cli.schedule import DIGEST, scheduler_of, set_turns, take_turn
from crawler.nightly import LONDON, in_order, last_turn, ready, trigger_of
from crawler.refresh import CrawlFailed, refresh
from crawler.source import SOURCES
from crawler.watch import Watch
from exercise import build_county
from exercise.site import Fault
from exercise.site import Site as CountySite
from exercise.site import serve as serve_county
from register.database import open_database
from register.intake import Intake
from register.judgements import write_judgement
from register.matching.tracing import MARK, is_traced, rests_on
from register.records import TitleRecord
from register.settings import read_settings
from register.turns import Turn

ROOT = Path(__file__).resolve().parents[1]
#: The sources of the nights in these tests: quick ones, in the order that they are to be asked in.
TWO = ["care_inspectorate", "ons_boundaries"]


@pytest.fixture(scope="module")
def county() -> Iterator[CountySite]:
    with serve_county(build_county(24, 7), directory_format="csv") as site:
        yield site


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, county: CountySite) -> Path:
    """A data directory whose sources are the county's; a night asks two of them."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**county.settings(), "LONGSTOP_DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LONGSTOP_DATABASE_URL", raising=False)
    lacking = {"rqia": "rqia: not configured (LONGSTOP_RQIA_KEY is not set)"}
    monkeypatch.setattr(cli.night, "ready", lambda settings: (TWO, lacking))
    yield tmp_path
    county.recover()


def test_every_source_comes_after_those_that_it_rests_on() -> None:
    names = in_order(SOURCES.keys())
    assert sorted(names) == sorted(SOURCES)
    for name in names:
        for before in SOURCES[name].schedule.after:
            assert before in SOURCES and names.index(before) < names.index(name), f"{name} rests on {before}"


@pytest.mark.parametrize("day", ["2026-11-23", "2027-03-28", "2026-10-25", "2026-12-01"])
def test_on_any_day_a_turn_comes_later_than_the_turns_that_it_rests_on(day: str) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=LONDON)
    turns = {name: trigger_of(name, turn=turn) for turn, name in enumerate(in_order(SOURCES.keys()))}
    at = {name: trigger.get_next_fire_time(None, midnight) for name, trigger in turns.items()}
    today = {name for name, moment in at.items() if moment.date() == midnight.date()}
    for name in today:
        for before in set(SOURCES[name].schedule.after) & today:
            assert at[before] < at[name], f"{name} before {before}"


def test_a_source_without_its_key_is_named_with_the_variable_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("LONGSTOP_CQC_API_KEY", "LONGSTOP_CQC_API_URL"):
        monkeypatch.delenv(name, raising=False)
    names, lacking = ready(read_settings())
    assert "cqc_api" not in names and "LONGSTOP_CQC_API_KEY" in lacking["cqc_api"]


def test_a_turn_that_was_missed_or_stopped_is_made_up_for_and_one_whose_source_is_gone_is_forgotten(home: Path) -> None:
    settings = read_settings()
    moment = datetime.now(LONDON)
    due = {}
    for turn, name in enumerate(ready(settings)[0]):
        due[name] = last_turn(trigger_of(name, turn=turn), moment, timedelta(hours=20))
    missed = [name for name, turn in due.items() if turn]
    assert len(missed) > 3
    ended = {missed[0]: moment.astimezone(UTC).replace(tzinfo=None), missed[1]: datetime(2026, 1, 1)}  # noqa: DTZ001 - kept as UTC without a zone
    scheduler = scheduler_of(settings)
    scheduler.start(paused=True)
    scheduler.add_job(os.getcwd, "date", run_date=moment + timedelta(days=9), id="a source of long ago")
    set_turns(scheduler, settings, ended)
    turns = {job.id: job for job in scheduler.get_jobs()}
    scheduler.shutdown()
    assert turns[missed[0]].next_run_time > moment, "it came to its end after its turn"
    assert all(turns[name].next_run_time == due[name] for name in missed[1:])
    assert "a source of long ago" not in turns and DIGEST in turns
    for job in turns.values():
        assert (job.coalesce, job.max_instances) == (True, 1) and job.misfire_grace_time > 12 * 3600
        assert str(job.next_run_time.tzinfo) == "Europe/London"


def test_a_new_register_waits_for_no_day_of_the_month_and_a_store_of_turns_that_is_damaged_is_made_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (home / "schedule.db").write_bytes(b"neither turns nor a database " * 40)
    settings, moment = read_settings(), datetime(2026, 11, 22, 8, tzinfo=UTC)
    monkeypatch.setattr(cli.schedule, "now", lambda: (moment, moment.date()))
    cli.schedule._put_aside_if_damaged(cli.night.Night(settings, cli.night.Log(sys.stderr)))
    assert "damaged (file is not a database); the turns are set anew" in capfd.readouterr().err
    assert (home / "schedule.damaged").exists()
    monthly = [name for name in SOURCES if SOURCES[name].schedule.cron.split()[2] != "*"]
    assert len(monthly) == 2
    for ran in ({}, dict.fromkeys(SOURCES, datetime(2026, 11, 22, 8))):  # noqa: DTZ001 - kept as UTC without a zone
        scheduler = scheduler_of(settings)
        scheduler.start(paused=True)
        set_turns(scheduler, settings, ran)
        for job in map(scheduler.get_job, monthly):
            if ran:
                assert job.next_run_time == job.trigger.get_next_fire_time(None, datetime.now(LONDON))
            else:
                assert timedelta() < job.next_run_time - moment < timedelta(days=1)
        scheduler.remove_all_jobs()
        scheduler.shutdown()


def test_a_source_that_could_not_be_had_has_two_more_turns_in_the_night_and_one_that_could_has_none(
    home: Path, county: CountySite, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = read_settings()
    night = cli.night.Night(settings, cli.night.Log(sys.stderr))
    scheduler = scheduler_of(settings)
    scheduler.start(paused=True)
    set_turns(scheduler, settings, dict.fromkeys(SOURCES, datetime.now(UTC).replace(tzinfo=None)))
    regular = datetime.now(LONDON) + timedelta(days=9)
    scheduler.modify_job("ons_boundaries", next_run_time=regular)
    county.inject(Fault("/ONSvisual", status=404, times=None))
    night.tries["ons_boundaries"] = 1
    found = []
    cli.schedule._at_work.append((night, scheduler))
    try:
        for _ in range(2):
            take_turn("ons_boundaries")
            found.append(scheduler.get_job("ons_boundaries").next_run_time)
            scheduler.modify_job("ons_boundaries", next_run_time=regular)
        county.recover()
        take_turn("ons_boundaries")
    finally:
        cli.schedule._at_work.clear()
        scheduler.shutdown()
    assert timedelta(minutes=50) < found[0] - datetime.now(LONDON) < timedelta(minutes=60) and found[1] == regular
    said = capfd.readouterr().err
    assert said.count("next: ons_boundaries: again at") == 1 and "published: ons_boundaries" in said


def test_landlords_are_traced_again_only_when_something_has_changed_since(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings, noon = read_settings(), datetime(2026, 11, 2, 12, tzinfo=UTC)
    engine = open_database(settings)
    day, title = noon.date(), TitleRecord(id="ccod:TT1", title="hmlr:TT1")
    load(engine, settings.spool_dir, a_list(day, [title], feed="hmlr/ccod"), source="hmlr")
    assert not is_traced(engine), "never yet"

    def trace() -> None:
        intake = Intake(engine, "tracing", learnt=noon, spool_dir=settings.spool_dir)
        intake.publish(bookmarks={MARK: rests_on(engine)}, nothing_new=["a tracing that found what the last one found"])

    trace()
    cli.night.Night(settings, cli.night.Log(sys.stderr), today=day).afterwards()
    assert "skipped: trace: nothing has changed since the landlords were last traced" in capfd.readouterr().err
    load(engine, settings.spool_dir, a_list(day, [title], feed="hmlr/ccod"), source="hmlr")
    assert is_traced(engine), "a list that says what is known changes nothing"
    write_judgement(
        engine, "home stands on title", "cqc:1-1", "hmlr:TT1", same=True, judge="A. Person", why="was there", at=noon
    )
    assert not is_traced(engine), "somebody has judged"
    trace()
    load(engine, settings.spool_dir, a_list(day, [a_location(1)]))
    assert not is_traced(engine), "there is a home more"
    engine.dispose()


def test_one_night_asks_every_source_in_order_and_tells_each_event_as_json(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status_of(["schedule", "--once", "--log-json"]) == 0
    events = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [e["source"] for e in events if e["event"] == "begun"] == TWO
    assert [e["source"] for e in events if e["event"] == "published"] == TWO
    assert {e["source"] for e in events if e["event"] == "not configured"} == {"rqia"}
    published = next(e for e in events if e["event"] == "published")
    assert published["requests"] > 1 and published["received_bytes"] > 0 and published["seconds"] > 0
    assert all(datetime.fromisoformat(e["time"]).tzinfo for e in events)


def test_a_night_in_which_a_source_fails_goes_on_names_it_and_exits_1(
    home: Path, county: CountySite, capfd: pytest.CaptureFixture[str]
) -> None:
    county.inject(Fault("/index.php", status=404, times=None))
    assert status_of(["schedule", "--once"]) == 1
    said = capfd.readouterr().err
    assert "abandoned: care_inspectorate" in said and "published: ons_boundaries" in said
    assert said.splitlines()[-1].startswith("longstop: care_inspectorate abandoned")
    assert "Traceback" not in said


def test_there_is_room_for_one_schedule(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Turn(home / "schedule.lock", wait=False):
        assert status_of(["schedule"]) == 2
    assert "another longstop schedule is running" in capfd.readouterr().err


def test_told_to_stop_a_night_abandons_the_crawl_that_goes_on_and_half_publishes_nothing(
    home: Path, county: CountySite, capfd: pytest.CaptureFixture[str]
) -> None:
    county.inject(Fault("/documents/", wait=90.0, times=None))

    told: list[float] = []

    def stop() -> None:
        while not any(path.startswith("/documents/") for path in list(county.requests)):
            time.sleep(0.05)
        told.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)

    county.requests.clear()
    thread = threading.Thread(target=stop)
    thread.start()
    assert status_of(["schedule", "--once"]) == 1
    thread.join()
    assert time.monotonic() - told[0] < 60, "it waits for no answer"
    said = capfd.readouterr().err
    assert "abandoned: care_inspectorate: The crawl was stopped before its end" in said
    assert "ons_boundaries" not in said and "Traceback" not in said


def test_a_crawl_that_is_told_to_stop_while_it_is_being_loaded_prints_no_traceback(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    watch = Watch(stop=threading.Event())
    threading.Timer(0.15, watch.stop.set).start()
    with suppress(CrawlFailed):  # killed while it was loaded; a moment later it would have abandoned its run
        refresh("ciw", settings=read_settings(), today=date(2026, 6, 1), learnt=datetime.now(UTC), watch=watch)
    assert "Traceback" not in capfd.readouterr().err


def test_a_crawl_that_takes_too_long_is_asked_to_stop_and_then_killed() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"
    )
    said: list[str] = []
    begun = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE) as process:
        status = Watch(most=1.5, said=said.append, grace=0.5).over(process)
    assert status == -signal.SIGKILL and said == ["here"]
    assert time.monotonic() - begun < 20


def test_the_schedule_lists_the_next_turns(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status_of(["schedule", "--list", "--json"]) == 0
    turns = {turn["name"]: turn for turn in json.loads(capfd.readouterr().out)["turns"]}
    assert SOURCES.keys() | {DIGEST} == turns.keys()
    assert all(datetime.fromisoformat(turn["next"]).tzinfo for turn in turns.values() if turn["next"])


def ask(port: int, path: str = "/health") -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        return problem.code, json.load(problem)


def test_a_monitor_is_told_ok_then_failed_with_the_reason_and_then_stale(home: Path, tmp_path: Path) -> None:
    register = Register(tmp_path / "register")
    engine = open_database(register.url)
    settings = read_settings()
    today = register.today
    with health_on(0, lambda: health(engine, settings, today)) as port:
        assert ask(port)[0] == 503, "nothing was ever loaded"
        with serve(Site(Path(__file__).parent / "cases" / "cqc_api")) as site:
            register.night("cqc_api", site.address)
            today = register.today
            status, document = ask(port)
            assert (status, document["status"]) == (200, "ok")
            site.strikes = {"/locations": [(404, {}, b"")]}
            register.night("cqc_api", site.address, key=KEY)
        status, document = ask(port)
        assert (status, document["status"]) == (503, "failed")
        assert "there is nothing at this address" in str(document["sources"])
        with serve(Site(Path(__file__).parent / "cases" / "cqc_api")) as site:
            register.night("cqc_api", site.address)
        today = register.today + timedelta(days=60)
        assert ask(port)[1]["status"] == "stale" and ask(port)[0] == 503
        assert ask(port, "/")[0] == 404
    engine.dispose()


def test_health_is_answered_on_this_machine_alone_and_a_port_that_is_taken_is_a_sentence(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with health_on(0, dict) as port:
        assert status_of(["schedule", "--once", "--health-port", str(port)]) == 2
    assert f"--health-port {port}: Address already in use" in capfd.readouterr().err


def test_the_systemd_unit_runs_the_schedule_and_lets_it_stop_in_order() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read(ROOT / "docs" / "longstop.service")
    words = unit["Service"]["ExecStart"].split()
    assert words[0].endswith("/longstop") and words[1] == "schedule"
    assert unit["Service"]["KillMode"] == "mixed" and int(unit["Service"]["TimeoutStopSec"]) > 60
    assert "KEY" not in unit["Service"]["Environment"]


def test_the_container_runs_as_nobody_in_particular_and_holds_no_key() -> None:
    lines = (ROOT / "docs" / "Containerfile").read_text().splitlines()
    assert "USER longstop" in lines and not any("KEY=" in line for line in lines)
    assert json.loads(next(line for line in lines if line.startswith("CMD ")).removeprefix("CMD "))[0] == "schedule"

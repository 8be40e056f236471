"""Killed at any moment, out of room, locked out, run twice at once: the next run makes the same register."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from loopback import KEY, Site, serve
from nights import FORKED, Register

import register.database
from cli.main import status_of
from crawler.refresh import replay
from exercise import build_county
from exercise.site import Site as CountySite
from exercise.site import serve as serve_county
from register.database import DatabaseProblem, open_database
from register.intake import AlreadyRunning, Intake, IntakeProblem
from register.reading import load_snapshot, register_digest
from register.status import source_states

CASES = Path(__file__).resolve().parent / "cases"
#: ``LONGSTOP_KILLS=200 pytest tests/test_crash.py`` for as many as an inquiry would ask for.
KILLS = int(os.environ.get("LONGSTOP_KILLS", "15"))
TODAY, LEARNT = date(2026, 6, 1), datetime(2026, 6, 1, 3, tzinfo=UTC)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and flock are POSIX")


@pytest.fixture(scope="module")
def county() -> Iterator[CountySite]:
    """A small county on a site of its own."""
    with serve_county(build_county(30, 7), directory_format="csv") as site:
        yield site


def environment(folder: Path, site: CountySite) -> dict[str, str]:
    """The environment in which ``longstop`` keeps its register in a folder and asks the county's site."""
    return {**os.environ, **site.settings(), "LONGSTOP_DATA_DIR": str(folder), "LONGSTOP_DATABASE_URL": url_of(folder)}


def url_of(folder: Path) -> str:
    return f"sqlite:///{(folder / 'register.db').as_posix()}"


def digest_of(folder: Path) -> tuple[str, str]:
    engine = open_database(url_of(folder))
    try:
        return register_digest(engine), load_snapshot(engine).digest
    finally:
        engine.dispose()


def longstop(*words: str) -> list[str]:
    return [sys.executable, "-c", "from cli.main import run; run()", *words]


def refreshed(folder: Path, site: CountySite, *words: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        longstop("refresh", *words),
        env=environment(folder, site),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def replay_months(url: str, spool: Path, months: Path) -> None:
    """Replay every file of a folder, as one process does in one sitting."""
    engine = open_database(url)
    for file in sorted(months.glob("*.csv")):
        replay("care_inspectorate", file, engine=engine, today=TODAY, learnt=LEARNT, spool_dir=spool, shown=False)


def write_months(folder: Path) -> Path:
    """Three months of a datastore of 400 homes, some of which change, end and begin."""
    folder.mkdir()
    for number, month in enumerate(("31 March 2026", "30 April 2026", "31 May 2026")):
        lines = ["CSNumber,CareService,ServiceName,Registered_Places,SP_number,ServiceStatus,DateReg"]
        lines += [
            f"CS{2003000000 + n},Care Home Service,House {n},{20 + n * number % 7},SP{2003000 + n // 5},Active,1/4/2002"
            for n in range(number * 10, 400 + number * 5)
        ]
        (folder / f"{number} MDSF_data_{month}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def replayed(folder: Path, months: Path, *, kill_after: float | None = None) -> int | None:
    """Replay the months into a folder's register, in a process of its own; with ``kill_after``, kill it so many seconds
    after it began. Its exit status."""
    process = FORKED.Process(target=replay_months, args=(url_of(folder), folder / "staged", months))
    process.start()
    process.join(kill_after)
    process.kill()
    process.join()
    return process.exitcode


def test_killed_at_random_and_run_again_a_replay_makes_the_same_register(tmp_path: Path) -> None:
    months = write_months(tmp_path / "months")
    assert replayed(tmp_path / "warm", months, kill_after=60) == 0  # the libraries are loaded once, and not timed
    undisturbed = tmp_path / "undisturbed"
    begun = time.monotonic()
    assert replayed(undisturbed, months, kill_after=60) == 0
    takes, expected = time.monotonic() - begun, digest_of(undisturbed)
    chance = random.Random(20260601)
    killed = 0
    folder = undisturbed
    for number in range(KILLS):
        # Every fourth register is new; the others go on from where kills before left them.
        if number % 4 == 0:
            folder = tmp_path / f"killed {number}"
        killed += replayed(folder, months, kill_after=chance.uniform(0, takes)) == -signal.SIGKILL
        if number % 4 == 3 or number == KILLS - 1:
            assert replayed(folder, months, kill_after=60) == 0
            assert digest_of(folder) == expected, f"after {number + 1} kills"
            assert not list((folder / "staged").glob("staged-*"))
            engine = open_database(url_of(folder))
            (state,) = source_states(engine, TODAY, spool_dir=folder / "staged")
            engine.dispose()
            assert state.source == "care_inspectorate" and not state.stale
    assert killed > KILLS // 2, "the kills came too late to mean anything"


def test_a_refresh_killed_at_random_leaves_no_crawl_behind_and_the_next_one_makes_the_same_register(
    tmp_path: Path, county: CountySite
) -> None:
    assert refreshed(tmp_path / "undisturbed", county, "cqc_api").returncode == 0
    expected = digest_of(tmp_path / "undisturbed")
    chance = random.Random(7)
    folder = tmp_path / "killed"
    folder.mkdir()
    for _ in range(max(2, KILLS // 20)):
        process = subprocess.Popen(
            longstop("refresh", "cqc_api"), env=environment(folder, county), stderr=subprocess.DEVNULL, cwd=folder
        )
        time.sleep(chance.uniform(0.5, 2.5))
        process.kill()
        process.wait()
    deadline = time.monotonic() + 10
    while (again := refreshed(folder, county, "cqc_api")).returncode == 1 and time.monotonic() < deadline:
        assert "another run of this source is going on" in again.stderr
        time.sleep(0.2)
    assert again.returncode == 0, again.stderr
    assert digest_of(folder) == expected


def test_a_crawl_that_is_killed_is_told_at_once_and_named_in_the_morning(tmp_path: Path, county: CountySite) -> None:
    stop = threading.Event()

    def kill_the_crawl() -> None:
        spool = tmp_path / "staged"
        while not stop.is_set():
            for file in spool.glob("staged-*") if spool.is_dir() else ():
                for link in Path("/proc").glob("[0-9]*/fd/*"):
                    try:
                        if link.readlink() == file:
                            os.kill(int(link.parts[2]), signal.SIGKILL)
                            return
                    except OSError:
                        continue
            time.sleep(0.01)

    thread = threading.Thread(target=kill_the_crawl)
    thread.start()
    done = refreshed(tmp_path, county, "cqc_api", "ons_boundaries")
    stop.set()
    thread.join()
    assert done.returncode == 1
    assert "cqc_api: the crawl was killed (signal 9); nothing of it was published" in " ".join(done.stderr.split())
    assert "ons_boundaries: published" in done.stdout, "one source's trouble never stops the others"
    assert "Traceback" not in done.stderr
    engine = open_database(url_of(tmp_path))
    states = {state.source: state for state in source_states(engine, TODAY)}
    assert "Killed before the end" in states["cqc_api"].issues[0] and states["cqc_api"].stale


def test_two_refreshes_at_once_make_the_register_of_one(tmp_path: Path, county: CountySite) -> None:
    assert refreshed(tmp_path / "one", county, "cqc_api").returncode == 0
    both = tmp_path / "both"
    both.mkdir()
    processes = [
        subprocess.Popen(
            longstop("refresh", "cqc_api"), env=environment(both, county), stderr=subprocess.PIPE, cwd=both, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in processes]
    codes = sorted(process.returncode for process in processes)
    assert codes in ([0, 0], [0, 1]), said
    assert codes == [0, 0] or any("another run of this source is going on" in " ".join(one.split()) for one in said)
    assert not any("Traceback" in one for one in said)
    assert digest_of(both) == digest_of(tmp_path / "one")


def test_a_run_of_a_source_that_is_going_on_is_not_run_again_and_others_are(tmp_path: Path) -> None:
    engine = open_database(url_of(tmp_path))
    first = Intake(engine, "rqia", learnt=LEARNT, spool_dir=tmp_path / "staged")
    with pytest.raises(AlreadyRunning, match="rqia: another run of this source is going on"):
        Intake(engine, "rqia", learnt=LEARNT, spool_dir=tmp_path / "staged")
    Intake(engine, "ciw", learnt=LEARNT, spool_dir=tmp_path / "staged").abandon("enough")
    first.abandon("enough")
    Intake(engine, "rqia", learnt=LEARNT, spool_dir=tmp_path / "staged").abandon("enough")


@pytest.mark.parametrize("room", [0, 40_000, 200_000])
def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path, room: int) -> None:
    months = write_months(tmp_path / "months")
    first, *_ = sorted(months.glob("*.csv"))
    code = (
        "import resource, sys;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY));"
        "from cli.main import run; run(sys.argv[2:])"
    )
    folder = tmp_path / "home"
    folder.mkdir()
    own = {**os.environ, "LONGSTOP_DATA_DIR": str(folder), "LONGSTOP_DATABASE_URL": url_of(folder)}
    words = ["refresh", "care_inspectorate", "--from", str(first)]
    open_database(url_of(folder)).dispose()
    done = subprocess.run(
        [sys.executable, "-c", code, str(room), *words],
        env=own,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) <= 6, done.stderr
    assert "disk" in done.stderr or "staged" in done.stderr, done.stderr
    again = subprocess.run(longstop(*words), env=own, capture_output=True, text=True, check=False, cwd=folder)
    assert again.returncode == 0, again.stderr
    undisturbed = tmp_path / "undisturbed"
    engine = open_database(url_of(undisturbed))
    replay("care_inspectorate", first, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    engine.dispose()
    assert digest_of(folder) == digest_of(undisturbed)


def test_a_crawl_on_a_full_disk_publishes_nothing(tmp_path: Path) -> None:
    # Scrapy drops an item whose pipeline fails and goes on: a record lost in silence would look like a home closed.
    register = Register(tmp_path / "register")
    with serve(Site(CASES / "cqc_api")) as site:
        register.night("cqc_api", site.address)
        before = register.open_records()
        outcome = register.crawl("cqc_api", site.address, room=1_500)
        said = outcome.trouble or " ".join(outcome.report.reasons if outcome.report else ())
        assert "File too large" in said or "disk" in said, outcome
        assert register.open_records() == before
        assert register.night("cqc_api", site.address).state == "published"
    assert register.open_records() == before


def test_a_database_locked_by_another_program_is_a_sentence_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register.database, "BUSY_MS", 200)
    engine = open_database(url_of(tmp_path))
    case = CASES / "care_inspectorate"
    other = sqlite3.connect(tmp_path / "register.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(IntakeProblem, match="locked by another program; wait until that has finished"):
        replay("care_inspectorate", case, engine=engine, today=TODAY, learnt=LEARNT, spool_dir=tmp_path, shown=False)
    other.execute("ROLLBACK")
    other.close()
    report = replay(
        "care_inspectorate", case, engine=engine, today=TODAY, learnt=LEARNT, spool_dir=tmp_path, shown=False
    )
    assert report.state == "published"


def test_a_database_that_is_lost_between_two_runs_is_made_anew_by_the_next(tmp_path: Path, county: CountySite) -> None:
    assert refreshed(tmp_path, county, "ons_boundaries").returncode == 0
    expected = digest_of(tmp_path)
    for file in tmp_path.glob("register.db*"):
        file.unlink()
    assert refreshed(tmp_path, county, "ons_boundaries").returncode == 0
    assert digest_of(tmp_path) == expected


def test_a_database_that_is_lost_during_a_run_is_told_and_takes_nothing(tmp_path: Path) -> None:
    engine = open_database(url_of(tmp_path))
    run = Intake(engine, "rqia", learnt=LEARNT, spool_dir=tmp_path / "staged")
    for file in tmp_path.glob("register.db*"):
        file.unlink()
    with pytest.raises(IntakeProblem, match="deleted or replaced while this run was going on"):
        run.publish()


def test_a_folder_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "staged").write_text("a file where the folder should be")
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LONGSTOP_DATABASE_URL", url_of(tmp_path))
    monkeypatch.chdir(tmp_path)
    with serve(Site(CASES / "cqc_api")) as site:
        monkeypatch.setenv("LONGSTOP_CQC_API_URL", site.address)
        monkeypatch.setenv("LONGSTOP_CQC_API_KEY", KEY)
        assert status_of(["refresh", "cqc_api"]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "cqc_api: nothing can be staged in" in said and "Traceback" not in said
    assert status_of(["refresh", "care_inspectorate", "--from", str(CASES / "care_inspectorate")]) == 2


def test_a_crawl_that_is_asked_to_stop_publishes_no_half_of_a_list(tmp_path: Path) -> None:
    site = Site(CASES / "cqc_api", strikes={"/locations/1-9000000003": [(200, {":wait": "3"}, b"{}")] * 9})
    register = Register(tmp_path / "register")

    def interrupt() -> None:
        while not any(path == "/locations/1-9000000003" for path, _ in list(site.asked)):
            time.sleep(0.05)
        register.interrupt()

    with serve(site):
        thread = threading.Thread(target=interrupt)
        thread.start()
        report = register.night("cqc_api", site.address)
        thread.join()
    assert report.state == "abandoned" and "The crawl was stopped before its end (shutdown)" in report.reasons[0]


def test_a_problem_of_the_database_says_which_database() -> None:
    with pytest.raises(DatabaseProblem, match=r"register\.db: its folder cannot be made"):
        open_database("sqlite:////proc/longstop/register.db")

"""Tracing from the command line, and what people judge: published, asked, kept through every re-run, superseded."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.main import status_of
from crawler.refresh import replay
from exercise.county import build_county
from exercise.land_registry import labels, title_rows
from exercise.publish import write_county
from register import parties
from register.database import open_database
from register.holdings import BY_A_PERSON
from register.judgements import IS_COMPANY, BadJudgement, judgements, write_judgement
from register.matching import second_opinion
from register.reading import load_snapshot
from register.records import Proprietor, TitleRecord

COUNTY = build_county(40, 5)
LEARNT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the county's homes, companies and titles, traced once; and a file of labels."""
    folder = tmp_path_factory.mktemp("traced")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LONGSTOP_DATA_DIR", str(folder / "own"))
        write_county(COUNTY, folder / "files", formats=())
        engine = open_database(f"sqlite:///{(folder / 'own' / 'longstop.db').as_posix()}")
        for source in ("cqc_api", "companies_house_bulk"):
            replay(source, folder / "files" / source, engine=engine, today=COUNTY.as_at, learnt=LEARNT, shown=False)
        engine.dispose()
        assert status_of(["trace"]) == 2  # there are no titles yet
        assert status_of(["accept", "hmlr", "--by", "A test"]) == 0
        assert status_of(["refresh", "hmlr", "--from", str(folder / "files" / "hmlr")]) == 0
        assert status_of(["trace"]) == 0
    rows = sorted(labels(title_rows(COUNTY)))
    (folder / "labels.csv").write_text("home,title\n" + "".join(f"{home},{title}\n" for home, title in rows))
    return folder


@pytest.fixture
def own(traced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the traced register, to be judged in."""
    shutil.copytree(traced / "own", tmp_path / "own")
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path / "own"))
    return tmp_path / "own"


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert status_of([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    status = status_of(list(arguments))
    return status, capsys.readouterr().err


def traces(own: Path) -> Any:
    engine = open_database(f"sqlite:///{(own / 'longstop.db').as_posix()}")
    try:
        return load_snapshot(engine).traces
    finally:
        engine.dispose()


def test_tracing_again_publishes_nothing_new_and_counts_every_home(own: Path, capsys: pytest.CaptureFixture[str]):
    document = answered(capsys, "trace")
    assert [one["published"] for one in document["run"]["lists"]] == [0, 0]
    assert all(one["rows_in"] == one["unchanged"] > 0 for one in document["run"]["lists"])
    engine = open_database(f"sqlite:///{(own / 'longstop.db').as_posix()}")
    standing = [home for home in load_snapshot(engine).homes.values() if home.status != "closed"]
    engine.dispose()
    assert sum(document["outcomes"].values()) == document["homes"] == len(standing) >= 40
    assert len(traces(own)) == len(standing)
    assert sum(document["untraced"].values()) == document["outcomes"]["untraced"] > 0


def test_precision_and_recall_are_told_against_a_file_of_labels(
    own: Path, traced: Path, capsys: pytest.CaptureFixture[str]
):
    document = answered(capsys, "trace", "--labels", str(traced / "labels.csv"))
    used = next(one for one in document["thresholds"] if one["threshold"] == 0.9)
    assert used["precision"] >= 0.99 and used["recall"] >= 0.9
    assert document["labels"] == len(labels(title_rows(COUNTY))) and document["unusable"] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"home,building\n", "row 1 has no column 'title'"),
        (b"home,title\nEX-1,\n", "row 2: home or title is not given"),
        (b"home,title\nEX-9,ZX000001\n", "no row names a home and a title"),
        (b'home,title\n"EX-1,ZX1\n', "not CSV"),
        (b"home,title\n\xff\n", "not a text in UTF-8"),
        (b"", "row 1 has no column 'home'"),
    ],
)
def test_labels_that_cannot_be_read_are_refused_by_row(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
):
    file = tmp_path / "labels.csv"
    file.write_bytes(content)
    status, message = said(capsys, "trace", "--labels", str(file))
    assert status == 2 and words in message and message.count("\n") == 1


def test_without_the_extra_tracing_says_what_to_install(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(second_opinion, "find_spec", lambda name: None)
    assert said(capsys, "trace") == (
        2,
        "longstop: tracing landlords needs uk-address-matcher, which is not installed: "
        "pip install 'longstop[tracing]'\n",
    )


def test_a_question_shows_both_addresses_the_owners_and_the_evidence(own: Path, capsys: pytest.CaptureFixture[str]):
    document = answered(capsys, "review")
    assert document["invented"] and document["waiting"]
    beds = [one["home"]["beds"] for one in document["waiting"]]
    assert beds == sorted(beds, reverse=True)
    first = document["waiting"][0]
    assert first["home"]["address"] and first["title"]["address"] and first["title"]["owners"][0]["rule"]
    assert first["reason"].endswith(".") and 0 < first["score"] < 0.9
    assert first["title"]["evidence"][0]["feed"].startswith("hmlr/") and first["title"]["evidence"][0]["row"]


def test_a_judgement_for_or_against_outlives_every_run_and_the_newest_counts(
    own: Path, capsys: pytest.CaptureFixture[str]
):
    question = answered(capsys, "review")["waiting"][0]
    home, title = question["home"]["id"], question["title"]["id"]

    def link() -> Any:
        return {one.title: one for one in traces(own)[home].links}.get(title)

    assert link().state == "waiting"
    assert said(capsys, "review", "accept", home, title, "--by", "A. Reader", "--why", "the plan shows it")[0] == 0
    assert link().state == "accepted" and link().judgement.why == "the plan shows it"
    assert status_of(["trace"]) == 0
    assert link().state == "accepted" and link().judgement.judge == "A. Reader"
    number = title.removeprefix("hmlr:").lower()
    assert said(capsys, "review", "reject", home[9:], number, "--by", "B. Reader", "--why", "next door")[0] == 0
    assert status_of(["trace"]) == 0
    assert link() is None
    decided = answered(capsys, "review", "--decided")["decided"]
    assert [(one["verdict"], one["superseded"], one["judge"]) for one in decided] == [
        ("same", True, "A. Reader"),
        ("different", False, "B. Reader"),
    ]
    assert title not in [one["title"]["id"] for one in answered(capsys, "review")["waiting"]]


def test_a_person_may_give_a_home_a_title_that_no_rule_found(own: Path, capsys: pytest.CaptureFixture[str]):
    found = traces(own)
    home = next(key for key, trace in found.items() if trace.untraced == "no title found")
    stranger = next(row.number for row in title_rows(COUNTY) if row.number.startswith("ZW"))
    assert said(capsys, "review", "accept", home, stranger, "--by", "A", "--why", "register copy of 3 May")[0] == 0
    trace = traces(own)[home]
    (link,) = trace.links
    assert (trace.outcome, link.state, link.record.method) == ("accepted", "accepted", BY_A_PERSON)
    assert link.evidence and link.record.reason == "register copy of 3 May"


def test_a_lease_of_the_providers_own_leaves_the_owner_of_the_building_unknown(own: Path):
    broken = [trace for trace in traces(own).values() if trace.untraced == "lease chain broken"]
    assert broken
    assert all(trace.outcome == "untraced" and trace.accepted for trace in broken)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("accept", "EX-100000001", "NO1", "--by", "A", "--why", "b"), "no title 'NO1'"),
        (("accept", "EX-1", "ZX000001", "--by", "A", "--why", "b"), "no home 'EX-1'"),
        (("accept", "EX-100000001", "ZX000001", "--by", " ", "--why", "b"), "who judges"),
        (("reject", "EX-100000001", "ZX000001", "--by", "A", "--why", ""), "why"),
        (("--ask",), "--by NAME"),
    ],
)
def test_a_judgement_that_cannot_be_kept_is_refused_in_a_sentence(
    own: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
):
    status, message = said(capsys, "review", *arguments)
    assert status == 2 and words in message and "Traceback" not in message
    assert answered(capsys, "review", "--decided")["decided"] == []


def test_questions_are_asked_one_after_the_other_until_the_person_stops(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert status_of(["trace", "--threshold", "0.9999"]) == 0  # most wait
    answers = iter(["d", "it is the house next door", "what?", "back", "same", "the plan shows it", "q"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    status, message = said(capsys, "review", "--ask", "--by", "A. Reader")
    assert status == 0 and "'what?' is none of the answers" in message and "\n1 judged" in message
    first, last = answered(capsys, "review", "--decided")["decided"]
    assert (first["verdict"], first["why"], first["superseded"]) == ("different", "it is the house next door", True)
    assert (last["verdict"], last["why"], last["superseded"]) == ("same", "the plan shows it", False)
    assert first["object"] == last["object"] and first["score"]


def test_an_owner_without_a_number_is_judged_to_be_a_company_from_the_command_line(
    own: Path, capsys: pytest.CaptureFixture[str]
):
    engine = open_database(f"sqlite:///{(own / 'longstop.db').as_posix()}")
    titles = load_snapshot(engine).titles.values()
    bodies = (one for one in titles if len(one.owners) == 1 and one.owners[0].party.kind == "body")
    title = next(bodies)
    numbered = next(one for one in titles if "company number" in one.owners[0].party.rule)
    command = ("review", "owner", title.id, "99000001", "--by", "A. Reader", "--why", "its own filing")
    assert said(capsys, *command)[0] == 0
    now = load_snapshot(engine).titles[title.id].owners[0].party
    assert now.id == "gb-coh:99000001" and "A. Reader" not in now.rule and "its own filing" in now.rule
    assert said(capsys, *command, "--different")[0] == 0
    assert load_snapshot(engine).titles[title.id].owners[0].party == title.owners[0].party
    engine.dispose()
    for arguments, words in (
        ((title.id, "no number"), "not a company number"),
        ((title.id, "99000001", "--which", "3"), "names 1 owners"),
        ((numbered.id, "99000001"), "by its own number"),
    ):
        status, message = said(capsys, "review", "owner", *arguments, "--by", "A", "--why", "b")
        assert status == 2 and words in message


def test_that_an_owner_is_a_company_can_be_judged_for_and_against(own: Path):
    engine = open_database(f"sqlite:///{(own / 'longstop.db').as_posix()}")
    snapshot = load_snapshot(engine)
    owner = next(o for t in snapshot.titles.values() for o in t.owners if o.party.kind == "body")
    for same, company in ((True, "gb-coh:99000001"), (False, "gb-coh:99000001")):
        write_judgement(
            engine, IS_COMPANY, owner.party.id or "", company, same=same, judge="A", why="its own filing", at=LEARNT
        )
        parties_now = {o.proprietor: o.party for t in load_snapshot(engine).titles.values() for o in t.owners}
        now = parties_now[owner.proprietor]
        assert now.id == (company if same else owner.party.id)
        assert ("a person's judgement of 2026-11-01 that it is this company: its own filing" in now.rule) is same
    with pytest.raises(BadJudgement):
        write_judgement(engine, IS_COMPANY, "body:1", "gb-coh:1", same=True, judge="A", why="\x00", at=LEARNT)
    assert [one.superseded for one in judgements(engine)] == [True, False]
    engine.dispose()


@pytest.mark.parametrize(
    ("filed", "means"),
    [
        ("VIRGIN ISLANDS, BRITISH", "british virgin islands"),
        ("British Virgin Islands", "british virgin islands"),
        ("ST. KITTS AND NEVIS", "saint kitts and nevis"),
        ("SAINT LUCIA", "saint lucia"),
        ("ST LUCIA", "saint lucia"),
        ("DELAWARE, U.S.A", "united states"),
        ("CHANNEL ISLANDS, JERSEY", "jersey"),
        ("BAHAMAS, THE", "bahamas"),
        ("", None),
    ],
)
def test_a_country_has_one_name_however_it_is_spelt(filed: str, means: str | None):
    assert parties.plain_country(filed) == means


def test_forms_of_companies_and_letters_that_stand_alone_make_no_other_name():
    for names in (
        ("Exercise Ebb Holdings S.à r.l.", "EXERCISE EBB HOLDINGS S.A R.L.", "Exercise Ebb Holdings SARL"),
        ("EXERCISE P.L.C.", "Exercise public limited company", "The Exercise PLC"),
        ("H.C. Exercise Limited", "HC EXERCISE LTD"),
    ):
        assert len({parties.plain_company_name(name) for name in names}) == 1
    assert parties.plain_company_name("Exercise One Limited") != parties.plain_company_name("Exercise Two Limited")


@pytest.mark.parametrize(
    ("filed", "category", "means"),
    [
        ("1234R", "Registered Society (Company)", "gb-coh:IP01234R"),
        ("7648", "Community Benefit Society (Company)", "gb-coh:RS007648"),
        ("29530R", None, "gb-coh:IP29530R"),
        ("123", "Limited Company or Public Limited Company", "gb-coh:00000123"),
        ("sc 099500", "Limited Company or Public Limited Company", "gb-coh:SC099500"),
    ],
)
def test_the_number_of_a_society_is_never_read_as_a_companys(filed: str, category: str | None, means: str):
    owner = Proprietor(name="EXERCISE SOCIETY LIMITED", number=filed, category=category)
    title = TitleRecord(id="ccod:ZZ1", title="hmlr:ZZ1", proprietors=(owner,))
    assert parties.party_of_proprietor(title, 0, {}).id == means

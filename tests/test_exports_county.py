"""The whole invented county in every format: nothing for the standards' validators, and no row of the land registry."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from covebods import findings
from test_graph_exports import READERS

from crawler.refresh import replay
from crawler.source import SOURCES
from exercise.county import build_county
from exercise.land_registry import labels, title_rows
from exercise.publish import write_county
from graph.exports import FORMATS, bods
from graph.ownership import build_network
from register.acceptances import Acceptance, accept
from register.database import open_database
from register.reading import load_snapshot
from register.records import LinkRecord
from register.snapshot import HomeTitle, Snapshot, Trace

COUNTY = build_county(40, 11)
LEARNT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The county's homes, companies and titles, each title linked with the homes that its label says."""
    folder = tmp_path_factory.mktemp("county")
    write_county(COUNTY, folder / "files", formats=())
    engine = open_database(f"sqlite:///{(folder / 'longstop.db').as_posix()}")
    accept(engine, Acceptance("hmlr", SOURCES["hmlr"].licence, "Exercise Council", LEARNT.date()))
    for source in ("cqc_api", "hmlr", "companies_house_bulk"):
        replay(source, folder / "files" / source, engine=engine, today=COUNTY.as_at, learnt=LEARNT, shown=False)
    snapshot = load_snapshot(engine)
    engine.dispose()
    links: dict[str, list[HomeTitle]] = {}
    for home, number in sorted(labels(title_rows(COUNTY))):
        place, title = f"exercise:{home.removeprefix('exercise:')}", f"hmlr:{number}"
        if place in snapshot.homes and title in snapshot.titles:
            address = next(entry.record.address for entry in snapshot.titles[title].entries)
            record = LinkRecord(
                id=f"link:{place}/{number}", location=place, title=title, state="accepted", method="label",
                reason=f"the title's address is {address}",
            )  # fmt: skip
            evidence = snapshot.titles[title].entries[0].evidence
            links.setdefault(place, []).append(HomeTitle("accepted", title, record, evidence))
    traces = {home: Trace("accepted", None, None, tuple(some), some[0].evidence) for home, some in links.items()}
    return replace(snapshot, traces=traces)


@pytest.fixture(scope="module")
def read(county: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """What each format says of the county, read back by somebody else's program."""
    folder, network = tmp_path_factory.mktemp("exports"), build_network(county)

    def of(form: str) -> str:
        assert FORMATS[form](county, network, folder / form) > 100
        return READERS[form](folder / form)

    return of


def test_libcovebods_finds_nothing_in_an_export_of_the_whole_county(
    county: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert FORMATS["bods"](county, build_network(county), tmp_path / "bods.json") > 100
    assert findings(tmp_path / "bods.json", monkeypatch) == []


@pytest.mark.parametrize("form", FORMATS)
def test_no_address_or_postcode_of_a_title_stands_in_an_export(form: str, county: Snapshot, read: Callable[[str], str]):
    """Words that the regulators publish of the same homes, or that are in a company's name, are theirs to pass on."""
    said = read(form).casefold()
    own = json.dumps(
        [
            [r.record.name, *(r.record.address or ()), r.record.town, r.record.postcode]
            for home in county.homes.values()
            for r in home.registrations
        ]
        + [feed.attribution for feed in county.feeds]
    ).casefold()
    rows = [entry.record for title in county.titles.values() for entry in title.entries]
    assert len(county.traces) > 20 and len(rows) > 50
    regulators = {
        " ".join(part for part in (*(r.record.address or ()), r.record.town) if part).casefold().replace(",", "")
        for home in county.homes.values()
        for r in home.registrations
    }
    scanned = 0
    for row in rows:
        address = (row.address or "").casefold()
        if len(address) < 12 or address in own or any(one in address.replace(",", "") for one in regulators if one):
            continue
        scanned += 1
        assert address not in said
    assert scanned > 10
    assert not any(
        row.postcode.casefold() in said for row in rows if row.postcode and row.postcode.casefold() not in own
    )


def test_a_landlord_of_the_county_is_in_every_format_but_the_one_that_has_no_leases(
    county: Snapshot, read: Callable[[str], str]
):
    owner = next(title.owners[0] for home, trace in county.traces.items() for link in trace.links
                 for title in [county.titles[link.title]] if title.tenure == "Freehold" and title.owners)  # fmt: skip
    for form in FORMATS.keys() - {"bods"}:
        assert owner.proprietor.name.casefold() in read(form).casefold()


def test_an_export_and_what_changed_since_are_the_later_export(tmp_path: Path):
    engine = open_database(f"sqlite:///{(tmp_path / 'longstop.db').as_posix()}")
    days = []
    for month in (COUNTY, COUNTY.later(9)):
        days.append(month.as_at)
        write_county(month, tmp_path / str(month.as_at), formats=())
        for source in ("cqc_api", "companies_house_bulk"):
            files = tmp_path / str(month.as_at) / source
            learnt = datetime.combine(month.as_at, LEARNT.timetz())
            assert replay(source, files, engine=engine, today=month.as_at, learnt=learnt, shown=False).reasons == ()
    then, now = ((snapshot, build_network(snapshot)) for day in days if (snapshot := load_snapshot(engine, on=day)))
    engine.dispose()
    brought = {one["recordId"]: one for one in bods.statements(*then)}
    changed = list(bods.changes(then, now))
    made_anew = [one for one in changed if brought.get(one["recordId"]) != one]
    assert 0 < len(made_anew) < len(brought) / 10
    assert {one["statementDate"] for one in made_anew} == {str(days[1])}
    brought |= {one["recordId"]: one for one in changed}
    for one in bods.statements(*now):
        assert brought[one["recordId"]]["recordDetails"] == one["recordDetails"]

"""Companies House's bulk files over real HTTP: nothing without a company, nothing read twice, nobody new left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from intake_cases import LENIENT, a_list, a_location
from nights import FIRST, Register

from exercise.companies import companies_of
from exercise.companies_house import COMPANY_PAGE
from exercise.county import build_county
from exercise.site import Fault, Site, serve
from register.database import open_database
from register.intake import Intake, RunReport
from register.reading import load_snapshot
from register.records import ProviderRecord
from register.wanted import companies_that_matter

COUNTY = build_county(20, 3, as_at=FIRST)
SOURCE = "companies_house_bulk"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(COUNTY, directory_format="csv") as running:
        yield running


@pytest.fixture(scope="module")
def homes_known(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """A register that knows the county's homes and their providers' companies."""
    register = Register(tmp_path_factory.mktemp("companies") / "register")
    with serve(COUNTY, directory_format="csv") as site:
        assert register.night("cqc_api", site.url("cqc_api"), key=site.key).state == "published"
    return register


@pytest.fixture
def register(homes_known: Register, tmp_path: Path) -> Register:
    return homes_known.copy(tmp_path / "register")


def night(register: Register, site: Site, source: str = SOURCE) -> tuple[RunReport, int, list[str]]:
    """One night's run; how many files came whole; and the feeds that were read, in order."""
    before = {status: site.statuses[status] for status in (200, 304)}
    report = register.night(source, site.url(source))
    pages = 3 if source == SOURCE else 2  # with robots.txt
    return report, site.statuses[200] - before[200] - pages, sorted(d.feed.partition("/")[2] for d in report.deliveries)


def everybody() -> set[str]:
    """All companies on the county's list of live ones."""
    return {f"gb-coh:{number}" for number in companies_of(COUNTY.stock, FIRST).rows}


def wanted(register: Register) -> frozenset[str]:
    """The companies that matter to a register."""
    engine = open_database(register.url)
    try:
        return companies_that_matter(engine)
    finally:
        engine.dispose()


def with_a_provider(register: Register, company: str) -> None:
    """One home more, run by a company that nobody looked for before."""
    provider = ProviderRecord(id="exercise:EX-900", name="New Provider Limited", company=company)
    home = a_location(900, provider_id=provider.id)
    engine = open_database(register.url)
    intake = Intake(engine, "rqia", learnt=register.job("rqia", "").learnt, spool_dir=register.spool)
    for item in a_list(register.today, [provider, home], complete=False):
        intake.hand_over(item)
    assert intake.publish(LENIENT).state == "published"
    engine.dispose()


def test_without_a_company_in_the_register_nothing_is_asked_for(tmp_path: Path, site: Site) -> None:
    report = Register(tmp_path / "empty").night(SOURCE, site.url(SOURCE))
    assert report.state == "abandoned" and "no company of a care provider yet" in report.reasons[0]
    assert not [path for path in site.requests if path.endswith(".zip")]


def test_the_county_is_crawled_to_the_end_of_every_chain_and_a_missing_file_publishes_nothing(
    register: Register, site: Site
) -> None:
    site.inject(Fault("/psc-snapshot", status=404, times=None))
    gone = register.night(SOURCE, site.url(SOURCE))
    assert (gone.state, "nothing at this address" in " ".join(gone.reasons)) == ("abandoned", True)
    site.recover()
    report, files, feeds = night(register, site)
    assert report.state == "published", report.reasons
    assert (files, feeds) == (3, ["companies", "control"])
    assert [(d.complete, d.quarantined) for d in report.deliveries] == [(True, 0), (True, 0)]
    engine = open_database(register.url)
    snapshot = load_snapshot(engine)
    engine.dispose()
    assert {c.party.id for some in snapshot.controls.values() for c in some} & snapshot.controls.keys()
    origins = {c.evidence[0].origin for some in snapshot.controls.values() for c in some}
    assert origins == {f"psc-snapshot-{FIRST}_{n}of2.zip" for n in (1, 2)}


def test_what_was_read_for_the_same_companies_is_neither_fetched_nor_read_again(register: Register, site: Site) -> None:
    night(register, site)
    # By now the register knows the companies above, and looks for them from the start: the snapshot is another reading.
    second, files, feeds = night(register, site)
    assert (files, feeds, second.changed) == (2, ["control"], 0)
    before, digest = register.rows(), register.digest
    quiet, files, feeds = night(register, site)
    assert (quiet.state, files, feeds, len(quiet.nothing_new)) == ("published", 0, [], 2)
    assert quiet.cost and quiet.cost.requests == 6
    after = register.rows()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"run": 1}
    assert register.digest == digest and not register.state(SOURCE).stale


def test_a_company_that_has_come_to_matter_is_looked_for_in_files_that_were_read_before(
    register: Register, site: Site
) -> None:
    for _ in range(2):
        night(register, site)
    stranger = next(iter(sorted(everybody() - wanted(register))))
    with_a_provider(register, stranger)
    report, files, feeds = night(register, site)
    assert (report.state, files, feeds) == ("published", 3, ["companies", "control"]), report.reasons
    assert night(register, site)[1:] == (0, [])


def test_a_new_list_of_companies_is_read_for_those_above_though_the_snapshot_has_not_changed(
    register: Register, site: Site
) -> None:
    june = {path: site._answers[path] for path in site._answers if path == COMPANY_PAGE or "BasicCompanyData" in path}
    with serve(replace(COUNTY, as_at=date(2026, 5, 1)), directory_format="csv") as month_before:
        site._answers.update({p: a for p, a in month_before._answers.items() if p in june or "BasicCompanyData" in p})
    for _ in range(2):
        night(register, site)
    listed = {row for row in register.open_records() if row[0] == f"{SOURCE}/companies"}
    site._answers.update(june)
    report, files, feeds = night(register, site)
    assert (report.state, files, feeds) == ("published", 3, ["companies", "control"]), report.reasons
    assert listed == {row for row in register.open_records() if row[0] == f"{SOURCE}/companies"}, "nobody ended"
    assert night(register, site)[1:] == (0, [])


def test_a_file_under_another_etag_is_compared_and_where_one_part_has_changed_all_parts_are_read(
    register: Register, site: Site
) -> None:
    for _ in range(2):
        night(register, site)
    first, second = sorted(path for path in site._answers if path.startswith("/psc-snapshot"))
    site._answers[second] = replace(site._answers[second], headers=(("ETag", '"another"'),))
    assert night(register, site)[1:] == (1, []), "it came, and was the same"
    site._answers[second] = replace(site._answers[first], headers=(("ETag", '"a third"'),))
    site.requests.clear()
    report, _, feeds = night(register, site)
    assert (report.state, site.requests[first], site.requests[second]) == ("published", 2, 1)
    assert "control" in feeds and register.state(SOURCE).partial, "the snapshot lacks its last line now: nothing ended"

"""``longstop demo``: the whole job on an invented county, over real HTTP on loopback, with nothing to configure."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from cli.loading import crawl_source, load_figures, print_run
from cli.ownership import owners_of, print_chains
from cli.planning import print_plan, save_report, travel_engine
from cli.reporting import ownership_report
from cli.session import Incomplete, Refused, answers, messages
from cli.tracing import print_outcomes
from contingency.assumptions import read_assumptions
from contingency.document import document
from contingency.plan import Options, make_plan
from crawler.source import source_named
from exercise import County, Site, build_county, serve, write_vacancies
from graph.exports import FORMATS
from graph.landlords import landlords
from graph.ownership import build_network
from graph.report import write_ownership_report
from register.acceptances import Acceptance, accept
from register.database import open_database
from register.intake import RunReport
from register.matching import MatcherMissing
from register.matching.tracing import match_snapshot, publish
from register.reading import load_snapshot
from register.settings import Settings, read_settings
from register.snapshot import Snapshot

#: The sources the county publishes, in the order in which they are needed: whose the homes and the titles are, and
#: then, once it is traced who the landlords are, what stands behind all of them.
COUNTY_SOURCES = ("ons_boundaries", "cqc_api", "cqc_directory", "companies_house_bulk", "hmlr")
SOURCES_BEHIND = ("companies_house_bulk", "companies_house", "gazette")
#: Requests a minute that the county's own site can bear; real publishers are asked at the pace their YAML states.
LOOPBACK_RATE = "60000"


def demo(
    out: Annotated[Path, typer.Option(help="Where the register and the plan are written.")] = Path("longstop-demo"),
    homes: Annotated[int, typer.Option(min=20, max=15_000, help="How many homes the county has.")] = 80,
    seed: Annotated[int, typer.Option(help="Another seed makes another county.")] = 7,
) -> None:
    """Build an invented county, crawl it over loopback HTTP, fail its largest landlord, write plan and report."""
    if out.exists() and not out.is_dir():
        raise Refused(f"--out {out}: that is a file, not a folder")
    messages.print(f"building an invented county of {homes:,} homes (seed {seed}) …")
    county = build_county(homes, seed)
    with serve(county) as site, settings_for(out, site.settings()):
        settings = read_settings()
        engine_of_register = open_database(settings)
        crawl(COUNTY_SOURCES, county, site, settings)
        load_beds(county, settings, out)
        traced = trace_buildings(engine_of_register, settings, county.as_at)
        crawl(SOURCES_BEHIND, county, site, settings)
        snapshot = load_snapshot(engine_of_register)
        kind, name = largest_landlord(snapshot) if traced else ("provider", largest_provider(snapshot))
        messages.print(f"failing the largest {kind}, {name} …")
        made = make_plan(
            snapshot,
            kind,
            [name],
            options=Options(travel="land-grid"),
            assumptions=read_assumptions(),
            engine=travel_engine("land-grid", snapshot, settings),
        )
    answer = document(made)
    print_plan(answer)
    print_chains(owners_of(snapshot, name))
    messages.print("writing the plan, the ownership report and the open data …")
    paths = save_report(made, answer, out)
    built = ownership_report(snapshot, {})
    for form in ("html", "pdf", "xlsx"):
        paths += write_ownership_report(built, form, out / f"ownership.{form}")
    network = build_network(snapshot)
    for form, file in (("bods", "ownership.bods.json"), ("graphml", "ownership.graphml")):
        paths.append(out / file)
        FORMATS[form](snapshot, network, paths[-1])
    answers.print("The plan, and who owns what, are here:", style="bold")
    for path in paths:
        answers.print(f"  {path}", markup=False, soft_wrap=True)


def crawl(names: Sequence[str], county: County, site: Site, settings: Settings) -> None:
    """Crawl some of the sources that the county publishes. Raises Incomplete where one of them is not published."""
    for name in names:
        source = source_named(name)
        if source.terms:
            messages.print(f"{name}: {len(source.terms)} terms hold for the real lists; this county's are invented")
            by = "longstop demo (invented titles)"
            accept(open_database(settings), Acceptance(name, source.licence, by, county.as_at))
        messages.print(f"crawling {name} on {site.url(name)} …")
        _told(crawl_source(name, settings, today=county.as_at))


def load_beds(county: County, settings: Settings, out: Path) -> None:
    """Load what the county's homes filed about their beds. Raises Incomplete where it is not published."""
    filed = out / "capacity-tracker.csv"
    write_vacancies(county.filings, filed)
    messages.print(f"loading what the county's homes filed about their beds, {filed} …")
    _told(load_figures("vacancies", filed, settings, open_database(settings), today=county.as_at))


def _told(report: RunReport) -> None:
    print_run(report)
    if report.state != "published":
        raise Incomplete(f"{report.source}: not published; see above")


def trace_buildings(engine: Engine, settings: Settings, today: date) -> bool:
    """Match homes with titles, and say what it came to; False, said so, without the extra that it needs."""
    messages.print("tracing whose the buildings are …")
    snapshot = load_snapshot(engine)
    try:
        matching = match_snapshot(snapshot)
    except MatcherMissing as problem:
        messages.print(f"Landlords are not traced: {problem}", markup=False)
        return False
    learnt = datetime.combine(today, time(12), tzinfo=UTC)
    publish(snapshot, matching, engine, learnt=learnt, spool_dir=settings.spool_dir)
    print_outcomes(matching)
    return True


def largest_landlord(snapshot: Snapshot) -> tuple[str, str]:
    """The kind of scenario, and the landlord with the most registered beds in buildings that it lets.

    A county so small that nobody lets a building has its largest provider fail.
    """
    found = [one for one in landlords(build_network(snapshot)) if one.homes]
    return ("landlord", found[0].id) if found else ("provider", largest_provider(snapshot))


def largest_provider(snapshot: Snapshot) -> str:
    """The provider with the most registered beds in open homes; the first by id among equals."""
    beds = {
        provider.record.id: sum(
            snapshot.homes[home].beds(snapshot.on) or 0
            for home in provider.homes
            if snapshot.homes[home].status == "open"
        )
        for provider in snapshot.providers.values()
    }
    return min(beds, key=lambda provider: (-beds[provider], provider))


@contextmanager
def settings_for(out: Path, site: dict[str, str]) -> Iterator[None]:
    """The demo's own settings while it runs: its own database, and the county's site in place of the publishers'."""
    out.mkdir(parents=True, exist_ok=True)
    own = {
        "LONGSTOP_DATA_DIR": str(out.resolve()),
        "LONGSTOP_DATABASE_URL": f"sqlite:///{(out.resolve() / 'register.db').as_posix()}",
        **{f"LONGSTOP_{name.upper()}_RATE": LOOPBACK_RATE for name in (*COUNTY_SOURCES, *SOURCES_BEHIND)},
        **site,
    }
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

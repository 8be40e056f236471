"""``longstop demo``: the whole job on an invented county, over real HTTP on loopback, with nothing to configure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli.loading import crawl_source, load_figures, print_run
from cli.ownership import owners_of, print_chains
from cli.planning import print_plan, save_report
from cli.session import Incomplete, Refused, answers, messages, travel_engine
from contingency.assumptions import read_assumptions
from contingency.document import document
from contingency.plan import Options, make_plan
from exercise import build_county, serve, write_vacancies
from graph.exports import FORMATS
from graph.ownership import build_network
from register.database import open_database
from register.reading import load_snapshot
from register.settings import read_settings
from register.snapshot import Snapshot

#: The sources the county publishes, in the order in which they are needed.
COUNTY_SOURCES = ("ons_boundaries", "cqc_api", "cqc_directory", "companies_house_bulk")

#: Requests a minute that the county's own site can bear; real publishers are asked at the pace their YAML states.
LOOPBACK_RATE = "60000"


def demo(
    out: Annotated[Path, typer.Option(help="Where the register and the plan are written.")] = Path("longstop-demo"),
    homes: Annotated[int, typer.Option(min=20, max=15_000, help="How many homes the county has.")] = 80,
    seed: Annotated[int, typer.Option(help="Another seed makes another county.")] = 7,
) -> None:
    """Build an invented county, crawl it over loopback HTTP, fail its largest provider, write the plan."""
    if out.exists() and not out.is_dir():
        raise Refused(f"--out {out}: that is a file, not a folder")
    messages.print(f"building an invented county of {homes:,} homes (seed {seed}) …")
    county = build_county(homes, seed)
    with serve(county) as site, settings_for(out, site.settings()):
        settings = read_settings()
        reports = []
        for name in COUNTY_SOURCES:
            messages.print(f"crawling {name} on {site.url(name)} …")
            reports.append(crawl_source(name, settings, today=county.as_at))
            print_run(reports[-1])
        engine_of_register = open_database(settings)
        filed = out / "capacity-tracker.csv"
        write_vacancies(county.filings, filed)
        messages.print(f"loading what the county's homes filed about their beds, {filed} …")
        reports.append(load_figures("vacancies", filed, settings, engine_of_register, today=county.as_at))
        print_run(reports[-1])
        if any(report.state != "published" for report in reports):
            raise Incomplete("a source of the invented county was not published; see above")
        snapshot = load_snapshot(engine_of_register)
        provider = largest_provider(snapshot)
        messages.print(f"failing the largest provider, {provider} …")
        engine = travel_engine("land-grid", snapshot, settings)
        made = make_plan(
            snapshot,
            "provider",
            [provider],
            options=Options(travel="land-grid"),
            assumptions=read_assumptions(),
            engine=engine,
        )
    answer = document(made)
    print_plan(answer)
    print_chains(owners_of(snapshot, provider))
    paths = save_report(made, answer, out)
    network = build_network(snapshot)
    for form, name in (("bods", "ownership.bods.json"), ("graphml", "ownership.graphml")):
        paths.append(out / name)
        FORMATS[form](snapshot, network, paths[-1])
    answers.print("The plan, and who owns what, are here:", style="bold")
    for path in paths:
        answers.print(f"  {path}", markup=False, soft_wrap=True)


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
        **{f"LONGSTOP_{name.upper()}_RATE": LOOPBACK_RATE for name in COUNTY_SOURCES},
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

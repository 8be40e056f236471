"""``longstop refresh`` and ``longstop load``: records in, from the network, from published files, from the council."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from cli.session import (
    AsJson,
    Incomplete,
    Refused,
    answer_json,
    answer_table,
    answers,
    day,
    messages,
    now,
    open_register,
)
from contingency.needs import Need
from crawler.nightly import ready
from crawler.refresh import NotConfigured, replay
from crawler.refresh import refresh as crawl
from crawler.source import SOURCES, SourceProblem
from crawler.terms import NotAccepted
from crawler.watch import Watch
from printing.wording import count
from register.council import read_residents, read_vacancies, template
from register.database import DatabaseProblem
from register.intake import Intake, IntakeProblem, RunReport
from register.reading import load_snapshot
from register.records import Delivery, Fault, Observation, ResidentsRecord, VacancyRecord
from register.settings import Settings

#: So many rows or homes of a file that count for nothing are named.
MOST_NAMED = 5

load = typer.Typer(no_args_is_help=True, help="The council's own figures: vacancies and residents, from CSV.")


def refresh(
    sources: Annotated[list[str] | None, typer.Argument(help="Which sources; none means every one configured.")] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="Read this file or folder as published, instead of the network.")
    ] = None,
    as_at: Annotated[
        date | None, typer.Option("--as-at", parser=day, metavar="DATE", help="The day the files describe.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, whatever has changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the register up to date. A run is published whole, or kept aside with what was known left as it was."""
    names = list(sources or ())
    unknown = [name for name in names if name not in SOURCES]
    if unknown:
        raise Refused(f"{unknown[0]!r} is not a source; choose from {', '.join(sorted(SOURCES))}")
    settings, engine = open_register()
    troubles: list[str] = []
    if from_ is not None:
        if len(names) != 1:
            raise Refused("--from reads the files of one source: name it, as in longstop refresh cqc_api --from FOLDER")
        if not from_.exists():
            raise Refused(f"--from {from_}: there is no such file or folder")
        reports = [_replay(names[0], from_, as_at, settings, engine, full=full)]
    else:
        if as_at is not None:
            raise Refused("--as-at goes with --from: what is fetched now describes now")
        reports = []
        for name in names or _configured(settings):
            try:
                reports.append(crawl_source(name, settings, full=full))
            except (NotConfigured, NotAccepted) as problem:
                if names:
                    raise
                messages.print(str(problem), markup=False)
            except (SourceProblem, IntakeProblem, DatabaseProblem) as problem:
                troubles.append(str(problem))  # one source's trouble never stops the others
    show_runs(reports, as_json=as_json, troubles=troubles)


def _configured(settings: Settings) -> list[str]:
    """Every source that can be crawled, in order of their dependencies; those that lack a key are named and left."""
    names, lacking = ready(settings)
    for sentence in lacking.values():
        messages.print(sentence, markup=False)
    return names


def _replay(name: str, path: Path, as_at: date | None, settings: Settings, engine: Engine, *, full: bool) -> RunReport:
    learnt, today = now()
    return replay(
        name, path, engine=engine, today=today, learnt=learnt, as_at=as_at, spool_dir=settings.spool_dir, full=full
    )


def crawl_source(
    name: str, settings: Settings, *, full: bool = False, today: date | None = None, watch: Watch | None = None
) -> RunReport:
    """Crawl one source as of ``today`` (none: this day in London). ``watch`` may stop it."""
    learnt, day_here = now()
    return crawl(
        name,
        settings=settings,
        engine_url=settings.database_url,
        today=today or day_here,
        learnt=learnt,
        full=full,
        watch=watch,
    )


def show_runs(reports: list[RunReport], *, as_json: bool, troubles: Sequence[str] = ()) -> None:
    """What became of each run, list by list. ``troubles`` are sentences on sources of which there is no run to show.

    Raises Incomplete, naming it, where a run was not published, or a list of it was not read whole.
    """
    if as_json:
        answer_json([run_document(report) for report in reports])
    else:
        for report in reports:
            print_run(report)
    bad = [f"{r.source} {r.state}: {' '.join(r.reasons)}" for r in reports if r.state != "published"]
    bad += [*troubles, *(note for report in reports for note in report.notes)]
    if bad:
        raise Incomplete("; ".join(bad))


def run_document(report: RunReport) -> dict[str, Any]:
    """One run as JSON values; ``rows_in`` is published + unchanged + quarantined, list by list."""
    return {
        "run": report.run,
        "source": report.source,
        "state": report.state,
        "reasons": list(report.reasons),
        "notes": list(report.notes),
        "nothing_new": list(report.nothing_new),
        "requests": report.cost.requests if report.cost else None,
        "received_bytes": report.cost.received if report.cost else None,
        "seconds": report.cost.seconds if report.cost else None,
        "lists": [
            {
                "feed": d.feed,
                "as_at": d.as_at.isoformat(),
                "complete": d.complete,
                "origin": d.origin,
                "rows_in": d.handed,
                "published": d.published,
                "unchanged": d.unchanged,
                "quarantined": d.quarantined,
                "ended": d.ended,
            }
            for d in report.deliveries
        ],
    }


def print_run(report: RunReport) -> None:
    """One run as a table on the terminal."""
    spent = f", {report.cost.requests:,} requests in {report.cost.seconds:.1f} s" if report.cost else ""
    if report.nothing_new and not report.deliveries:
        answers.print(f"{report.source}: {report.state}{spent}", markup=False)
        for sentence in report.nothing_new:
            answers.print(f"  {sentence}", markup=False)
        return
    answer_table(
        f"{report.source}: {report.state}{spent}",
        ("list", "as at", "whole list", "rows in", "= published", "+ unchanged", "+ quarantined", "absent now"),
        (
            (d.feed, d.as_at, "yes" if d.complete else "no", d.handed, d.published, d.unchanged, d.quarantined, d.ended)
            for d in report.deliveries
        ),
    )
    for sentence in (*report.reasons, *report.notes, *report.nothing_new):
        messages.print(sentence, markup=False)


FileArgument = Annotated[Path | None, typer.Argument(help="A CSV file; see --template for its columns.")]
Template = Annotated[bool, typer.Option("--template", help="Print the columns, with an example, and stop.")]


@load.command()
def vacancies(file: FileArgument = None, show_template: Template = False, as_json: AsJson = False) -> None:
    """Vacancies by home and bed type, in the Capacity Tracker export's columns or the import shape."""
    _load("vacancies", file, show_template=show_template, as_json=as_json)


@load.command()
def residents(file: FileArgument = None, show_template: Template = False, as_json: AsJson = False) -> None:
    """How many people live in each home, by need. Counts only: no name is ever read."""
    _load("residents", file, show_template=show_template, as_json=as_json)


def _load(what: str, file: Path | None, *, show_template: bool, as_json: bool) -> None:
    if show_template:
        typer.echo(template(what), nl=False)
        return
    if file is None:
        raise Refused(
            f"name a file, as in longstop load {what} FILE (longstop load {what} --template shows its columns)"
        )
    if not file.is_file():
        raise Refused(f"{file}: there is no such file")
    settings, engine = open_register()
    report = load_figures(what, file, settings, engine)
    show_runs([report], as_json=as_json, troubles=_not_counted(file, list(_figures(what, file, now()[1])), engine))


def _not_counted(file: Path, items: Sequence[Delivery | Observation | Fault], engine: Engine) -> list[str]:
    """What a file says and no plan will count, in sentences: rows that cannot be read, and homes that the register does
    not hold, whose ids may be mistyped."""
    faults = [f"row {one.row}, {one.field}: {one.reason}" for one in items if isinstance(one, Fault)]
    figures = [item.record for item in items if isinstance(item, Observation)]
    named = {one.location_id for one in figures if isinstance(one, VacancyRecord | ResidentsRecord)}
    strange = sorted(named - load_snapshot(engine).home_of.keys())
    found = []
    if faults:
        found.append(f"{file.name}: could not be read: {_first(faults, '; ')}.")
    if strange:
        found.append(
            f"{file.name} names {count(len(strange), 'home')} that the register does not hold ({_first(strange, ', ')}"
            "): the figures are kept, and no plan counts them until it holds a home of that id."
        )
    return found


def _first(words: Sequence[str], between: str) -> str:
    more = f" and {len(words) - MOST_NAMED:,} more" if len(words) > MOST_NAMED else ""
    return between.join(words[:MOST_NAMED]) + more


def _figures(what: str, file: Path, today: date) -> Iterator[Delivery | Observation | Fault]:
    """What a file of vacancies or residents says, read as on a day."""
    return read_vacancies(file, today) if what == "vacancies" else read_residents(file, today, check_need=Need.parse)


def load_figures(what: str, file: Path, settings: Settings, engine: Engine, *, today: date | None = None) -> RunReport:
    """Load a file of the council's vacancies or residents as of ``today`` (none: this day in London)."""
    learnt, day_here = now()
    items = _figures(what, file, today or day_here)
    with Intake(
        engine, "council", learnt=learnt, spool_dir=settings.spool_dir, publisher="the council's own figures"
    ) as intake:
        for item in items:
            match item:
                case Delivery():
                    intake.deliver(item)
                case Observation():
                    intake.take(item)
                case Fault():
                    intake.fault(item)
        return intake.publish()

"""The ``longstop`` command. Exit status: 0 done; 1 done, but something named is missing or stale; 2 refused."""

from __future__ import annotations

import sys

import typer

from cli import (
    cases,
    changes,
    demonstration,
    grouping,
    licences,
    loading,
    opendata,
    ownership,
    planning,
    reporting,
    review,
    schedule,
    showing,
    tracing,
)
from cli.session import Incomplete, Refused, messages
from contingency.assumptions import BadAssumptions
from contingency.scenarios import UnknownName
from crawler.reading import Unreadable
from crawler.source import SourceProblem
from register.database import DatabaseProblem
from register.intake import IntakeProblem
from register.settings import SettingsProblem

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Who runs and could close every care home in the UK, and the plan for the morning one does.",
)
app.command()(demonstration.demo)
app.command()(loading.refresh)
app.command("accept")(licences.accept_terms)
app.add_typer(loading.load, name="load")
app.command()(showing.status)
app.command()(schedule.schedule)
app.command()(changes.changes)
app.command()(cases.cases)
app.command()(showing.search)
app.command()(showing.home)
app.command()(tracing.trace)
app.add_typer(review.review, name="review")
app.command()(ownership.owners)
app.command()(grouping.groups)
app.command()(opendata.export)
app.command("import")(opendata.import_)
app.command()(planning.plan)
app.add_typer(reporting.report, name="report")
app.command()(showing.config)

#: What a person did or gave that cannot be used: one sentence, no traceback.
REFUSALS = (
    Refused,
    UnknownName,
    BadAssumptions,
    Unreadable,
    SourceProblem,
    DatabaseProblem,
    IntakeProblem,
    SettingsProblem,
)


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(status_of(arguments))


def status_of(arguments: list[str] | None = None) -> int:
    """Run the command line; its exit status."""
    try:
        app(args=arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except REFUSALS as problem:
        messages.print(f"longstop: {problem}", markup=False)
        return 2
    except Incomplete as problem:
        messages.print(f"longstop: {problem}", markup=False)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 2
    except OSError as problem:  # a disk that is full or fails may do so anywhere
        messages.print(f"longstop: {problem.filename or 'the disk'}: {problem.strerror or problem}", markup=False)
        return 2
    return 0

"""The ``longstop`` command. Exit status: 0 done; 1 done, but something named is missing or stale; 2 refused."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from cli.session import Incomplete, messages
from register.refusal import Refusal

#: Each command, and the function or group of commands that it is. A module is read when its command is asked for:
#: the solver, the crawler and the network are seconds of reading that ``longstop status`` has no use for.
COMMANDS = {
    "demo": "cli.demonstration:demo",
    "refresh": "cli.loading:refresh",
    "accept": "cli.licences:accept_terms",
    "load": "cli.loading:load",
    "status": "cli.showing:status",
    "schedule": "cli.schedule:schedule",
    "changes": "cli.changes:changes",
    "cases": "cli.cases:cases",
    "search": "cli.finding:search",
    "home": "cli.finding:home",
    "trace": "cli.tracing:trace",
    "review": "cli.review:review",
    "owners": "cli.ownership:owners",
    "groups": "cli.grouping:groups",
    "export": "cli.opendata:export",
    "import": "cli.opendata:import_",
    "plan": "cli.planning:plan",
    "report": "cli.reporting:report",
    "config": "cli.showing:config",
}


def app_of(arguments: list[str]) -> typer.Typer:
    """The command line with the one command that is asked for, or with all where none is: for help, or a wrong word."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_longstop)  # without one, typer would take a single command for the whole program
    asked = arguments[:1] if arguments and arguments[0] in COMMANDS else list(COMMANDS)
    for name in asked:
        module, _, what = COMMANDS[name].partition(":")
        found = getattr(import_module(module), what)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _longstop() -> None:
    """Who runs and could close every care home in the UK, and the plan for the morning one does."""


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(status_of(arguments))


def status_of(arguments: list[str] | None = None) -> int:
    """Run the command line; its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        app_of(words)(args=words, prog_name="longstop")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Refusal as problem:
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

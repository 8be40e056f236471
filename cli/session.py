"""What every command shares: the clock, settings, the register, and how answers leave the program."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine

from crawler.source import LONDON
from register.database import open_database
from register.reading import load_snapshot
from register.refusal import Refusal
from register.settings import Settings, read_settings
from register.snapshot import Snapshot

#: Columns of a table that goes to a file or a pipe: nobody's window cuts it there.
WIDE = 160

#: Messages and progress go to standard error, so that standard output holds the answer and nothing else.
messages = Console(stderr=True, highlight=False, soft_wrap=True)
answers = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


class Refused(Refusal):
    """Bad usage or bad input: one clear sentence for the person, exit status 2."""


class Incomplete(Exception):
    """Done, but something is missing or stale and is named: exit status 1, after the answer was given."""


def day(text: str) -> date:
    """Read a date a person typed. Raises typer.BadParameter naming the form."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date like 2025-05-31") from None


AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
On = Annotated[
    date | None, typer.Option("--on", parser=day, metavar="DATE", help="The register as at that day (2025-05-31).")
]
Known = Annotated[
    date | None, typer.Option("--known", parser=day, metavar="DATE", help="What the register believed on that day.")
]


def now() -> tuple[datetime, date]:
    """The moment (UTC) and the day (London) of this run: the only clock the program reads."""
    learnt = datetime.now(UTC)
    return learnt, learnt.astimezone(LONDON).date()


def open_register() -> tuple[Settings, Engine]:
    """The settings and the open database. Raises SettingsProblem or DatabaseProblem."""
    settings = read_settings()
    return settings, open_database(settings)


def read_snapshot(on: date | None, known: date | None = None) -> tuple[Settings, Snapshot]:
    """The register as at a day (default: the latest day any list describes). Refused where it holds no home."""
    settings, engine = open_register()
    with messages.status("reading the register …"), no_sweeping():
        snapshot = load_snapshot(engine, on=on, known=known)
    if not snapshot.homes:
        raise Refused(no_homes(on, known))
    return settings, snapshot


def no_homes(on: date | None, known: date | None) -> str:
    """Why a snapshot holds no home, and what to do."""
    if known is not None:
        return (
            f"--known {known}: nothing was known of any care home by the end of that day; longstop status shows when "
            "the register learnt of its lists"
        )
    where = f"the register holds no care home as at {on}" if on else "the register holds no care home"
    return f"{where}. Load some first: longstop refresh SOURCE, or longstop refresh SOURCE --from FILE"


@contextmanager
def no_sweeping() -> Iterator[None]:
    """Keep Python's cycle collector from walking a growing snapshot again and again, then from ever walking it.

    A snapshot is frozen and lives as long as the process: sweeping England's million small objects frees nothing and
    makes loading half as slow again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def answer_json(document: Any) -> None:
    """Write one JSON document: sorted keys, two-space indent, no rounding, one line feed at the end."""
    sys.stdout.write(json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def answer_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table for a person; numbers to the right. Nothing in a cell is read as markup."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    body = [[_cell(value) for value in row] for row in rows]
    for position, column in enumerate(columns):
        numbers = all(
            row[position].replace(",", "").replace(".", "").strip("-–") == "" or row[position][:1].isdigit()
            for row in body
        )
        table.add_column(column, justify="right" if numbers and body else "left", overflow="fold")
    for row in body:
        table.add_row(*row)
    answers.print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(str(value))

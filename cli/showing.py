"""``longstop status`` and ``config``: how each source of the register stands, and with which settings it works."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.session import AsJson, Incomplete, answer_json, answer_table, answers, now, open_register
from crawler.source import SOURCES
from register.reading import register_digest
from register.settings import read_settings
from register.status import ListState, SourceState, quarantine_rows, source_states


def config(as_json: AsJson = False) -> None:
    """Each setting, its effective value and where it came from; keys are masked."""
    named = [name for one in SOURCES.values() for name in (one.name, f"{one.name}_stream")[: 2 if one.stream else 1]]
    rows = read_settings().effective(named)
    if as_json:
        answer_json([{"name": row.name, "value": row.value, "origin": row.origin} for row in rows])
        return
    answer_table("Settings", ("setting", "value", "from"), ((row.name, row.value, row.origin) for row in rows))


def status(
    quarantine: Annotated[bool, typer.Option("--quarantine", help="List every row and field held back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Each source: last good run, age, rows in = published + unchanged + quarantined, stale or not; the digest."""
    settings, engine = open_register()
    today = now()[1]
    states = source_states(engine, today, spool_dir=settings.spool_dir)
    held_back = quarantine_rows(engine) if quarantine or as_json else ()
    digest = register_digest(engine)
    missing = sorted(set(SOURCES) - {state.source for state in states})
    if as_json:
        answer_json(
            {
                "digest": digest,
                "never_loaded": missing,
                "quarantine": [
                    {
                        "source": q.source, "run": q.run, "feed": q.feed, "file": q.origin, "row": q.row,
                        "field": q.field, "found": q.found, "reason": q.reason, "loses_row": q.loses_row,
                        "id": q.record_id,
                    }
                    for q in held_back
                ],
                "sources": [_state_document(state) for state in states],
            }
        )  # fmt: skip
    else:
        _print_states(states, today)
        if held_back:
            answer_table(
                "Held back",
                ("list", "file", "row", "field", "found", "reason", "whole row"),
                (
                    (q.feed, q.origin, q.row, q.field, q.found, q.reason, "yes" if q.loses_row else "field only")
                    for q in held_back
                ),
            )
        if missing:
            answers.print(f"never loaded: {', '.join(missing)}")
        answers.print(f"register digest {digest}")
    if not states:
        raise Incomplete("nothing has been loaded yet")
    stale = [f"{state.source}: {' '.join(state.issues)}" for state in states if state.stale or state.partial]
    if stale:
        raise Incomplete("; ".join(stale))


def _state_document(state: SourceState) -> dict[str, Any]:
    return {
        "source": state.source,
        "last_good_run": state.last_good_run,
        "learnt": state.learnt.isoformat() if state.learnt else None,
        "as_at": state.as_at.isoformat() if state.as_at else None,
        "age_days": state.age,
        "health": state.health,
        "stale": state.stale,
        "partial": state.partial,
        "issues": list(state.issues),
        "nothing_new": list(state.nothing_new),
        "requests": state.cost.requests if state.cost else None,
        "received_bytes": state.cost.received if state.cost else None,
        "seconds": state.cost.seconds if state.cost else None,
        "rows_in": sum(one.handed for one in state.lists),
        "published": sum(one.published for one in state.lists),
        "unchanged": sum(one.unchanged for one in state.lists),
        "quarantined": sum(one.quarantined for one in state.lists),
        "lists": [_list_document(one) for one in state.lists],
    }


def _list_document(one: ListState) -> dict[str, Any]:
    return {
        "feed": one.feed,
        "as_at": one.as_at.isoformat(),
        "complete": one.complete,
        "changes_only": one.increment,
        "origin": one.origin,
        "run": one.run,
        "rows_in": one.handed,
        "published": one.published,
        "unchanged": one.unchanged,
        "quarantined": one.quarantined,
        "ended": one.ended,
        "fields_unread": one.fields_unread,
    }


def _print_states(states: tuple[SourceState, ...], today: date) -> None:
    if not states:
        answers.print("nothing has been loaded yet: longstop refresh SOURCE, or longstop refresh SOURCE --from FILE")
        return
    answer_table(
        "Sources: the last good list of each feed",
        ("list", "as at", "age in days", "whole list", "rows in", "= published", "+ unchanged", "+ quarantined",
         "fields unread", "state"),
        (
            (one.feed, one.as_at, (today - one.as_at).days, _whole(one), one.handed, one.published,
             one.unchanged, one.quarantined, one.fields_unread,
             "STALE" if state.stale else "PARTIAL" if state.partial else "good")
            for state in states
            for one in state.lists
        ),
    )  # fmt: skip
    if any(state.cost for state in states):
        answer_table(
            "The last crawl of each source",
            ("source", "last good run (UTC)", "requests", "kilobytes", "seconds"),
            (
                (state.source, f"{state.learnt:%Y-%m-%d %H:%M}" if state.learnt else None,
                 state.cost.requests, round(state.cost.received / 1000), f"{state.cost.seconds:.1f}")
                for state in states
                if state.cost
            ),
        )  # fmt: skip
    for state in states:
        for sentence in (*state.issues, *state.nothing_new):
            answers.print(f"{state.source}: {sentence}", markup=False)


def _whole(one: ListState) -> str:
    """What a list claims to be: the whole list, what has changed in it, or neither."""
    return "yes" if one.complete else "changes" if one.increment else "no"

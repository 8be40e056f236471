"""The nights: which sources are asked, in which order, and when each one's turn comes next.

A source comes after those that it rests on: regulators before companies, companies before the titles that they own.
Where two turns fall on one moment, that order holds too: each source has a second of its own in the minute.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]  # ships no types

from crawler.source import LONDON, SOURCES, Source, SourceProblem
from register.settings import Settings

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def in_order(names: Collection[str]) -> list[str]:
    """Sources in the order of a night: after those that they rest on, else by their time, else by name.

    Raises SourceProblem where sources rest on each other.
    """
    sorter = TopologicalSorter({name: _rests_on(name) for name in SOURCES})
    try:
        sorter.prepare()
    except CycleError as problem:
        raise SourceProblem(f"these sources wait for each other: {', '.join(problem.args[1])}") from problem
    ordered: list[str] = []
    while sorter.is_active():
        turn = sorted(sorter.get_ready(), key=lambda name: (_clock(SOURCES[name]), name))
        ordered += turn
        sorter.done(*turn)
    return [name for name in ordered if name in names]


def ready(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """The sources that can be asked, in order; and of the others, a sentence each on what is lacking."""
    lacking = {
        name: f"{name}: not configured (LONGSTOP_{name.upper()}_KEY is not set)"
        for name, source in sorted(SOURCES.items())
        if source.key is not None and settings.source_key(name) is None and settings.source_url(name) is None
    }
    return in_order(SOURCES.keys() - lacking.keys()), lacking


def trigger_of(name: str, *, turn: int = 0, any_day: bool = False) -> CronTrigger:
    """When a source's turn comes. ``turn`` is its place in the night's order, and its second in the minute.

    ``any_day``: at its time of the day, whatever the day of the week or month.
    """
    minute, hour, day, month, weekday = SOURCES[name].schedule.cron.split()
    if any_day:
        day = month = weekday = "*"
    # A cron line counts the days of the week from Sunday, the library from Monday: only names mean the same to both.
    weekday = re.sub(r"\d", lambda found: _WEEKDAYS[int(found[0]) % 7], weekday)
    return CronTrigger(
        second=min(turn, 59), minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=LONDON
    )


def last_turn(trigger: CronTrigger, moment: datetime, within: timedelta) -> datetime | None:
    """The last turn before a moment (with a zone), not longer ago than ``within``; ``None`` where there was none."""
    last, turn = None, trigger.get_next_fire_time(None, moment - within)
    while turn is not None and turn <= moment:
        last, turn = turn, trigger.get_next_fire_time(turn, turn)
    return last


def _rests_on(name: str) -> list[str]:
    return [one for one in SOURCES[name].schedule.after if one in SOURCES]


def _clock(source: Source) -> tuple[int, ...]:
    """Hour and minute of a cron line, for its place among sources that wait for the same ones."""
    minute, hour, *_ = source.schedule.cron.split()
    return tuple(int(part) if part.isdecimal() else 0 for part in (hour, minute))

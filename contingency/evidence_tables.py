"""The tables that say what a plan rests on: assumptions, sources, homes left aside, the duty, the first steps."""

from __future__ import annotations

import json

from contingency.duty import duty_table
from contingency.findings import NOT_KNOWN, Findings
from printing.layout import Column, Table
from printing.wording import age, clean, day, listed, sentence


def assumption_table(findings: Findings) -> Table:
    """Every figure that the plan rests on, then the options that were chosen."""
    plan = findings.plan
    rows = [
        (
            sentence(row.name),
            _plain(row.value),
            clean(row.basis),
            sentence(row.source) or "not stated",
            clean(row.date) or "not stated",
        )
        for row in plan.assumptions
    ]
    rows += [
        (clean(name).replace("_", " "), _plain(value), "chosen for this run", "whoever asked for the plan", "–")
        for name, value in sorted(plan.scenario.options.items())
    ]
    return Table(
        caption="Assumptions: what was counted, what was estimated, what was chosen",
        columns=(
            Column("Assumption", 34),
            Column("Value", 24),
            Column("Basis", 20),
            Column("Source", 40),
            Column("Date", 12),
        ),
        rows=tuple(rows),
        sheet="Assumptions",
        note="Basis: recorded – a regulator's or publisher's list says so; imported – a council's own figure; "
        "estimated – worked out from the figures shown.",
        empty="The plan states no assumption.",
    )


def _plain(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return sentence(listed(value)) or "none"
    return sentence(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


def source_table(findings: Findings) -> Table:
    """The lists behind the plan, with the day each describes and its age on the plan's day."""
    on = findings.plan.on
    rows = tuple(
        (
            clean(feed.title),
            clean(feed.publisher) or NOT_KNOWN,
            feed.as_at,
            age(feed.as_at, on) if feed.as_at else NOT_KNOWN,
            sentence(feed.age_note),
        )
        for feed in findings.context.feeds
    )
    return Table(
        caption="Lists this plan rests on, and how old each was on the day of the plan",
        columns=(
            Column("List", 40),
            Column("Publisher", 36),
            Column("Describes", 20),
            Column("Age", 18),
            Column("Note", 40),
        ),
        rows=rows,
        sheet="Sources",
        empty="No list is named: do not rely on this plan.",
    )


def not_offered_table(findings: Findings) -> Table:
    """Homes that were offered to nobody, by reason: what a planner may want to question."""
    rows = tuple((sentence(row.reason), row.homes, row.beds) for row in findings.plan.summary.homes_not_offered)
    return Table(
        caption="Homes offered to nobody, and why",
        columns=(
            Column("Reason", 70),
            Column("Homes", 10, numeric=True),
            Column("Beds open to admissions in them", 14, numeric=True),
        ),
        rows=rows,
        sheet="Not offered",
        empty="The plan names no home that was left aside.",
    )


def which_duty_table(nations: tuple[str, ...]) -> Table:
    """Which duty applies after which event, for some nations; for all four where none is known."""
    table = duty_table()
    rows = tuple(
        (nation, row.event, row.duty, row.source if row.confirmed else f"{row.source} (not confirmed)")
        for nation in nations or table.duties
        for row in table.duties[nation]
    )
    return Table(
        caption=f"Which duty applies, by what has happened (as read on {day(table.as_at)})",
        columns=(
            Column("Nation", 14),
            Column("What has happened", 44),
            Column("Which duty", 56),
            Column("Source", 34),
        ),
        rows=rows,
        sheet="Duty",
        head=1,
    )


def first_steps_table() -> Table:
    """What published guidance says to do first, with a box to tick on paper."""
    return Table(
        caption="First steps, with the guidance they come from",
        columns=(Column("When", 14), Column("Step", 80), Column("Source", 34), Column("Done", 8)),
        rows=tuple((row.when, row.step, row.source, "") for row in duty_table().first_steps),
        sheet="First steps",
        head=1,
    )

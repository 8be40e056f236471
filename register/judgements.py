"""What people decide of questions that no rule can settle: written once, never changed, the newest counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Engine, insert, select

from register.database import reading, writing
from register.models import JudgementRow, table_of

#: The two questions that there are, as ``JudgementRow.kind`` names them.
STANDS_ON = "home stands on title"
IS_COMPANY = "owner is company"
#: A person's name and reason are kept as given, up to so many characters.
LONGEST = 2_000


class BadJudgement(ValueError):
    """A judgement that cannot be kept. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One judgement, in the order of being given. ``superseded``: a later one of the same question counts instead."""

    number: int
    kind: str
    subject: str
    object: str
    verdict: Literal["same", "different"]
    judge: str
    why: str
    score: float | None
    judged: datetime
    superseded: bool


def write_judgement(
    engine: Engine,
    kind: str,
    subject: str,
    object_: str,
    *,
    same: bool,
    judge: str,
    why: str,
    at: datetime,
    score: float | None = None,
) -> None:
    """Keep what ``judge`` decided and why; ``at`` has a zone. Raises BadJudgement without a name or a reason."""
    for what, text in (("who judges", judge), ("why", why)):
        if not text.strip():
            raise BadJudgement(f"a judgement says {what}: nothing was given, and nothing was kept")
        if len(text) > LONGEST or "\x00" in text:
            raise BadJudgement(f"{what}: at most {LONGEST:,} characters, and no NUL among them; nothing was kept")
    row = {
        "kind": kind,
        "subject": subject,
        "object": object_,
        "verdict": "same" if same else "different",
        "judge": judge.strip(),
        "why": why.strip(),
        "score": score,
        "judged": at.astimezone(UTC).replace(tzinfo=None),
    }
    with writing(engine) as connection:
        connection.execute(insert(table_of(JudgementRow)), [row])


def judgements(engine: Engine) -> tuple[Decided, ...]:
    """Every judgement ever given, in order."""
    table = table_of(JudgementRow)
    with reading(engine) as connection:
        rows: list[Mapping[str, object]] = [
            dict(row) for row in connection.execute(select(table).order_by(table.c.number)).mappings()
        ]
    last = {(row["kind"], row["subject"], row["object"]): row["number"] for row in rows}
    return tuple(
        Decided(**row, superseded=last[row["kind"], row["subject"], row["object"]] != row["number"])  # type: ignore[arg-type]
        for row in rows
    )

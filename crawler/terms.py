"""Sources whose data may not be passed on: nothing of theirs is taken in before their licence has been accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Engine

from crawler.source import Source, SourceProblem
from register.acceptances import acceptances, accepted


class NotAccepted(SourceProblem):
    """A source whose licence nobody has accepted for this register. The message says how to."""


def require_acceptance(source: Source, open_register: Callable[[], Engine], today: date) -> None:
    """Raises NotAccepted where a source has terms and they are not accepted, or were accepted over a year ago."""
    if not source.terms:
        return
    engine = open_register()
    if accepted(engine, source.name, source.licence, today):
        return
    before = acceptances(engine, source.name)
    why = "its licence has not been accepted for this register"
    if before:
        last = before[-1]
        why = f"its licence was last accepted by {last.accepted_by} on {last.accepted_on}, and has run out or changed"
    raise NotAccepted(
        f"{source.name}: {why}, so nothing was read. See its terms with longstop accept {source.name}, and accept them "
        f"with longstop accept {source.name} --by NAME"
    )

"""``longstop accept``: the terms of sources whose data may not be passed on, and who has accepted them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.session import AsJson, Refused, answer_json, answers, messages, now, open_register
from crawler.source import SOURCES, Source
from register.acceptances import Acceptance, accept, acceptances, accepted


def accept_terms(
    source: Annotated[str | None, typer.Argument(help="Which source; none lists those that have terms.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Accept them, as this person or organisation.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the terms of a source whose licence forbids passing its data on, and accept them for this register."""
    with_terms = {name: one for name, one in SOURCES.items() if one.terms}
    if source is not None and source not in with_terms:
        raise Refused(f"{source!r} has no terms to accept; those that have are {', '.join(sorted(with_terms))}")
    if by is not None and (source is None or not by.strip()):
        raise Refused("name the source and who accepts, as in longstop accept hmlr --by 'Example Council'")
    _, engine = open_register()
    day = now()[1]
    if source is not None and by is not None:
        accept(engine, Acceptance(source, with_terms[source].licence, by.strip(), day))
    shown = {source: with_terms[source]} if source else with_terms
    held = {name: accepted(engine, name, one.licence, day) for name, one in shown.items()}
    if as_json:
        answer_json([_document(one, held[name], len(acceptances(engine, name))) for name, one in shown.items()])
        return
    for name, one in shown.items():
        answers.print(f"{one.title}\n{one.publisher}: {one.licence}", markup=False)
        for number, term in enumerate(one.terms, start=1):
            answers.print(f"  {number}. {term}", markup=False)
        if found := held[name]:
            messages.print(f"Accepted by {found.accepted_by} on {found.accepted_on}.", markup=False)
        else:
            messages.print(f"Not accepted. To accept: longstop accept {name} --by NAME", markup=False)


def _document(source: Source, held: Acceptance | None, times: int) -> dict[str, Any]:
    """One source's terms as JSON values; ``accepted`` is null where they are not, or no longer."""
    return {
        "source": source.name,
        "licence": source.licence,
        "terms": list(source.terms),
        "accepted": None if held is None else {"by": held.accepted_by, "on": held.accepted_on.isoformat()},
        "times_accepted": times,
    }

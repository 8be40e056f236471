"""How much is disclosed of who stands behind a home: six things that a public register could say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graph.measures.debt import charges_known
from graph.measures.ground import Ground
from graph.measures.tally import NO, UNKNOWN, YES, Answer, tally
from register.flags import overdue
from register.snapshot import Home

#: Companies House's words for accounts that show turnover and profit; all others may leave them out.
_FULL = frozenset({"full", "group", "medium", "interim"})
_NONE = frozenset({"no accounts filed", "null", ""})


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One home's score: how many of the six are disclosed, and the answer to each."""

    home: str
    answers: Mapping[str, str]

    @property
    def score(self) -> int:
        """How many are disclosed, of ``len(answers)``. What is not known counts as not disclosed: it is not there."""
        return sum(answer == YES for answer in self.answers.values())


def disclosures(ground: Ground) -> tuple[Disclosure, ...]:
    """The score of every home in scope, in order of id."""
    return tuple(
        Disclosure(home.id, {name: ask(ground, home) for name, ask in FIELDS.items()}) for home in ground.homes
    )


def disclosed(ground: Ground, name: str) -> tuple[Answer, ...]:
    """The answers of all homes to one of the six (a name of ``FIELDS``)."""
    return tally(ground.homes, ground.on, lambda home: FIELDS[name](ground, home), order=(YES, NO, UNKNOWN))


def score(ground: Ground) -> tuple[Answer, ...]:
    """How many of the six are disclosed, home by home."""
    by_home = {one.home: one.score for one in disclosures(ground)}
    order = tuple(f"{count} of {len(FIELDS)}" for count in range(len(FIELDS), -1, -1))
    return tally(ground.homes, ground.on, lambda home: f"{by_home[home.id]} of {len(FIELDS)}", order=order, unknown=())


def late(ground: Ground) -> tuple[Answer, ...]:
    """Whether a provider's own company is late with what it has to file; one thing late is enough for yes."""

    def answer(home: Home) -> str:
        company = ground.company_record(home)
        if company is None:
            return UNKNOWN
        said = {overdue(company, ground.snapshot, "accounts"), overdue(company, ground.snapshot, "confirmation")}
        return YES if True in said else UNKNOWN if None in said else NO

    return tally(ground.homes, ground.on, answer, order=(YES, NO, UNKNOWN))


def _accounts(ground: Ground, home: Home) -> str:
    company = ground.company_record(home)
    if company is None:
        return UNKNOWN
    if company.record.id in ground.snapshot.accounts or company.record.accounts_made_up_to is not None:
        return YES
    return NO if company.record.accounts_category is not None else UNKNOWN


def _full(ground: Ground, home: Home) -> str:
    company = ground.company_record(home)
    kind = company.record.accounts_category if company else None
    if kind is None:
        return UNKNOWN
    return YES if kind.casefold() in _FULL else NO


def _person(ground: Ground, home: Home) -> str:
    kinds = {end.kind for end in ground.ends[home.id]}
    if "person" in kinds:
        return YES
    return UNKNOWN if kinds <= {"not in the data"} else NO


def _title(ground: Ground, home: Home) -> str:
    state = ground.holdings[home.id].state
    return YES if state == "traced" else UNKNOWN if state == "not searched" else NO


def _lease(ground: Ground, home: Home) -> str:
    """Of a home in its provider's own building there is no lease to know."""
    holding = ground.holdings[home.id]
    if holding.occupation == "owner-occupied" or any(one.itself for one in holding.leasehold):
        return YES
    return UNKNOWN if holding.state == "not searched" else NO


def _lender(ground: Ground, home: Home) -> str:
    company = ground.company_record(home)
    if company is None:
        return UNKNOWN
    return YES if charges_known(ground, home) else NO


#: What is asked, in the words of a report.
FIELDS: Mapping[str, Callable[[Ground, Home], str]] = {
    "accounts filed": _accounts,
    "full accounts, not an exempt form": _full,
    "a person named with control": _person,
    "title of the building traced": _title,
    "lease known, or none needed": _lease,
    "lender known, or none": _lender,
}

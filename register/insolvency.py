"""Which events of insolvency are a "business failure" in law, by Companies House's words and by the Gazette's codes.

The list is that of the Care and Support (Business Failure) Regulations 2015, SI 2015/301, regulation 2 (its Welsh twin
is SI 2015/1920): an administrator's appointment takes effect; a receiver or an administrative receiver is appointed;
a resolution for a voluntary winding up without a declaration of solvency (creditors', **never** members'); a
winding-up order; a company voluntary arrangement is approved. A petition, a meeting that was called, a moratorium and
a restructuring plan are not on it. A business failure is one of three tests of the council's duty (Care Act 2014,
section 48): the provider itself must have failed, and be unable to carry on because of it.

Words of kinds: Companies House, api-enumerations, ``constants.yml`` (``insolvency_case_type``, ``company_status``).
Codes: the Gazette's notices of corporate insolvency (category 24).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from register.records import InsolvencyRecord

Failure = Literal["yes", "no", "perhaps"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event means in law: whether it is a business failure, what it is, and why it counts or does not."""

    failure: Failure
    event: str
    why: str


_ADMINISTRATION = "the appointment of an administrator takes effect: on the list"
_RECEIVER = "the appointment of a receiver or administrative receiver: on the list"
_CREDITORS = "a creditors' voluntary winding up: on the list"
_MEMBERS = "a members' voluntary winding up is of a solvent company: expressly not on the list"
_ORDER = "a winding-up order: on the list"
_ARRANGEMENT = "a company voluntary arrangement is approved: on the list"
_MORATORIUM = "a moratorium gives a company time, and is not on the list: a thing to watch"
_PLAN = "a restructuring plan (Companies Act 2006, part 26A) is not on the list: a thing to watch"
_FOREIGN = "a proceeding abroad: whether it amounts to one on the list is a question for a lawyer"
_PETITION = "a petition asks for a winding-up order, and is none"
_UNSAID = "does not say which proceeding it is: look at the company's cases"

#: Companies House's ``insolvency_case_type``.
CASES = {
    "compulsory-liquidation": Meaning("yes", "compulsory liquidation", _ORDER),
    "in-administration": Meaning("yes", "administration", _ADMINISTRATION),
    "administration-order": Meaning("yes", "administration order", _ADMINISTRATION),
    "creditors-voluntary-liquidation": Meaning("yes", "creditors' voluntary liquidation", _CREDITORS),
    "members-voluntary-liquidation": Meaning("no", "members' voluntary liquidation (solvent)", _MEMBERS),
    "administrative-receiver": Meaning("yes", "administrative receiver appointed", _RECEIVER),
    "scottish-administrative-receiver": Meaning("yes", "receiver appointed (Scotland)", _RECEIVER),
    "receiver-manager": Meaning("yes", "receiver or manager appointed", _RECEIVER),
    "corporate-voluntary-arrangement": Meaning("yes", "company voluntary arrangement", _ARRANGEMENT),
    "corporate-voluntary-arrangement-moratorium": Meaning(
        "no", "moratorium before a voluntary arrangement", _MORATORIUM
    ),
    "order-of-court-restructuring-plan": Meaning("no", "restructuring plan", _PLAN),
    "moratorium": Meaning("no", "moratorium", _MORATORIUM),
    "foreign-insolvency": Meaning("perhaps", "insolvency abroad", _FOREIGN),
}
#: Nine further kinds are stages of one moratorium (commencement, extension, end, monitors, disposals).
_STAGE_OF_MORATORIUM = "liquidation-moratorium-"

#: The Gazette's codes of notices.
NOTICES = {
    "2401": Meaning("no", "moratorium begins", _MORATORIUM),
    "2402": Meaning("no", "moratorium ends", _MORATORIUM),
    "2410": Meaning("yes", "administrators appointed", _ADMINISTRATION),
    "2411": Meaning("yes", "administration order", _ADMINISTRATION),
    "2421": Meaning("yes", "administrative receivers appointed", _RECEIVER),
    "2423": Meaning("yes", "receivers appointed", _RECEIVER),
    **{
        code: Meaning("no", "notice in a members' voluntary liquidation (solvent)", _MEMBERS)
        for code in ("2431", "2432", "2433", "2434", "2435")
    },
    "2441": Meaning("yes", "resolution for a creditors' voluntary liquidation", _CREDITORS),
    "2442": Meaning("perhaps", "meeting of creditors", "a meeting is called: the winding up may not be resolved yet"),
    "2443": Meaning("yes", "liquidators appointed in a creditors' voluntary liquidation", _CREDITORS),
    "2446": Meaning("perhaps", "notice to creditors", "asks for claims, and " + _UNSAID),
    "2450": Meaning("perhaps", "petition to wind up", _PETITION),
    "2452": Meaning("yes", "winding-up order", _ORDER),
    "2454": Meaning("yes", "liquidators appointed by the court", _ORDER),
    "2461": Meaning("no", "petition dismissed", "the petition came to nothing"),
}

#: Companies House's ``company_status``, where it speaks of insolvency; it does not tell a solvent winding up apart.
STATUSES = {
    "liquidation": Meaning("perhaps", "in liquidation", "a members' winding up, which is solvent, has this status too"),
    "receivership": Meaning("yes", "in receivership", _RECEIVER),
    "administration": Meaning("yes", "in administration", _ADMINISTRATION),
    "voluntary-arrangement": Meaning("yes", "in a company voluntary arrangement", _ARRANGEMENT),
    "insolvency-proceedings": Meaning("perhaps", "in insolvency proceedings", _UNSAID),
}

#: The kinds of date, of those that Companies House gives a case, on which the event of the list took place.
_EVENTS = {
    "compulsory-liquidation": ("ordered-to-wind-up-on", "wound-up-on"),
    "in-administration": ("administration-started-on",),
    "administration-order": ("administration-started-on",),
    "creditors-voluntary-liquidation": ("wound-up-on",),
    "administrative-receiver": ("instrumented-on",),
    "scottish-administrative-receiver": ("instrumented-on",),
    "receiver-manager": ("instrumented-on",),
    "corporate-voluntary-arrangement": ("voluntary-arrangement-started-on",),
}


def meaning_of(kind_or_code: str) -> Meaning:
    """What a kind of case, a company's status (Companies House's words) or a Gazette code means in law.

    A word or code never seen before is "perhaps", and says so: a person must look.
    """
    word = kind_or_code.strip().lower().removeprefix("gazette:")
    for vocabulary in (CASES, NOTICES, STATUSES):
        if found := vocabulary.get(word):
            return found
    if word.startswith(_STAGE_OF_MORATORIUM):
        return Meaning("no", word.removeprefix(_STAGE_OF_MORATORIUM).replace("-", " "), _MORATORIUM)
    return Meaning("perhaps", kind_or_code, "is a word or code that this program does not know: a person must look")


def known_kind(kind: str) -> bool:
    """Whether a kind of case is one that Companies House lists."""
    return kind in CASES or kind.startswith(_STAGE_OF_MORATORIUM)


def business_failure(kind_or_code: str) -> Failure:
    """Whether a kind of case, a status or a Gazette code is a business failure (SI 2015/301, regulation 2)."""
    return meaning_of(kind_or_code).failure


def meaning_of_case(case: InsolvencyRecord) -> Meaning:
    """What one case means, its dates considered: a compulsory liquidation of which only a petition is told is none."""
    meaning = meaning_of(case.kind)
    kinds = {dated.partition(" ")[0] for dated in case.dates or ()}
    if case.kind == "compulsory-liquidation" and kinds == {"petitioned-on"}:
        return Meaning("perhaps", "petition to wind up", _PETITION)
    return meaning


def failed_on(case: InsolvencyRecord) -> date | None:
    """The first day on which the event of the list took place; None where it is no such case, or no day is given."""
    if meaning_of_case(case).failure != "yes":
        return None
    wanted = _EVENTS.get(case.kind, ())
    days = [dated.partition(" ") for dated in case.dates or ()]
    return min((date.fromisoformat(day) for kind, _, day in days if kind in wanted and day != ".."), default=None)

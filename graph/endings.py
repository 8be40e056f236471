"""Where a chain of ownership ends, said in one of a few stated ways. "Not traced" is one of them, with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graph.ownership import EXEMPT, OVERSEAS, PROTECTED, Network
from register.parties import country_of, plain_country
from register.snapshot import Company, Control, Officer, Owner, Provider

EndKind = Literal[
    "person",
    "listed company",
    "state",
    "council",
    "charity",
    "members",
    "fund or partnership",
    "trust",
    "protected",
    "untraced",
    "not in the data",
]
#: In the order in which a report lists them.
END_KINDS: tuple[EndKind, ...] = (
    "person", "listed company", "state", "council", "charity", "members", "fund or partnership", "trust", "protected",
    "untraced", "not in the data",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Ending:
    """How a chain ends at ``node``, and why that is said. ``offshore``: the body is registered outside the UK."""

    kind: EndKind
    node: str
    reason: str
    offshore: bool = False


_COUNCIL = re.compile(r"\b(council|local authority|borough|combined authority)\b", re.IGNORECASE)
_STATE = re.compile(
    r"\b(government|ministry|minister|department (of|for)|secretary of state|crown|treasury|sovereign|nhs|"
    r"health board|state of|kingdom of|republic of|emirate)\b",
    re.IGNORECASE,
)
_CHARITY = re.compile(r"\b(charity|charitable|church|diocese)\b", re.IGNORECASE)
_FUND = re.compile(
    r"\b(partnership|l\.?p|llp|fund|unit trust|sicav|scsp|s\.?c\.?a|investment company with variable capital)\b",
    re.IGNORECASE,
)
_TRUST = re.compile(r"\b(trust|trustees?|settlement|foundation|anstalt|stiftung)\b", re.IGNORECASE)
#: Companies House's categories whose owners are in no register of control, and what their owners are.
_CATEGORIES: tuple[tuple[str, EndKind, str], ...] = (
    ("charitable incorporated", "charity", "a charitable incorporated organisation has trustees and no owners"),
    ("registered society", "members", "a registered society belongs to its members"),
    ("industrial and provident", "members", "a registered society belongs to its members"),
    ("royal charter", "charity", "a body incorporated by royal charter has no owners"),
    ("limited partnership", "fund or partnership", "a limited partnership names its partners to no public list"),
)


def endings_of(network: Network, node: str, *, followed: bool) -> tuple[Ending, ...]:
    """How chains end at a node. ``followed``: other chains go on from it, so only what its register leaves open counts.

    A home or provider that leads on to somebody is no end.
    """
    facts = network.nodes[node]
    gaps = facts.get("gaps", ())
    if not gaps and (followed or "charity" not in facts):
        return () if followed else (_unfollowed(network, node),)
    found = [_of_gap(node, gap.reason, gap.words) for gap in gaps]
    if followed:
        return tuple(sorted(set(found)))
    if charity := facts.get("charity"):
        return (Ending("charity", node, charity),)
    return tuple(sorted(set(found))) or (_unfollowed(network, node),)


def _of_gap(node: str, reason: str, words: str) -> Ending:
    if reason == PROTECTED:
        return Ending("protected", node, "the register gives no name, by law")
    if reason == EXEMPT:
        return Ending("listed company", node, f"exempt from keeping the register: {words}")
    return Ending("untraced", node, f"the company states: {words}")


def _unfollowed(network: Network, node: str) -> Ending:
    facts = network.nodes[node]
    match facts["kind"]:
        case "person":
            register = "the register of people with significant control" if "control" in facts else "a board or a title"
            return Ending("person", node, f"named in {register}")
        case "home":
            return Ending("not in the data", node, "no provider is registered for it on this day")
        case "provider":
            return _of_provider(node, facts["provider"])
        case "body":
            return _by_words(node, *_filed(facts))
        case "title" | "lender" | "brand":
            return Ending("not in the data", node, f"a {facts['kind']} is nothing that somebody owns in a chain")
    return _of_company(network, node)


def _of_provider(node: str, provider: Provider) -> Ending:
    """A provider for which the regulator gives no company number."""
    record = provider.record
    name, form = record.name or "", (record.ownership_type or "").casefold()
    if record.charity:
        return Ending("charity", node, f"charity number {record.charity}, as the regulator gives it")
    if _COUNCIL.search(name):
        return Ending("council", node, "by its name; the regulator gives no company number")
    if _STATE.search(name):
        return Ending("state", node, "by its name; the regulator gives no company number")
    if form == "individual":
        return Ending("person", node, "registered as an individual")
    if form == "partnership":
        return Ending("fund or partnership", node, "registered as a partnership")
    return Ending("untraced", node, "the regulator gives no company number")


def ending_of_body(node: str, control: Control) -> Ending:
    """A body that is on no list of Companies House: by what was filed of it."""
    return _by_words(node, *_filed({"control": control}))


def _filed(facts: Mapping[str, object]) -> tuple[str, str | None]:
    """The words that tell what a body is, and its country, from whatever names it: control, a title or a board."""
    match facts.get("control") or facts.get("owner") or facts.get("officer"):
        case Control(record=record):
            return " ".join(filter(None, (record.name, record.legal_form, record.legal_authority))), country_of(record)
        case Owner(proprietor=proprietor):
            words = " ".join(filter(None, (proprietor.name, proprietor.category)))
            return words, plain_country(proprietor.country)
        case Officer(record=appointment):
            words = " ".join(filter(None, (appointment.name, appointment.legal_form, appointment.legal_authority)))
            return words, plain_country(appointment.country_registered)
    return str(facts.get("name") or ""), None


def _by_words(node: str, words: str, country: str | None) -> Ending:
    offshore = country is not None and country != "united kingdom"
    where = f"registered in {country.title()}" if country else "where it is registered is not filed"
    kinds: tuple[tuple[EndKind, re.Pattern[str]], ...] = (
        ("council", _COUNCIL),
        ("state", _STATE),
        ("charity", _CHARITY),
        ("fund or partnership", _FUND),
        ("trust", _TRUST),
    )
    for kind, pattern in kinds:
        if match := pattern.search(words):
            return Ending(kind, node, f"by the words filed ({match[0].casefold()}); {where}", offshore)
    return Ending("untraced", node, f"{where}: its owners are in no register that is read", offshore)


def _of_company(network: Network, node: str) -> Ending:
    """A company of Companies House's that leads nowhere."""
    company = network.nodes[node].get("company")
    abroad = node[7:9] in OVERSEAS
    if not isinstance(company, Company):
        if not network.graph["loaded"]:
            return Ending("not in the data", node, "no list of companies and their controllers has been loaded", abroad)
        unlisted = "not on the list of live companies, and in no entry of the snapshot"
        return Ending("not in the data", node, unlisted, abroad)
    category = (company.record.category or "").casefold().replace("-", " ")  # the API writes words with hyphens
    for word, kind, reason in _CATEGORIES:
        if word in category:
            return Ending(kind, node, reason)
    if abroad:
        where = company.record.country_of_origin or company.record.registered_at_home or "a country not given"
        return Ending("untraced", node, f"registered in {where.title()}: its owners are in no list that is read", True)
    if not network.graph["loaded"]:
        return Ending("not in the data", node, "no list of who controls companies has been loaded")
    return Ending("untraced", node, "a live company without any entry in its register of control")

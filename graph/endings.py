"""Where a chain of ownership ends, said in one of a few stated ways. "Not traced" is one of them, with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from graph.ownership import EXEMPT, PROTECTED, Network
from register.parties import country_of
from register.snapshot import Company, Control, Provider

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
    found = [_of_gap(node, gap.reason, gap.words) for gap in facts.get("gaps", ())]
    if followed:
        return tuple(sorted(set(found)))
    if charity := facts.get("charity"):
        return (Ending("charity", node, f"charity number {charity}, as the regulator gives it"),)
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
            return Ending("person", node, "named in the register of people with significant control")
        case "home":
            return Ending("not in the data", node, "no provider is registered for it on this day")
        case "provider":
            return _of_provider(node, facts["provider"])
        case "body":
            return ending_of_body(node, facts["control"])
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
    record = control.record
    words = " ".join(filter(None, (record.name, record.legal_form, record.legal_authority)))
    country = country_of(record)
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
    if not isinstance(company, Company):
        if not network.graph["loaded"]:
            return Ending("not in the data", node, "no list of companies and their controllers has been loaded")
        return Ending("not in the data", node, "not on the list of live companies, and in no entry of the snapshot")
    category = (company.record.category or "").casefold().replace("-", " ")  # the API writes words with hyphens
    for word, kind, reason in _CATEGORIES:
        if word in category:
            return Ending(kind, node, reason)
    if not network.graph["loaded"]:
        return Ending("not in the data", node, "no list of who controls companies has been loaded")
    return Ending("untraced", node, "a live company without any entry in its register of control")

"""Where a chain of ownership ends, said in one of a few stated ways. "Not traced" is one of them, with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from graph.ownership import EXEMPT, OVERSEAS, PROTECTED, Network, facts_by_node
from register.parties import country_of, plain_company_name, plain_country
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


#: Councils call themselves so at the end of their name, or say of what they are the council.
_COUNCIL = re.compile(
    r"\b(?:(?<!church )(?<!voluntary )(?<!community )(?<!research )council(?= *(?:$|[-–,(]))|"
    r"(?:county|city|borough|district|metropolitan|islands) council|(?:london|royal|metropolitan|county) borough of|"
    r"council of the (?:borough|city|county|district|isles)|(?:combined|local) authority|city of london corporation|"
    r"comhairle|cyngor)\b",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"^(?:the )?(?:state|kingdom|republic|emirate|government) of\b|\b(?:government|ministry|minister (?:of|for)|"
    r"department (?:of|for)|secretary of state|crown estate|hm treasury|sovereign wealth|nhs|health board|"
    r"(?:health (?:and|&) social care|hsc) trust)\b",
    re.IGNORECASE,
)
_CHARITY = re.compile(r"\b(?:charity|charitable|church of|church$|parochial church council|diocese)\b", re.IGNORECASE)
_FUND = re.compile(r"\b(?:fund|unit trust|sicav|scsp|s\.?c\.?a|variable capital|l\.?p|llp)\b", re.IGNORECASE)
_PARTNERSHIP = re.compile(r"\bpartnerships?\b", re.IGNORECASE)
_TRUSTEES = re.compile(r"\btrustees?\b", re.IGNORECASE)
_TRUST = re.compile(r"\b(?:trusts?|settlement|foundations?|anstalt|stiftung|stichting)\b", re.IGNORECASE)
#: The last word of a company's plain name, or a word of its form: its owners hold shares, whatever else it is called.
_COMPANY = frozenset(["ltd", "plc", "llc", "inc", "corp", "sarl", "sa", "bv", "nv", "gmbh", "ag", "pty", "pte", "co"])
#: What Companies House says of a company that is no more.
_GONE = frozenset({"dissolved", "closed", "removed", "converted-closed"})
#: No company kept a register of people with significant control before this day (Companies Act 2006, part 21A).
_FIRST_REGISTERS = date(2016, 4, 6)
#: Words of the regulators' kinds of provider.
_FORMS_OF_PROVIDERS: tuple[tuple[str, EndKind], ...] = (
    ("individual", "person"),
    ("partnership", "fund or partnership"),
    ("local authority", "council"),
    ("nhs", "state"),
    ("health board", "state"),
)
#: Companies House's categories whose owners are in no register of control, and what their owners are.
_CATEGORIES: tuple[tuple[str, EndKind, str], ...] = (
    ("charitable incorporated", "charity", "a charitable incorporated organisation has trustees and no owners"),
    ("registered society", "members", "a registered society belongs to its members"),
    ("industrial and provident", "members", "a registered society belongs to its members"),
    ("royal charter", "charity", "a body incorporated by royal charter has no owners"),
    ("limited partnership", "fund or partnership", "a limited partnership names its partners to no public list"),
)


def endings_of(network: Network, node: str, *, followed: bool) -> tuple[Ending, ...]:
    """How chains end at a node. ``followed``: other chains go on from it, so only what its register leaves open counts,
    and that it is a charity: it has no owners, whoever appoints its trustees. A home or provider that leads on to
    somebody is no end.
    """
    facts = facts_by_node(network)[node]
    if charity := facts.get("charity"):
        return (Ending("charity", node, charity),)
    found = {_of_gap(node, gap.reason, gap.words) for gap in facts.get("gaps", ())}
    return tuple(sorted(found)) if found or followed else (_unfollowed(network, node),)


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
            return _of_provider(node, facts.get("provider"))
        case "body":
            return _by_words(node, *_filed(facts))
        case "title" | "lender" | "brand":
            return Ending("not in the data", node, f"a {facts['kind']} is nothing that somebody owns in a chain")
    return _of_company(network, node)


def _of_provider(node: str, provider: Provider | None) -> Ending:
    """A provider for which the regulator gives no company number; None: no list says who it is."""
    if provider is None:
        return Ending("not in the data", node, "no list that is read says who this provider is")
    record = provider.record
    name, form = record.name or "", (record.ownership_type or "").casefold()
    if record.charity:
        return Ending("charity", node, f"charity number {record.charity}, as the regulator gives it")
    for word, kind in _FORMS_OF_PROVIDERS:
        if word in form:
            return Ending(kind, node, f"registered as: {record.ownership_type}")
    if not _is_company(name, ""):
        for kind, pattern in (("council", _COUNCIL), ("state", _STATE)):
            if pattern.search(name):
                return Ending(kind, node, "by its name; the regulator gives no company number")
    return Ending("untraced", node, "the regulator gives no company number")


def ending_of_body(node: str, control: Control) -> Ending:
    """A body that is on no list of Companies House: by what was filed of it."""
    return _by_words(node, *_filed({"control": control}))


def _filed(facts: Mapping[str, object]) -> tuple[str, str, str, str | None]:
    """What a body is called, its legal form, the law that it is under, and its country, by whatever names it."""
    match facts.get("control") or facts.get("owner") or facts.get("officer"):
        case Control(record=record):
            return record.name or "", record.legal_form or "", record.legal_authority or "", country_of(record)
        case Owner(proprietor=proprietor):
            return proprietor.name, proprietor.category or "", "", plain_country(proprietor.country)
        case Officer(record=seat):
            country = plain_country(seat.country_registered)
            return seat.name or "", seat.legal_form or "", seat.legal_authority or "", country
    return str(facts.get("name") or ""), "", "", None


def _by_words(node: str, name: str, form: str, law: str, country: str | None) -> Ending:
    """What a body is by its words. A company is a company: "Crown Care Ltd" is no state, "Church Street Ltd" no church.

    The law that a body is under ("State of Delaware", "Government of Jersey") says only how it is held together.
    """
    offshore = country is not None and country != "united kingdom"
    where = f"registered in {country.title()}" if country else "where it is registered is not filed"
    said = f"{name}\n{form}"
    company = _is_company(name, form)
    held: tuple[tuple[EndKind, re.Pattern[str], str], ...] = (
        ("council", _COUNCIL, "" if company else said),
        ("state", _STATE, "" if company else said),
        ("charity", _CHARITY, "" if company else said),
        ("fund or partnership", _FUND, said),
        ("fund or partnership", _PARTNERSHIP, form if company else f"{said}\n{law}"),
        ("trust", _TRUSTEES, said),
        ("trust", _TRUST, form if company else f"{said}\n{law}"),
    )
    for kind, pattern, words in held:
        if match := pattern.search(words):
            return Ending(kind, node, f"by the words filed ({match[0].casefold()}); {where}", offshore)
    return Ending("untraced", node, f"{where}: its owners are in no register that is read", offshore)


def _is_company(name: str, form: str) -> bool:
    """Whether a body has shares and owners of them, by the end of its name or by its form."""
    return not _COMPANY.isdisjoint((*plain_company_name(name).split()[-1:], *plain_company_name(form).split()))


def _of_company(network: Network, node: str) -> Ending:
    """A company of Companies House's that leads nowhere."""
    company = network.nodes[node].get("company")
    abroad = node[7:9] in OVERSEAS
    unread = "" if network.graph["loaded"] else "no list of companies and their controllers has been loaded"
    if network.graph["on"] < _FIRST_REGISTERS:
        unread = "before 6 April 2016 no company kept a register of control"
    if not isinstance(company, Company):
        unlisted = "not on the list of live companies, and in no entry of the snapshot"
        return Ending("not in the data", node, unread or unlisted, abroad)
    record = company.record
    category = (record.category or "").casefold().replace("-", " ")  # the API writes words with hyphens
    for word, kind, reason in _CATEGORIES:
        if word in category:
            return Ending(kind, node, reason)
    if unread and not abroad:
        return Ending("not in the data", node, unread)
    status = (record.status or "").casefold()
    reason = "a live company without any entry in its register of control"
    if abroad:
        where = record.country_of_origin or record.registered_at_home or "a country not given"
        reason = f"registered in {where.title()}: its owners are in no list that is read"
    elif record.dissolved_on is not None or status in _GONE:
        reason = f"{status or 'dissolved'}: nothing more is filed of who holds it"
    return Ending("untraced", node, reason, abroad)

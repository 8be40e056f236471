"""What a lender is called: a charge names it in free text, without a number, often with the capacity it acts in.

"Example Bank plc as Security Trustee" and "EXAMPLE BANK PLC (as security agent for the Secured Parties)" are one name.
Nothing else joins two lenders: a name is all that is known of them, and two banks of one name would be shown as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from register.parties import plain_company_name

_OFFICES = (
    r"trustees?|agent|arranger|nominee|custodian|lender|bank|chargee|mortgagee|beneficiary|stakeholder|noteholder"
)
#: "as security trustee for …", also in brackets, also "for itself and as …", "in its capacity as …".
_AS = re.compile(
    r"[\s,(\[\u2013-]*(?:\bfor itself and )?(?:\b(?:acting|solely|each) )*(?:\bin (?:its|their|his|her|the) capacity )?"
    rf"\bas (?P<capacity>[^()\[\]]*?\b(?:{_OFFICES})\b).*$",
    re.IGNORECASE,
)
#: "(the "Security Agent")" and "(Security Trustee)".
_IN_BRACKETS = re.compile(
    rf"\s*[(\[]\s*(?:the )?[\"'\u201c\u2018]*(?P<capacity>(?:[a-z]+ ){{0,2}}(?:{_OFFICES}))"
    r"[\"'\u201d\u2019]*\s*[)\]].*$",
    re.IGNORECASE,
)
_SUCCESSORS = re.compile(r"[\s,(]*\band (?:any of )?its (?:successors?|assign(?:ee)?s|transferees)\b.*$", re.IGNORECASE)
#: What is said of a lender beside its name: other names, its number, what kind of body it is and where.
_OTHER = (
    r"(?:(?:trading|carrying on business|doing business) as\b|(?:formerly|previously|also) (?:known as|called)\b"
    r"|(?:t/a|d/b/a|f/k/a)\b"
    r"|(?:company|registered|registration|crn)[\w\s]*?\b(?:no|number|crn)\b[.:]?\s*(?:[A-Z]{2})?\d{4,8})"
)
_BESIDE = re.compile(
    rf"\s*[(\[]{_OTHER}[^()\[\]]*[)\]]|[\s,]+{_OTHER}.*$"
    r"|,\s+an?\s[\w\s]*\b(?:company|corporation|partnership|trust|association)\b",
    re.IGNORECASE,
)
_ARTICLES = re.compile(r"^(?:the|a|an|original|current) ", re.IGNORECASE)
#: No lender's name, capacity and all, is longer; what follows in a longer entry says nothing of who it is.
_LONGEST = 500
_PLC = re.compile(r"\b(?:p l c|public ltd co)\b")


@dataclass(frozen=True, slots=True)
class LenderName:
    """A lender's name without its capacity. ``id`` is ``lender:`` and the plain name, joined by hyphens.

    ``capacity`` is in lower case ("security trustee"), ``None`` where the filing states none.
    """

    id: str
    name: str
    capacity: str | None


@lru_cache(maxsize=65_536)
def lender_named(filed: str) -> LenderName:
    """The name and the capacity in one entry of "persons entitled". A name that is all capacity stays as filed."""
    words = " ".join(filed.split())[:_LONGEST]
    name, capacity = _BESIDE.sub("", words).strip(" ,") or words, None
    for pattern in (_AS, _IN_BRACKETS):
        if (match := pattern.search(name)) and match.start() > 0:
            capacity = capacity or _ARTICLES.sub("", match["capacity"].casefold()).strip()
            name = name[: match.start()]
    name = _SUCCESSORS.sub("", name).strip(" ,(-\u2013[") or words
    plain = _PLC.sub("plc", plain_company_name(name)) or name.casefold()
    return LenderName("lender:" + "-".join(plain.split()), name, capacity)

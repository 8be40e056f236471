"""Identifiers as the public registers write them: parse, normalise, name the register.

An id inside Longstop always carries its register, as in ``cqc:1-319143351``, because the same string can
mean different things to different regulators. The prefixes are a promise to scripts (see the README).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

#: Ids that the invented county writes in the regulators' own formats; no real regulator uses these prefixes.
_EXERCISE = re.compile(r"^EX[A-Z]?-[0-9A-Z-]+$")
_CQC_ID = re.compile(r"^(1-[0-9]{3,13}|[A-Z0-9]{3,14})$")
_CI_SERVICE = re.compile(r"^CS[0-9]{6,14}$")
_CI_PROVIDER = re.compile(r"^SP[0-9]{6,14}$")
#: Care Inspectorate Wales: ``SIN-00009997-VPXP`` (a service); providers' numbers are made in the same way.
_CIW_ID = re.compile(r"^[A-Z]{2,6}-[0-9]{4,12}-[A-Z0-9]{2,8}$")
#: Areas of postcodes that Royal Mail has not, in which the invented county lies.
_INVENTED_POSTCODE = re.compile(r"^Z[XY][0-9]")
_POSTCODE = re.compile(r"^(GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})$")
_COMPANY = re.compile(r"^([A-Z]{2}(?=[A-Z]*[0-9])[0-9A-Z]{6}|[0-9]{8})$")


class BadIdentifier(ValueError):
    """A value that cannot be the identifier it is said to be. The message names the value and the rule."""


def cqc_id(value: str) -> str:
    """``cqc:1-…`` or ``cqc:RM3Y3`` from CQC's own id; ``exercise:EX-…`` for the invented county.

    Lower case is put right (CQC's API answers 400 to a lower-case id).
    Raises BadIdentifier for anything longer than 14 characters or of another shape.
    """
    text = value.strip().upper()
    if _EXERCISE.match(text):
        return f"exercise:{text}"
    if not _CQC_ID.match(text):
        raise BadIdentifier(f"{value!r} is not a CQC id (like 1-319143351 or RM3Y3)")
    return f"cqc:{text}"


def care_inspectorate_id(value: str) -> str:
    """``ci:CS2003000164`` (a service) or ``ci:SP2003000011`` (a provider). Raises BadIdentifier."""
    text = value.strip().upper()
    if _EXERCISE.match(text):
        return f"exercise:{text}"
    if not (_CI_SERVICE.match(text) or _CI_PROVIDER.match(text)):
        raise BadIdentifier(f"{value!r} is not a Care Inspectorate number (like CS2003000164 or SP2003000011)")
    return f"ci:{text}"


def ciw_id(value: str) -> str:
    """``ciw:SIN-00009997-VPXP``: a service or a provider of Care Inspectorate Wales. Raises BadIdentifier."""
    text = value.strip().upper()
    if _EXERCISE.match(text):
        return f"exercise:{text}"
    if not _CIW_ID.match(text):
        raise BadIdentifier(f"{value!r} is not a number of Care Inspectorate Wales (like SIN-00009997-VPXP)")
    return f"ciw:{text}"


def rqia_home_id(name: str, post: str) -> str:
    """``rqia:BT15GS-invented-house`` from a home's name and postcode, because RQIA's register gives no number.

    Case, accents, apostrophes, "The" and the endings "Care Home", "Nursing Home" … make no difference, so that a home
    keeps its id while its entry is tidied. A home that is renamed gets a new one; the register then joins the two by
    their place. Homes with the invented county's postcodes are ``exercise:EXR-…``. Raises BadIdentifier.
    """
    where, key = postcode(post).replace(" ", ""), _plain_home_name(name)
    if not key:
        raise BadIdentifier(f"{name!r} is not a home's name")
    if _INVENTED_POSTCODE.match(where):
        return f"exercise:EXR-{where}-{key.upper()}"
    return f"rqia:{where}-{key}"


def rqia_provider_id(name: str, *, invented: bool = False) -> str:
    """``rqia:P-`` and twelve hexadecimal digits from a provider's name, the only thing that RQIA gives of one.

    A digest, because providers may be private persons. Two providers of one name are one here. Raises BadIdentifier.
    """
    key = "-".join(re.findall(r"[a-z0-9]+", _unaccented(name).replace("'", "")))
    key = re.sub(r"-?\b(limited|ltd)$", "-ltd", key)
    if not key:
        raise BadIdentifier(f"{name!r} is not a provider's name")
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return f"exercise:EXR-P-{digest.upper()}" if invented else f"rqia:P-{digest}"


def _plain_home_name(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", _unaccented(name).replace("'", ""))
    words = words[1:] if words[:1] == ["the"] and len(words) > 1 else words
    for ending in (["private", "nursing", "home"], ["residential", "care", "home"], ["care", "home"],
                   ["nursing", "home"], ["residential", "home"]):  # fmt: skip
        if words[-len(ending) :] == ending and len(words) > len(ending):
            words = words[: -len(ending)]
            break
    return "-".join(words)


def _unaccented(words: str) -> str:
    """Words in lower case without accents, and with one kind of apostrophe."""
    plain = unicodedata.normalize("NFKD", words.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(mark for mark in plain if not unicodedata.combining(mark))


def charity_number(value: str) -> str:
    """``gb-chc:1101607``: a charity of England and Wales. Raises BadIdentifier for Scottish and Irish numbers too."""
    text = re.sub(r"\s+", "", value).lstrip("0")
    if not re.fullmatch(r"[0-9]{5,8}", text) or not text.isascii():
        raise BadIdentifier(f"{value!r} is not a charity number of England and Wales")
    return f"gb-chc:{text}"


def postcode(value: str) -> str:
    """A UK postcode in upper case with one space: ``OL4 5HG``. Raises BadIdentifier."""
    text = re.sub(r"\s+", "", value).upper()
    if not _POSTCODE.match(text):
        raise BadIdentifier(f"{value!r} is not a UK postcode")
    return f"{text[:-3]} {text[-3:]}"


def uprn(value: str) -> str:
    """A Unique Property Reference Number: 1 to 12 digits, leading zeros dropped.

    Raises BadIdentifier; a value that a spreadsheet has rounded (``1.0007E+11``) is one such.
    """
    text = value.strip().removesuffix(".0").lstrip("0")
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise BadIdentifier(f"{value!r} is not a UPRN (a spreadsheet may have rounded it)")
    return text


def company_number(value: str) -> str:
    """``gb-coh:03885446`` from a company number; digits are zero-padded to eight, prefixes (SC, NI, OC, IP…) kept.

    Spreadsheets drop leading zeros and registers pad with blanks; both are put right. Raises BadIdentifier.
    """
    text = re.sub(r"\s+", "", value).upper()
    if re.fullmatch(r"[0-9]{1,8}", text):
        text = text.zfill(8)
    elif match := re.fullmatch(r"([A-Z]{2})([0-9]{1,6})([A-Z]?)", text):
        letters, digits, tail = match.groups()
        text = letters + digits.zfill(6 - len(tail)) + tail
    if not _COMPANY.match(text):
        raise BadIdentifier(f"{value!r} is not a company number")
    return f"gb-coh:{text}"


def scheme(identifier: str) -> str:
    """The register an id belongs to: ``cqc`` of ``cqc:1-319143351``; empty where there is no prefix."""
    head, colon, _ = identifier.partition(":")
    return head if colon else ""


def is_invented(identifier: str) -> bool:
    """True for ids of the invented county, so that every page made from them can say so."""
    return scheme(identifier) == "exercise"

"""Who an entry of the register of people with significant control speaks of: a company, a body, a person, or nobody.

Companies House gives no number for most of those who control companies; what is filed is free text ("Sc095000",
"n/a"). A wrong join defames, so the rules are few, written down with each join, and prefer one party shown twice to
two shown as one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from register.identifiers import BadIdentifier, company_number
from register.records import CompanyRecord, ControlRecord, OfficerRecord, TitleRecord

PartyKind = Literal["person", "company", "body", "protected", "nobody"]

#: Prefixes that only Companies House gives (its list of prefixes, with OE, CE and CS added): the number is its own.
_OWN_PREFIX = re.compile(
    r"(AC|ZC|FC|GE|LP|OC|SE|SA|SZ|SF|GS|SL|SO|SC|ES|NA|NZ|NF|GN|NL|NC|R0|NI|EN|SG|FE|RS|OE|CE|CS|IP|SP|NP|RC|SR|NR)"
)
_STROKES = re.compile(r"[\s./:#-]")
#: "Company No", "Registered number", "CRN": said before a number in free text. "NO" alone may be a prefix.
_NUMBER_SAID = re.compile(
    r"^(?:(?:(?:COMPANY|COMPANIES|REGISTERED|REGISTRATION|REGISTER|REG|CRN)(?:HOUSE)?|CO(?=NO|NUM|REG))+"
    r"(?:NUMBER|NUM|NO)?|NUMBER|NO(?=[0-9]{7}))"
)
_HERE = re.compile(
    r"\b(united kingdom|u\.?k\.?|england|english|wales|welsh|scotland|scottish|scots|northern ireland|"
    r"(great )?britain|g\.?b\.?|companies house|companies act|cardiff|edinburgh|belfast)\b"
)
#: Words of other places where companies are registered; "Companies Act 2006" is the name of a law there too.
_ELSEWHERE = re.compile(
    r"\b(jersey|guernsey|alderney|isle of man|manx|douglas|cayman|virgin islands|bvi|tortola|gibraltar|bermuda|bahamas|"
    r"luxembourg|liechtenstein|switzerland|swiss|monaco|malta|cyprus|mauritius|seychelles|panama|belize|anguilla|"
    r"netherlands|dutch|germany|german|france|french|spain|italy|belgium|denmark|sweden|norway|finland|austria|poland|"
    r"ireland|eire|dublin|usa|u\.s\.?a?|united states|delaware|nevada|new york|california|canada|australia|"
    r"new zealand|japan|china|hong kong|singapore|india|dubai|emirates|qatar|kuwait|saudi|israel|south africa|"
    r"nigeria|marshall islands|samoa|vanuatu|labuan|malaysia)\b"
)
#: Spellings of one country, in lower case without dots. "ST" is spelt out, and "X, Y" turned round, beforehand.
_COUNTRIES = {
    "bvi": "british virgin islands",
    "virgin islands": "british virgin islands",
    "virgin islands british": "british virgin islands",
    "tortola": "british virgin islands",
    "usa": "united states",
    "us": "united states",
    "united states of america": "united states",
    "delaware": "united states",
    "usa delaware": "united states",
    "delaware usa": "united states",
    "nevada usa": "united states",
    "new york usa": "united states",
    "channel islands jersey": "jersey",
    "jersey channel islands": "jersey",
    "jersey ci": "jersey",
    "bailiwick of jersey": "jersey",
    "channel islands guernsey": "guernsey",
    "guernsey channel islands": "guernsey",
    "guernsey ci": "guernsey",
    "bailiwick of guernsey": "guernsey",
    "cayman": "cayman islands",
    "the cayman islands": "cayman islands",
    "grand cayman": "cayman islands",
    "bahamas the": "bahamas",
    "the bahamas": "bahamas",
    "commonwealth of the bahamas": "bahamas",
    "eire": "ireland",
    "republic of ireland": "ireland",
    "ireland republic of": "ireland",
    "irish republic": "ireland",
    "southern ireland": "ireland",
    "iom": "isle of man",
    "man isle of": "isle of man",
    "grand duchy of luxembourg": "luxembourg",
    "luxemburg": "luxembourg",
    "the netherlands": "netherlands",
    "holland": "netherlands",
    "curacao": "curaçao",
    "hong kong sar": "hong kong",
    "hong kong china": "hong kong",
    "uae": "united arab emirates",
    "saint christopher and nevis": "saint kitts and nevis",
    "federation of saint kitts and nevis": "saint kitts and nevis",
    "saint christopher nevis": "saint kitts and nevis",
    "nevis": "saint kitts and nevis",
    "england": "united kingdom",
    "wales": "united kingdom",
    "scotland": "united kingdom",
    "northern ireland": "united kingdom",
    "great britain": "united kingdom",
    "england and wales": "united kingdom",
    "england & wales": "united kingdom",
    "uk": "united kingdom",
}
_PUNCTUATION = re.compile(r"[^\w\s]")
_FORMS = {"limited": "ltd", "company": "co", "and": "", "the": "", "cyfyngedig": "ltd", "incorporated": "inc"}
_SHORT_FORMS = {
    "public limited company": "plc",
    "limited liability partnership": "llp",
    "limited liability company": "llc",
    "limited partnership": "lp",
    "societe a responsabilite limitee": "sarl",
    "societe anonyme": "sa",
    "private limited company": "ltd",
}
_LONG_FORMS = re.compile(r"\b(" + "|".join(_SHORT_FORMS) + r")\b")
#: The dot after a letter that stands alone ("S.A.", "P.L.C."), and letters standing alone side by side.
_INITIALS = re.compile(r"(?<=\b[a-z])\.")
_ALONE = re.compile(r"\b[a-z](?: [a-z]\b)+")
_SAINT = re.compile(r"^st\.? ")
#: Numbers of registered societies in the mutuals register: "1234R", or digits alone since 2014.
_SOCIETY = re.compile(r"^(?:IP|RS|SP|NP)?0*(\d{1,5})(R?)$")


@dataclass(frozen=True, slots=True)
class Party:
    """Whom an entry speaks of. ``id`` is None where nobody can be named; ``rule`` says how the id was come by."""

    kind: PartyKind
    id: str | None
    rule: str


PROTECTED = Party("protected", None, "the register protects this person by law and gives no name")
NOBODY = Party("nobody", None, "the entry says why nobody is named")


def party_of(record: ControlRecord) -> Party:
    """Whom one entry speaks of, by what it says alone."""
    if record.kind.startswith("super-secure"):
        return PROTECTED
    if record.kind.startswith("individual"):
        if record.person_mark:
            return Party("person", f"person:{record.person_mark[:20]}", "told by name and month of birth (inferred)")
        return Party("person", record.id, "no month of birth is given: the entry stands for itself")
    if record.kind.startswith(("corporate-entity", "legal-person")):
        return _body(record)
    return NOBODY


def _body(record: ControlRecord) -> Party:
    if number := uk_company_number(record):
        return Party("company", number, "the company number filed with the entry")
    return body_of(record.name, country_of(record)) or Party(
        "body", record.id, "no number and no country are given: the entry stands for itself"
    )


def body_of(name: str | None, country: str | None) -> Party | None:
    """A body known by name and country of registration alone (in lower case); None where either is missing."""
    if not name or not country:
        return None
    digest = hashlib.sha256(f"{plain_company_name(name)}\n{country}".encode()).hexdigest()[:20]
    return Party("body", f"body:{digest}", f"told by name and country of registration, {country} (inferred)")


def party_of_officer(record: OfficerRecord) -> Party:
    """Who an officer is: by the same mark as people with control, so that one person is one party in both."""
    if record.person_mark:
        return Party("person", f"person:{record.person_mark[:20]}", "told by name and month of birth (inferred)")
    if record.role.startswith("corporate") or record.registration_number or record.country_registered:
        # A secretary filed as a "uk-limited-company" often gives its number and nothing else.
        words = f"{record.place_registered or ''} {record.legal_authority or ''}".casefold()
        here = record.identification == "uk-limited-company" and not _elsewhere(words)
        filed = ControlRecord(
            id=record.id,
            company=record.company,
            kind="corporate-entity",
            name=record.name,
            legal_form=record.legal_form,
            legal_authority=record.legal_authority,
            place_registered=record.place_registered,
            country_registered=record.country_registered or ("United Kingdom" if here else None),
            registration_number=record.registration_number,
        )
        return _body(filed)
    if record.officer:
        return Party("person", f"officer:{record.officer}", "Companies House's own id of the officer")
    return Party("person", record.id, "no month of birth is given: the entry stands for itself")


def companies_by_name(companies: Iterable[tuple[str, str, str | None]]) -> dict[tuple[str, str], str]:
    """The company (``gb-coh:…``) of a plain name and country, of ids, names and countries of incorporation.

    A number here is of the United Kingdom, that of an overseas entity (OE) of its own country. No two live companies
    here may bear one name (Companies Act 2006, section 66), but a name may pass from one to another: of two that the
    register knows under one name, neither is told by it. Of two overseas entities the one of smaller number is.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for identifier, name, country in companies:
        abroad = identifier.startswith("gb-coh:OE")
        if where := plain_country(country) if abroad else "united kingdom":
            found.setdefault((plain_company_name(name), where), set()).add(identifier)
    return {key: min(some) for key, some in found.items() if len(some) == 1 or key[1] != "united kingdom"}


def party_of_proprietor(title: TitleRecord, turn: int, by_name: Mapping[tuple[str, str], str]) -> Party:
    """Who proprietor number ``turn`` (from 0) of a title is.

    ``by_name`` gives the company of a plain name and country (``companies_by_name``): titles carry no number of an
    overseas entity, and often none at all before 1997; a join by name and country is inferred. A number filed for an
    owner from abroad is one of its own country's.
    """
    proprietor = (title.proprietors or ())[turn]
    from_here = title.id.startswith("ccod:")
    number = re.sub(r"[\s./-]", "", proprietor.number or "").upper()
    if from_here and (society := _society(number, proprietor.category or "")):
        return society
    if number and (from_here or number.startswith("OE")):
        try:
            return Party("company", company_number(number), "the company number in the title")
        except BadIdentifier:
            pass
    country = "united kingdom" if from_here else plain_country(proprietor.country)
    if country and (known := by_name.get((plain_company_name(proprietor.name), country))):
        filed = "the United Kingdom" if from_here else proprietor.country
        return Party("company", known, f"told by name and country of incorporation, {filed} (inferred)")
    return body_of(proprietor.name, country) or Party(
        "body", f"{title.id}/{turn + 1}", "no number and no country are given: the proprietor stands for itself"
    )


def _society(number: str, category: str) -> Party | None:
    """A registered society (category, or a number ending in R): its number is of the mutuals register.

    Companies House writes such a number as IP, five digits and R, and one without R as RS and six digits. The number
    must never be read as that of a company: "1234R" and 00001234 are two.
    """
    society = "society" in category.casefold() or "industrial and provident" in category.casefold()
    found = _SOCIETY.match(number)
    if found is None or not (found[2] or (society and (not number.isdigit() or len(found[1]) <= 5))):
        return None
    plain = f"IP{int(found[1]):05d}R" if found[2] else f"RS{int(found[1]):06d}"
    if number[:2] in {"SP", "NP"}:
        plain = number if len(number) == 8 else f"{number[:2]}{int(found[1]):05d}{found[2]}"
    return Party(
        "company", f"gb-coh:{plain}", "the number in the title, of the register of mutual societies (inferred)"
    )


def uk_company_number(record: ControlRecord) -> str | None:
    """``gb-coh:…`` where the entry's registration number is one of Companies House; ``None`` where that is not sure.

    Letters that only Companies House uses (SC, OC, OE …) are enough unless another country is named. Digits alone are
    a number in any register of the world: they count only where the entry places the registration in the United
    Kingdom and names no other place.
    """
    raw = filed_number(record.registration_number or "")
    if not raw:
        return None
    return _uk_number(
        raw,
        " ".join(
            part.casefold()
            for part in (record.country_registered, record.place_registered, record.legal_authority, record.legal_form)
            if part
        ),
    )


def filed_number(words: str) -> str:
    """A registration number without blanks, points and strokes, and without "Company No." before it; capitals."""
    return _NUMBER_SAID.sub("", _STROKES.sub("", words).upper())


def _elsewhere(words: str) -> bool:
    """Whether some words, in lower case, name a place abroad where companies are registered."""
    return bool(_ELSEWHERE.search(words.replace("northern ireland", "")))


@lru_cache(maxsize=65_536)
def _uk_number(raw: str, words: str) -> str | None:
    if _elsewhere(words):
        return None
    if not (_OWN_PREFIX.match(raw) or (raw.isdigit() and len(raw) >= 4 and _HERE.search(words))):
        return None
    try:
        return company_number(raw)
    except BadIdentifier:
        return None


def country_of(record: ControlRecord) -> str | None:
    """The country in which a body is registered, in lower case; ``None`` where the entry does not say.

    The country of its office is followed only where no country of registration is given.
    """
    return plain_country(record.country_registered or record.office_country)


def plain_country(words: str | None) -> str | None:
    """A country's name for comparing, in lower case: "VIRGIN ISLANDS, BRITISH" is "british virgin islands".

    States of the United States are not told apart ("DELAWARE, U.S.A"): the name of a body has to do that.
    """
    if words is None or not (plain := " ".join(words.casefold().split())):
        return None
    if known := _COUNTRIES.get(plain):
        return known
    bare = " ".join(_PUNCTUATION.sub(" ", plain.replace(".", "")).replace("&", " and ").split())
    bare = _SAINT.sub("saint ", bare)
    return _COUNTRIES.get(bare, bare if _SAINT.search(plain) or "." in plain else plain)


@lru_cache(maxsize=65_536)
def plain_company_name(name: str) -> str:
    """A company's name for comparing: "The Example Care Company Limited" and "EXAMPLE CARE CO. LTD" are one.

    So are "S.À R.L.", "S.A R.L." and "SARL": letters that stand alone are one word, and accents are left off.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    bare = _LONG_FORMS.sub(lambda found: _SHORT_FORMS[found[0]], " ".join(bare.split()))
    words = _PUNCTUATION.sub(" ", _INITIALS.sub("", bare.replace("&", " and ").replace("'", ""))).split()
    plain = " ".join(short for word in words if (short := _FORMS.get(word, word)))
    return _ALONE.sub(lambda letters: letters[0].replace(" ", ""), plain).replace(" sa rl", " sarl")


def person_mark(names: Iterable[str | None], year: int, month: int) -> str:
    """The digest that tells one person from another of the same name: names in order, without title (decision 5)."""
    plain = " ".join(" ".join((part or "").casefold() for part in names).split())
    return hashlib.sha256(f"{plain}\n{year:04d}-{month:02d}".encode()).hexdigest()


def names_agree(filed: str | None, company: CompanyRecord) -> bool:
    """Whether the name filed for a controlling company is, or once was, the name that its number has."""
    if filed is None:
        return True
    known = [company.name, *(name.rpartition(" (until ")[0] or name for name in company.previous_names or ())]
    return plain_company_name(filed) in {plain_company_name(name) for name in known}

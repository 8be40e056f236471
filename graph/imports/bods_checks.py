"""Whether a file of BODS 0.4 statements may be read: the standard's schema and the rules that no schema can hold.

The schema and the rules are those of Open Ownership's ``libcovebods``. A file that breaks the schema is refused. One
that breaks a rule (a reference to nothing, a share whose ends cross, two records under one id) says less than it seems
to: it is read, and each breach is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Particulars of people (and addresses of anybody) that are never kept, shown or passed on: decision 5.
PERSONAL = frozenset(
    {
        "birthDate", "deathDate", "nationalities", "placeOfBirth", "taxResidencies", "addresses", "politicalExposure",
        "identifiers of people",
    }
)  # fmt: skip
#: Codes of registers (org-id.guide's) of the United Kingdom and of the places where owners of its care homes are
#: registered, and those of the standard's own examples (IRL-BAU, PA-PUB). The whole list changes weekly and is not
#: bundled: another code is named, and joins nothing.
KNOWN_SCHEMES = frozenset(
    {
        "GB-COH", "GB-CHC", "GB-SC", "GB-NIC", "GB-MPR", "GB-LAE", "GB-NHS", "XI-LEI", "IE-CRO", "IE-CHY", "IRL-BAU",
        "JE-FSC", "JE-OAC", "GG-RCE", "IM-CR", "IM-GR", "LU-RCS", "NL-KVK", "BE-BCE_KBO", "FI-PRO", "UA-EDR",
        "MX-RFC", "PA-PUB",
    }
)  # fmt: skip
Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which statement (by its place in the file, from 1, and its id), where in it, and what.

    ``refuses``: it breaks the schema, and the file is not read; otherwise it breaks a rule, and the file is.
    """

    statement: int | None
    statement_id: str | None
    field: str
    says: str
    refuses: bool

    def __str__(self) -> str:
        if self.statement is None:
            return f"{self.field}: {self.says}"
        named = f" ({self.statement_id[:64]})" if self.statement_id else ""
        return f"statement {self.statement}{named}, {self.field}: {self.says}"


class Unreadable(Exception):
    """A file that is no list of statements at all: one sentence that names the file and the cause."""


def read_statements(path: Path) -> list[Any]:
    """The statements of a file: one JSON array, or JSON lines. Raises Unreadable."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise Unreadable(f"{path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise Unreadable(f"{path}: byte {problem.start:,} is not UTF-8") from problem
    try:
        found = json.loads(text, parse_constant=_no_number)
    except ValueError as problem:
        found = _lines(path, text, problem)
    except RecursionError as problem:
        raise Unreadable(f"{path}: nested too deeply to be a list of statements") from problem
    if isinstance(found, dict) and path.suffix == ".jsonl":
        found = [found]
    if not isinstance(found, list):
        raise Unreadable(f"{path}: is one value, and not a list of statements")
    if not found:
        raise Unreadable(f"{path}: holds no statement")
    return found


def check(statements: Sequence[Any]) -> list[Finding]:
    """Everything that is wrong with some statements, what refuses them first. Raises ModuleNotFoundError without
    ``libcovebods``."""
    shape = [_not_an_object(turn) for turn, one in enumerate(statements, start=1) if not isinstance(one, dict)]
    if shape:
        return shape
    versions = list(_versions(statements))
    if versions:
        return versions
    if errors := list(_schema_errors(statements)):
        return errors
    found = [*_rule_findings(statements), *_scheme_findings(statements)]
    return sorted(found, key=lambda finding: (not finding.refuses, finding.statement or 0, finding.says))


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number of JSON's")


def _lines(path: Path, text: str, problem: ValueError) -> list[Any]:
    """A file of JSON lines; ``problem`` is why it is not one JSON document."""
    lines = [(turn, line) for turn, line in enumerate(text.splitlines(), start=1) if line.strip()]
    found = []
    for turn, line in lines:
        try:
            found.append(json.loads(line, parse_constant=_no_number))
        except (ValueError, RecursionError) as broken:
            why = problem if turn == lines[0][0] else f"line {turn} is not JSON: {broken}"
            raise Unreadable(f"{path}: {why}") from broken
    return found


def _not_an_object(turn: int) -> Finding:
    return Finding(turn, None, "statement", "is not an object", refuses=True)


def _versions(statements: Sequence[Statement]) -> Iterator[Finding]:
    for turn, one in enumerate(statements, start=1):
        details = one.get("publicationDetails")
        version = details.get("bodsVersion") if isinstance(details, dict) else None
        if "statementType" in one or (isinstance(version, str) and version not in ("0.4", "")):
            said = f"says version {version}" if version else "is of a version before 0.4"
            yield Finding(
                turn, _id(one), "publicationDetails.bodsVersion", f"{said}; only version 0.4 is read", refuses=True
            )


def _schema_errors(statements: Sequence[Statement]) -> Iterator[Finding]:
    """What breaks the JSON schema of version 0.4, as the standard's validator says it."""
    from libcovebods.jsonschemavalidate import JSONSchemaValidator  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    from libcovebods.schema import SchemaBODS  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    held = _Held(statements)
    for error in JSONSchemaValidator(SchemaBODS(held)).validate(held):
        broken = error.json()
        turn, *rest = broken["path"] or [None]
        if broken["validator"] == "required":
            rest.append(broken["extra"].get("required_key_which_is_missing", ""))
        which = turn + 1 if isinstance(turn, int) else None
        yield Finding(
            which,
            _id(statements[turn]) if isinstance(turn, int) else None,
            ".".join(str(part) for part in rest) or "statement",
            _schema_says(broken, rest),
            refuses=True,
        )


def _schema_says(broken: Mapping[str, Any], path: Sequence[Any]) -> str:
    """The validator's words; of a personal field without the value found."""
    if PERSONAL.intersection(map(str, path)):
        return f"is not what the schema allows ({broken['validator']})"
    return _short(broken["message"])


def _rule_findings(statements: Sequence[Statement]) -> Iterator[Finding]:
    """What breaks the rules beyond the schema, by ``libcovebods``'s own checks of version 0.4.

    All but two: the one that fetches the list of registers from the network when it is made, and those of versions
    before 0.4, which fetch it too.
    """
    from libcovebods import run_tasks  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    from libcovebods.config import LibCoveBODSConfig  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    from libcovebods.schema import SchemaBODS  # noqa: PLC0415 - an extra
    from libcovebods.tasks.checks import record_based_checks as rules  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    held, settings = _Held(statements), LibCoveBODSConfig()
    standard = SchemaBODS(held)
    fetches = rules.CheckStatementEntityIdentifiersHaveKnownScheme
    wanted = [one for one in run_tasks.TASK_CLASSES if one.__module__ == rules.__name__ and one is not fetches]
    places = {_id(one): turn for turn, one in reversed(list(enumerate(statements, start=1)))}
    for rule in (*wanted, rules.CheckComponentRecordsRecordIds):
        try:
            broken = run_tasks.process_additional_checks(held, settings, standard, [rule])["additional_checks"]
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
            # Some of the checks take for granted what others look for; those others name the cause.
            yield Finding(None, None, rule.__name__, f"could not be checked: {problem!r}", refuses=False)
            continue
        for one in broken:
            yield _of_rule(one, statements, places)


def _of_rule(broken: Mapping[str, Any], statements: Sequence[Statement], places: Mapping[str | None, int]) -> Finding:
    identifier = broken.get("statement") or broken.get("statement_id") or broken.get("id")
    kind = str(broken["type"])
    if identifier is None and (record := broken.get("record_id")):
        identifier = next((_id(one) for one in statements if one.get("recordId") == record), None)
    values = ", ".join(
        f"{name.replace('compoment', 'component')} {value}"
        for name, value in sorted(broken.items())
        if name not in _UNSAID and value is not None
    )
    says = kind.replace("_", " ") + (f" ({_short(values)})" if values else "")
    return Finding(places.get(identifier), identifier, _field(kind), says, refuses=False)


#: Of what a rule says of a breach, what is said otherwise, or is personal.
_UNSAID = frozenset({"type", "statement", "statement_type", "statement_id", "id", "birth_date", "death_date"})
#: By the first words of a rule's name, the field that it is about.
_FIELDS = (
    ("statement_declaration_subject", "declarationSubject"),
    ("subject_", "recordDetails.subject"),
    ("relationship_subject", "recordDetails.subject"),
    ("interested_party", "recordDetails.interestedParty"),
    ("relationship_interested_party", "recordDetails.interestedParty"),
    ("interest_beneficial", "recordDetails.interests.beneficialOwnershipOrControl"),
    ("relationship_interests", "recordDetails.interests.type"),
    ("statement_relationship_interests_start", "recordDetails.interests.startDate"),
    ("statement_relationship_interests", "recordDetails.interests.share"),
    ("component_record", "recordDetails.componentRecords"),
    ("duplicate_statement", "statementId"),
    ("multiple_statements", "recordStatus"),
    ("statement_with_record_status", "recordStatus"),
    ("statements_in_series", "recordType"),
    ("statement_entity_is_component", "recordDetails.isComponent"),
    ("statement_person_is_component", "recordDetails.isComponent"),
    ("statement_relationship_is_component", "recordDetails.isComponent"),
    ("statement_person_birth", "recordDetails.birthDate"),
    ("statement_person_death", "recordDetails.deathDate"),
    ("statement_entity_dissolution", "recordDetails.dissolutionDate"),
    ("person_identifiers", "recordDetails.identifiers.scheme"),
    ("annotation_", "annotations.statementPointerTarget"),
    ("statement_annotation", "annotations.creationDate"),
    ("statement_source", "source.retrievedAt"),
    ("statement_publication", "publicationDetails.publicationDate"),
    ("statement_date", "statementDate"),
    ("has_public_listing", "recordDetails.publicListing"),
    ("entity_security", "recordDetails.publicListing.securitiesListings"),
)


def _field(kind: str) -> str:
    return next((field for words, field in _FIELDS if kind.startswith(words)), "statement")


def _scheme_findings(statements: Sequence[Statement]) -> Iterator[Finding]:
    for turn, one in enumerate(statements, start=1):
        if one.get("recordType") != "entity":
            continue
        for identifier in one["recordDetails"].get("identifiers") or ():
            scheme = identifier.get("scheme")
            if scheme is not None and scheme not in KNOWN_SCHEMES:
                says = f"{scheme!r} is no code of a register that is known here: the number joins nothing"
                yield Finding(turn, _id(one), "recordDetails.identifiers.scheme", says, refuses=False)


def _id(statement: Any) -> str | None:
    found = statement.get("statementId") if isinstance(statement, dict) else None
    return found if isinstance(found, str) else None


def _short(text: str, longest: int = 200) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


class _Held:
    """Statements already read, where ``libcovebods`` looks for a file."""

    def __init__(self, statements: Sequence[Any]) -> None:
        self._statements = list(statements)

    def get_all_data(self) -> list[Any]:
        """Everything."""
        return self._statements

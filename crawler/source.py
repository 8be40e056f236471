"""One source's facts: who publishes it, under which licence, how often to ask, what a good night looks like.

Everything that is a fact about a source stands in ``sources/<name>.yml``, so that none hides in code. The same files
make the page of sources in the documentation (``python -m crawler.source``).
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import msgspec.yaml
from msgspec import Meta

from register.checks import Checks
from register.refusal import Refusal

Share = Annotated[float, Meta(ge=0, le=1)]

#: Crons are in the regulators' own time, summer time included.
LONDON = ZoneInfo("Europe/London")


class SourceProblem(Refusal, ValueError):
    """A source's YAML that cannot be used, or a source that does not exist. The message says which and why."""


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When to ask: a cron line in London's time, and the sources whose turn comes before.

    ``most_hours``: a crawl that takes longer is stopped, and nothing of it is published.
    """

    cron: Annotated[str, Meta(pattern=r"^\S+( \S+){4}$")]
    after: tuple[str, ...] = ()
    most_hours: Annotated[int, Meta(ge=1, le=23)] = 6


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often to ask. The publisher's limit where it is known, and otherwise less than anybody would mind.

    ``answer_within``: seconds that an answer may take, to its last byte.
    """

    requests_per_minute: Annotated[int, Meta(ge=1, le=2_000)]
    at_once: Annotated[int, Meta(ge=1, le=16)] = 2
    answer_within: Annotated[int, Meta(ge=1, le=7_200)] = 300


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The header that carries the source's key, and where to apply for one.

    ``scheme`` is how: ``plain``, the key as it is; ``basic``, as the user name of HTTP Basic with an empty password.
    """

    header: str
    apply: str
    required: bool = True
    scheme: Literal["plain", "basic"] = "plain"

    def headers(self, key: str | None) -> dict[str, str]:
        """The header with a key in it; nothing where there is no key."""
        if not key:
            return {}
        return {self.header: key if self.scheme == "plain" else f"Basic {b64encode(f'{key}:'.encode()).decode()}"}


class Stream(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A second address, with a key of its own, that tells what has changed: for nights that ask for that alone.

    Its settings are those of a source named ``<source>_stream``. Without a key it is not asked.
    """

    url: Annotated[str, Meta(pattern=r"^https://")]
    apply: str


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list of a source. Of feeds that speak of one thing, the lowest ``rank`` is followed.

    ``complete``: whether the list, read to its end, holds everything of its kind; only then does absence mean anything.
    """

    rank: int
    complete: bool
    title: str


class Floors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a good night looks like: see ``register.checks.Checks`` for the measures."""

    max_fall: Share = 0.2
    max_rise: Annotated[float, Meta(gt=0)] | None = None
    max_others: Share = 0.5
    max_quarantined: Share = 0.2
    floors: Mapping[str, Mapping[str, float]] = {}
    ceilings: Mapping[str, Mapping[str, float]] = {}


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A known error of the publisher's, put right until the publisher does: whose, which field, and how we know."""

    id: str
    field: str
    was: str | int | float | None
    now: str | int | float | None
    why: str
    since: date


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One source. ``url`` is the publisher's own base address, ``page`` the path on it where the files are found.

    ``filtered``: from its files only what concerns the companies that matter to the register is taken; ``charities``:
    and the charities whose numbers providers give (``gb-chc:…``); ``titles``: and the titles that care homes may stand
    on; ``by_name``: and overseas entities with the name of a landlord from abroad. ``terms`` are the limits of a
    licence that must be accepted before anything is taken in.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z_]*$")]
    title: str
    publisher: str
    licence: str
    attribution: str
    url: Annotated[str, Meta(pattern=r"^https://")]
    page: Annotated[str, Meta(pattern=r"^/")] = "/"
    hosts: tuple[str, ...] = ()
    key: Key | None = None
    stream: Stream | None = None
    schedule: Schedule
    rate: Rate
    largest_file: Annotated[int, Meta(ge=1)] = 64
    filtered: bool = False
    charities: bool = False
    by_name: bool = False
    titles: bool = False
    terms: tuple[str, ...] = ()
    feeds: dict[str, Feed]
    checks: Floors
    notes: str
    corrections: tuple[Correction, ...] = ()

    def has_host(self, host: str) -> bool:
        """Whether a host is one of the source's own: named in full, or by an ending that begins with a dot."""
        return any(host.lower().endswith(one) if one.startswith(".") else host.lower() == one for one in self.hosts)

    @property
    def ranks(self) -> dict[str, int]:
        """The rank of each feed, as the intake keeps it."""
        return {name: feed.rank for name, feed in self.feeds.items()}

    def checks_for(self, *, publisher_address: bool, handed_over: bool = False) -> Checks:
        """The checks of a run, of a crawl or of files that a person hands over.

        Floors and ceilings describe the whole country as its publisher serves it. A file or folder handed over, or a
        test site, may be one council or one street with half its rows damaged: there only an empty list, one that
        shrank, and one of which next to nothing can be read speak against publishing.
        """
        if publisher_address:
            return Checks(
                max_fall=self.checks.max_fall,
                max_rise=self.checks.max_rise,
                max_others=self.checks.max_others,
                max_quarantined=self.checks.max_quarantined,
                floors=self.checks.floors,
                ceilings=self.checks.ceilings,
                publisher_address=True,
            )
        return Checks(
            max_fall=max(self.checks.max_fall, 0.2),
            max_others=None if handed_over else self.checks.max_others,
            max_quarantined=0.9,
        )


def read_source(text: str, file: str) -> Source:
    """A source from its YAML. Raises SourceProblem naming the file and the key."""
    try:
        source = msgspec.yaml.decode(text, type=Source)
    except msgspec.ValidationError as problem:
        raise SourceProblem(f"{file}: {problem}") from problem
    except (msgspec.DecodeError, ValueError) as problem:  # such as a date that is none
        raise SourceProblem(f"{file} is not YAML: {' '.join(str(problem).split())}") from problem
    if Path(file).stem != source.name:
        raise SourceProblem(f"{file}: name is {source.name!r}, which is not the file's")
    strangers = {*source.checks.floors, *source.checks.ceilings} - source.feeds.keys()
    if strangers:
        raise SourceProblem(f"{file}: checks name {', '.join(sorted(strangers))}, which is no feed of this source")
    wrong = [feed for feed in source.feeds if not feed.startswith(f"{source.name}/")]
    if wrong:
        raise SourceProblem(f"{file}: feed {wrong[0]!r} does not begin with {source.name}/")
    if not urlsplit(source.url).hostname:
        raise SourceProblem(f"{file}: url {source.url!r} names no host")
    return source


def _discover() -> dict[str, Source]:
    """Every source in the folder, in order of name; works from a checkout, a wheel and a zip."""
    entries = sorted(files("crawler").joinpath("sources").iterdir(), key=lambda entry: entry.name)
    found = (read_source(e.read_text("utf-8"), e.name) for e in entries if e.name.endswith(".yml"))
    return {source.name: source for source in found}


SOURCES: Mapping[str, Source] = _discover()


def source_named(name: str) -> Source:
    """A source by its name (``cqc_api``, ``CQC-API``). Raises SourceProblem listing the names there are."""
    source = SOURCES.get(name.strip().lower().replace("-", "_"))
    if source is None:
        raise SourceProblem(f"there is no source {name!r}; the sources are {', '.join(SOURCES)}")
    return source


def sources_page() -> str:
    """The documentation's page of sources, in Markdown, made from the YAML alone."""
    lines = [
        "# Sources",
        "",
        "Made from `crawler/sources/*.yml` by `python -m crawler.source`; do not edit by hand.",
    ]
    for source in SOURCES.values():
        lines += [
            "",
            f"## {source.title}",
            "",
            f"| | `{source.name}` |",
            "|---|---|",
            f"| publisher | {source.publisher} |",
            f"| licence | {source.licence} |",
            f"| attribution | {source.attribution} |",
            f"| address | <{source.url}{source.page if source.page != '/' else ''}> |",
            f"| key | {f'`{source.key.header}`, from <{source.key.apply}>' if source.key else 'none'} |",
            *([f"| stream of changes | <{source.stream.url}>, with a key of its own |"] if source.stream else []),
            f"| asked | `{source.schedule.cron}`, at most {source.rate.requests_per_minute} requests a minute |",
            f"| kept aside when | a complete list is {source.checks.max_fall:.0%} shorter than the last good one, "
            f"or {source.checks.max_quarantined:.0%} of its rows cannot be read |",
            f"| corrections | {len(source.corrections)} |",
            "",
            " ".join(source.notes.split()),
            "",
            "| feed | what it is | rank | whole list | floors at the publisher's address |",
            "|---|---|---|---|---|",
        ]
        for name, feed in source.feeds.items():
            floors = ", ".join(f"{k} {v:g}" for k, v in sorted(source.checks.floors.get(name, {}).items())) or "none"
            lines.append(f"| `{name}` | {feed.title} | {feed.rank} | {'yes' if feed.complete else 'no'} | {floors} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(sources_page())

"""The digest as a page that needs nothing else, and as an Atom feed. No clock: the days are those of the data."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

import jinja2

from register.change_kinds import Change, in_words
from register.digest import DEGREES, INVENTED, TITLE, Digest, evidence_words, summary, totals_words

_ATOM = "http://www.w3.org/2005/Atom"


def as_html(digest: Digest) -> str:
    """One HTML page: self-contained, escaped, to be read by a screen reader and to be printed."""
    pages = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: files("templates").joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("changes.html.j2").render(
        title=TITLE,
        banner=INVENTED if digest.invented else "",
        digest=digest,
        compared=[period.sentence for period in digest.periods],
        degrees=DEGREES,
        evidence=evidence_words,
        in_words=in_words,
        totals=totals_words(digest),
        nothing=summary(digest)[-1] if not digest.totals else "",
    )


def change_id(change: Change) -> str:
    """The name of a change for good: the same whatever period it is found in and on whatever machine."""
    of_company = (change.company, change.authority, change.said.partition(". ")[0]) if change.company else ()
    parts = (change.kind, change.home or change.name, change.before, change.after, change.day, *of_company)
    return f"urn:uuid:{uuid5(NAMESPACE_URL, '/'.join(['longstop/change', *map(str, parts)]))}"


def as_atom(digest: Digest, *, area: str | None = None) -> bytes:
    """An Atom feed (RFC 4287), one entry a change, the latest first. ``area`` is the code the digest was limited to.

    An entry's ``updated`` is the day of the list that shows the change, so that the same change is never news twice.
    """
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    newest = max((period.on for period in digest.periods), default=date.min)
    about = "/".join(["longstop/changes", area or "all", "invented" if digest.invented else "real"])
    _add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, about)}")
    _add(feed, "title", f"{'Invented: ' if digest.invented else ''}{TITLE}{f', {area}' if area else ''}")
    _add(feed, "updated", _moment(newest))
    _add(_add(feed, "author"), "name", "Longstop")
    for attribution in digest.attributions:
        _add(feed, "rights", attribution)
        break  # RFC 4287 allows one; the page and the text carry every one
    for change in sorted(digest.changes, key=lambda change: (-_shown(change).toordinal(), change.order)):
        entry = _add(feed, "entry")
        _add(entry, "id", change_id(change))
        _add(entry, "title", f"{change.kind}: {change.name}")
        _add(entry, "updated", _moment(_shown(change)))
        _add(entry, "category", term=change.kind)
        if change.authority:
            _add(entry, "category", term=change.authority, label=change.authority_name or change.authority)
        _add(entry, "content", f"{change.sentence} [{evidence_words(change.evidence_after)}]", type="text")
    ElementTree.indent(feed)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _shown(change: Change) -> date:
    """The day of the list that shows a change."""
    return change.evidence_after.as_at if change.evidence_after else change.day


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    child.text = text
    return child

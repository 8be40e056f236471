"""A drawing of who holds whom: boxes in layers, the holders above, as one SVG that reads in black and white too.

Shapes and words tell kinds apart, not colours alone, and whatever is drawn must stand in a table beside it. The same
boxes and arrows give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from printing.wording import clean, sentence

BoxKind = Literal["person", "company", "abroad", "end", "home", "failed"]

_WIDTH, _HEIGHT, _GAP, _RISE, _EDGE = 196.0, 62.0, 22.0, 44.0, 10.0
#: Boxes side by side at most; the rest of a layer stands in a further row.
_BESIDE = 4
#: How wide a line of a box may be, and a letter of a name (bold): capitals and digits, then all others.
_LINE, _CAPITAL, _LETTER = 182.0, 9.5, 7.0
_FILL: Mapping[BoxKind, str] = {
    "person": "#ffffff",
    "company": "#eef3f6",
    "abroad": "#ffe9b8",
    "end": "#f0f0f0",
    "home": "#dcefe4",
    "failed": "#14212b",
}


@dataclass(frozen=True, slots=True)
class Box:
    """One party. ``words`` is its name, ``note`` what is said below it ("Jersey"; "12 homes, 480 beds")."""

    id: str
    words: str
    note: str = ""
    kind: BoxKind = "company"


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link from a holder to what it holds. ``weak``: drawn dashed (no majority for certain)."""

    holder: str
    held: str
    words: str = ""
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Spot:
    x: float
    y: float


def draw_diagram(boxes: Sequence[Box], arrows: Sequence[Arrow], title: str, words: str, *, name: str) -> str:
    """The drawing as one SVG element; empty without boxes. ``name`` makes its ids its own on a page of several.

    Raises KeyError for an arrow to a box that is not there.
    """
    if not boxes:
        return ""
    known = {box.id: box for box in boxes}
    spots, width, height = _places(known, [(known[one.holder].id, known[one.held].id) for one in arrows])
    title, words = sentence(title), sentence(words)
    body = [*_arrows(arrows, spots, name), *(_box(known[one], spots[one]) for one in spots)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-labelledby="{name}-title {name}-words" font-family="Libertinus Serif, Georgia, serif">'
        f'<title id="{name}-title">{_text(title)}</title><desc id="{name}-words">{_text(words)}</desc>'
        f'<defs><marker id="{name}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0L8 4L0 8Z" fill="#43525e"/></marker></defs>'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>{"".join(body)}</svg>'
    )


def _places(known: Mapping[str, Box], links: Sequence[tuple[str, str]]) -> tuple[dict[str, _Spot], float, float]:
    """Where each box stands: holders above what they hold, rings in one layer, each layer near what it is tied to."""
    network = nx.DiGraph()
    network.add_nodes_from(sorted(known))
    network.add_edges_from(sorted(set(links)))
    rings = nx.condensation(network, scc=sorted(nx.strongly_connected_components(network), key=min))
    depth: dict[str, int] = {}
    for part in nx.lexicographical_topological_sort(rings):
        above = [depth[next(iter(rings.nodes[one]["members"]))] for one in rings.predecessors(part)]
        for node in rings.nodes[part]["members"]:
            depth[node] = max(above, default=-1) + 1
    # A holder stands just above the highest thing that it holds, not far off at the top.
    for node in sorted(known, key=lambda one: (-depth[one], one)):
        below = [depth[held] for held in network.successors(node) if depth[held] > depth[node]]
        if below:
            depth[node] = min(below) - 1
    rows: list[list[str]] = []
    at: dict[str, float] = {}
    for layer in sorted(set(depth.values())):
        some = [node for node in sorted(known) if depth[node] == layer]
        some.sort(key=lambda node: (_middle(network, node, at), known[node].kind, known[node].words, node))
        for turn in range(0, len(some), _BESIDE):
            rows.append(some[turn : turn + _BESIDE])
        for turn, node in enumerate(some):
            at[node] = (turn % _BESIDE + 0.5) / min(len(some), _BESIDE)
    width = _BESIDE * _WIDTH + (_BESIDE - 1) * _GAP + 2 * _EDGE
    spots = {}
    for turn, row in enumerate(rows):
        left = (width - len(row) * _WIDTH - (len(row) - 1) * _GAP) / 2
        for place, node in enumerate(row):
            spots[node] = _Spot(left + place * (_WIDTH + _GAP), _EDGE + turn * (_HEIGHT + _RISE))
    return spots, width, 2 * _EDGE + len(rows) * _HEIGHT + (len(rows) - 1) * _RISE


def _middle(network: nx.DiGraph, node: str, at: Mapping[str, float]) -> float:
    placed = [at[holder] for holder in network.predecessors(node) if holder in at]
    return sum(placed) / len(placed) if placed else 0.5


def _box(box: Box, spot: _Spot) -> str:
    ink = "#ffffff" if box.kind == "failed" else "#14212b"
    round_off = 26 if box.kind == "person" else 3
    dashes = ' stroke-dasharray="5 3"' if box.kind == "end" else ""
    lines = _wrapped(clean(box.words, 90), 2 if box.note else 3)
    note = clean(box.note, 90)
    told = [*((line, "bold", 13) for line in lines)]
    if note:
        told.append((note if len(note) <= 34 else note[:33].rstrip() + "…", "normal", 12))
    top = spot.y + (_HEIGHT - 16 * len(told)) / 2 + 12.5
    middle = spot.x + _WIDTH / 2
    text = "".join(
        f'<text x="{middle:.1f}" y="{top + 16 * turn:.1f}" text-anchor="middle" font-size="{size}" '
        f'font-weight="{weight}" fill="{ink}">{_text(line)}</text>'
        for turn, (line, weight, size) in enumerate(told)
    )
    full = f"{clean(box.words)}{', ' + note if note else ''}"
    return (
        f'<g><title>{_text(full)}</title><rect x="{spot.x:.1f}" y="{spot.y:.1f}" width="{_WIDTH:.0f}" '
        f'height="{_HEIGHT:.0f}" rx="{round_off}" fill="{_FILL[box.kind]}" stroke="#43525e" '
        f'stroke-width="1.2"{dashes}/>{text}</g>'
    )


def _wrapped(words: str, most: int) -> list[str]:
    """A name in lines that fit a box; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or _across(longer) <= _LINE:
            lines[-1] = longer
        else:
            lines.append(word)
    cut = len(lines) > most
    lines = lines[:most]
    while len(lines[-1]) > 1 and (_across(lines[-1] + ("…" if cut else "")) > _LINE):
        lines[-1], cut = lines[-1][:-1].rstrip(), True
    return [*lines[:-1], lines[-1] + ("…" if cut else "")]


def _across(words: str) -> float:
    return sum(_CAPITAL if letter.isupper() or letter.isdigit() else _LETTER for letter in words)


def _arrows(arrows: Sequence[Arrow], spots: Mapping[str, _Spot], name: str) -> Iterator[str]:
    """Lines first, then their words, so that no line crosses out a figure."""
    words = []
    taken = [(spot.x + _WIDTH / 2, spot.y + _HEIGHT / 2, _WIDTH / 2, _HEIGHT / 2) for spot in spots.values()]
    seen: dict[tuple[str, str], int] = {}
    for arrow in sorted(arrows, key=lambda one: (one.holder, one.held, one.words)):
        start, end = spots[arrow.holder], spots[arrow.held]
        turn = seen.get((arrow.holder, arrow.held), 0)
        seen[arrow.holder, arrow.held] = turn + 1
        x1, x2 = start.x + _WIDTH / 2 + 14 * turn, end.x + _WIDTH / 2 + 14 * turn
        y1, y2 = (start.y + _HEIGHT, end.y) if start.y < end.y else (start.y, end.y + _HEIGHT)
        if start.y == end.y:
            y1 = y2 = start.y + _HEIGHT
            y2 += 0.1
        dashes = ' stroke-dasharray="6 4"' if arrow.weak else ""
        bend = max(abs(y2 - y1) / 2, 18.0)
        down = 1 if y2 >= y1 else -1
        yield (
            f'<path d="M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + down * bend:.1f} {x2:.1f} {y2 - down * bend:.1f} '
            f'{x2:.1f} {y2:.1f}" fill="none" stroke="#43525e" stroke-width="1.3"{dashes} '
            f'marker-end="url(#{name}-tip)"/>'
        )
        if arrow.words:
            curve = ((x1, y1), (x1, y1 + down * bend), (x2, y2 - down * bend), (x2, y2))
            spot = _free(curve, 3.2 * len(clean(arrow.words, 40)), taken)
            words.append(
                f'<text x="{spot.x:.1f}" y="{spot.y + 4:.1f}" text-anchor="middle" font-size="12" fill="#14212b" '
                f'stroke="#fff" stroke-width="4" paint-order="stroke">{_text(clean(arrow.words, 40))}</text>'
            )
    yield from words


def _free(curve: tuple[tuple[float, float], ...], half: float, taken: list[tuple[float, float, float, float]]) -> _Spot:
    """The first place on a line where its words touch no box and no other words; the middle where there is none."""
    places = []
    for part in (0.5, 0.66, 0.34, 0.78, 0.22, 0.88, 0.12):
        back = 1 - part
        weights = (back**3, 3 * back**2 * part, 3 * back * part**2, part**3)
        x, y = (sum(weight * point[axis] for weight, point in zip(weights, curve, strict=True)) for axis in (0, 1))
        places.append(_Spot(x, y))
        if all(abs(x - other) > half + wide or abs(y - up) > 7 + tall for other, up, wide, tall in taken):
            break
    else:
        places.append(places[0])
    taken.append((places[-1].x, places[-1].y, half, 7.0))
    return places[-1]


def _text(words: str) -> str:
    return escape(words, {'"': "&quot;", "'": "&#39;"})

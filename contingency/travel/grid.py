"""One-kilometre land cells as a graph: which neighbours can be walked to without crossing the coast.

Lengths are whole decimetres held in floats, so that sums along a path are exact and the same in both directions.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.spatial import KDTree

from contingency.problem import BoolArray, FloatArray, IntArray
from contingency.travel import cache
from contingency.travel.engine import geodesic_decimetres
from contingency.travel.land import Land, to_grid

CELL = 1_000.0
#: Half of the 16 neighbours (columns east, rows north); the other half are the same edges seen from the other end.
STEPS = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2))
#: A home further than this from any land of the map (metres) is not on the map.
SNAP_LIMIT = 5_000.0
#: How many of the nearest cells are tried for one on the home's own side of the water.
_CANDIDATES = 24
#: A crossing's end is tied to this many cells around it, so that no path has to go round by one cell's centre.
_TIES = 4
#: Long sight lines are cut into pieces (metres), so that each is compared only with the coast near it.
_PIECE = 10_000.0
_LINES_AT_ONCE = 200_000
#: Raise when the meaning of what is cached changes.
_VERSION = b"land-grid 1"
#: Cells of water around the land: no step leaves the raster.
_RIM = 2

#: Edges of the graph: from node, to node, whole decimetres; three arrays of one length.
Edges = tuple[IntArray, IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class Coast:
    """The land's edge as segments in a spatial index: what a straight line over land does not meet."""

    polygon: shapely.MultiPolygon
    segments: shapely.STRtree

    @classmethod
    def of(cls, polygon: shapely.MultiPolygon) -> Coast:
        """Index the rings of the land polygons (metres)."""
        coordinates, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygon)), return_index=True)
        joined = ring[1:] == ring[:-1]
        segments = np.stack([coordinates[:-1][joined], coordinates[1:][joined]], axis=1)
        shapely.prepare(polygon)
        return cls(polygon, shapely.STRtree(shapely.linestrings(segments)))

    def between(self, a: FloatArray, b: FloatArray) -> BoolArray:
        """Whether the coast lies between each pair of points (metres), both of shape (n, 2): shape (n,)."""
        blocked = np.zeros(len(a), dtype=bool)
        span = b - a
        pieces = np.maximum(1, np.ceil(np.hypot(span[:, 0], span[:, 1]) / _PIECE)).astype(np.int64)
        line = np.repeat(np.arange(len(a)), pieces)
        piece = np.arange(len(line)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        for at in range(0, len(line), _LINES_AT_ONCE):
            of, k = line[at : at + _LINES_AT_ONCE], piece[at : at + _LINES_AT_ONCE]
            start, end = (a[of] + span[of] * ((k + shift) / pieces[of])[:, None] for shift in (0, 1))
            hit, _ = self.segments.query(shapely.linestrings(np.stack([start, end], axis=1)), predicate="intersects")
            blocked[of[hit]] = True
        return blocked

    def ashore(self, xy: FloatArray) -> FloatArray:
        """The points, shape (n, 2), with those off the generalised land moved to two metres inside its nearest edge."""
        inland = shapely.contains_xy(self.polygon, xy[:, 0], xy[:, 1])
        moved = xy.copy()
        if (~inland).any():
            off = xy[~inland]
            edge = self.segments.geometries[self.segments.nearest(shapely.points(off))]
            foot = shapely.get_coordinates(shapely.shortest_line(shapely.points(off), edge)).reshape(-1, 2, 2)[:, 1]
            gap = np.maximum(np.hypot(*(foot - off).T), 1e-9)
            moved[~inland] = off + (foot - off) * ((gap + 2.0) / gap)[:, None]
        return moved


@dataclass(frozen=True, slots=True)
class Grid:
    """The land graph. ``nodes`` (metres) are cell centres, one point of each islet too small to hold a centre, then
    the two ends of each crossing; ``matrix`` holds lengths in decimetres, ``component`` the landmass of each node.

    ``left_out`` names the crossings with an end further than 5 km from any land of this map.
    """

    nodes: FloatArray
    matrix: sparse.csr_array
    component: IntArray
    coast: Coast
    tree: KDTree
    left_out: tuple[str, ...]

    def snap(self, lonlat: FloatArray) -> tuple[IntArray, IntArray]:
        """The land cell of each point (longitude, latitude), shape (n,), and the way to it in decimetres.

        The nearest cell that no water parts from the point; where every near cell is parted, the nearest. A point
        further than 5 km from land has no cell: -1.
        """
        if not len(lonlat):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        cell, metres, _ = _nearest_seen(self.coast, self.tree, to_grid(lonlat))
        return cell, np.rint(np.where(cell >= 0, metres, 0.0) * 10).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells whose centre is land, in order of row and column of ``rank``, a raster that has a rim of water.

    ``rank`` holds each land cell's number, -1 for water; ``row`` and ``column`` are places in it; ``corner`` is its
    south-western corner in metres.
    """

    rank: NDArray[np.int32]
    row: IntArray
    column: IntArray
    corner: FloatArray

    @classmethod
    def of(cls, polygon: shapely.MultiPolygon) -> Cells:
        """Lay the grid over a land; cells keep to whole kilometres of the National Grid."""
        west, south, east, north = np.floor(np.array(polygon.bounds) / CELL).astype(np.int64).tolist()
        easting, northing = np.meshgrid(
            np.arange(west - _RIM, east + _RIM + 1), np.arange(south - _RIM, north + _RIM + 1)
        )
        x, y = (easting + 0.5).ravel() * CELL, (northing + 0.5).ravel() * CELL
        land = shapely.contains_xy(polygon, x, y).reshape(easting.shape)
        rank = np.full(land.shape, -1, dtype=np.int32)
        rank[land] = np.arange(land.sum())
        row, column = np.nonzero(land)
        return cls(rank, row, column, np.array([west - _RIM, south - _RIM]) * CELL)

    @property
    def centres(self) -> FloatArray:
        """Metres, shape (number of cells, 2)."""
        centres: FloatArray = np.column_stack([self.column + 0.5, self.row + 0.5]) * CELL + self.corner
        return centres


def build(land: Land, cache_folder: Path | None = None) -> Grid:
    """The graph of a land: about two seconds for the United Kingdom.

    What the cache folder holds is checked and worked out again where it is damaged; it is never trusted.
    """
    coast = Coast.of(land.polygon)
    cells = Cells.of(land.polygon)
    key = hashlib.sha256(_VERSION + shapely.to_wkb(land.polygon, byte_order=1)).hexdigest()
    steps = cache.read(cache_folder, key, (len(STEPS), len(cells.row)))
    if steps is None:
        steps = _open_steps(coast, cells)
        cache.write(cache_folder, key, steps)
    nodes = np.concatenate([cells.centres, _islets(land.polygon, cells.centres)])
    tree = KDTree(nodes)
    edges = _edges(steps, cells)
    parts = [edges, _necks(coast, tree, edges)]
    placed, left_out = [nodes], []
    count = len(nodes)
    for crossing in land.crossings:
        lonlat = np.array([crossing.a, crossing.b])
        ends = coast.ashore(to_grid(lonlat))
        afar = np.hypot(*(ends - to_grid(lonlat)).T) > SNAP_LIMIT
        ties = [_tie(coast, tree, end) for end in ends]
        if afar.any() or not all(len(cell) for cell, _ in ties):
            left_out.append(crossing.name)
            continue
        for node, (cell, way) in enumerate(ties, start=count):
            parts.append((np.full(len(cell), node), cell, way))
        parts.append((np.array([count]), np.array([count + 1]), geodesic_decimetres(lonlat[:1], lonlat[1:])))
        placed.append(ends)
        count += 2
    start, end, length = (np.concatenate([part[k] for part in parts]) for k in range(3))
    matrix = sparse.coo_array((np.maximum(length, 1).astype(np.float64), (start, end)), shape=(count, count)).tocsr()
    _, component = csgraph.connected_components(matrix, directed=False)
    return Grid(np.concatenate(placed), matrix, component.astype(np.int64), coast, tree, tuple(left_out))


def _open_steps(coast: Coast, cells: Cells) -> BoolArray:
    """Which of the eight STEPS can be taken from each cell without crossing the coast: shape (8, number of cells)."""
    shore = np.zeros(cells.rank.shape, dtype=bool)
    line = shapely.get_coordinates(shapely.segmentize(shapely.get_rings(shapely.get_parts(coast.polygon)), CELL / 2))
    at = np.floor((line - cells.corner) / CELL).astype(np.int64)
    shore[at[:, 1], at[:, 0]] = True
    # The longest step is 2.24 km: where it meets the coast, a cell with coast in it is within two of either end.
    near = ndimage.binary_dilation(shore, np.ones((3, 3), dtype=bool), iterations=2)[cells.row, cells.column]
    centres = cells.centres
    steps = np.zeros((len(STEPS), len(cells.row)), dtype=bool)
    for number, (east, north) in enumerate(STEPS):
        steps[number] = cells.rank[cells.row + north, cells.column + east] >= 0
        doubtful = np.flatnonzero(steps[number] & near)
        goal = centres[doubtful] + np.array([east, north]) * CELL
        steps[number, doubtful] = ~coast.between(centres[doubtful], goal)
    return steps


def _edges(steps: BoolArray, cells: Cells) -> Edges:
    """The open steps as edges."""
    found = []
    for number, (east, north) in enumerate(STEPS):
        start = np.flatnonzero(steps[number]).astype(np.int64)
        end = cells.rank[cells.row[start] + north, cells.column[start] + east].astype(np.int64)
        found.append((start, end, np.full(len(start), round(math.hypot(east, north) * CELL * 10), dtype=np.int64)))
    starts, ends, lengths = zip(*found, strict=True)
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(lengths)


def _islets(polygon: shapely.MultiPolygon, cells: FloatArray) -> FloatArray:
    """A point on each part of the land that holds no cell's centre: shape (n, 2)."""
    parts = shapely.get_parts(polygon)
    holding, _ = shapely.STRtree(shapely.points(cells)).query(parts, predicate="contains")
    empty = np.ones(len(parts), dtype=bool)
    empty[holding] = False
    inside: FloatArray = shapely.get_coordinates(shapely.point_on_surface(parts[empty])).reshape(-1, 2)
    return inside


def _necks(coast: Coast, tree: KDTree, edges: Edges) -> Edges:
    """Edges along the shore that join what the grid parts but the land does not: necks of land narrower than a cell.

    Walk round each ring of the land; where the cell seen from one point of the shore is of another piece of the grid
    than the cell seen from the next, a path leads from cell to shore, along it, and to the other cell. So two cells
    are joined wherever the land between them is one, however narrow.
    """
    start, end, length = edges
    pieces = sparse.coo_array((length, (start, end)), shape=(tree.n, tree.n))
    _, piece = csgraph.connected_components(pieces, directed=False)
    rings = shapely.segmentize(shapely.get_rings(shapely.get_parts(coast.polygon)), CELL / 4)
    shore, ring = shapely.get_coordinates(rings, return_index=True)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(shore, axis=0).T))])
    cell, metres, seen = _nearest_seen(coast, tree, shore)
    at = np.flatnonzero(seen)
    cell, metres = cell[at], metres[at]
    neck = np.flatnonzero((ring[at][1:] == ring[at][:-1]) & (piece[cell][1:] != piece[cell][:-1]))
    way = metres[neck] + metres[neck + 1] + along[at[neck + 1]] - along[at[neck]]
    pair = np.sort(np.stack([cell[neck], cell[neck + 1]]), axis=0)
    # The same two cells may see each other's shore in several places: the shortest way counts.
    order = np.lexsort((way, pair[1], pair[0]))
    (start, end), first = np.unique(pair[:, order], axis=1, return_index=True)
    return start, end, np.rint(way[order][first] * 10).astype(np.int64)


def _nearest_seen(coast: Coast, tree: KDTree, xy: FloatArray) -> tuple[IntArray, FloatArray, BoolArray]:
    """The nearest cell of each point, shape (n,), that no water parts from it: number, metres, whether there is one.

    Where every near cell is parted, the nearest of all; where none is within 5 km, -1 and infinity.
    """
    metres, cell = tree.query(xy, k=min(_CANDIDATES, tree.n), distance_upper_bound=SNAP_LIMIT)
    metres = np.asarray(metres).reshape(len(xy), -1)
    cell = np.asarray(cell, dtype=np.int64).reshape(len(xy), -1)
    here = coast.ashore(xy)
    choice = np.zeros(len(xy), dtype=np.int64)
    seen = np.zeros(len(xy), dtype=bool)
    for nth in range(cell.shape[1]):
        left = np.flatnonzero(~seen & np.isfinite(metres[:, nth]))
        clear = left[~coast.between(*_sight(here[left], tree.data[cell[left, nth]]))]
        choice[clear], seen[clear] = nth, True
    every = np.arange(len(xy))
    way = metres[every, choice]
    return np.where(np.isfinite(way), cell[every, choice], -1), way, seen


def _sight(here: FloatArray, goal: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The line from a point to a cell, begun two metres on: a point on the very edge sees along its own shore."""
    span = goal - here
    return here + 2.0 * span / np.maximum(np.hypot(span[:, 0], span[:, 1]), 2.0)[:, None], goal


def _tie(coast: Coast, tree: KDTree, end: FloatArray) -> tuple[IntArray, IntArray]:
    """The cells that a crossing's end is tied to, and the decimetres to each: none where it is 5 km off the map."""
    metres, cell = tree.query(end, k=min(_CANDIDATES, tree.n), distance_upper_bound=SNAP_LIMIT)
    near = np.isfinite(np.atleast_1d(metres))
    metres, cell = np.atleast_1d(metres)[near], np.atleast_1d(cell)[near].astype(np.int64)
    parted = coast.between(*_sight(np.broadcast_to(end, (len(cell), 2)), tree.data[cell]))
    # Where the generalised coast hides every cell from a bridge's foot, the nearest has to do.
    chosen = np.flatnonzero(~parted)[:_TIES] if not parted.all() else np.arange(min(1, len(cell)))
    return cell[chosen], np.rint(metres[chosen] * 10).astype(np.int64)

"""Open data out: each format is one function of (snapshot, network, where to); FORMATS names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from graph.exports import bods, ftm, graphml, packages
from graph.exports.publication import NeedsExtra
from graph.ownership import Network
from register.snapshot import Snapshot

#: Format -> what writes it and says how many things it wrote; ``csv`` and ``parquet`` write a folder, the others a
#: file. Equal registers give equal bytes. A format whose libraries are an extra raises NeedsExtra without them.
FORMATS: Mapping[str, Callable[[Snapshot, Network, Path], int]] = {
    "bods": bods.write,
    "ftm": ftm.write,
    "graphml": graphml.write,
    "csv": packages.write_csv,
    "parquet": packages.write_parquet,
}

__all__ = ["FORMATS", "NeedsExtra"]

"""Open data out: each format is one module with ``write(snapshot, network, to)``; FORMATS names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from graph.exports import bods, graphml
from graph.ownership import Network
from register.snapshot import Snapshot

#: Format -> what writes it to a file and says how many things it wrote. Equal registers give equal bytes.
FORMATS: Mapping[str, Callable[[Snapshot, Network, Path], int]] = {
    "bods": bods.write,
    "graphml": graphml.write,
}

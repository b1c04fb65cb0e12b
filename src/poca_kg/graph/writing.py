"""Views as files that Gephi, yEd, Cytoscape and networkx itself read: GraphML and GEXF.

Both read back equal: the same nodes, edges and attributes, the key of an edge in its ``id``. Neither holds a
date, so that equal views give equal bytes.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import networkx as nx

__all__ = ["write_gexf", "write_graphml"]

_DATE = re.compile(r' lastmodifieddate="[^"]*"')


def write_graphml(net: nx.MultiDiGraph[str], out: BinaryIO) -> None:
    """Write a view as GraphML, UTF-8."""
    _write("\n".join(nx.generate_graphml(net, named_key_ids=True)), out)


def write_gexf(net: nx.MultiDiGraph[str], out: BinaryIO) -> None:
    """Write a view as GEXF 1.2, UTF-8, without the date that networkx puts in its head."""
    _write(_DATE.sub("", "\n".join(nx.generate_gexf(net)), count=1), out)


def _write(text: str, out: BinaryIO) -> None:
    head = "" if text.startswith("<?xml") else '<?xml version="1.0" encoding="utf-8"?>\n'
    out.write((head + text + "\n").encode("utf-8"))

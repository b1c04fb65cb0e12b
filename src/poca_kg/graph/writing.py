"""Views as files that Gephi, yEd, Cytoscape and networkx itself read: GraphML and GEXF.

Both read back equal: the same nodes, edges and attributes, the key of an edge in its ``id``. Neither holds a
date, so that equal views give equal bytes.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from typing import BinaryIO

import networkx as nx

from poca_kg.errors import FilePlace, InputError, UsageError

__all__ = ["write_gexf", "write_graphml"]

_DATE = re.compile(r' lastmodifieddate="[^"]*"')


def write_graphml(net: nx.MultiDiGraph[str], out: BinaryIO | str | os.PathLike[str]) -> None:
    """Write a view as GraphML, UTF-8, to a file by its path or to a binary stream.

    >>> write_graphml(nx.MultiDiGraph(), out := io.BytesIO())
    >>> out.getvalue().startswith(b"<?xml")
    True

    Raises
    ------
    UsageError
        If ``out`` is neither.
    InputError
        If the file cannot be written.
    """
    _write("\n".join(nx.generate_graphml(net, named_key_ids=True)), out)


def write_gexf(net: nx.MultiDiGraph[str], out: BinaryIO | str | os.PathLike[str]) -> None:
    """Write a view as GEXF 1.2, UTF-8, without the date that networkx puts in its head.

    ``out`` is a path or a binary stream; the errors are those of :func:`write_graphml`.
    """
    _write(_DATE.sub("", "\n".join(nx.generate_gexf(net)), count=1), out)


def _write(text: str, out: BinaryIO | str | os.PathLike[str]) -> None:
    head = "" if text.startswith("<?xml") else '<?xml version="1.0" encoding="utf-8"?>\n'
    data = (head + text + "\n").encode("utf-8")
    if isinstance(out, str | os.PathLike):
        try:
            Path(out).write_bytes(data)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", place=FilePlace(str(out))) from None
    elif isinstance(out, io.TextIOBase) or not callable(getattr(out, "write", None)):
        what = f"a view is written to a path or a binary stream, not to a {type(out).__name__}"
        raise UsageError(what, advice='give a file name, or open the file with mode "wb"')
    else:
        out.write(data)

"""GraphML and GEXF read back equal and are written the same each time."""

import io
from pathlib import Path

import networkx as nx
import pytest

from poca_kg.errors import InputError, UsageError
from poca_kg.graph import VIEW_NAMES, view, write_gexf, write_graphml


def read_graphml(data: bytes):
    return nx.read_graphml(io.BytesIO(data), edge_key_type=str, force_multigraph=True)


def read_gexf(data: bytes):
    return nx.read_gexf(io.BytesIO(data))


def content(net) -> tuple[dict, dict]:
    """Return nodes and edges with their attributes, edges by their id."""
    edges = {data["id"]: (start, end, data) for start, end, data in net.edges(data=True)}
    assert len(edges) == net.number_of_edges()
    return dict(net.nodes(data=True)), edges


@pytest.mark.parametrize("name", VIEW_NAMES)
@pytest.mark.parametrize(("write", "read"), [(write_graphml, read_graphml), (write_gexf, read_gexf)])
def test_a_view_reads_back_equal(core, name, write, read):
    net = view(core.store, name, include_unfavourable=True)
    out = io.BytesIO()
    write(net, out)
    assert content(read(out.getvalue())) == content(net)


@pytest.mark.parametrize("write", [write_graphml, write_gexf])
def test_a_view_is_written_the_same_each_time_and_without_a_date(core, write):
    written = []
    for _ in range(2):
        out = io.BytesIO()
        write(view(core.store, "cooperation"), out)
        written.append(out.getvalue())
    assert written[0] == written[1]
    assert b"lastmodified" not in written[0]
    assert written[0].startswith(b"<?xml")


def test_the_keys_of_parallel_edges_are_read_back_from_graphml(core):
    net = view(core.store, "cooperation", include_unfavourable=True)
    out = io.BytesIO()
    write_graphml(net, out)
    assert set(read_graphml(out.getvalue()).edges(keys=True)) == set(net.edges(keys=True))


@pytest.mark.parametrize("write", [write_graphml, write_gexf])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_gets_the_same_bytes_as_a_stream(core, tmp_path, write, kind):
    net = view(core.store, "cooperation")
    out = io.BytesIO()
    write(net, out)
    write(net, kind(tmp_path / "net.xml"))
    assert (tmp_path / "net.xml").read_bytes() == out.getvalue()


@pytest.mark.parametrize("write", [write_graphml, write_gexf])
@pytest.mark.parametrize("out", [io.StringIO(), 3, None])
def test_what_is_neither_path_nor_binary_stream_is_refused_in_words(core, write, out):
    with pytest.raises(UsageError, match=r'path or a binary stream, not to a .*mode "wb"'):
        write(view(core.store, "cooperation"), out)


def test_a_place_that_cannot_be_written_is_named(core, tmp_path):
    with pytest.raises(InputError, match=r"absent/net\.graphml: cannot be written"):
        write_graphml(view(core.store, "cooperation"), tmp_path / "absent" / "net.graphml")

"""``poca-kg export``: the graph, one named graph, or a view, in a file for other tools."""

from __future__ import annotations

import io
from pathlib import Path

import click

import poca_kg
from poca_kg.analysis import parse_iri
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import emit_bytes, message
from poca_kg.errors import FilePlace, InputError, UnknownNameError, UsageError
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.formats import RdfSyntax

__all__ = ["export_command"]

_SYNTAXES = {
    "nq": RdfSyntax.N_QUADS,
    "trig": RdfSyntax.TRIG,
    "ttl": RdfSyntax.TURTLE,
    "nt": RdfSyntax.N_TRIPLES,
    "jsonld": RdfSyntax.JSON_LD,
}
_NETS = ("graphml", "gexf")
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@click.command(name="export")
@click.option("--graph", "graph_iri", metavar="IRI", help="Only this named graph, e.g. graph:territory.")
@click.option("--view", "view_name", metavar="NAME", help="A view: territory, statements or cooperation.")
@click.option(
    "--include-unfavourable",
    is_flag=True,
    help="In a view of cooperation keep what was turned down or left open, with its polarity.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice([*_SYNTAXES, *_NETS]),
    help="By default nq, ttl for one graph, graphml for a view.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@data_option
def export_command(  # noqa: PLR0913
    *,
    graph_iri: str | None,
    view_name: str | None,
    include_unfavourable: bool,
    shape: str | None,
    output: Path | None,
    data: Path | None,
) -> None:
    """Write the whole graph, one named graph, or a view of it.

    Without --graph, the syntaxes that hold no graph names (ttl, nt, jsonld) get the union of all.
    """
    if graph_iri and view_name:
        raise UsageError("a view is drawn from the whole graph", advice="leave out --graph or --view")
    if include_unfavourable and not view_name:
        raise UsageError("a graph always holds every view", advice="name a --view, or leave the option out")
    chosen = shape or ("graphml" if view_name else "ttl" if graph_iri else "nq")
    if (chosen in _NETS) != bool(view_name):
        raise UsageError(
            f"{chosen} is not for {'views' if view_name else 'graphs'}",
            advice=f"views are written as {' or '.join(_NETS)}, graphs as {', '.join(_SYNTAXES)}",
        )
    with poca_kg.open(data) as graph:
        if view_name:
            content = _view(graph, view_name, chosen, include_unfavourable=include_unfavourable)
        else:
            content = _graph(graph, graph_iri, _SYNTAXES[chosen])
    _write(content, output)


def _view(graph: KnowledgeGraph, name: str, shape: str, *, include_unfavourable: bool) -> bytes:
    from poca_kg.graph import write_gexf, write_graphml  # noqa: PLC0415  (networkx, for views only)

    out = io.BytesIO()
    net = graph.view(name, include_unfavourable=include_unfavourable)
    (write_gexf if shape == "gexf" else write_graphml)(net, out)
    return out.getvalue()


def _graph(graph: KnowledgeGraph, iri: str | None, syntax: RdfSyntax) -> bytes:
    if iri is None and not syntax.holds_graphs:
        return graph.serialise(_EVERYTHING, syntax)
    out = io.BytesIO()
    graph.dump(out, syntax, graph=None if iri is None else _known_graph(graph, iri))
    return out.getvalue()


def _known_graph(graph: KnowledgeGraph, text: str) -> str:
    iri = str(parse_iri(text if ":" in text and "://" not in text else f"<{text.strip('<>')}>"))
    known = [one.iri for one in graph.store.graphs()]
    if iri not in known:
        raise UnknownNameError("graph", iri, known)
    return iri


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        emit_bytes(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InputError(f"nothing was written: {error.strerror}", place=FilePlace(str(output))) from error
    message(f"wrote {len(content)} bytes to {output}")

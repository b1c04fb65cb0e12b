"""Views: the graph projected to typed networkx graphs that other tools can read.

A view is declared in a file of ``views/``; this package reads the declaration, asks the store and writes
files. It must not decide what a view shows, change the graph, or infer a link that no statement makes.
"""

from poca_kg.graph.declaration import VIEW_NAMES, ViewDeclaration, parse_declaration, read_declaration
from poca_kg.graph.projection import project, view
from poca_kg.graph.writing import write_gexf, write_graphml

__all__ = [
    "VIEW_NAMES",
    "ViewDeclaration",
    "parse_declaration",
    "project",
    "read_declaration",
    "view",
    "write_gexf",
    "write_graphml",
]

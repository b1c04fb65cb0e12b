"""Shapes graphs: read once, checked for being well-formed, and handed on as frozen values.

This package reads rdflib graphs of shapes and nothing else: no data, and no engine of validation.
"""

from __future__ import annotations

from poca_kg.validate.shape_graph.model import Constraint, Shape, ShapeGraph, ShapeNode, Target, TargetKind
from poca_kg.validate.shape_graph.reading import read_shape_graph
from poca_kg.validate.shape_graph.regular_expressions import is_regular_expression
from poca_kg.validate.shape_graph.term_order import term_order

__all__ = [
    "Constraint",
    "Shape",
    "ShapeGraph",
    "ShapeNode",
    "Target",
    "TargetKind",
    "is_regular_expression",
    "read_shape_graph",
    "term_order",
]

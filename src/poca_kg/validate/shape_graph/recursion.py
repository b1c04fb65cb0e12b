"""Shapes that refer to themselves: SHACL leaves open what they mean (section 3.4.3), so they are refused."""

from __future__ import annotations

from collections.abc import Mapping

from rdflib import Graph

from poca_kg.errors import ShapesError
from poca_kg.validate.shape_graph.model import Shape, ShapeNode
from poca_kg.validate.shape_graph.naming import name_shape, nearest_name

__all__ = ["check_recursion"]


def check_recursion(rules: Graph, shapes: Mapping[ShapeNode, Shape]) -> None:
    """Refuse shapes that refer to themselves, directly or through others.

    Raises
    ------
    ShapesError
        Naming one shape of the circle.
    """
    done: set[ShapeNode] = set()
    for start in shapes:
        # The way down to the shape in hand, each with those that it refers to and are still to be seen.
        way = [(start, iter(_inner(shapes, start)))]
        on_the_way = {start}
        while way and start not in done:
            node, rest = way[-1]
            following = next(rest, None)
            if following is None:
                done.add(node)
                on_the_way.discard(node)
                way.pop()
            elif following in on_the_way:
                advice = "SHACL does not say what that means; break the circle"
                told = f"{name_shape(rules, following)} refers to itself"
                raise ShapesError(told, shape=nearest_name(rules, following), advice=advice)
            elif following not in done:
                way.append((following, iter(_inner(shapes, following))))
                on_the_way.add(following)


def _inner(shapes: Mapping[ShapeNode, Shape], node: ShapeNode) -> list[ShapeNode]:
    return [
        inner
        for constraint in shapes[node].constraints
        for inner in (*constraint.shapes, *constraint.siblings)
    ]

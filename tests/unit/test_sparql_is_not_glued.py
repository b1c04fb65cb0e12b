"""No query is put together from texts: what is not a constant goes through ``sparql_term`` or a binding."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELPER = "sparql_term"
COMPILER = "is part of the compiler of shapes; see tests/validate/compiler/test_hostile_shapes.py"
EXCUSED = {
    "store/binding.py": "is the binder: names are those of the query, values go through the helper",
    "store/documents.py": "graph and triples in it are terms of the engine, written by the engine",
    "store/hints.py": "its texts are advice for people, and are never asked",
    **{
        f"validate/compiler/{name}.py": COMPILER
        for name in (
            [
                "counting",
                "hierarchy",
                "logic",
                "membership",
                "pairs",
                "patterns",
                "run",
                "scanning",
                "sparql",
                "targets",
                "walking",
            ]
        )
    },
}
LOOKS_LIKE_SPARQL = re.compile(
    r"\b(?:SELECT|ASK|CONSTRUCT|DESCRIBE|WHERE|VALUES|GRAPH|FILTER|OPTIONAL|UNION|MINUS|BIND|INSERT|DELETE|FROM)\s*"
    r"(?:[?$*({<]|DISTINCT|REDUCED|DATA|NAMED|WHERE|$)"
)
GLUING = {"format", "replace", "join", "format_map", "substitute"}


def constant_text(node: ast.AST) -> str:
    """Return the constant parts of an expression that makes a text."""
    return " ".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


class Module:
    """One module: which of its names hold queries, and which hold nothing that was not checked."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value is not None:
                targets = [node.target]
            else:
                continue
            for target in targets:
                self.assigned.setdefault(ast.unparse(target), []).append(node.value)

    def is_query(self, node: ast.AST, seen: frozenset[str] = frozenset()) -> bool:
        """Whether an expression is a text that looks like SPARQL, or puts one together."""
        match node:
            case ast.Constant() | ast.JoinedStr():
                return LOOKS_LIKE_SPARQL.search(constant_text(node)) is not None
            case ast.Name(id=name):
                values = () if name in seen else self.assigned.get(name, ())
                return any(self.is_query(value, seen | {name}) for value in values)
            case ast.BinOp(left=left, right=right):
                return self.is_query(left, seen) or self.is_query(right, seen)
            case ast.Call(func=ast.Attribute(value=value, attr=attribute), args=parts) if attribute in GLUING:
                return any(self.is_query(part, seen) for part in (value, *parts))
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return any(self.is_query(part, seen) for part in parts)
        return False

    def is_safe(self, node: ast.AST, seen: frozenset[str] = frozenset()) -> bool:
        """Whether an expression consists of constants and of what the helper gave."""
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                if name.strip("_").isupper():
                    return True
                values = self.assigned.get(name, [])
                return (
                    bool(values)
                    and name not in seen
                    and all(self.is_safe(one, seen | {name}) for one in values)
                )
            case ast.Call(func=ast.Name(id=name)) if name == HELPER:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[of]):
                return self.is_safe(of, seen)
            case ast.GeneratorExp(elt=each) | ast.ListComp(elt=each):
                return self.is_safe(each, seen)
            case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id=name), _]):
                return name == HELPER
            case ast.JoinedStr(values=parts):
                return all(self.is_safe(part, seen) for part in parts)
            case ast.FormattedValue(value=value):
                return self.is_safe(value, seen)
            case ast.BinOp(left=left, right=right):
                return self.is_safe(left, seen) and self.is_safe(right, seen)
            case ast.Tuple(elts=parts):
                return all(self.is_safe(part, seen) for part in parts)
        return False

    def glued(self) -> Iterator[int]:
        """Yield the lines on which a query is put together from what was not checked."""
        for node in ast.walk(self.tree):
            match node:
                case ast.JoinedStr() if LOOKS_LIKE_SPARQL.search(constant_text(node)):
                    parts: list[ast.AST] = [node]
                case ast.BinOp(op=ast.Add() | ast.Mod()) if self.is_query(node):
                    parts = [part for part in (node.left, node.right) if not isinstance(part, ast.Constant)]
                    parts = [part for part in parts if not self.is_constant_query(part)]
                case ast.Call(func=ast.Attribute(value=value, attr=attribute)) if attribute in GLUING and (
                    self.is_query(value) or any(self.is_query(one) for one in node.args)
                ):
                    parts = [*node.args, *(keyword.value for keyword in node.keywords)]
                case _:
                    continue
            if not all(self.is_safe(part) for part in parts):
                yield node.lineno

    def is_constant_query(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and self.is_safe(node) and self.is_query(node)


def glued(text: str) -> list[int]:
    return sorted(set(Module(ast.parse(text)).glued()))


MODULES = [path for path in sorted((ROOT / "src" / "poca_kg").rglob("*.py")) if "_bundle" not in path.parts]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_query_is_glued(path: Path) -> None:
    if str(path.relative_to(ROOT / "src" / "poca_kg")) not in EXCUSED:
        assert glued(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", sorted(EXCUSED))
def test_what_is_excused_is_there_and_needs_it(name: str) -> None:
    assert glued((ROOT / "src" / "poca_kg" / name).read_text(encoding="utf-8"))


PLANTED = {
    "an f-string": 'def f(x):\n    return f"SELECT * {{ <{x}> ?p ?o }}"',
    "an f-string over lines": 'def f(x):\n    q = f"""\n  ASK {{ ?s ?p {x} }}"""\n    return q',
    "percent": 'Q = "SELECT * { <%s> ?p ?o }"\ndef f(x):\n    return Q % x',
    "percent with a tuple": 'def f(x, y):\n    return "ASK { <%s> ?p <%s> }" % (x, y)',
    "plus": 'def f(x):\n    return "SELECT * { <" + x + "> ?p ?o }"',
    "format": '_Q = "SELECT * {{ <{}> ?p ?o }}"\ndef f(x):\n    return _Q.format(x)',
    "format by name": 'def f(x):\n    return "ASK {{ <{x}> ?p ?o }}".format(x=x)',
    "replace": '_Q = "SELECT * { GRAPH ?g { ?s ?p ?o } }"\ndef f(x):\n    return _Q.replace("?g", x)',
    "replace by n3": '_Q = "ASK { ?s ?p ?o }"\ndef f(x):\n    return _Q.replace("?s", x.n3())',
    "a part of a query": 'def f(text, x):\n    return text.replace("GRAPH ?g", f"GRAPH {x.n3()}")',
    "join": 'def f(parts):\n    return " UNION ".join(["SELECT * {", *parts, "}"])',
    "a name in between": 'def f(x):\n    written = x.n3()\n    return f"ASK {{ {written} ?p ?o }}"',
    "an update": 'def f(x):\n    return f"INSERT DATA {{ {x} }}"',
}
HARMLESS = {
    "the helper": 'def f(x):\n    return f"ASK {{ {sparql_term(x)} ?p ?o }}"',
    "the helper, joined": (
        '_Q = "ASK {{ VALUES ?s {{ {} }} }}"\n'
        'def f(xs):\n    written = " ".join(sparql_term(x) for x in xs)\n    return _Q.format(written)'
    ),
    "the helper within replace": (
        'def f(text, x):\n    return text.replace("GRAPH ?g", f"GRAPH {sparql_term(x)}")'
    ),
    "constants": 'P = "rdfs:label|skos:prefLabel"\nQ = f"SELECT ?o {{ ?s {P} ?o }}"\nR = Q + " LIMIT 1"',
    "words for people": 'def f(x):\n    return f"select a {x} from the list, and ask again"',
    "a binding": 'def f(store, x):\n    return store.query("ASK { ?s ?p ?o }", bindings={"s": x})',
}


@pytest.mark.parametrize("kind", sorted(PLANTED))
def test_a_planted_violation_is_found(kind: str) -> None:
    assert glued(PLANTED[kind])


@pytest.mark.parametrize("kind", sorted(HARMLESS))
def test_what_is_harmless_passes(kind: str) -> None:
    assert glued(HARMLESS[kind]) == []

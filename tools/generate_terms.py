"""Write what follows from the names in the ontology: the terms module and the list of names of this version.

``src/poca_kg/vocabulary/terms.py`` holds the terms that ``ontology/modules/*/terms.ttl`` declare.
``ontology/releases/terms-X.Y.Z.txt`` lists terms and concepts under the version in the header. It only
grows: a name that was taken back stays in it and fails a test. ``ontology/prefixes.ttl`` declares the
prefixes of the project, by IRI, for the queries in shapes and questions.
Run this after every change of a name; ``--check`` changes nothing and exits 1 when a file is out of step.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.prefixes import PREFIXES, shorten_iri

__all__ = [
    "TERMS_MODULE",
    "main",
    "read_names",
    "read_terms",
    "render_module",
    "render_names",
    "render_prefixes",
]

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = ROOT / "ontology"
RELEASES = ONTOLOGY / "releases"
TERMS_MODULE = ROOT / "src/poca_kg/vocabulary/terms.py"
LINE_LENGTH = 110
CLASS_TYPES = (OWL.Class, RDFS.Class)
PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)
NAMESPACES = ("adms", "clv", "cov", "cv", "geo", "oa", "pocash", "question", "rule", "schema")
"""Prefixes of the vocabularies that rdflib lacks, or spells otherwise (schema.org with ``https``)."""

HEADER = '''\
"""The terms of the ontology as rdflib IRIs, and the namespaces that rdflib lacks.

Written by ``tools/generate_terms.py`` from ``ontology/modules/*/terms.ttl``: change those, not this.

>>> POCA.heldBy
rdflib.term.URIRef('https://w3id.org/poca-kg/def/heldBy')
"""

# ruff: noqa: N815

from __future__ import annotations

from rdflib import Namespace, URIRef
from rdflib.namespace import DefinedNamespace

from poca_kg.vocabulary.prefixes import PREFIXES

'''


def read_terms(ontology_dir: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return local name → English definition, for the classes and for the properties of ``def/``."""
    graph = _read(ontology_dir, "modules/*/terms.ttl")
    return _definitions(graph, CLASS_TYPES), _definitions(graph, PROPERTY_TYPES)


def read_names(ontology_dir: Path) -> tuple[str, set[str]]:
    """Return the version in the header, and the prefixed names of all terms, schemes and concepts."""
    classes, properties = read_terms(ontology_dir)
    concepts = set(_read(ontology_dir, "schemes/*.ttl").subjects(RDF.type, None))
    version = _read(ontology_dir, "poca.ttl").value(URIRef(PREFIXES["poca"]), OWL.versionInfo)
    names = {f"poca:{name}" for name in (*classes, *properties)}
    return str(version), names | {shorten_iri(str(concept)) for concept in concepts}


def render_names(listed: str, declared: set[str]) -> str:
    """Return the list of names with the declared ones added, one a line and sorted.

    >>> render_names("poca:City", {"poca:Workshop", "poca:Claim"}).split()
    ['poca:City', 'poca:Claim', 'poca:Workshop']
    """
    return "".join(f"{name}\n" for name in sorted({*listed.split(), *declared}))


def render_module(classes: dict[str, str], properties: dict[str, str]) -> str:
    """Return the text of the module: the classes, then the properties, each sorted by name.

    >>> "    City: URIRef  # A municipality." in render_module({"City": "A municipality."}, {})
    True
    """
    names = sorted((*(prefix.upper() for prefix in NAMESPACES), "POCA"))
    exported = "[\n" + "".join(f'    "{name}",\n' for name in names) + "]"
    constants = "".join(f'{prefix.upper()} = Namespace(PREFIXES["{prefix}"])\n' for prefix in NAMESPACES)
    members = "\n\n".join(
        f"    # {title}\n" + "\n".join(_member(name, terms[name]) for name in sorted(terms))
        for title, terms in (("Classes", classes), ("Properties", properties))
        if terms
    )
    return (
        f"{HEADER}__all__ = {exported}\n\n{constants}\n\nclass POCA(DefinedNamespace):\n"
        '    """The classes and properties of the ontology; any other name is an ``AttributeError``."""\n\n'
        f'    _NS = Namespace(PREFIXES["poca"])\n    _fail = True\n\n{members}\n'
    )


def render_prefixes(prefixes: dict[str, str]) -> str:
    """Return the declarations of prefixes as Turtle, one node with an IRI for each.

    >>> "prefix/city> a sh:PrefixDeclaration" in render_prefixes({"city": "http://example.org/"})
    True
    """
    nodes = {name: f"<{BASE}prefix/{name}>" for name in sorted(prefixes)}
    parts = [
        "# Written by tools/generate_terms.py from src/poca_kg/vocabulary/prefixes.py: change that one.",
        "",
        f"@prefix sh: <{PREFIXES['sh']}> .",
        f"@prefix xsd: <{PREFIXES['xsd']}> .",
        "",
        f"<{PREFIXES['poca']}> sh:declare\n  " + ",\n  ".join(nodes.values()) + " .",
    ]
    for name, node in nodes.items():
        parts += ["", f"{node} a sh:PrefixDeclaration ;", f'  sh:prefix "{name}" ;']
        parts += [f'  sh:namespace "{prefixes[name]}"^^xsd:anyURI .']
    return "\n".join(parts) + "\n"


def _read(ontology_dir: Path, pattern: str) -> Graph:
    graph = Graph()
    for path in sorted(ontology_dir.glob(pattern)):
        graph.parse(path)
    return graph


def _definitions(graph: Graph, types: tuple[URIRef, ...]) -> dict[str, str]:
    namespace = PREFIXES["poca"]
    found = {
        str(term)
        for kind in types
        for term in graph.subjects(RDF.type, kind)
        if str(term).startswith(namespace)
    }
    return {term.removeprefix(namespace): _english_definition(graph, URIRef(term)) for term in sorted(found)}


def _english_definition(graph: Graph, term: URIRef) -> str:
    texts = (
        str(text) for text in graph.objects(term, SKOS.definition) if getattr(text, "language", "") == "en"
    )
    return min(texts, default="")


def _member(name: str, definition: str) -> str:
    line = f"    {name}: URIRef"
    return f"{line}  # {_shorten(definition, LINE_LENGTH - len(line) - 4)}" if definition else line


def _shorten(text: str, width: int) -> str:
    """Return the text on one line of at most ``width`` characters, cut between words with an ellipsis."""
    words = " ".join(text.split())
    if len(words) <= width:
        return words
    return words[: width - 1].rsplit(" ", 1)[0].rstrip(" ,;:(") + " …"


def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with ``--check`` compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when out of step")
    options = parser.parse_args(arguments)
    version, names = read_names(ONTOLOGY)
    release = RELEASES / f"terms-{version}.txt"
    texts = {
        TERMS_MODULE: render_module(*read_terms(ONTOLOGY)),
        release: render_names(_read_text(release), names),
        ONTOLOGY / "prefixes.ttl": render_prefixes(PREFIXES),
    }
    stale = [path for path, text in texts.items() if text != _read_text(path)]
    for path in stale:
        if options.check:
            print(f"{path.name} is out of step; run: python tools/generate_terms.py", file=sys.stderr)
        else:
            path.write_text(texts[path], encoding="utf-8")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Named graphs that answer SPARQL: the store protocol, the embedded store, snapshots and the reading of RDF.

The engine (pyoxigraph) is imported in this package and nowhere else. Everything at its interface is an
rdflib term, a frozen dataclass or bytes. The package knows no table, no shape, no HTTP and no command line;
it goes to no network, neither for a query nor for data.

``protocol``
    What every store can do, and the answers it gives.
``embedded``
    The store in this process: in memory, on disk, or on disk for reading.
``merging``
    The union of graphs as a set.
``formats``
    Names, media types and suffixes of RDF syntaxes and result formats.
``lexer``, ``gate``, ``syntax``, ``hints``
    A query before the engine sees it: its tokens; what is refused; what is wrong with it, and where.
``parsing``, ``positions``
    RDF files into rdflib graphs, with file, line and column of a mistake; the line of each triple.
``surrogates``, ``lexical``, ``lexical_store``, ``view``
    Documents whose texts are kept as written, in one store, seen as a graph of rdflib without a copy.
``scanner``, ``lines``
    The line of each triple of such a document, looked up once somebody asks.
``results``
    Rows of another store's answer, as they come.
``documents``, ``using``
    A write before the engine sees it: documents read to their end; an update's dataset in its text.
``canonical``
    One form per dataset (RDFC-1.0).
``manifest``, ``places``, ``snapshot``
    What a dataset consists of, where its rows and triples come from, and how one becomes current.
``bridge``, ``writing``
    rdflib's terms and the engine's; triples and quads to bytes.
"""

__all__: list[str] = []

"""The build: from curated tables and the ontology to one dataset of named graphs with canonical bytes.

It reads folders and writes one folder. It does not publish, does not validate with shapes, never goes to the
network, and knows no clock: the same content gives the same bytes. Whatever is wrong with the sources is told
with file and line, all of it at once, and then nothing is written.

``assemble`` goes through these in turn::

    reading      named_path  toml_file  fields  tables  cell_text  literals
    ontology     ontology  description  checks
    a source     folder: sources  subjects  curation
    meaning      register  mapping  columns  cells
    conclusions  rules
    catalogue    counts  catalogue
    writing      dataset
"""

from poca_kg.build.assemble import build_dataset
from poca_kg.build.catalogue import CATALOGUE_FIELDS
from poca_kg.build.dataset import BuiltDataset, write_dataset

__all__ = ["CATALOGUE_FIELDS", "BuiltDataset", "build_dataset", "write_dataset"]

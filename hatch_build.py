"""Puts the built graph, the ontology and its licence notes into the wheel.

A wheel must work alone, so the graph is built from the sources in this tree while the wheel is made; an
editable install carries nothing, since the clone itself is at hand.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Fills ``src/poca_kg/_bundle`` before a wheel is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the graph and copy the ontology; do nothing for an editable install."""
        del build_data
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from poca_kg.build import build_dataset, write_dataset

        bundle = root / "src" / "poca_kg" / "_bundle"
        shutil.rmtree(bundle, ignore_errors=True)
        built = build_dataset(root / "data" / "sources", root / "ontology")
        write_dataset(built, bundle)
        for name in ("graph.nq", "places.tsv"):
            plain = bundle / name
            (bundle / f"{name}.gz").write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
            plain.unlink()
        shutil.copytree(root / "ontology", bundle / "ontology")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the bundle again, so that the clone never serves a stale one."""
        del version, build_data, artifact_path
        shutil.rmtree(Path(self.root) / "src" / "poca_kg" / "_bundle", ignore_errors=True)

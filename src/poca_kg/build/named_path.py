"""Named paths: where a file lies, and what messages and provenance call it wherever that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from poca_kg.errors import FilePlace

__all__ = ["NamedPath"]


@dataclass(frozen=True, order=True)
class NamedPath:
    """A path with its name: the same for everybody, such as ``data/sources/universities/source.toml``.

    >>> sources = NamedPath(Path("/somewhere/else"), "data/sources")
    >>> (sources / "universities" / "source.toml").name
    'data/sources/universities/source.toml'
    """

    path: Path
    name: str

    def __truediv__(self, part: str) -> NamedPath:
        return NamedPath(self.path / part, f"{self.name}/{part}")

    def glob(self, pattern: str) -> list[NamedPath]:
        """Return what lies below and fits a pattern, sorted."""
        found = sorted(self.path.glob(pattern))
        return [self / path.relative_to(self.path).as_posix() for path in found]

    def place(self, line: int | None = None, column: int | None = None) -> FilePlace:
        """Return a place in the file."""
        return FilePlace(self.name, line, column)

"""The commands that are measured: ours with either engine, and pyshacl's own."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ENGINES", "PEER", "Engine", "our_command"]

_BESIDE = Path(sys.executable).parent
_OURS = re.compile(r"(\d[\d,.]*) (?:violation|warning|note)s?\b")


@dataclass(frozen=True)
class Engine:
    """A command that validates a file against shapes.

    Attributes
    ----------
    name
        What it is called in the results.
    command
        Makes the command line from the file of the data and that of the shapes.
    found
        Reads from its output how many results there were.
    largest
        The most triples it is given, by the variant of the shapes; beyond them it takes hours.
    """

    name: str
    command: Callable[[Path, Path], list[str]]
    found: Callable[[str], int]
    largest: dict[str, int]


def our_command(engine: str, *data: str, shapes: Path) -> list[str]:
    """Return our command line for data, by file or by store."""
    return [str(_BESIDE / "poca-kg"), "validate", *data, "--shapes", str(shapes), "--engine", engine]


def _ours(engine: str, largest: dict[str, int]) -> Engine:
    def command(data: Path, shapes: Path) -> list[str]:
        return our_command(engine, str(data), shapes=shapes)

    return Engine(f"poca-kg, {engine}", command, found_by_us, largest)


def _pyshacl(data: Path, shapes: Path) -> list[str]:
    return [sys.executable, "-m", "pyshacl", "--shapes", str(shapes), str(data)]


def _found_by_pyshacl(output: str) -> int:
    told = re.search(r"^Results \((\d+)\)", output, re.MULTILINE)
    if told:
        return int(told[1])
    if "Conforms: True" in output:
        return 0
    raise ValueError(f"no report of pyshacl: {output[-300:]!r}")


def found_by_us(output: str) -> int:
    """Return how many results our report in text counts.

    >>> found_by_us("Does not conform (data.nt): 20 violations, 3 warnings; triples: 100.")
    23
    """
    last = next((line for line in reversed(output.splitlines()) if "onform" in line), None)
    if last is None:
        raise ValueError(f"no report of ours: {output[-300:]!r}")
    return sum(int(number.replace(",", "")) for number in _OURS.findall(last.split(";")[0]))


PEER = Engine("pyshacl", _pyshacl, _found_by_pyshacl, {"core": 1_000_000, "sparql": 100_000})
ENGINES = (
    _ours("compiled", {}),
    _ours("pyshacl", {"core": 100_000, "sparql": 10_000}),
    PEER,
)

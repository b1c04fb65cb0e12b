"""Settings: one table of names, defaults and meanings, read from the environment into a frozen object.

Every name starts with ``POCA_KG_``; an unknown name with that prefix is an error, so that a misspelt setting
never passes for a default. ``docs/reference/settings.md`` is generated from :data:`TABLE`.
"""

from __future__ import annotations

import ipaddress
import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from poca_kg.errors import SettingError, nearest_names

__all__ = [
    "LOGS",
    "PREFIX",
    "TABLE",
    "Network",
    "Setting",
    "Settings",
    "bundle_dir",
    "is_loopback",
    "package_version",
    "project_root",
    "read_settings",
]

PREFIX = "POCA_KG_"
LOGS = ("json", "none")
"""What ``POCA_KG_LOG`` may say."""

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_MIB = 1 << 20
_MOST_FRONTS = 4


@dataclass(frozen=True)
class Settings:
    """What the program needs to know of its surroundings."""

    data_dir: Path
    ontology_dir: Path
    sources_dir: Path
    host: str
    port: int
    max_query_bytes: int
    max_body_bytes: int
    max_answer_bytes: int
    query_timeout: float
    query_memory_bytes: int
    write_timeout: float
    validation_timeout: float
    validations: int
    workers: int
    borrowers: int
    queue: int
    client_seconds: float
    trusted_proxies: tuple[Network, ...]
    fronts: int
    max_connections: int
    cache_bytes: int
    header_timeout: float
    body_timeout: float
    stop_timeout: float
    spool_dir: Path | None
    log: str
    token: str | None = field(repr=False)
    token_file: Path | None
    w3c: Path | None


@dataclass(frozen=True)
class Setting:
    """One row of the table: the field it fills, its default in words, its unit, its meaning."""

    field: str
    default: str
    unit: str
    meaning: str
    read: Callable[[str], Any]
    fallback: Callable[[], Any]

    @property
    def name(self) -> str:
        """The name in the environment."""
        return PREFIX + self.field.upper()


def project_root() -> Path | None:
    """Return the folder of the clone that this code runs from, or ``None`` for an installed wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "ontology").is_dir() else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and no other can reach it.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bundle_dir() -> Path:
    """Return the folder in the package where a wheel carries graph and ontology; in a clone it is absent."""
    return Path(__file__).resolve().parent / "_bundle"


def package_version() -> str:
    """Return the version of poca-kg: in a clone that of ``pyproject.toml``, else that of the package."""
    from importlib.metadata import version  # noqa: PLC0415  (slower to import than all the rest)

    root = project_root()
    if root is None:
        return version("poca-kg")
    return str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def _home() -> Path:
    root = project_root()
    return root / "build" if root else Path.home() / ".local" / "share" / "poca-kg"


def _ontology() -> Path:
    root = project_root()
    return root / "ontology" if root else bundle_dir() / "ontology"


def _sources() -> Path:
    return (project_root() or Path.cwd()) / "data" / "sources"


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError("a port is a number from 0 to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError("the number must be at least 1")
    return count


def _size(text: str) -> int:
    size = int(text)
    if size < 0:
        raise ValueError("the number must not be negative")
    return size


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError("the seconds must be more than 0")
    return seconds


def _seconds_or_none(text: str) -> float:
    return 0.0 if float(text) == 0 else _seconds(text)


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(","))


def _log(text: str) -> str:
    if text not in LOGS:
        raise ValueError(f"known: {', '.join(LOGS)}")
    return text


def _fronts() -> int:
    return min(os.cpu_count() or 1, _MOST_FRONTS)


TABLE: tuple[Setting, ...] = (
    Setting(
        "data_dir", "`build/` in a clone, `~/.local/share/poca-kg` otherwise", "folder",
        "Where the built dataset and the snapshots lie.", Path, _home,
    ),
    Setting(
        "ontology_dir", "`ontology/` in a clone, the wheel's own copy otherwise", "folder",
        "Terms, schemes, shapes, questions, rules and checks.", Path, _ontology,
    ),
    Setting(
        "sources_dir", "`data/sources/` of the clone or of the current folder", "folder",
        "The curated sources that `poca-kg build` reads.", Path, _sources,
    ),
    Setting("host", "`127.0.0.1`", "address", "Where `poca-kg serve` listens.", str, lambda: "127.0.0.1"),
    Setting(
        "port", "`8000`", "number",
        "The port of `poca-kg serve`; 0 takes a free one and prints it.", _port, lambda: 8000,
    ),
    Setting(
        "max_query_bytes", "`262144`", "bytes", "The longest query that the endpoint reads.",
        _count, lambda: 262_144,
    ),
    Setting(
        "max_body_bytes", "`16777216`", "bytes", "The largest document or update that a write may send.",
        _count, lambda: 16 * _MIB,
    ),
    Setting(
        "max_answer_bytes", "`1073741824`", "bytes",
        "The largest answer; a query that gives more is refused, and none of its answer counts.",
        _count, lambda: 1024 * _MIB,
    ),
    Setting(
        "query_timeout", "`10`", "seconds",
        "How long a query may take; the parameter `timeout` of a request may lower it.",
        _seconds, lambda: 10.0,
    ),
    Setting(
        "query_memory_bytes", "`2147483648`", "bytes",
        "How much memory a query may take beside the graph, which all workers share.",
        _count, lambda: 2048 * _MIB,
    ),
    Setting(
        "write_timeout", "`60`", "seconds",
        "How long a write may take to be read, applied and checked against the shapes.",
        _seconds, lambda: 60.0,
    ),
    Setting(
        "validation_timeout", "`30`", "seconds", "How long a validation at `/validate` may take.",
        _seconds, lambda: 30.0,
    ),
    Setting(
        "validations", "`2`", "number",
        "How many validations run at a time in the whole service, shared out among the fronts; 0 takes none.",
        _size, lambda: 2,
    ),
    Setting(
        "workers", "`4`", "number",
        "How many queries run at a time in the whole service, shared out among the fronts.",
        _count, lambda: 4,
    ),
    Setting(
        "borrowers", "`1`", "number",
        "How many workers of each front answer plain queries on connections that they are lent (Linux only); "
        "0 lends none.",
        _size, lambda: 1,
    ),
    Setting(
        "queue", "`64`", "number", "How many queries may wait for a worker, in each front.",
        _size, lambda: 64,
    ),
    Setting(
        "client_seconds", "`60`", "seconds",
        "Query time that one client may use per minute; 0 sets no share. On loopback there is none, unless "
        "proxies are trusted.",
        _seconds_or_none, lambda: 60.0,
    ),
    Setting(
        "trusted_proxies", "none", "list of addresses or networks",
        "Proxies, with commas between them, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
        _networks, tuple,
    ),
    Setting(
        "fronts", "one per processor, at most 4", "number", "How many processes speak HTTP.",
        _count, _fronts,
    ),
    Setting(
        "max_connections", "`1000`", "number", "How many connections each front holds open.",
        _count, lambda: 1000,
    ),
    Setting(
        "cache_bytes", "`67108864`", "bytes", "How much of the answers each front keeps; 0 keeps none.",
        _size, lambda: 64 * _MIB,
    ),
    Setting(
        "header_timeout", "`10`", "seconds", "How long a client may take to send the head of a request.",
        _seconds, lambda: 10.0,
    ),
    Setting(
        "body_timeout", "`30`", "seconds", "How long a client may take to send the body of a request.",
        _seconds, lambda: 30.0,
    ),
    Setting(
        "stop_timeout", "`10`", "seconds", "How long the service may take to finish its work when it stops.",
        _seconds, lambda: 10.0,
    ),
    Setting(
        "spool_dir", "the system's folder for temporary files", "folder",
        "Where large answers wait for their clients.", Path, lambda: None,
    ),
    Setting(
        "log", "`json`", "word", "`json` writes a line per request on stderr, `none` writes none.",
        _log, lambda: "json",
    ),
    Setting(
        "token", "none", "secret of 32 characters or more",
        "What a client has to show to write; needed by `poca-kg serve --writes`.", str, lambda: None,
    ),
    Setting(
        "token_file", "none", "file",
        "The file that holds the token, readable by its owner alone; instead of POCA_KG_TOKEN.",
        Path, lambda: None,
    ),
    Setting(
        "w3c", "none", "folder", "The official test suites; without it their tests are reported as skipped.",
        Path, lambda: None,
    ),
)  # fmt: skip


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that the environment (by default the process's own) asks for.

    >>> read_settings({"POCA_KG_PORT": "8080"}).port
    8080
    >>> read_settings({"POCA_KG_PRT": "8080"})
    Traceback (most recent call last):
    poca_kg.errors.SettingError: there is no setting POCA_KG_PRT; did you mean 'PORT'?

    Raises
    ------
    SettingError
        If a name with our prefix is unknown, or a value cannot be read.
    """
    given = {name: text for name, text in (os.environ if environ is None else environ).items() if text}
    by_name = {setting.name: setting for setting in TABLE}
    values: dict[str, Any] = {}
    for name, text in sorted(given.items()):
        if not name.startswith(PREFIX):
            continue
        if name not in by_name:
            raise SettingError(
                f"there is no setting {name}",
                advice=nearest_names(name.removeprefix(PREFIX), (s.field.upper() for s in TABLE)),
            )
        setting = by_name[name]
        try:
            values[setting.field] = setting.read(text)
        except ValueError as error:
            raise SettingError(f"{name}={text!r} cannot be read: {error}", advice=setting.meaning) from error
    return Settings(**{s.field: values[s.field] if s.field in values else s.fallback() for s in TABLE})

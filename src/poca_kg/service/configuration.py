"""What the processes of a service are told; a service that would not be safe is refused."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from poca_kg.errors import FilePlace, InputError, SettingError, UsageError
from poca_kg.sandbox.confinement import can_confine
from poca_kg.sandbox.limits import Limits
from poca_kg.settings import Settings, is_loopback

__all__ = ["Checking", "Configuration", "Writing", "check_surroundings", "configure", "read_token"]


_WAIT_FOR_EACH = 2


@dataclass(frozen=True)
class Writing:
    """How a service takes writes: who shows the token may; ``unvalidated`` leaves out the shapes.

    ``timeout_s`` is how long one may be staged and checked.
    """

    token: str = field(repr=False)
    unvalidated: bool = False
    timeout_s: float = 60.0


@dataclass(frozen=True)
class Checking:
    """How a service validates what is sent to it: the project's shapes, and the limits of one front."""

    ontology_dir: Path
    limits: Limits


@dataclass(frozen=True)
class Configuration:
    """What a front has to know; JSON can hold it. It holds the token, so it never goes over a command line.

    >>> from poca_kg.settings import read_settings
    >>> one = configure(read_settings({}))
    >>> Configuration.from_json(one.to_json()) == one
    True
    """

    host: str
    port: int
    fronts: int
    limits: Limits
    max_query_bytes: int
    max_body_bytes: int
    max_connections: int
    cache_bytes: int
    header_timeout: float
    body_timeout: float
    stop_timeout: float
    trusted_proxies: tuple[str, ...]
    log: str
    checking: Checking | None = None
    writing: Writing | None = None

    def to_json(self) -> str:
        """Return the configuration as JSON."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Configuration:
        """Return what :meth:`to_json` wrote."""
        told = json.loads(text)
        writing, checking = told.pop("writing"), told.pop("checking")
        limits = _read_limits(told.pop("limits"))
        proxies = tuple(told.pop("trusted_proxies"))
        return cls(
            **told,
            limits=limits,
            trusted_proxies=proxies,
            checking=checking and Checking(Path(checking["ontology_dir"]), _read_limits(checking["limits"])),
            writing=None if writing is None else Writing(**writing),
        )


def configure(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    query_timeout: float | None = None,
    writing: Writing | None = None,
) -> Configuration:
    """Return the configuration that settings ask for; what a caller names stands above them."""
    chosen = settings.host if host is None else host
    return Configuration(
        host=chosen,
        port=settings.port if port is None else port,
        fronts=settings.fronts,
        limits=_limits(settings, query_timeout, is_public=_is_public(settings, chosen)),
        max_query_bytes=settings.max_query_bytes,
        max_body_bytes=settings.max_body_bytes,
        max_connections=settings.max_connections,
        cache_bytes=settings.cache_bytes,
        header_timeout=settings.header_timeout,
        body_timeout=settings.body_timeout,
        stop_timeout=settings.stop_timeout,
        trusted_proxies=tuple(str(network) for network in settings.trusted_proxies),
        log=settings.log,
        checking=_checking(settings, is_public=_is_public(settings, chosen)),
        writing=writing,
    )


def _read_limits(told: dict[str, Any]) -> Limits:
    spool = told.pop("spool_dir")
    return Limits(**told, spool_dir=None if spool is None else Path(spool))


def _is_public(settings: Settings, host: str) -> bool:
    """Whether strangers ask: from other machines, or by a proxy, which may be on this one."""
    return not is_loopback(host) or bool(settings.trusted_proxies)


def _limits(settings: Settings, query_timeout: float | None, *, is_public: bool) -> Limits:
    """Return the limits of one front: the workers are shared out, and in public each client has a share."""
    limits = Limits(
        timeout_s=settings.query_timeout if query_timeout is None else query_timeout,
        memory_bytes=settings.query_memory_bytes,
        answer_bytes=settings.max_answer_bytes,
        spool_dir=settings.spool_dir,
        workers=-(-settings.workers // settings.fronts),
        borrowers=settings.borrowers if can_confine() else 0,
        queue=settings.queue,
    )
    if is_public and settings.client_seconds:
        return replace(limits, share_s=settings.client_seconds / settings.fronts)
    return limits


def _checking(settings: Settings, *, is_public: bool) -> Checking | None:
    """Return how validations are done: few at a time, and few wait, since each may take long."""
    if not settings.validations:
        return None
    workers = -(-settings.validations // settings.fronts)
    limits = Limits(
        timeout_s=settings.validation_timeout,
        memory_bytes=settings.query_memory_bytes,
        answer_bytes=settings.max_answer_bytes,
        spool_dir=settings.spool_dir,
        workers=workers,
        express=0,
        spares=0,
        queue=_WAIT_FOR_EACH * workers,
    )
    if is_public and settings.client_seconds:
        limits = replace(limits, share_s=settings.client_seconds / settings.fronts)
    return Checking(settings.ontology_dir, limits)


def read_token(settings: Settings) -> str:
    """Return the token that writers have to show.

    Raises
    ------
    UsageError
        If there is none, two, or one that is too short or that a header cannot hold.
    InputError
        If the file that should hold it cannot be read, or can be read by others than its owner.
    """
    from poca_kg.web.authorisation import check_token  # noqa: PLC0415  (brings Flask, for writes only)

    if settings.token_file is None:
        return check_token(settings.token)
    if settings.token is not None:
        raise SettingError("POCA_KG_TOKEN and POCA_KG_TOKEN_FILE are both set", advice="set one of them")
    return check_token(_token_in(settings.token_file))


def _token_in(path: Path) -> str:
    place = FilePlace(str(path))
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            what = "others than the owner may read the token"
            raise InputError(what, place=place, advice=f"run `chmod 600 {path}`")
        return path.read_bytes().decode("ascii").strip()
    except OSError as error:
        raise InputError(f"the token cannot be read: {error.strerror}", place=place) from None
    except UnicodeDecodeError:
        raise InputError("the token is not ASCII", place=place, advice="make another one") from None


def check_surroundings(
    configuration: Configuration, environ: Mapping[str, str], *, user: int | None = None
) -> None:
    """Refuse to serve where a mistake would be costly.

    ``user`` is the id of the user who runs the service, ``None`` where a system has none.

    Raises
    ------
    UsageError
        If a debugger would be open to clients, or if root would serve to other machines.
    """
    if environ.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}:
        raise UsageError("FLASK_DEBUG is set: clients could run code here", advice="unset it")
    if user == 0 and _is_for_others(configuration.host):
        what = f"root does not serve to other machines, and {configuration.host} is for them"
        raise UsageError(what, advice="run as another user, as deploy/ shows, or serve on 127.0.0.1")


def _is_for_others(host: str) -> bool:
    """Whether other machines reach a host; a host that is none is reached by nobody."""
    try:
        found = socket.getaddrinfo(host or None, 0, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        return False
    return not all(is_loopback(str(address[0])) for *_, address in found)

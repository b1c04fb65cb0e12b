"""Who asks: the address that a fair share is counted for, and the scheme that a client used."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

__all__ = ["Network", "client_of", "is_trusted", "peer_of", "scheme_of"]

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_MOST_HOPS = 20
_MOST_REMEMBERED = 4096
_PREFIX_OF_ONE_CLIENT = 64


def client_of(peer: str, headers: Mapping[str, str], trusted: Sequence[Network]) -> str:
    """Return the address that counts as the client.

    It is the peer's, unless that is a trusted proxy: then it is the last one in ``X-Forwarded-For`` that is
    no trusted proxy. What stands before it was written by a stranger and is not read. All addresses of an
    IPv6 network of 64 bits are one client, for one client can use them all.

    >>> proxies = [ipaddress.ip_network("10.0.0.0/8")]
    >>> client_of("10.0.0.1", {"x-forwarded-for": "6.6.6.6, 203.0.113.7, 10.0.0.2"}, proxies)
    '203.0.113.7'
    >>> client_of("203.0.113.9", {"x-forwarded-for": "6.6.6.6"}, proxies)
    '203.0.113.9'
    >>> client_of("2001:db8::1:2:3:4", {}, [])
    '2001:db8::/64'
    """
    if not trusted:
        return _client_alone(peer)
    address = _read(peer)
    if address is None:
        return peer
    if _is_in(address, trusted):
        hops = headers.get("x-forwarded-for", "").rsplit(",", _MOST_HOPS)
        for hop in reversed(hops[-_MOST_HOPS:]):
            before = _read(hop.strip())
            if before is None:
                break
            address = before
            if not _is_in(address, trusted):
                break
    return _named(address)


def peer_of(name: object) -> str:
    """Return the address of the other side of a socket, without its port; none for a Unix socket.

    >>> peer_of(("::ffff:192.0.2.1", 80, 0, 0)), peer_of("")
    ('192.0.2.1', '')
    """
    if not isinstance(name, tuple):
        return ""
    address = str(name[0])
    return address.removeprefix("::ffff:") if "." in address else address


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether a peer is a proxy whose headers are believed.

    >>> is_trusted("::ffff:10.1.2.3", [ipaddress.ip_network("10.0.0.0/8")])
    True
    """
    address = _read(peer) if trusted else None
    return address is not None and _is_in(address, trusted)


def scheme_of(peer: str, headers: Mapping[str, str], trusted: Sequence[Network]) -> str:
    """Return ``https`` if a trusted proxy says that the client used it, else ``http``.

    >>> scheme_of("10.0.0.1", {"x-forwarded-proto": "https"}, [ipaddress.ip_network("10.0.0.0/8")])
    'https'
    >>> scheme_of("203.0.113.9", {"x-forwarded-proto": "https"}, [])
    'http'
    """
    says = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    return "https" if says == "https" and is_trusted(peer, trusted) else "http"


@lru_cache(_MOST_REMEMBERED)
def _client_alone(peer: str) -> str:
    address = _read(peer)
    return peer if address is None else _named(address)


def _read(text: str) -> _Address | None:
    """Return an address, which may have a port; an IPv4 address in the clothes of IPv6 is an IPv4 address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_in(address: _Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _named(address: _Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, _PREFIX_OF_ONE_CLIENT), strict=False))

"""Whether this front lives, and whether it should be given work."""

from __future__ import annotations

import json
from collections.abc import Callable

from poca_kg.front.messages import Response

__all__ = ["Readiness", "alive"]

_JSON = "application/json"


class Readiness:
    """Why a front should not be given work: nothing, or one reason for each part that is not ready.

    >>> readiness = Readiness()
    >>> readiness.hold("graph", "it is being loaded")
    >>> readiness.response().status, readiness.reasons
    (503, {'graph': 'it is being loaded'})
    >>> readiness.clear("graph")
    >>> readiness.response().body
    b'{"ready": true}'
    """

    def __init__(self) -> None:
        self._held: dict[str, str] = {}
        self._probes: dict[str, Callable[[], str]] = {}

    @property
    def reasons(self) -> dict[str, str]:
        """What is not ready, by part."""
        looked = {part: probe() for part, probe in self._probes.items()}
        return {**{part: reason for part, reason in looked.items() if reason}, **self._held}

    @property
    def is_ready(self) -> bool:
        """Whether nothing holds it up."""
        return not self.reasons

    def hold(self, part: str, reason: str) -> None:
        """Say that a part is not ready, and why."""
        self._held[part] = reason

    def clear(self, part: str) -> None:
        """Say that a part is ready."""
        self._held.pop(part, None)

    def watch(self, part: str, probe: Callable[[], str]) -> None:
        """Have a part looked at whenever somebody asks; the probe gives a reason, or nothing."""
        self._probes[part] = probe

    def response(self) -> Response:
        """Return the answer to ``/readyz``: 200, or 503 with the reasons."""
        reasons = self.reasons
        if not reasons:
            return _answer(200, {"ready": True})
        response = _answer(503, {"ready": False, "reasons": dict(sorted(reasons.items()))})
        response.headers.append(("Retry-After", "1"))
        return response


def alive() -> Response:
    """Return the answer to ``/healthz``: that there is one is what it says.

    >>> alive().status
    200
    """
    return _answer(200, {"alive": True})


def _answer(status: int, says: dict[str, object]) -> Response:
    headers = [("Content-Type", _JSON), ("Cache-Control", "no-store")]
    return Response(status, headers, json.dumps(says).encode())

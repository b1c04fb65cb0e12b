"""Headers that every response bears: what a browser may do with it, and which version of the graph spoke."""

from __future__ import annotations

from flask import Flask, Response, g

__all__ = ["CONTENT_POLICY", "install", "preflight"]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Request-Id, X-Graph-Version",
}


def install(app: Flask, *, version: str) -> None:
    """Set the headers on every response of an application; all origins may read, without cookies.

    A response to a write (``g.only_same_origin``) is for pages of the same origin only.
    """

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers[name] = value
        if g.get("only_same_origin"):
            del response.headers["Access-Control-Allow-Origin"]
        response.headers["X-Request-Id"] = g.request_id
        if version:
            response.headers["X-Graph-Version"] = version
        return response


def preflight(allowed: str, *, readable: str = "") -> Response:
    """Return the answer to OPTIONS: the methods of the address, and those that pages of others may use."""
    response = Response(status=204, headers={"Allow": allowed})
    if readable:
        response.headers["Access-Control-Allow-Methods"] = readable
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    else:
        g.only_same_origin = True
    return response

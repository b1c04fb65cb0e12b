"""Headers that every response bears: what a browser may do with it, and which version of the graph spoke."""

from __future__ import annotations

from flask import Flask, Response, g

__all__ = ["CONTENT_POLICY", "install"]

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
    """Set the headers on every response of an application; all origins may read, without cookies."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers[name] = value
        response.headers["X-Request-Id"] = g.request_id
        if version:
            response.headers["X-Graph-Version"] = version
        return response

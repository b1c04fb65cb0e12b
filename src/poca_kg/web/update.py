"""The update part of the SPARQL 1.1 Protocol: ``/update`` by form and ``application/sparql-update``."""

from __future__ import annotations

from flask import Blueprint, Response, request

from poca_kg.web.forms import only_one, read_fields
from poca_kg.web.responses import preflight
from poca_kg.web.writing import Desk

__all__ = ["make_blueprint"]

_UPDATE = "application/sparql-update"


def make_blueprint(desk: Desk) -> Blueprint:
    """Return the route that updates go to."""
    blueprint = Blueprint("update", __name__)

    @blueprint.route("/update", methods=["POST"], provide_automatic_options=False)
    def update() -> Response:
        writer = desk.let_in()
        sent = (
            request.headers.get("Content-Type"),
            request.headers.get("Content-Encoding"),
            request.get_data(),
        )
        fields = read_fields(request.query_string, sent, bare=_UPDATE, name="update")
        writer.update(
            only_one(fields, "update", example="update=INSERT DATA ..."),
            using_graphs=[value for name, value in fields if name == "using-graph-uri"],
            using_named_graphs=[value for name, value in fields if name == "using-named-graph-uri"],
        )
        return Response(status=204)

    @blueprint.route("/update", methods=["OPTIONS"])
    def options() -> Response:
        return preflight("OPTIONS, POST")

    return blueprint

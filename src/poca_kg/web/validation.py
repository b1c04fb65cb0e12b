"""The validator at ``/validate``: documents in, a report out, and a page with a form for people.

Neither documents nor shapes are parsed here: that is done in a worker, as the validation is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from poca_kg.errors import InputError, PocaError, QuerySyntaxError, ShapesError
from poca_kg.sandbox.validating import ValidateJob
from poca_kg.store.protocol import Document
from poca_kg.store.syntax import excerpt
from poca_kg.vocabulary.labels import LANGUAGES
from poca_kg.web.formats import content_type
from poca_kg.web.forms import decode_fields
from poca_kg.web.judges import Judges
from poca_kg.web.listings import make_listings, marks_of
from poca_kg.web.problems import RefusedError, sort_of
from poca_kg.web.report_formats import ON_PAGE, REPORT_FORMATS, ReportFormat, pick_report
from poca_kg.web.responses import preflight
from poca_kg.web.submission import SYNTAXES, Submission, language_of, read_submission
from poca_kg.web.texts import grouped
from poca_kg.web.validation_texts import VALIDATION_TEXTS, counted_severities

__all__ = ["make_blueprint"]

_METHODS = "GET, HEAD, OPTIONS, POST"
_LONGEST_KEPT = 200_000
_EXAMPLE = """@prefix poca: <https://w3id.org/poca-kg/def/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <https://example.org/> .

ex:bologna a poca:City ;
    rdfs:label "Bologna"@it ;
    poca:heldBy "the mayor" .
"""


@dataclass(frozen=True)
class _Failure:
    """Why there is no report, for people."""

    status: int
    what: str
    advice: str
    place: str = ""
    excerpt: str = ""
    shape: str = ""


def make_blueprint(judges: Judges, *, max_body_bytes: int) -> Blueprint:
    """Return the validator."""
    blueprint = Blueprint("validation", __name__)

    @blueprint.route("/validate", methods=["GET"], provide_automatic_options=False)
    def form() -> Response:
        judges.check_open()
        fields = dict(decode_fields(request.query_string, "the query string"))
        return _page(Submission(options=fields), language_of(fields))

    @blueprint.route("/validate", methods=["POST"], provide_automatic_options=False)
    def validate() -> Response:
        judges.check_open()
        sent = Submission(options=dict(decode_fields(request.query_string, "the query string")))
        try:
            sent = read_submission(request, max_body_bytes=max_body_bytes)
            chosen = pick_report(sent.options.get("format"), request.headers.get("Accept"))
            return _answer(judges, sent, chosen)
        except (PocaError, RequestEntityTooLarge) as error:
            if not _is_for_page(sent):
                raise
            return _page(sent, sent.language, failure=_failure(error, sent))

    @blueprint.route("/validate", methods=["OPTIONS"])
    def options() -> Response:
        return preflight(_METHODS, readable=_METHODS)

    @blueprint.after_request
    def vary(response: AnyResponse) -> AnyResponse:
        response.vary.add("Accept")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return blueprint


def _answer(judges: Judges, sent: Submission, chosen: ReportFormat) -> Response:
    """Return the report on what was sent, in a format."""
    job = ValidateJob(sent.data, sent.shapes, chosen.short, sent.language)
    try:
        outcome = judges.judge(job, request.remote_addr or "")
    except (ShapesError, QuerySyntaxError):
        raise
    except InputError as error:
        raise _malformed(error) from None
    if chosen is ON_PAGE:
        with outcome:
            return _page(sent, sent.language, report=json.loads(outcome.body))
    response = Response(iter(outcome), content_type=content_type(chosen))
    response.call_on_close(outcome.close)
    if chosen.media_type == ON_PAGE.media_type:  # a page of its own, whose style our policy does not let in
        response.headers["Content-Disposition"] = f'attachment; filename="report{chosen.suffix}"'
    return response


def _malformed(error: InputError) -> RefusedError:
    """Return a document's mistake with its place, and with the name of the document."""
    place = error.place
    told = {} if place is None else {"file": place.file, "line": place.line, "column": place.column}
    return RefusedError("malformed-document", error.what, advice=error.advice, **told)


def _is_for_page(sent: Submission) -> bool:
    """Whether the answer is a page, also where it says that there is none."""
    try:
        return pick_report(sent.options.get("format"), request.headers.get("Accept")) is ON_PAGE
    except PocaError:
        return False


def _failure(error: PocaError | RequestEntityTooLarge, sent: Submission) -> _Failure:
    if isinstance(error, RequestEntityTooLarge):
        return _Failure(413, "this is too large", "send less at a time")
    status = sort_of(error).status
    if status == 500:
        raise error
    members = error.members if isinstance(error, RefusedError) else {}
    file, line, column = (members.get(name) for name in ("file", "line", "column"))
    shape = error.shape if isinstance(error, ShapesError) else ""
    if not isinstance(line, int) or not isinstance(column, int):
        return _Failure(status, error.what, error.advice, shape=shape)
    place = VALIDATION_TEXTS[sent.language]["place"].format(file=file, line=line, column=column)
    document = next((one for one in (*sent.data, *sent.shapes) if one.name == file), None)
    shown = "" if document is None else excerpt(_line(document, line), 1, column)
    return _Failure(status, error.what, error.advice, place, shown)


def _line(document: Document, number: int) -> str:
    lines = document.data.split(b"\n")
    return lines[number - 1].decode("utf-8", "replace") if 0 < number <= len(lines) else ""


def _page(
    sent: Submission, language: str, *, report: dict[str, Any] | None = None, failure: _Failure | None = None
) -> Response:
    """Return the page: the report or what stands in its way, the data with marks, and the form."""
    groups = report["groups"] if report else []
    marks = marks_of(groups)
    other = next(one for one in LANGUAGES if one != language)
    kept = {name: text for name, text in sent.pasted.items() if len(text) <= _LONGEST_KEPT}
    html = render_template(
        "validate.html",
        texts=VALIDATION_TEXTS[language],
        language=language,
        other_address=f"/validate?lang={other}",
        report=report,
        failure=failure,
        counts=counted_severities(report["counts"], language) if report else "",
        checked={name: grouped(count, language) for name, count in report["checked"].items()}
        if report
        else {},
        listings=make_listings(sent.data, marks),
        numbers={document.name: number for number, document in enumerate(sent.data, 1)},
        syntaxes=SYNTAXES,
        syntax=sent.options.get("syntax") or SYNTAXES[0].short,
        formats=[one for one in REPORT_FORMATS if one is not ON_PAGE],
        data=kept.get("data", "" if sent.data or failure else _EXAMPLE),
        shapes=kept.get("shapes", ""),
        is_cut=len(kept) < len(sent.pasted),
    )
    return make_response(html, failure.status if failure else 200)

"""The formats that a validation report can be had in, by the names of :data:`poca_kg.validate.RENDERINGS`.

They stand here again because a front imports no engine; a test holds the two tables together.
"""

from __future__ import annotations

from dataclasses import dataclass

from poca_kg.sandbox.validating import PAGE
from poca_kg.web.formats import pick
from poca_kg.web.negotiation import choose

__all__ = ["ON_PAGE", "REPORT_FORMATS", "ReportFormat", "pick_report"]


@dataclass(frozen=True)
class ReportFormat:
    """A format of reports: its name, what it is sent as, the suffix of a file, further names."""

    short: str
    media_type: str
    suffix: str
    others: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name by which it may be asked for, in lower case."""
        return frozenset({self.short, self.media_type, *self.others})


ON_PAGE = ReportFormat(PAGE, "text/html", ".html", ("application/xhtml+xml",))
"""The page with the form, which shows the report with the lines that it is about."""

REPORT_FORMATS = (
    ReportFormat("json", "application/json", ".json"),
    ReportFormat("text", "text/plain", ".txt"),
    ReportFormat("ttl", "text/turtle", ".ttl", ("turtle",)),
    ReportFormat("sarif", "application/sarif+json", ".sarif"),
    ReportFormat("junit", "application/xml", ".xml", ("text/xml", "xml")),
    ReportFormat("github", "text/plain", ".txt"),
    ReportFormat("md", "text/markdown", ".md", ("markdown",)),
    ReportFormat("html", "text/html", ".html"),
)
"""What a report can be had in, the one first that is sent if nothing is asked for."""

_NEGOTIATED = [one for one in (ON_PAGE, *REPORT_FORMATS) if one.short not in ("github", "html")]


def pick_report(name: str | None, accept: str | None) -> ReportFormat:
    """Return the format to send a report in: the one named, else the one negotiated.

    >>> pick_report(None, "text/html,*/*;q=0.8").short, pick_report(None, "*/*").short
    ('page', 'json')
    >>> pick_report("html", "application/json").short
    'html'

    Raises
    ------
    UnknownNameError
        If there is no format of that name.
    RefusedError
        If ``Accept`` leaves none.
    """
    if name:
        return pick((*REPORT_FORMATS, ON_PAGE), "a report", name=name, accept=None)
    offers = [(one, [one.media_type, *one.others]) for one in [*_NEGOTIATED[1:], ON_PAGE]]
    chosen = choose(accept, offers)
    return chosen or pick(tuple(_NEGOTIATED[1:]), "a report", name=None, accept=accept)

"""Cases as data: what is sent, and which answers are right; ``cases/*.toml`` has a file per row of the bar.

A file has ``row``, ``needs`` (a feature of ``server.toml``) and ``[default]``, whose members a case may
override. A case is sent once, or once per number in ``sizes``. Its text is ``text``, or ``pieces``: strings,
and pairs of a string and how often it comes, where ``"n"`` is the size, and ``%i`` and ``%j`` in the string
are the number of the turn and the next one. A form holds it as ``field``, or else as ``query``. ``on_page``
says that a mistake is shown on a page instead of as a problem.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

__all__ = ["Case", "Expected", "load", "load_all", "text_of", "wrong_with"]

FOLDER = Path(__file__).resolve().parents[1] / "cases"
PROBLEM = "https://w3id.org/poca-kg/problem/"
INSIDES = ("Traceback (most recent", 'File "', "site-packages", "/src/poca_kg", ".py:", "0x7f")
WAITING = ("query-timeout", "validation-timeout", "busy", "too-many-requests", "stopping")
ANSWER_TYPES = ("sparql-results", "text/csv", "tab-separated", "turtle", "n-triples", "rdf+xml", "ld+json")
MEMBERS = {
    "name", "text", "field", "pieces", "base64", "sizes", "how", "method", "path", "type", "params", "fields",
    "headers", "expect", "headers_hold", "headers_lack", "body_holds", "body_lacks", "place",
    "over_limit_s", "within_s", "needs", "on_page",
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """A status, and where it is an error the slug of its problem; written ``"400 malformed-query"``.

    ``"200 cut"`` is an answer that began and broke off, so that no part of it passes for the whole.
    """

    status: int
    slug: str | None
    is_cut: bool = False

    def __str__(self) -> str:
        return f"{self.status} {'cut' if self.is_cut else self.slug or ''}".strip()

    @classmethod
    def read(cls, text: str) -> Expected:
        status, _, slug = text.partition(" ")
        return cls(int(status), None, True) if slug == "cut" else cls(int(status), slug or None)


@dataclass(frozen=True)
class Case:
    """One request, and what may come back."""

    row: str
    name: str
    needs: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    expect: tuple[Expected, ...]
    over_limit_s: float | None = None
    within_s: float | None = None
    headers_hold: Mapping[str, str] = field(default_factory=dict)
    headers_lack: tuple[str, ...] = ()
    body_holds: tuple[str, ...] = ()
    body_lacks: tuple[str, ...] = ()
    place: tuple[int, int] | None = None
    on_page: bool = False

    def longest_s(self, limit_s: float) -> float:
        """Return how long the answer may take."""
        return self.within_s if self.within_s is not None else limit_s + (self.over_limit_s or 0.0)

    def filled(self, values: Mapping[str, str]) -> tuple[str, dict[str, str], bytes]:
        """Return path, headers and body with ``@NAME@`` replaced, where the server is known."""
        path, headers, body = self.path, dict(self.headers), self.body
        for name, value in values.items():
            mark = f"@{name}@"
            path = path.replace(mark, value)
            headers = {key: text.replace(mark, value) for key, text in headers.items()}
            body = body.replace(mark.encode(), value.encode())
        return path, headers, body


def load_all() -> list[Case]:
    """Return every case of every file, in order."""
    return [case for path in sorted(FOLDER.glob("*.toml")) for case in load(path)]


def load(path: Path) -> list[Case]:
    """Return the cases of a file; a member that means nothing is an error."""
    read = tomllib.loads(path.read_text("utf-8"))
    return [case for raw in read["case"] for case in _expand(read, {**read.get("default", {}), **raw})]


def _expand(file: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[Case]:
    if unknown := set(raw) - MEMBERS:
        raise ValueError(f"{raw.get('name')}: {sorted(unknown)} mean nothing")
    for size in raw.get("sizes", [None]):
        method, path, headers, body = _request(raw, text_of(raw, size))
        yield Case(
            row=file["row"],
            name=raw["name"] if size is None else f"{raw['name']} x {size}",
            needs=raw.get("needs", file.get("needs", "protocol")),
            method=method,
            path=path,
            headers=headers,
            body=body,
            expect=tuple(Expected.read(text) for text in raw["expect"]),
            over_limit_s=raw.get("over_limit_s"),
            within_s=raw.get("within_s"),
            headers_hold=raw.get("headers_hold", {}),
            headers_lack=tuple(raw.get("headers_lack", ())),
            body_holds=tuple(raw.get("body_holds", ())),
            body_lacks=tuple(raw.get("body_lacks", ())),
            place=tuple(raw["place"]) if "place" in raw else None,
            on_page=raw.get("on_page", False),
        )


def text_of(raw: Mapping[str, Any], size: int | None = None) -> bytes:
    """Return the text that a case or another table of the data spells."""
    if "base64" in raw:
        return base64.b64decode(raw["base64"])
    if "pieces" not in raw:
        return str(raw.get("text", "")).encode("utf-8")
    parts: list[str] = []
    for piece in raw["pieces"]:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        text, times = piece
        count = size if times == "n" else times
        if count is None:
            raise ValueError(f"{raw['name']}: a piece comes n times, but there are no sizes")
        numbered = "%i" in text or "%j" in text
        turns = (text.replace("%i", str(i)).replace("%j", str(i + 1)) for i in range(count))
        parts += turns if numbered else [text * count]
    return "".join(parts).encode("utf-8")


def _request(raw: Mapping[str, Any], text: bytes) -> tuple[str, str, dict[str, str], bytes]:
    """Return method, path, headers and body; ``how`` says which way a text goes."""
    headers, path = dict(raw.get("headers", {})), raw.get("path", "/sparql")
    params = list(raw.get("params", {}).items())
    match raw.get("how", "body"):
        case "get":
            method, body = "GET", b""
            params.append(("query", text.decode("utf-8", "surrogateescape")))
        case "form":
            method = "POST"
            fields = [*raw.get("fields", {}).items(), (raw.get("field", "query"), text)]
            body = urlencode(fields, safe="@").encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        case "body":
            method, body = "POST", text
            headers.setdefault("Content-Type", raw.get("type", "application/sparql-query"))
        case "bare":
            method, body = "GET", text
        case other:
            raise ValueError(f"{raw['name']}: a text goes body, form, get or bare, not {other}")
    if params:
        path += ("&" if "?" in path else "?") + urlencode(params, errors="surrogateescape")
    return raw.get("method", method), path, headers, body


def wrong_with(case: Case, reply: Any, limit_s: float) -> list[str]:
    """Return what is wrong with a reply, in words; nothing if it is right."""
    wrong = [*_wrong_outcome(case, reply), *_wrong_content(case, reply)]
    longest = case.longest_s(limit_s)
    if reply.elapsed_s > longest:
        wrong.append(f"took {reply.elapsed_s:.2f} s, may take {longest:.2f} s")
    if not reply.complete and not any(one.is_cut and one.status == reply.status for one in case.expect):
        wrong.append("the answer was cut off")
    return wrong


def _wrong_outcome(case: Case, reply: Any) -> list[str]:
    """Compare status and slug, and hold every error to the one shape that errors have."""
    found = Expected(reply.status, reply.slug)
    wanted = " or ".join(
        f"{one.status} {'cut' if one.is_cut else one.slug or ''}".strip() for one in case.expect
    )
    wrong = []
    right = [one for one in case.expect if one.status == found.status and one.slug in (None, found.slug)]
    if not any(one.is_cut != reply.complete for one in right):
        wrong.append(f"{found.status} {found.slug or ''}, not {wanted}: {reply.body[:200]!r}")
    if reply.status < 400 or case.on_page:
        return wrong
    if not reply.header("Content-Type").startswith("application/problem+json"):
        if case.method != "HEAD":
            wrong.append(f"an error as {reply.header('Content-Type')!r}, not application/problem+json")
        return wrong
    if any(kind in reply.header("Content-Type") for kind in ANSWER_TYPES):
        wrong.append("an error that reads as an answer")
    problem = reply.problem
    if case.method != "HEAD":
        absent = {"type", "title", "status", "detail", "request_id"} - set(problem)
        wrong += [f"the problem has no {name}" for name in sorted(absent)]
        if problem.get("status") != reply.status:
            wrong.append("status and body tell different statuses")
    if reply.slug in WAITING and not reply.header("Retry-After").isdigit():
        wrong.append("no Retry-After")
    text = reply.body.decode("utf-8", "replace")
    wrong += [f"shows {inside!r}" for inside in INSIDES if inside in text]
    return wrong


def _wrong_content(case: Case, reply: Any) -> list[str]:
    wrong = []
    for name, part in case.headers_hold.items():
        if part.lower() not in reply.header(name).lower():
            wrong.append(f"{name} is {reply.header(name)!r}, without {part!r}")
    wrong += [f"{name} is there" for name in case.headers_lack if reply.header(name)]
    wrong += [f"the body lacks {part!r}" for part in case.body_holds if part.encode() not in reply.body]
    wrong += [f"the body holds {part!r}" for part in case.body_lacks if part.encode() in reply.body]
    if case.place is not None and (reply.problem.get("line"), reply.problem.get("column")) != case.place:
        wrong.append(f"told at {reply.problem.get('line')}:{reply.problem.get('column')}, not {case.place}")
    return wrong

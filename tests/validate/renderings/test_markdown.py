"""Markdown: what a renderer makes of it are our headings, tables and links, and the data as text."""

import re

import pytest
from markdown_it import MarkdownIt
from rdflib import URIRef

from poca_kg.validate import RENDERINGS
from poca_kg.validate.report import Report

render = RENDERINGS["md"].render
reader = MarkdownIt("commonmark").enable("table")


def tokens(text: str) -> list:
    return [each for block in reader.parse(text) for each in (block, *(block.children or ()))]


@pytest.mark.parametrize("which", ["report", "hostile"])
def test_there_are_no_links_images_or_elements_but_our_own(which, report, hostile):
    text = render({"report": report, "hostile": hostile}[which])
    found = tokens(text)
    links = {token.attrs["href"] for token in found if token.type == "link_open"}
    assert all(link.startswith("https://w3id.org/poca-kg/shape/") for link in links)
    assert not [token for token in found if token.type in {"image", "html_block"}]
    assert {token.content for token in found if token.type == "html_inline"} <= {"<br>"}


def test_nothing_outside_of_code_is_a_mention_an_address_or_a_formula(hostile):
    plain = re.sub(r"(`+)(?:(?!\1).)*\1", "", render(hostile))
    assert not re.search(
        r"(?<!\\)[@$]|(?<!\\)https?://|(?<!\\)www\.", re.sub(r"\]\(https://\S+\)", "", plain)
    )


@pytest.mark.parametrize("which", ["report", "hostile"])
def test_every_row_has_as_many_cells_as_its_head(which, report, hostile):
    widths: list[int] = []
    for token in reader.parse(render({"report": report, "hostile": hostile}[which])):
        if token.type == "table_open":
            widths = []
        elif token.type == "tr_open":
            widths.append(0)
        elif token.type in {"th_open", "td_open"}:
            widths[-1] += 1
        elif token.type == "table_close":
            assert len(set(widths)) == 1
            assert len(widths) > 1


def test_hostile_texts_are_read_as_they_are(hostile):
    shown = reader.render(render(hostile))
    assert "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "`code` | cell" in shown
    assert "[link](javascript:alert(1))" in shown


def test_the_report_fits_into_the_summary_of_a_workflow_step(result):
    many = Report(
        tuple(
            result(shape=URIRef(f"http://e/{number}"), what=f"{number} " + "long " * 100, excerpt="")
            for number in range(3000)
        )
    )
    text = render(many)
    assert len(text.encode()) < 2**20
    assert re.search(r"… and \d+ more rules$", text)

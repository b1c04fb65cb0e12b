"""The page: one file, escaped, in order for keyboards and screen readers, readable in both themes."""

import base64
import hashlib
import re

import pytest
from lxml import html

from poca_kg.validate import RENDERINGS
from poca_kg.validate.renderings.html_page import report_section, report_style
from poca_kg.validate.report import Report

render = RENDERINGS["html"].render
KNOWN = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "div", "span", "table",
    "caption", "thead", "tbody", "tr", "th", "td", "a", "code", "section", "dl", "dt", "dd", "ol", "li",
    "pre", "mark",
}  # fmt: skip


def elements(text: str) -> list:
    return [element for element in html.document_fromstring(text).iter() if isinstance(element.tag, str)]


@pytest.mark.parametrize("which", ["report", "hostile", "empty"])
def test_there_is_no_element_and_no_address_but_our_own(which, report, hostile):
    text = render({"report": report, "hostile": hostile, "empty": Report(results=())}[which])
    found = elements(text)
    assert {element.tag for element in found} <= KNOWN
    for element in found:
        assert not [name for name in element.attrib if name.startswith("on") or name in {"src", "style"}]
        if element.tag == "a":
            assert element.get("href").startswith(("#rule-", "https://w3id.org/poca-kg/shape/"))


def test_hostile_texts_are_shown_as_they_are(hostile):
    shown = html.document_fromstring(render(hostile)).text_content()
    for text in ("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "&lt;"):
        assert text in shown


def test_the_policy_allows_our_style_and_nothing_else(report):
    found = elements(render(report))
    (policy,) = [element.get("content") for element in found if element.get("http-equiv")]
    (style,) = [element.text for element in found if element.tag == "style"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


def test_headings_follow_each_other_and_ids_are_unique(report):
    found = elements(render(report))
    levels = [int(element.tag[1]) for element in found if re.fullmatch("h[1-6]", element.tag)]
    assert levels == [1, 2, 2, 2, 2]
    ids = [element.get("id") for element in found if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = {element.get("href")[1:] for element in found if element.get("href", "").startswith("#")}
    labels = {element.get("aria-labelledby") for element in found if element.get("aria-labelledby")}
    assert targets | labels <= set(ids)


def test_the_page_has_a_language_a_title_and_words_for_severities(report):
    found = elements(render(report))
    assert found[0].get("lang") == "en"
    assert next(element.text for element in found if element.tag == "title") == "Validation report"
    words = [element.text for element in found if element.get("class") in {"violation", "warning", "info"}]
    assert set(words) == {"violation", "warning", "note"}


def test_the_part_that_is_meant_is_marked_in_its_line(report):
    page = html.document_fromstring(render(report))
    line = page.findall(".//pre")[0]
    assert line.text_content() == "12 poca:level level:cty ."
    assert line.findall(".//mark")[0].text == "level:cty"


def test_a_section_for_a_page_with_a_frame_has_headings_of_its_level(report):
    section = html.fragment_fromstring(report_section(report, level=3))
    assert section.get("class") == "report"
    assert {element.tag for element in section.iter() if re.fullmatch("h[1-6]", str(element.tag))} == {"h3"}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_stands_out_in_light_and_in_dark():
    light, dark = (dict(re.findall(r"--(\w+): (#\w+)", part)) for part in report_style().split("@media")[:2])
    for theme in (light, {**light, **dark}):
        for text in ("text", "link", "violation", "warning", "info"):
            assert contrast(theme[text], theme["back"]) >= 4.5, text
        assert contrast(theme["text"], theme["soft"]) >= 4.5
        assert contrast(theme["text"], theme["mark"]) >= 4.5


def test_the_measure_of_contrast_refuses_grey_on_grey():
    assert contrast("#777", "#888") < 4.5 < contrast("#000", "#fff")

"""No text of ours repeats seven words in a row of the source page, and the comparison can fail.

``shingles.txt`` holds the first 16 hexadecimal digits of the SHA-256 of every run of seven words of the page
(lower case, letters and digits only, one blank between words): enough to recognise a copied run, useless for
reading the page. The title is no part of it: it names the document.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHINGLES = frozenset((Path(__file__).parent / "shingles.txt").read_text().split())
LENGTH = 7
SHINGLE_COUNT = 369
SUFFIXES = {".csv", ".json", ".md", ".py", ".rq", ".toml", ".ttl", ".txt"}
FOLDERS = ("data", "docs", "ontology", "src", "tests", "tools")
SKIPPED = {"_bundle", "__pycache__", "shingles.txt"}
TEXTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")))
    if path.suffix in SUFFIXES and not SKIPPED & set(path.parts)
)


def words_of(text: str) -> list[tuple[str, int]]:
    """Give each word with the number of its line."""
    return [
        (word, number)
        for number, line in enumerate(text.lower().splitlines(), start=1)
        for word in re.findall(r"[^\W_]+", line)
    ]


def digest(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def copied_runs(text: str, shingles: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield line and words of each run that stands in the page."""
    words = words_of(text)
    for start in range(len(words) - LENGTH + 1):
        run = [word for word, _ in words[start : start + LENGTH]]
        if digest(run) in shingles:
            yield words[start][1], " ".join(run)


def test_the_hashes_are_those_of_a_whole_page():
    assert len(SHINGLES) == SHINGLE_COUNT
    assert all(re.fullmatch("[0-9a-f]{16}", shingle) for shingle in SHINGLES)


@pytest.mark.parametrize("folder", [*FOLDERS, "."])
def test_no_text_of_ours_repeats_seven_words_of_the_page(folder):
    home = ROOT / folder
    mine = [path for path in TEXTS if (path.parent == home if folder == "." else home in path.parents)]
    assert mine
    found = [
        f"{path.relative_to(ROOT)}:{line}: {run}"
        for path in mine
        for line, run in copied_runs(path.read_text(encoding="utf-8"), SHINGLES)
    ]
    assert found == []


FABLE = "The quick grey heron stood on one leg and waited for the river to bring its supper"


def test_a_copied_run_is_found_with_its_line_across_line_breaks_and_punctuation():
    words = [word for word, _ in words_of(FABLE)]
    shingles = frozenset(digest(words[start : start + LENGTH]) for start in range(len(words) - LENGTH + 1))
    copy = "Something of our own,\nthen: the Quick, GREY heron\nstood on one (leg); and then on two."
    assert [line for line, _ in copied_runs(copy, shingles)] == [2, 2, 2]
    assert list(copied_runs("the quick grey heron stood on two legs and waited for dinner", shingles)) == []

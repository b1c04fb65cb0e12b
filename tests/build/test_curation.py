"""Corrections: they change a cell, say why, and fail when the cell has changed below them."""

from __future__ import annotations

import pytest

CURATION = "sources/page/curation.csv"
HEADER = "table,key,field,old,new,reason,by,date\n"
GOOD = (
    "groups,turin-stakeholders,label_en,stakeholders of Turin,people of Turin,clearer,somebody,2026-01-02\n"
)
ITALIAN = (
    "groups,turin-stakeholders,label_it,portatori di interesse di Torino,gente di Torino,"
    "clearer,somebody,2026-01-02\n"
)


def test_a_correction_changes_the_graph_but_not_the_hash_of_the_table(tree, mini):
    tree.write(CURATION, HEADER + GOOD)
    built = tree.build()
    assert b'"people of Turin"@en' in built.nquads
    assert b'"stakeholders of Turin"@en' not in built.nquads
    assert built.manifest.tables == mini.manifest.tables


@pytest.mark.parametrize(
    ("row", "at", "says"),
    [
        (GOOD + GOOD, ":3:27", "this cell is already corrected on line 2"),
        (GOOD.replace("groups", "group", 1), ":2:1", "there is no table 'group'; did you mean 'groups'?"),
        (
            GOOD.replace("turin-stakeholders", "turin-people"),
            ":2:8",
            "the table 'groups' has no row 'turin-people'",
        ),
        (GOOD.replace("label_en", "label"), ":2:27", "has no field 'label' to correct; did you mean 'label_"),
        (GOOD.replace("label_en", "id"), ":2:27", "has no field 'id' to correct"),
        (GOOD.replace("people of Turin", "stakeholders of Turin"), ":2:58", "the correction changes nothing"),
        (GOOD.replace("clearer", ""), ":2:74", "a correction has no 'reason'"),
        (GOOD.replace("somebody", ""), ":2:82", "a correction has no 'by'"),
        (GOOD.replace("2026-01-02", ""), ":2:91", "a correction has no 'date'"),
        (GOOD.replace("2026-01-02", "2026-02-30"), ":2:91", "'2026-02-30' is not a day"),
        (GOOD.replace("people of Turin", "=1"), ":2:58", "the cell begins with '='"),
    ],
    ids=range(11),
)
def test_a_correction_that_cannot_be_made_is_told(tree, place, row, at, says):
    tree.write(CURATION, HEADER + row)
    problem = tree.only_problem()
    assert problem.place == place(f"{CURATION}{at}")
    assert says in str(problem)


def test_an_empty_cell_is_filled_in_and_two_cells_of_one_row_are_corrected(tree):
    tree.replace("sources/page/tables/documents.csv", "2015-09-24,", ",")
    tree.write(
        CURATION,
        HEADER
        + GOOD
        + ITALIAN
        + "documents,page,issued,,2015-09-24,it is printed there,somebody,2026-01-02\n",
    )
    nquads = tree.build().nquads
    assert nquads.count(b"def/Correction>") == 3
    assert b'def/oldText> "" ' in nquads


def test_the_header_is_fixed(tree, place):
    tree.write(CURATION, "table,key,field,old,new,reason\n")
    problem = tree.only_problem()
    assert problem.place == place(f"{CURATION}:1")
    assert problem.advice == "write: table,key,field,old,new,reason,by,date"


def test_a_correction_of_a_row_that_could_not_be_read_is_not_called_unknown(tree):
    tree.write(CURATION, HEADER + GOOD)
    tree.replace("sources/page/tables/groups.csv", "stakeholders of Turin", "stakeholders,of Turin")
    assert [problem.what for problem in tree.problems()] == ["the row has 4 cells, the header 3"]


def test_a_correction_of_a_table_that_could_not_be_read_is_not_called_unknown(tree):
    tree.write(CURATION, HEADER + GOOD)
    tree.replace("sources/page/tables/groups.csv", "id,label_en", "id,id,label_en")
    assert tree.only_problem().what == "the column 'id' stands twice"

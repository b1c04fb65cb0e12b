"""``poca-kg build``: summary on stdout, problems on stderr, exit codes."""

from __future__ import annotations

import json

from poca_kg.cli import run

FOLDERS = ["--sources", "sources", "--ontology", "ontology"]


def test_a_summary_names_version_graphs_and_tables(tree, capsys):
    assert run(["build", *FOLDERS, "--out", "out", "--quiet"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "graph:page" in said.out
    assert "territory/workshops" in said.out
    assert "triples in 10 graphs\nwritten to out\n" in said.out
    assert tree.path("out/graph.nq").exists()


def test_json_is_the_manifest_with_the_folder(tree, capsys):
    assert run(["build", *FOLDERS, "--out", "out", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["directory"] == "out"
    written = json.loads(tree.path("out/manifest.json").read_text("utf-8"))
    assert {key: told[key] for key in written} == written


def test_the_data_folder_gets_the_dataset_unless_told_otherwise(tree, capsys, monkeypatch):
    monkeypatch.setenv("POCA_KG_DATA_DIR", "data")
    assert run(["build", *FOLDERS]) == 0
    assert tree.path("data/dataset/manifest.json").exists()
    assert "`poca-kg publish`" in capsys.readouterr().err


def test_a_dataset_elsewhere_gets_no_hint_to_publish_it(tree, capsys):
    assert run(["build", *FOLDERS, "--out", "out"]) == 0
    assert "publish" not in capsys.readouterr().err


def test_problems_go_to_stderr_with_exit_code_3(tree, capsys):
    tree.replace("sources/page/tables/statements.csv", "S01,turin-stakeholders,", "S01,,")
    assert run(["build", *FOLDERS, "--out", "out"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "1 problem in the sources; nothing was built" in said.err
    assert not tree.path("out").exists()


def test_a_folder_that_is_not_there_is_a_usage_error(tree, capsys):
    assert run(["build", "--sources", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err

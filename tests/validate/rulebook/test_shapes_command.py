"""``poca-kg shapes`` lists the rules and explains them."""

from __future__ import annotations

import json

import pytest

from poca_kg.cli import run


def test_the_list_names_every_shape_once(capsys):
    assert run(["shapes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines[1:]]
    assert len(names) == len(set(names)) > 400
    assert "pocash:City-atLevel" in names


def test_the_list_of_a_module_is_in_the_language_asked_for(capsys):
    assert run(["shapes", "--module", "territory", "--lang", "it"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("regola")
    assert "livello di una città" in out
    assert "pocash:Statement" not in out


def test_a_rule_is_explained_with_both_examples(capsys):
    assert run(["shapes", "pocash:City-atLevel"]) == 0
    out = capsys.readouterr().out
    assert "poca:atLevel of each poca:City" in out
    assert "poca:atLevel level:city" in out
    assert "poca:atLevel level:metropolitan" in out
    assert "The report names: pocash:City-atLevel." in out


@pytest.mark.parametrize(
    ("form", "start"),
    [("md", "# pocash:City-atLevel"), ("ttl", "@prefix"), ("json", "["), ("text", "pocash:")],
)
def test_a_rule_comes_in_every_format(form, start, capsys):
    assert run(["shapes", "City-atLevel", "--format", form]) == 0
    assert capsys.readouterr().out.startswith(start)


def test_json_without_names_holds_all_of_a_module(capsys):
    assert run(["shapes", "--module", "workshop", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {entry["module"] for entry in told} == {"workshop"}
    assert all(entry["good"] and entry["bad"] for entry in told)


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [(["shapes", "City-atlvel"], "'City-atLevel'"), (["shapes", "--module", "teritory"], "'territory'")],
)
def test_an_unknown_name_is_wrong_usage(arguments, advice, capsys):
    assert run(arguments) == 2
    assert advice in capsys.readouterr().err

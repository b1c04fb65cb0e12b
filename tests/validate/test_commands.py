"""``validate``, ``publish`` and ``rollback`` on the command line: exit codes, formats, what they leave."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Graph
from rdflib.namespace import RDF, SH

from poca_kg.cli.publish import publish_command
from poca_kg.cli.rollback import rollback_command
from poca_kg.cli.validate import validate_command
from poca_kg.errors import InputError, NotFoundError, UnknownNameError
from poca_kg.store.manifest import Manifest

TOWN = "<https://w3id.org/poca-kg/id/city/{}>"
GRAPH = "<https://w3id.org/poca-kg/graph/towns>"
ROW = "<https://w3id.org/poca-kg/graph/towns/row/towns.{}>"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
FROM = "<http://www.w3.org/ns/prov#wasDerivedFrom>"
POCA = "https://w3id.org/poca-kg/def/"
LEVEL = "<https://w3id.org/poca-kg/scheme/level/city>"
CATALOGUE = "<https://w3id.org/poca-kg/graph/catalogue>"
GOOD = 'city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:city .\n'
WARNED = GOOD.replace(" .", ' ; poca:motto "a motto that is much longer than allowed" .')


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path, ontology_dir):
    monkeypatch.setenv("POCA_KG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("POCA_KG_ONTOLOGY_DIR", str(ontology_dir))
    monkeypatch.setenv("NO_COLOR", "1")


def dataset(folder: Path, *names: str, levelled: bool = True) -> str:
    """Write a built dataset of towns and return its version."""
    directory = folder / "data" / "dataset"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    lines = [f'{TOWN.format("x")} {LABEL} "X"@en {CATALOGUE} .']
    for name in names:
        town = TOWN.format(name)
        lines += [
            f"{town} {TYPE} <{POCA}Town> {GRAPH} .",
            f'{town} {LABEL} "{name}"@en {GRAPH} .',
            f"{town} {FROM} {ROW.format(name)} {GRAPH} .",
        ]
        lines += [f"{town} <{POCA}level> {LEVEL} {GRAPH} ."] if levelled else []
    graph = ("\n".join(sorted(lines)) + "\n").encode()
    version = f"0.1.0-{hashlib.sha256(graph).hexdigest()[:12]}"
    (directory / "graph.nq").write_bytes(graph)
    (directory / "manifest.json").write_bytes(Manifest(version, "0.1.0", len(lines), (), ()).to_json())
    places = "".join(f"{ROW.format(name)}\t\t\ttowns.csv\t{n}\n" for n, name in enumerate(names, 2))
    (directory / "places.tsv").write_text(f"subject\tpredicate\tobject\tfile\tline\n{places}")
    return version


def invoke(command, *arguments, **kwargs):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], **kwargs)


def test_good_data_exits_with_0(write):
    outcome = invoke(validate_command, write(GOOD))
    assert outcome.exit_code == 0
    assert outcome.stdout.startswith(
        "engine: compiled (every construct of the shapes is in its tested subset)"
    )
    assert outcome.stdout.splitlines()[-1].startswith("Conforms (")


def test_a_violation_exits_with_1_and_the_report_on_stdout(write):
    outcome = invoke(validate_command, write("city:a a poca:Town ."))
    assert outcome.exit_code == 1
    assert "data.ttl:10:1: city:a" in outcome.stdout
    assert outcome.stderr == ""


@pytest.mark.parametrize(("threshold", "code"), [("violation", 0), ("warning", 1), ("info", 1)])
def test_the_least_severity_that_fails_is_chosen(write, threshold, code):
    assert invoke(validate_command, write(WARNED), "--fail-on", threshold).exit_code == code


def test_quiet_is_silent_when_all_is_well_and_only_then(write):
    assert invoke(validate_command, write(GOOD), "--quiet").output == ""
    assert "motto" in invoke(validate_command, write(WARNED), "--quiet").stdout
    assert "nothing to check" in invoke(validate_command, write("", "empty.ttl"), "--quiet").stdout
    assert json.loads(invoke(validate_command, write(GOOD), "--quiet", "--format", "json").stdout)["conforms"]


def test_the_report_comes_as_json_and_turtle(write):
    path = write("city:a a poca:Town .")
    told = json.loads(invoke(validate_command, path, "--format", "json").stdout)
    assert [result["place"]["line"] for result in told["results"]] == [10, 10]
    graph = Graph().parse(data=invoke(validate_command, path, "--format", "ttl").stdout, format="turtle")
    assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == 2


def test_the_report_comes_in_italian(write):
    assert "Non conforme" in invoke(validate_command, write("city:a a poca:Town ."), "--lang", "it").stdout


def test_the_standard_input_is_checked(write):
    data = write("city:a a poca:Town .").read_bytes()
    outcome = invoke(validate_command, "-", input=data)
    assert outcome.exit_code == 1
    assert "-:10:1: city:a" in outcome.stdout


def test_the_standard_input_is_read_once(write):
    outcome = invoke(validate_command, "-", "--shapes", "-", input=b"")
    assert outcome.exit_code == 2
    assert "can be read only once" in outcome.stderr


def test_a_context_goes_with_files_only(write):
    path = write("city:z a poca:Town .")
    assert invoke(validate_command, write(GOOD, "town.ttl"), "--context", path).exit_code == 0
    outcome = invoke(validate_command, "--context", path)
    assert outcome.exit_code == 2
    assert "--context goes with files" in outcome.stderr


def test_all_cases_are_shown_when_asked_for(write):
    path = write("".join(f"city:t{number} a poca:Town ; poca:level level:city .\n" for number in range(30)))
    assert "10 more" in invoke(validate_command, path).stdout
    assert "more of this rule" not in invoke(validate_command, path, "--all").stdout


@pytest.mark.parametrize(
    ("name", "error"),
    [("broken.ttl", InputError), ("absent.ttl", InputError), ("data.xyz", UnknownNameError)],
)
def test_what_cannot_be_read_is_an_error_for_the_frame_to_tell(write, tmp_path, name, error):
    write("city:a ] .", "broken.ttl")
    write("", "data.xyz")
    outcome = invoke(validate_command, tmp_path / name)
    assert isinstance(outcome.exception, error)
    assert outcome.stdout == ""


def test_without_a_built_dataset_the_advice_is_to_build(tmp_path):
    for command in (validate_command, publish_command):
        outcome = invoke(command)
        assert isinstance(outcome.exception, NotFoundError)
        assert "poca-kg build" in str(outcome.exception)


def test_without_a_built_dataset_the_current_graph_is_checked(tmp_path):
    version = dataset(tmp_path, "a")
    invoke(publish_command)
    shutil.rmtree(tmp_path / "data" / "dataset")
    outcome = invoke(validate_command)
    assert outcome.exit_code == 0
    assert f"\nConforms ({version})" in outcome.stdout
    assert outcome.stderr == f"no dataset was built here; what is checked is the current graph, {version}\n"


def test_the_built_dataset_is_checked_with_its_rows_and_its_report_kept(tmp_path):
    version = dataset(tmp_path, "a", "b", levelled=False)
    outcome = invoke(validate_command)
    assert outcome.exit_code == 1
    assert "towns.csv:2: city:a" in outcome.stdout
    assert f"Does not conform ({version})" in outcome.stdout
    kept = json.loads((tmp_path / "data" / "dataset" / "report.json").read_text())
    assert (kept["version"], kept["conforms"]) == (version, False)


def test_a_report_that_cannot_be_kept_is_shown_all_the_same(tmp_path):
    dataset(tmp_path, "a")
    (tmp_path / "data" / "dataset" / "report.json").mkdir()
    outcome = invoke(validate_command)
    assert outcome.exit_code == 0
    assert "\nConforms (" in outcome.stdout
    assert "the report cannot be written" in outcome.stderr


def current(folder: Path) -> str:
    return (folder / "data" / "current").read_text().strip()


def test_a_dataset_that_conforms_is_published_with_reports_and_catalogue(tmp_path):
    version = dataset(tmp_path, "a")
    outcome = invoke(publish_command, "--format", "json")
    assert outcome.exit_code == 0
    told = json.loads(outcome.stdout)
    assert told["version"] == version == current(tmp_path)
    files = {path.name for path in Path(told["directory"]).iterdir()}
    assert {
        "graph.nq",
        "manifest.json",
        "places.tsv",
        "store",
        "report.json",
        "report.ttl",
        "catalogue.ttl",
    } <= files
    catalogue = Graph().parse(Path(told["directory"]) / "catalogue.ttl")
    assert len(catalogue) == 1


def test_a_dataset_with_a_violation_is_not_published(tmp_path):
    published = dataset(tmp_path, "a")
    invoke(publish_command)
    dataset(tmp_path, "a", "b", levelled=False)
    outcome = invoke(publish_command)
    assert outcome.exit_code == 1
    assert outcome.stderr.endswith("nothing was published: the dataset breaks the shapes\n")
    assert outcome.stdout == ""
    assert current(tmp_path) == published
    assert len(list((tmp_path / "data" / "snapshots").iterdir())) == 1


@pytest.mark.parametrize("validated_before", [False, True])
def test_the_report_of_a_dataset_that_is_refused_is_shown_with_its_rows(tmp_path, validated_before):
    version = dataset(tmp_path, "a", "b", levelled=False)
    if validated_before:
        invoke(validate_command)
    outcome = invoke(publish_command, "--quiet")
    assert outcome.exit_code == 1
    assert "towns.csv:2: city:a" in outcome.stderr
    assert "towns.csv:3: city:b" in outcome.stderr
    assert f"Does not conform ({version})" in outcome.stderr


def test_a_fresh_report_is_trusted_and_another_is_not(tmp_path, monkeypatch):
    dataset(tmp_path, "a")
    invoke(validate_command)

    def never(*args, **kwargs):
        raise AssertionError("validated again")

    with monkeypatch.context() as patch:
        patch.setattr("poca_kg.cli.publish.validate_built", never)
        assert invoke(publish_command).exit_code == 0
        dataset(tmp_path, "b")
        assert "validated again" in str(invoke(publish_command).exception)


@pytest.mark.parametrize("report", ["{}", "[]", "not json", '{"version": "other", "conforms": true}'])
def test_a_report_that_is_not_of_this_version_is_made_anew(tmp_path, report):
    dataset(tmp_path, "a", levelled=False)
    (tmp_path / "data" / "dataset" / "report.json").write_text(report)
    assert invoke(publish_command).exit_code == 1


def test_rollback_goes_back_and_forth(tmp_path):
    first = dataset(tmp_path, "a")
    invoke(publish_command)
    second = dataset(tmp_path, "b")
    invoke(publish_command)
    assert current(tmp_path) == second
    assert first in invoke(rollback_command).stdout
    assert current(tmp_path) == first
    told = json.loads(invoke(rollback_command, "--format", "json").stdout)
    assert told["version"] == second == current(tmp_path)


def test_rollback_with_nothing_to_go_back_to_is_an_error(tmp_path):
    dataset(tmp_path, "a")
    invoke(publish_command)
    assert isinstance(invoke(rollback_command).exception, NotFoundError)


def run(*arguments, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "poca_kg", *map(str, arguments)],
        capture_output=True,
        text=True,
        input=text,
        check=False,
        env=dict(os.environ),
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["validate", "good.ttl"], 0, ""),
        (["validate", "bad.ttl"], 1, ""),
        (["validate", "good.ttl", "--format", "pdf"], 2, "pdf"),
        (["validate", "--no-such-option"], 2, "no-such-option"),
        (["validate", "data.xyz"], 2, ".xyz"),
        (["validate", "broken.ttl"], 3, "broken.ttl:10:8: "),
        (["validate", "absent.ttl"], 3, "absent.ttl"),
        (["validate", "*.trig"], 3, "*.trig: fits no file"),
        (["validate", "good.ttl", "--shapes", "recursive.ttl"], 3, "refers to itself"),
        (["validate", "--store", "http://127.0.0.1:9/query"], 3, "cannot be reached"),
        (["validate", "--store", "127.0.0.1:9"], 2, "is no address of a store"),
        (["validate", "good.ttl", "broken.ttl"], 3, "broken.ttl:10:8: "),
        (["validate"], 3, "poca-kg build"),
        (["publish"], 3, "poca-kg build"),
        (["rollback"], 3, "no earlier snapshot"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_the_exit_codes_are_those_of_the_documentation(write, monkeypatch, tmp_path, arguments, code, told):
    write(GOOD, "good.ttl")
    write("city:a a poca:Town .", "bad.ttl")
    write("city:a ] .", "broken.ttl")
    write("", "data.xyz")
    write("pocash:S a sh:NodeShape ; sh:targetClass poca:Town ; sh:node pocash:S .", "recursive.ttl")
    monkeypatch.chdir(tmp_path)
    outcome = run(*arguments)
    assert outcome.returncode == code, outcome.stderr
    assert told in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert bool(outcome.stdout) == (code < 2)


def test_ill_typed_data_leaves_no_remark_of_a_library_on_the_screen(write):
    path = write(GOOD.replace(" .", ' ; poca:opened "2016-13-01"^^xsd:date ; poca:closed "x"^^xsd:date .'))
    outcome = run("validate", path)
    assert outcome.returncode == 1
    assert outcome.stderr == ""

"""Modules and functions stay small, and the counting can fail."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE_LINES, MODULE_P90, MODULE_MEDIAN = 400, 250, 130
FUNCTION_LINES, FUNCTION_P90 = 50, 30
PARAMETERS = 6

GENERATED = {"src/poca_kg/vocabulary/terms.py": "written by tools/generate_terms.py"}
EXCUSED: dict[str, str] = {}


def modules() -> list[Path]:
    return [path for path in sorted((ROOT / "src").rglob("*.py")) if "_bundle" not in path.parts]


def functions(
    tree: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", node
            yield from functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{prefix}{node.name}.")
        else:
            yield from functions(node, prefix)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def breaches(name: str, text: str) -> list[str]:
    """Name every budget that a module breaks."""
    found = []
    lines = text.count("\n")
    if lines > MODULE_LINES:
        found.append(f"{name}: {lines} lines, at most {MODULE_LINES}")
    for function, node in functions(ast.parse(text)):
        place = f"{name}:{node.lineno} {function}"
        arguments = node.args
        positional = [
            a.arg for a in (*arguments.posonlyargs, *arguments.args) if a.arg not in {"self", "cls"}
        ]
        if length(node) > FUNCTION_LINES:
            found.append(f"{place}: {length(node)} lines, at most {FUNCTION_LINES}")
        is_command = any("command" in ast.unparse(decorator) for decorator in node.decorator_list)
        if len(positional) + len(arguments.kwonlyargs) > PARAMETERS and not is_command:
            found.append(f"{place}: more than {PARAMETERS} parameters")
    return [breach for breach in found if breach.split(": ")[0] not in EXCUSED]


def percentile_90(values: list[int]) -> int:
    return sorted(values)[int(len(values) * 0.9)]


def test_no_module_or_function_is_over_its_budget():
    found = []
    for path in modules():
        name = str(path.relative_to(ROOT))
        if name not in GENERATED:
            found += breaches(name, path.read_text())
    assert not found, "\n".join(found)


def test_most_modules_and_functions_are_short():
    texts = [path.read_text() for path in modules() if str(path.relative_to(ROOT)) not in GENERATED]
    lines = [text.count("\n") for text in texts]
    lengths = [length(node) for text in texts for _, node in functions(ast.parse(text))]
    assert percentile_90(lines) <= MODULE_P90
    assert statistics.median(lines) <= MODULE_MEDIAN
    assert percentile_90(lengths) <= FUNCTION_P90


def test_the_excused_are_still_there():
    assert all((ROOT / name).exists() for name in GENERATED)


def test_a_breach_is_named():
    long_function = "def much(a, b, c, d, e, f, g):\n" + "    pass\n" * 60
    found = breaches("example.py", long_function + "\n" * 400)
    assert [breach.split(": ")[0] for breach in found] == ["example.py", *["example.py:1 much"] * 2]

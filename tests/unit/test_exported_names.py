"""What a module offers is what its ``__all__`` says, and every module has a docstring."""

import ast
import importlib
import pkgutil

import poca_kg

NAMES = [
    module.name
    for module in pkgutil.walk_packages(poca_kg.__path__, "poca_kg.")
    if "_bundle" not in module.name
]


def public_definitions(tree: ast.Module) -> set[str]:
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }


def test_every_module_says_what_it_offers():
    wrong = []
    for name in NAMES:
        module = importlib.import_module(name)
        source = module.__loader__.get_source(name)
        tree = ast.parse(source)
        if not ast.get_docstring(tree):
            wrong.append(f"{name} has no docstring")
        offered = set(getattr(module, "__all__", ()))
        if missing := {word for word in offered if not hasattr(module, word)}:
            wrong.append(f"{name} offers what it lacks: {missing}")
        is_package = hasattr(module, "__path__")
        if not is_package and (unsaid := public_definitions(tree) - offered):
            wrong.append(f"{name} does not name {unsaid} in __all__")
    assert not wrong, "\n".join(wrong)


def test_every_offered_function_and_class_is_documented():
    undocumented = []
    for name in NAMES:
        module = importlib.import_module(name)
        for word in getattr(module, "__all__", ()):
            thing = getattr(module, word)
            if (
                callable(thing)
                and getattr(thing, "__module__", "").startswith("poca_kg")
                and not thing.__doc__
            ):
                undocumented.append(f"{name}.{word}")
    assert not undocumented

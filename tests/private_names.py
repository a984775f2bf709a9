"""Find the private names of other packages, those that begin with one underscore, that a package uses."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# The documentation of their packages has these in spite of their underscore.
DOCUMENTED = frozenset(
    {
        "os._exit",
        "_thread",
        "_typeshed",
        # How marshmallow's fields of one's own are made.
        "_deserialize",
        # Of named tuples and of ctypes.Structure.
        *("_asdict", "_field_defaults", "_fields", "_make", "_replace", "_fields_"),
    }
)


class Use(NamedTuple):
    """A use of a private name: ``file`` below the package's parent, and the name, as full as it is known."""

    file: str
    name: str


def uses(package: Path) -> set[Use]:
    """Return what the modules of ``package`` use of the private names of others."""
    files = sorted(package.rglob("*.py"))
    trees = {file: ast.parse(file.read_text()) for file in files}
    own = {name for tree in trees.values() for name in _defined(tree)}
    found = set()
    for file, tree in trees.items():
        place = file.relative_to(package.parent)
        names = {*_in_tree(tree, package.name, own), *_overridden(place, package.name, own)}
        found |= {Use(str(place), name) for name in names if not _is_documented(name)}
    return found


def _is_documented(name: str) -> bool:
    return not DOCUMENTED.isdisjoint({name, name.partition(".")[0], name.rpartition(".")[2]})


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _defined(tree: ast.AST) -> Iterator[str]:
    """Yield every private name that ``tree`` gives to something of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and _is_private(node.name):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_private(node.attr):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and _is_private(node.id):
            yield node.id


def _in_tree(tree: ast.AST, package: str, own: set[str]) -> Iterator[str]:
    """Yield the foreign private names that are imported, or are attributes."""
    foreign: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            foreign |= {each.asname or each.name.partition(".")[0]: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] != package:
            foreign |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    foreign = {name: full for name, full in foreign.items() if full.partition(".")[0] != package}
    yield from (full for full in foreign.values() if any(_is_private(part) for part in full.split(".")))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_private(node.attr):
            base = _dotted(node.value, foreign)
            if base is not None:
                yield f"{base}.{node.attr}"
            elif node.attr not in own:
                yield node.attr


def _dotted(node: ast.expr, foreign: dict[str, str]) -> str | None:
    """Return the full name of what ``node`` takes from another package, ``None`` if it is from none."""
    if isinstance(node, ast.Name):
        return foreign.get(node.id)
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value, foreign)
        return None if base is None else f"{base}.{node.attr}"
    if isinstance(node, ast.Call):
        base = _dotted(node.func, foreign)
        return None if base is None else f"{base}()"
    return None


def _overridden(place: Path, package: str, own: set[str]) -> Iterator[str]:
    """Yield the private names of foreign classes that classes of the module at ``place`` define anew."""
    if place.name == "__main__.py":
        return
    module = importlib.import_module(".".join(place.with_suffix("").parts).removesuffix(".__init__"))
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if cls.__module__ != module.__name__:
            continue
        for base in cls.__mro__[1:]:
            if base.__module__.partition(".")[0] == package:
                continue
            # A metaclass may add others.
            for name in vars(cls).keys() & vars(base).keys() & own:
                yield f"{base.__module__}.{base.__qualname__}.{name}"

"""The part of the program that its cell functions need, as one block of text.

xlwings Lite runs Python in the browser and keeps a workbook's code as text: what the functions import is
found from their sources, packed with the templates, the messages and the word lists, and unpacked again
where they run.
"""

from __future__ import annotations

import ast
import base64
import io
import sys
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from strategy_xl.schema.shipped import default_folder

PACKAGE = "strategy_xl"
ROOT = f"{PACKAGE}.functions.calling"
CELLS = f"{PACKAGE}.functions.cells"
TEMPLATES = f"{PACKAGE}/workbook_templates"
IN_PYODIDE = frozenset({"numpy", "pandas", "pydantic"})
"""Compiled packages that Pyodide, the Python of xlwings Lite, brings along."""

PURE_PYTHON = frozenset({"babel"})
"""Packages that Pyodide can install because they hold no compiled code."""

_LINE = 100


def _source(module: str) -> Traversable | None:
    """The source file of one of our modules; None when there is no such module."""
    place = files(PACKAGE).joinpath(*module.split(".")[1:])
    if place.is_dir():
        place = place.joinpath("__init__.py")
    else:
        place = files(PACKAGE).joinpath(*module.split(".")[1:-1], f"{module.rpartition('.')[2]}.py")
    return place if place.is_file() else None


def _imports(tree: ast.AST) -> Iterator[str]:
    """What a source imports when it runs, also inside functions: dotted names, most of them modules."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for other in node.orelse:
                yield from _imports(other)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from _imports(node)


def _with_parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


@cache
def needed() -> tuple[Mapping[str, str], frozenset[str]]:
    """Source by module for everything that the cell functions import, and the packages of others they use.

    The names of the packages are those beyond the standard library.
    """
    cells = [entry.name.removesuffix(".py") for entry in files(CELLS).iterdir() if entry.name.endswith(".py")]
    waiting = [ROOT, *(f"{CELLS}.{name}" for name in sorted(cells) if name != "__init__")]
    sources: dict[str, str] = {}
    others: set[str] = set()
    while waiting:
        for module in _with_parents(waiting.pop()):
            place = None if module in sources else _source(module)
            if place is None:
                continue
            sources[module] = place.read_text(encoding="utf-8")
            for name in _imports(ast.parse(sources[module])):
                first = name.partition(".")[0]
                if first == PACKAGE:
                    waiting.append(name)
                elif first not in sys.stdlib_module_names:
                    others.add(first)
    return dict(sorted(sources.items())), frozenset(others)


def _texts(folder: Traversable, path: str) -> Mapping[str, bytes]:
    """The compiled messages, word lists and weights of a folder and those below, by path."""
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        below = f"{path}/{entry.name}"
        if entry.is_dir():
            found |= _texts(entry, below)
        elif entry.name.endswith((".mo", ".npz", ".toml")):
            found[below] = entry.read_bytes()
    return found


def contents() -> Mapping[str, bytes]:
    """The files to unpack, by path, in order: sources, compiled messages, word lists, weights, templates."""
    sources, _ = needed()
    found: dict[str, bytes] = {}
    for module, source in sources.items():
        path = module.replace(".", "/")
        is_package = any(other.startswith(f"{module}.") for other in sources)
        found[f"{path}/__init__.py" if is_package else f"{path}.py"] = source.encode()
    found |= _texts(files(PACKAGE).joinpath("text"), f"{PACKAGE}/text")
    for entry in default_folder().iterdir():
        if entry.name.endswith(".toml"):
            found[f"{TEMPLATES}/{entry.name}"] = entry.read_bytes()
        elif entry.name == "locales":
            found |= _texts(entry, f"{TEMPLATES}/locales")
    return dict(sorted(found.items()))


def packed() -> str:
    """The files as a compressed archive in base64, in lines; the same program gives the same text."""
    store = io.BytesIO()
    with tarfile.open(fileobj=store, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in contents().items():
            info = tarfile.TarInfo(path)  # its time is 1970: nothing of the day of packing
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    text = base64.b64encode(zlib.compress(store.getvalue(), 9)).decode()
    return "\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))

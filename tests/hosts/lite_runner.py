"""Runs the code of a workbook for xlwings Lite in a clean Python, and prints what its functions answer.

Usage: ``python -I lite_runner.py fake|xlwings MAIN.py LANG``. ``fake`` puts a stand-in in the place of
xlwings and refuses every import that Pyodide could not satisfy; ``xlwings`` runs the code through
xlwings' own pipeline for custom functions, the one that xlwings Lite uses.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import types
from collections.abc import Callable, Sequence
from datetime import date
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

ALLOWED = {
    "numpy", "pandas", "pydantic", "babel", "strategy_xl", "main",
    # what these import in their turn
    "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection",
    "dateutil", "six", "pytz", "tzdata",
}  # fmt: skip
DAY = date(2026, 5, 27)


class Refusing(MetaPathFinder):
    """Finds nothing, and refuses what no browser has."""

    def __init__(self) -> None:
        """Nothing was refused yet."""
        self.refused: set[str] = set()

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> None:
        """Let pass what a browser may have; the others look for it."""
        first = name.partition(".")[0]
        if first in sys.stdlib_module_names or first in ALLOWED or first.startswith(("_cy", "_sysconfig")):
            return
        if first in {"cython_runtime", "sitecustomize", "usercustomize"}:
            return
        self.refused.add(first)
        raise ImportError(name)


def fake_xlwings() -> types.ModuleType:
    """The two decorators that the code uses; they check what xlwings would check."""
    module: Any = types.ModuleType("xlwings")

    def func(function: Callable[..., object]) -> Callable[..., object]:
        return function

    def arg(name: str, **options: object) -> Callable[[Callable[..., object]], Callable[..., object]]:
        assert set(options) == {"ndim", "err_to_str", "doc"}

        def mark(function: Callable[..., object]) -> Callable[..., object]:
            assert name in inspect.signature(function).parameters
            return function

        return mark

    module.func, module.arg = func, arg
    return module


def cells_of(value: object) -> object:
    """An argument of an example as rows of cells."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        return [[value]]
    return [list(row) if isinstance(row, list | tuple) else [row] for row in value]


def main() -> None:
    """Run the code, call every example of a language, print answers and what was refused."""
    mode, path, lang = sys.argv[1:]
    refusing = Refusing()
    if mode == "fake":
        sys.modules["xlwings"] = fake_xlwings()
        sys.meta_path.insert(0, refusing)
    else:
        import xlwings
        from xlwings import server

        xlwings.func, xlwings.arg = server.func, server.arg
    code: Any = types.ModuleType("main")
    exec(compile(Path(path).read_text(encoding="utf-8"), "main.py", "exec"), code.__dict__)  # noqa: S102
    # A calendar that stands still, for this code only.
    code.datetime = types.SimpleNamespace(date=types.SimpleNamespace(today=lambda: DAY))
    import strategy_xl
    from strategy_xl.functions.registry import functions

    def called(name: str, args: Sequence[object]) -> object:
        if mode == "fake":
            return getattr(code, name)(*args)
        cells = [None if rows is None else [["" if c is None else c for c in row] for row in rows]  # type: ignore[attr-defined]
                 for rows in args]  # fmt: skip
        data = {"func_name": name, "args": cells, "client": "Office.js", "version": "", "runtime": "1.4"}
        return asyncio.run(server.custom_functions_call(data, code))

    answers = [
        called(function.name, [cells_of(value) for value in example.args])
        for function in functions().values()
        for example in function.examples
        if example.lang == lang
    ]
    dated = called("STRAT_KPI_STATUS", [[[cell]] for cell in json.loads(sys.stdin.read())])
    meta = server.custom_functions_meta(code) if mode == "xlwings" else None
    print(json.dumps({  # noqa: T201
        "answers": answers, "dated": dated, "meta": meta, "file": strategy_xl.__file__,
        "refused": sorted(refusing.refused), "names": [name for name in vars(code) if name.isupper()],
    }))  # fmt: skip


if __name__ == "__main__":
    main()

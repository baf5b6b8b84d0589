"""Find and read the template files; what is wrong in one is named by file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from strategy_xl.errors import Location, TemplateError
from strategy_xl.schema.consistency import SETTINGS_MODULE, check
from strategy_xl.schema.shipped import default_folder
from strategy_xl.schema.spec import ModuleSpec, WorkbookSpec
from strategy_xl.schema.translations import translate


def _read(entry: Traversable) -> dict[str, object]:
    try:
        return tomllib.loads(entry.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError("SX101", Location(entry.name), detail=str(error)) from error


def _first_problem(error: ValidationError, name: str, data: dict[str, object]) -> TemplateError:
    """The first validation error, with the path of the key as people would write it."""
    problem = error.errors()[0]
    path = ""
    here: object = data
    for part in problem["loc"]:
        if isinstance(part, int):
            path += f"[{part + 1}]"
            here = here[part] if isinstance(here, list) and part < len(here) else None
            if isinstance(here, dict) and "key" in here:
                path += f"({here['key']})"
        elif isinstance(here, dict) and part not in here and here.get("kind") == part:
            continue  # the discriminator of the union is not a key of the file
        else:
            path += f".{part}" if path else str(part)
            here = here.get(part) if isinstance(here, dict) else None
    return TemplateError("SX102", Location(name), key=path or "-", detail=problem["msg"])


def _parse_module(key: str, data: dict[str, object]) -> ModuleSpec:
    data.setdefault("key", key)
    try:
        return ModuleSpec.model_validate(data)
    except ValidationError as error:
        raise _first_problem(error, f"{key}.toml", data) from error


def _entries(folder: Traversable) -> dict[str, Traversable]:
    return {
        entry.name.removesuffix(".toml"): entry
        for entry in sorted(folder.iterdir(), key=lambda item: item.name)
        if entry.name.endswith(".toml")
    }


def _ordered(order: Iterable[str], modules: dict[str, ModuleSpec]) -> tuple[ModuleSpec, ...]:
    """Modules in the workbook's order; the others go after the one they name, else before the settings."""
    keys = [key for key in order if key in modules]
    for key, module in modules.items():
        if key in keys:
            continue
        if module.after in keys:
            keys.insert(keys.index(module.after) + 1, key)
        elif SETTINGS_MODULE in keys:
            keys.insert(keys.index(SETTINGS_MODULE), key)
        else:
            keys.append(key)
    return tuple(modules[key] for key in keys)


def load(extra: Path | None = None) -> WorkbookSpec:
    """Read the program's templates, with a user's folder laid over them.

    Arguments:
        extra: folder of further or changed modules (``<key>.toml``) and, if wanted, another
            ``workbook.toml``; a file of the same name replaces the program's.

    Raises TemplateError naming the file and key.
    """
    entries = _entries(default_folder())
    if extra is not None:
        if not extra.is_dir():
            raise TemplateError("SX105", Location(str(extra)))
        entries |= _entries(extra)
    return assembled({key: _read(entry) for key, entry in entries.items()})


def assembled(files: dict[str, dict[str, object]]) -> WorkbookSpec:
    """The templates of read files, by name without ending; their texts get those of the other languages.

    Raises TemplateError naming the file and key.
    """
    translate(files)
    data = files["workbook"]
    modules = {key: _parse_module(key, found) for key, found in files.items() if key != "workbook"}
    try:
        workbook = WorkbookSpec.model_validate(data)
    except ValidationError as error:
        raise _first_problem(error, "workbook.toml", data) from error
    workbook = workbook.model_copy(update={"modules": _ordered(workbook.order, modules)})
    check(workbook)
    return workbook


@cache
def load_default() -> WorkbookSpec:
    """The program's own templates, read once."""
    return load()

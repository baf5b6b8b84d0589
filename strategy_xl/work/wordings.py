"""The texts of templates by where they stand in them: how one set of templates says what another one said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strategy_xl.schema.spec import ModuleSpec, SheetText, Spec, Text

Path = tuple[str, ...]
"""Keys that lead to a text: blocks, their key, fields, theirs, label."""


def texts_of(spec: Any, path: Path = ()) -> Iterator[tuple[Path, Text | SheetText]]:
    """Every text of a part of the templates, with the way to it.

    Arguments:
        spec: a module, or anything in it.
        path: the way to that.
    """
    if isinstance(spec, Text | SheetText):
        yield path, spec
    elif isinstance(spec, Spec):
        for name in type(spec).model_fields:
            yield from texts_of(getattr(spec, name), (*path, name))
    elif isinstance(spec, tuple | list):
        for index, item in enumerate(spec):
            yield from texts_of(item, (*path, str(getattr(item, "key", index))))
    elif isinstance(spec, Mapping):
        for key, item in spec.items():
            yield from texts_of(item, (*path, str(key)))


def new_wordings(old: ModuleSpec, new: ModuleSpec, lang: str, target: str) -> dict[str, str]:
    """What a text of a sheet reads now, by what it read.

    Arguments:
        old, new: the sheet in both sets of templates.
        lang, target: language of the texts before and afterwards.

    A text that stands in two places and reads differently now in one of them is left out: nobody could tell
    which of the two a cell holds.
    """
    said = {path: text.get(lang) for path, text in texts_of(old)}
    says = {path: text.get(target) for path, text in texts_of(new)}
    found: dict[str, set[str]] = {}
    for path, text in said.items():
        if path in says and isinstance(text, str):
            found.setdefault(text, set()).add(says[path])
    return {
        text: next(iter(options))
        for text, options in found.items()
        if len(options) == 1 and text not in options
    }

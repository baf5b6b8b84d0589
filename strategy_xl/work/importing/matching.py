"""Match the columns of a list to the fields of a table: by label in both languages, key or synonym."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from strategy_xl.errors import Location, UsageError
from strategy_xl.schema.spec import FieldRole, FieldSpec, TableBlock
from strategy_xl.text.parsing import fold

IGNORE = frozenset({"", "-"})
"""What ``--map column=`` may say to leave a column out."""

_CLOSE_ENOUGH = 0.75
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_MARKS = re.compile(r"[\s_.:/\\-]+")


@dataclass(frozen=True, slots=True)
class Match:
    """One column of the list that goes into a field. ``how``: map, label, key or synonym."""

    index: int
    column: str
    field: str
    how: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A column of the list that goes nowhere, with the field whose label looks like it."""

    index: int
    column: str
    suggestion: str | None = None


def title_key(title: str) -> str:
    """A title as titles are compared: no accents, case, units in brackets or joining marks."""
    plain = _MARKS.sub(" ", _BRACKETS.sub(" ", _CAMEL.sub(" ", title)))
    return fold(plain).strip()


@cache
def _synonyms() -> Mapping[str, Mapping[str, Sequence[str]]]:
    text = files("strategy_xl.work.importing").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def input_fields(block: TableBlock) -> tuple[FieldSpec, ...]:
    """The fields of a table that people fill, hence an import may."""
    return tuple(spec for spec in block.fields if spec.role is FieldRole.INPUT)


def _ways(block: TableBlock) -> Iterable[tuple[str, Mapping[str, str]]]:
    """Title → field, way by way, the surest first."""
    fields = input_fields(block)
    tables = _synonyms()
    yield "label", {title_key(text): spec.key for spec in fields for text in (spec.label.en, spec.label.fr)}
    yield "key", {title_key(spec.key): spec.key for spec in fields}
    for table in (block.key, "any"):
        known = tables.get(table, {})
        yield (
            "synonym",
            {title_key(text): spec.key for spec in fields for text in known.get(spec.key, ())},
        )


def match_columns(
    path: str, columns: Sequence[str], block: TableBlock, mapping: Mapping[str, str] | None, lang: str
) -> tuple[tuple[Match, ...], tuple[Unmatched, ...]]:
    """Match the columns of a list.

    Arguments:
        path: the list's file, for messages.
        columns: its titles.
        block: the table to fill.
        mapping: title → field (label or key) as people say; ``-`` leaves the column out.

    Two columns never go into one field: the surer way wins, then the first column.
    Errors: UsageError SX154 no such column, SX155 no such field.
    """
    taken: dict[str, Match] = {}
    left = {index: title for index, title in enumerate(columns) if title}
    _as_told(path, columns, block, mapping or {}, taken, left, lang)
    for how, titles in _ways(block):
        for index, title in list(left.items()):
            field = titles.get(title_key(title))
            if field is not None and field not in taken:
                taken[field] = Match(index, title, field, how)
                del left[index]
    matches = tuple(sorted(taken.values(), key=lambda match: match.index))
    return matches, tuple(_unmatched(left, block, set(taken), lang))


def _as_told(  # noqa: PLR0913, PLR0917 - the state of the matching it takes part in
    path: str,
    columns: Sequence[str],
    block: TableBlock,
    mapping: Mapping[str, str],
    taken: dict[str, Match],
    left: dict[int, str],
    lang: str,
) -> None:
    known = {title_key(column): index for index, column in reversed(list(enumerate(columns)))}
    fields = {
        title_key(text): spec.key
        for spec in input_fields(block)
        for text in (spec.label.en, spec.label.fr, spec.key)
    }
    for title, wanted in mapping.items():
        index = columns.index(title) if title in columns else known.get(title_key(title))
        if index is None:
            raise UsageError("SX154", Location(path), found=title, columns=", ".join(columns))
        if wanted.strip() in IGNORE:
            left.pop(index, None)
            continue
        field = fields.get(title_key(wanted))
        if field is None:
            close = difflib.get_close_matches(title_key(wanted), fields, 1, 0)
            labels = {spec.key: spec.label.get(lang) for spec in input_fields(block)}
            raise UsageError("SX155", Location(path), found=wanted, suggestion=labels[fields[close[0]]])
        taken[field] = Match(index, columns[index], field, "map")
        left.pop(index, None)


def _unmatched(left: Mapping[int, str], block: TableBlock, taken: set[str], lang: str) -> Iterable[Unmatched]:
    free = {
        title_key(text): spec.label.get(lang)
        for spec in input_fields(block)
        if spec.key not in taken
        for text in (spec.label.fr, spec.label.en)
    }
    for index, title in left.items():
        close = difflib.get_close_matches(title_key(title), free, 1, _CLOSE_ENOUGH)
        yield Unmatched(index, title, free[close[0]] if close else None)

"""The LAMBDAs of one workbook: their names, formulas and what Excel shows beside them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from strategy_xl.formulas.excel import quote
from strategy_xl.functions.intake import block_fields, choice_labels
from strategy_xl.functions.lambdas.compiling import compiled, lambda_name
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.lambdas.scope import Words, taken
from strategy_xl.functions.lambdas.tools import LAMBDA_PREFIX, tools
from strategy_xl.functions.registry import CellFunction, functions
from strategy_xl.schema.consistency import SETTINGS_BLOCK, TODAY
from strategy_xl.schema.names import choice_name, setting_name
from strategy_xl.schema.spec import FieldType
from strategy_xl.text.catalog import message
from strategy_xl.text.shortening import shorten

__all__ = [
    "LAMBDA_PREFIX",
    "MOST_COMMENT",
    "NamedLambda",
    "comment_of",
    "lambda_name",
    "named_lambdas",
    "words_of",
]

MOST_COMMENT = 255
"""Longest comment of a name: with one more Excel does not open the file."""


@dataclass(frozen=True, slots=True)
class NamedLambda:
    """A LAMBDA as a workbook defines it.

    Arguments:
        name: ``STRATX_…``.
        formula: what the name stands for, as the file writes it, without ``=``.
        comment: what Excel shows beside the name; at most ``MOST_COMMENT`` characters.
        function: the cell function that it stands in for; None for one that only the others call.
    """

    name: str
    formula: str
    comment: str
    function: CellFunction | None


def words_of(lang: str, names: Collection[str]) -> Words:
    """What a workbook writes for settings and choices.

    Arguments:
        lang: its language.
        names: the names that it defines: a setting or choice without one is a constant, its default or label.
    """
    fields = block_fields(SETTINGS_BLOCK)

    def setting(key: str) -> str:
        name = setting_name(key)
        if name in names:
            return name
        if key == TODAY:
            return "TODAY()"
        spec = fields[key]
        if spec.default is None:
            return '""'
        if spec.type is FieldType.CHOICE:
            return choice(str(spec.choices), str(spec.default))
        return quote(spec.default) if isinstance(spec.default, str) else f"{spec.default!r}"

    def choice(listed: str, key: str) -> str:
        name = choice_name(listed, key)
        return name if name in names else quote(choice_labels(listed, lang)[key])

    return Words(lang, setting, choice)


def named_lambdas(lang: str, names: Collection[str] = ()) -> tuple[NamedLambda, ...]:
    """The LAMBDAs for a workbook: small ones that the others call, then the functions in the method's order.

    Arguments: as for ``words_of``.
    """
    words, known = words_of(lang, names), definitions()
    found = [NamedLambda(name, formula, "", None) for name, formula in tools(lang).items()]
    for key, function in functions().items():
        if key not in known:
            continue
        *parts, (name, formula) = compiled(function, known[key], words).items()
        found += [NamedLambda(part, text, "", None) for part, text in parts]
        found.append(NamedLambda(name, formula, comment_of(function, lang), function))
    return tuple(found)


def comment_of(function: CellFunction, lang: str) -> str:
    """What a function is for, and what its arguments are, as far as there is room."""
    arguments = taken(function, definitions()[function.name])
    parts = [f"{item.name}: {function.describe(item, lang)}" for item in arguments]
    separator = message("core.semicolon", lang)
    while True:
        text = f"{function.title(lang)} {separator.join(parts)}"
        if len(text) <= MOST_COMMENT:
            return text
        if len(parts) <= 1:
            return shorten(text, MOST_COMMENT)
        parts = [*parts[:-2], "…"] if parts[-1] == "…" else [*parts[:-1], "…"]

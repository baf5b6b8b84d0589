"""Reference pages of what stands in the workbook, in both languages: sheets with columns, and settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from docs_pages import LANGUAGES

from strategy_xl.functions.intake import choice_labels
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import (
    AnyBlock,
    FieldSpec,
    FieldType,
    FormBlock,
    ListsBlock,
    ModuleSpec,
    SummaryBlock,
    TableBlock,
    Text,
)
from strategy_xl.text.catalog import format_value, message

WORDS = tomllib.loads(Path(__file__).with_name("docs.toml").read_text(encoding="utf-8"))
"""Heads of pages and tables, by language."""
UNNAMED = {FieldType.MESSAGE, FieldType.LINK}
"""Kinds that nobody types."""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


def unit(field: FieldSpec, lang: str) -> str:
    """The unit of a field; empty without one."""
    given: object = field.unit
    return given.get(lang) if isinstance(given, Text) else str(given or "")


def takes(field: FieldSpec, lang: str) -> str:
    """The kind of a field with its unit, its choices and its bounds."""
    if field.type is FieldType.CHOICE and field.choices is not None:
        return " · ".join(choice_labels(field.choices, lang).values())
    words = [message(f"functions.docs.type.{field.type}", lang)] if field.type not in UNNAMED else []
    words.append(unit(field, lang))
    if field.minimum is not None and field.maximum is not None:
        words.append("–".join(format_value(end, "dec2", lang) for end in (field.minimum, field.maximum)))
    return ", ".join(filter(None, dict.fromkeys(words)))  # a unit may be the bounds: 1–5


def _fields(fields: tuple[FieldSpec, ...], lang: str) -> Iterator[str]:
    """The table of what people see; helper columns are left out."""
    words = WORDS[lang]
    yield f"| {words['column']} | {words['fills']} | {words['takes']} | {words['help']} |\n|---|---|---|---|"
    for field in fields:
        if field.hidden:
            continue
        label = f"{field.label.get(lang)}{' *' if field.required else ''}"
        note = field.help.get(lang) if field.help else ""
        yield f"| {' | '.join(map(_cell, (label, words[str(field.role)], takes(field, lang), note)))} |"
    yield ""


def _block(block: AnyBlock, lang: str) -> Iterator[str]:
    if isinstance(block, ListsBlock) or block.hidden:
        return
    shown = isinstance(block, TableBlock | FormBlock | SummaryBlock) and any(
        not field.hidden for field in block.fields
    )
    if block.title is not None and (shown or block.intro is not None):
        yield f"### {block.title.get(lang)}\n"
    if block.intro is not None:
        yield f"{block.intro.get(lang)}\n"
    if isinstance(block, FormBlock) and block.instances > 1:
        yield WORDS[lang]["form"].format(n=block.instances) + "\n"
    if shown and isinstance(block, TableBlock | FormBlock | SummaryBlock):
        yield from _fields(block.fields, lang)


def _module(module: ModuleSpec, lang: str) -> Iterator[str]:
    yield f"## {module.sheet.get(lang)}\n"
    if module.question is not None:
        yield f"*{module.question.get(lang)}*\n"
    for block in module.blocks:
        if not (isinstance(block, FormBlock) and block.names):  # the settings have a page of their own
            yield from _block(block, lang)


def _lists(lang: str) -> Iterator[str]:
    words = WORDS[lang]
    yield f"## {words['lists']}\n\n{words['lists_intro']}\n"
    yield f"| {words['list']} | {words['choices']} | |\n|---|---|---|"
    for item in load_default().lists:
        choices = " · ".join(choice.get(lang) for choice in item.choices)
        yield f"| {item.label.get(lang)} | {_cell(choices)} | {words['open'] if item.open else ''} |"
    yield ""


def sheets_page(lang: str) -> str:
    """Every sheet: its question, its blocks, and who fills which column with what."""
    words = WORDS[lang]
    lines = [f"# {words['sheets']}\n\n{words['intro'].strip()}\n"]
    for module in load_default().modules:
        lines += _module(module, lang)
    return "\n".join([*lines, *_lists(lang)])


def _default(field: FieldSpec, lang: str) -> str:
    if field.default is None:
        return ""
    if field.type is FieldType.CHOICE and field.choices is not None:
        return choice_labels(field.choices, lang).get(str(field.default), str(field.default))
    if isinstance(field.default, bool):
        return message(f"core.{'yes' if field.default else 'no'}", lang)
    if field.type is FieldType.PERCENT:
        return format_value(field.default, "percent1", lang)
    return (
        format_value(field.default, "dec2", lang)
        if isinstance(field.default, int | float)
        else str(field.default)
    )


def settings_page(lang: str) -> str:
    """Every setting with its name in formulas, its default and its help."""
    words = WORDS[lang]
    lines = [f"# {words['settings']}\n\n{words['settings_intro']}\n"]
    for module in load_default().modules:
        for block in module.blocks:
            if not (isinstance(block, FormBlock) and block.names):
                continue
            for field in block.fields:
                if field.section is not None:
                    lines.append(f"\n## {field.section.get(lang)}\n")
                if field.section is not None or field is block.fields[0]:
                    heads = (words["setting"], words["name"], words["default"], words["help"])
                    lines.append(f"| {' | '.join(heads)} |\n|---|---|---:|---|")
                value = _default(field, lang)
                default = f"{value} {unit(field, lang)}".strip() if value else ""
                note = field.help.get(lang) if field.help else ""
                cells = (field.label.get(lang), f"`SX_{field.key}`", default, note)
                lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines) + "\n"


PAGES = {
    f"{name}{'' if lang == 'en' else '.fr'}.md": partial(page, lang)
    for name, page in (("sheets", sheets_page), ("settings", settings_page))
    for lang in LANGUAGES
}

"""``strategy-xl functions``: the cell functions, what they take and give, with examples."""

from __future__ import annotations

from collections.abc import Iterator

import click

from strategy_xl.commands.render import json_option, language, show_json, text
from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.calling import call
from strategy_xl.functions.examples import lay_out, signature
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, find
from strategy_xl.functions.registry import functions as all_functions
from strategy_xl.languages import LANGUAGES, forms_of
from strategy_xl.text.catalog import message


@click.command(name="functions", help=text("functions.cli.help"))
@click.argument("name", required=False)
@click.option("--lang", type=click.Choice(LANGUAGES), help=text("functions.cli.lang.help"))
@json_option
def functions(name: str | None, lang: str | None, *, as_json: bool) -> None:
    """Print the list, or all about one function."""
    chosen = lang or language()
    if name is None:
        found = list(all_functions().values())
    else:
        function = find(name)
        if function is None:
            raise click.BadParameter(message("functions.UNKNOWN", chosen, name=name), param_hint="NAME")
        found = [function]
    if as_json:
        show_json([_data(item, chosen) for item in found])
        return
    lines = _list(found, chosen) if name is None else _details(found[0], chosen)
    click.echo("\n".join(lines))


def _list(found: list[CellFunction], lang: str) -> Iterator[str]:
    category = None
    for function in found:
        if function.category != category:
            if category is not None:
                yield ""
            category = function.category
            yield click.style(function.category_title(lang), bold=True)
        yield f"  {function.name:<28}{function.title(lang)}"


def _details(function: CellFunction, lang: str) -> Iterator[str]:
    yield click.style(signature(function, lang), bold=True)
    yield function.title(lang)
    if remark := function.remark(lang):
        yield remark
    yield ""
    for argument in function.arguments:
        yield f"  {argument.name:<18}{function.describe(argument, lang)}"
    yield ""
    yield message("functions.cli.result", lang, what=" | ".join(function.result_titles(lang)))
    for example in function.examples:
        yield ""
        sheet = lay_out(function, example)
        for row in sheet.rows:
            yield "  " + " | ".join(shown(cell, lang) for cell in row)
        yield f"  {sheet.formula(lang)}"
        answer = call(function.name, example.args, settings=example.settings, lang=lang, today=EXAMPLE_DAY)
        for line in answer:
            yield "    → " + " | ".join(shown(cell, lang) for cell in line)


def shown(cell: object, lang: str) -> str:
    """A cell as people see it."""
    if isinstance(cell, int | float):
        text = f"{cell:.4f}".rstrip("0").rstrip(".")
        return text.replace(".", forms_of(lang).decimal)
    return "" if cell is None else str(cell)


def _argument(function: CellFunction, argument: Argument, lang: str) -> dict[str, object]:
    return {
        "name": argument.name,
        "kind": argument.kind.value,
        "required": argument.required,
        "field": argument.field or None,
        "description": function.describe(argument, lang),
    }


def _data(function: CellFunction, lang: str) -> dict[str, object]:
    return {
        "name": function.name,
        "category": function.category_title(lang),
        "description": function.title(lang),
        "remark": function.remark(lang) or None,
        "signature": signature(function, lang),
        "arguments": [_argument(function, item, lang) for item in function.arguments],
        "shape": function.shape.value,
        "results": list(function.result_titles(lang)),
        "examples": [
            {
                "args": example.args,
                "lang": example.lang,
                "today": EXAMPLE_DAY.isoformat(),
                "expected": example.expected,
            }
            for example in function.examples
        ],
    }

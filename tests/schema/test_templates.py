"""The program's own templates: complete, coherent, well written in both languages, example included."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import strategy_xl.rules
from strategy_xl import model
from strategy_xl.formulas.references import parse_argument, references
from strategy_xl.schema.consistency import MAP_COLUMNS
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import box_key
from strategy_xl.schema.spec import (
    FieldRole,
    FieldType,
    FormBlock,
    GridBlock,
    ListsBlock,
    MapBlock,
    RuleCall,
    SummaryBlock,
    TableBlock,
)

BOOK = load_default()
BLOCKS = BOOK.data_blocks()
EXAMPLE = Path(__file__).parents[2] / "workbook_templates" / "example"

# Functions that Excel 2016 and LibreOffice 7.4 both evaluate, from an .xlsx file, without a plug-in.
CLASSIC = """
ABS AND AVERAGE AVERAGEIFS CHAR CHOOSE CODE COS COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS DATE DATEDIF DAY
EDATE EOMONTH EXACT EXP FALSE FIND HYPERLINK IF IFERROR IFNA INDEX INT ISBLANK ISERROR ISNA ISNUMBER ISTEXT
LARGE LEFT LEN LN LOG LOOKUP LOWER MATCH MAX MEDIAN MID MIN MOD MONTH N NA NORMSINV NOT OR PERCENTILE PI
POWER PRODUCT RANK REPT RIGHT ROUND ROUNDDOWN ROUNDUP ROW ROWS SEARCH SIGN SIN SMALL SQRT STDEVP SUBSTITUTE
SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT SUMSQ T TEXT TODAY TRANSPOSE TRIM TRUE UPPER VALUE VLOOKUP WEEKDAY YEAR
YEARFRAC
"""
# Excel 2019 and LibreOffice 7.4: written with their file prefix by the build.
NEWER = "IFS SWITCH MAXIFS MINIFS TEXTJOIN CONCAT"
# Everything else is refused: LET, XLOOKUP, FILTER, SORT, UNIQUE and AGGREGATE fail in LibreOffice 7.4.
FUNCTIONS = {*CLASSIC.split(), *NEWER.split()}
LONGEST_FORMULA = 8192
NESTING = 64


def _formulas() -> list[tuple[str, str]]:
    found = [
        (f"{key}.{field.key}", field.formula)
        for key, (_module, block) in BLOCKS.items()
        for field in block.fields
        if field.formula is not None
    ]
    for module in BOOK.modules:
        for block in module.blocks:
            if isinstance(block, GridBlock):
                found += [(f"{block.key}.{box.title.en}", box.formula) for box in block.boxes]
    return found


FORMULAS = _formulas()


def _without_quotes(formula: str) -> str:
    return re.sub(r'"(?:[^"]|"")*"', '""', formula)


# Parts of SmartParams, handed down to the two halves of the rule: no settings of their own.
INNER = {"AgreementParams", "RealismParams"}


def _params() -> dict[str, Any]:
    """Default of every setting that a rule takes, by key."""
    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(strategy_xl.rules.__path__):
        module = importlib.import_module(f"strategy_xl.rules.{info.name}")
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if name.endswith("Params") and name not in INNER and kind.__module__ == module.__name__:
                for field in dataclasses.fields(kind):
                    default = field.default.value if isinstance(field.default, enum.Enum) else field.default
                    assert found.setdefault(field.name, default) == default, f"two defaults for {field.name}"
    return found


def test_every_module_of_the_method_is_there_in_order() -> None:
    """Each sheet that the workbook lists has its file, and no file is left out of the list."""
    assert tuple(module.key for module in BOOK.modules) == BOOK.order
    assert all(module.question is not None for module in BOOK.modules)
    folder = EXAMPLE.parent
    assert {path.stem for path in folder.glob("*.toml")} - {"workbook"} == set(BOOK.order)


def test_every_list_of_the_domain_has_the_keys_of_its_enumeration() -> None:
    """The choices behind drop-downs are exactly the keys that rules know."""
    lists = {frozenset(choice.key for choice in spec.choices) for spec in BOOK.lists}
    for name, kind in inspect.getmembers(model, inspect.isclass):
        if issubclass(kind, enum.StrEnum) and kind.__module__ == model.__name__:
            assert frozenset(kind) in lists, name


def test_every_list_serves_a_field_or_a_formula() -> None:
    """No list is left over."""
    used = {field.choices for _module, block in BLOCKS.values() for field in block.fields}
    used |= {
        reference.owner
        for _path, formula in FORMULAS
        for reference in references(formula)
        if reference.kind == "choice"
    }
    used.add("yes_no")  # the drop-down of every field of type bool
    assert {spec.key for spec in BOOK.lists} <= used


def test_settings_are_the_parameters_of_the_rules() -> None:
    """Every threshold a rule takes has a cell with the same default; none is skipped."""
    fields = {field.key: field for field in BLOCKS["params"][1].fields}
    params = _params()
    assert params.keys() <= fields.keys()
    for key, default in params.items():
        assert (
            fields[key].default == pytest.approx(default)
            if isinstance(default, int | float)
            else (fields[key].default == default)
        ), key
        kind = fields[key].type
        assert (kind is FieldType.CHOICE) == isinstance(default, str), key


def test_every_setting_of_a_formula_and_only_settings_have_public_names() -> None:
    """The settings block alone gives its cells names that people may use in their own formulas."""
    named = [key for key, (_module, block) in BLOCKS.items() if isinstance(block, FormBlock) and block.names]
    assert named == ["params"]


@pytest.mark.parametrize(("path", "formula"), FORMULAS, ids=[path for path, _formula in FORMULAS])
def test_formula_runs_in_excel_2016_and_libreoffice(path: str, formula: str) -> None:
    """A formula starts with "=", uses known functions only, balances its brackets and is not too long."""
    assert formula.startswith("=")
    assert len(formula) < LONGEST_FORMULA
    bare = _without_quotes(formula)
    functions = set(re.findall(r"([A-Z][A-Z0-9.]*)\(", bare))
    assert functions <= FUNCTIONS, functions - FUNCTIONS
    depth = 0
    for char in bare:
        depth += (char == "(") - (char == ")")
        assert 0 <= depth <= NESTING
    assert depth == 0
    assert bare != '=""', "a formula that computes nothing"


@pytest.mark.parametrize(
    "key", [key for key, (_module, block) in BLOCKS.items() if isinstance(block, TableBlock)]
)
def test_computed_columns_stay_empty_on_empty_rows(key: str) -> None:
    """A computed column of a table looks at its row, so that an empty row can show nothing."""
    _module, block = BLOCKS[key]
    for field in block.fields:
        if field.formula is not None:
            assert any(reference.kind == "row" for reference in references(field.formula)), field.key


def test_charts_and_grids_point_at_cells_that_exist() -> None:
    """Every series and box refers to a block and key of the workbook."""
    maps = {block.key for module in BOOK.modules for block in module.blocks if isinstance(block, MapBlock)}
    grids = {
        block.key: block for module in BOOK.modules for block in module.blocks if isinstance(block, GridBlock)
    }

    def known(text: str) -> bool:
        owner, keys = parse_argument(text)
        if owner in maps:
            return set(keys) <= {*MAP_COLUMNS, *(module.key for module in BOOK.modules)}
        if owner in grids:
            return set(keys) <= {box_key(index) for index in range(len(grids[owner].boxes))}
        return (
            owner in BLOCKS and set(keys) <= {field.key for field in BLOCKS[owner][1].fields} and bool(keys)
        )

    charts = [
        chart
        for _module, block in BLOCKS.values()
        if isinstance(block, SummaryBlock)
        for chart in block.charts
    ]
    assert len(charts) >= 8
    for chart in charts:
        for series in chart.series:
            for text in (series.x, series.y, series.categories, series.name_from, series.labels):
                assert text is None or known(text), text
    for path, formula in FORMULAS:
        for reference in references(formula):
            if reference.kind == "column":
                assert known(f"{reference.owner}[{reference.key}]"), (path, reference)


def test_labels_are_unique_in_their_block() -> None:
    """Nobody has to guess which of two equal labels is meant."""
    for lang in ("fr", "en"):
        for key, (_module, block) in BLOCKS.items():
            labels = [field.label.get(lang).casefold() for field in block.fields if not field.hidden]
            assert len(labels) == len(set(labels)), (key, sorted({x for x in labels if labels.count(x) > 1}))


def test_choices_of_a_list_have_labels_of_their_own() -> None:
    """A label leads back to one key only, in each language."""
    for lang in ("fr", "en"):
        for spec in BOOK.lists:
            labels = [choice.get(lang).casefold() for choice in spec.choices]
            assert len(labels) == len(set(labels)), spec.key


def test_headers_fit_their_column() -> None:
    """The longest word of a header is not wider than its column."""
    for key, (_module, block) in BLOCKS.items():
        if isinstance(block, TableBlock):
            for field in block.fields:
                for lang in ("fr", "en"):
                    longest = max(len(word) for word in re.split(r"[ \-]", field.label.get(lang)))
                    assert longest + 2 <= field.width, (key, field.key, lang)


def test_every_table_shows_at_most_forty_columns_and_asks_for_something() -> None:
    """Helper columns are hidden, and every table that people fill has required fields or is optional."""
    for key, (_module, block) in BLOCKS.items():
        if isinstance(block, TableBlock):
            assert sum(not field.hidden for field in block.fields) <= 40, key
            assert any(field.key == block.identity_key for field in block.fields), key
            for field in block.fields:
                assert not (field.required and field.hidden), (key, field.key)


def test_the_lists_of_the_workbook_have_their_place_on_the_settings_sheet() -> None:
    """People find the open lists on the settings sheet, with room for their own values."""
    assert any(isinstance(block, ListsBlock) for block in BOOK.module("settings").blocks)
    assert {spec.key for spec in BOOK.lists if spec.open} == {"segments", "sectors", "regions", "offers"}
    assert all(spec.spare > 0 for spec in BOOK.lists if spec.open)


def test_the_twenty_questions_of_the_method_are_seeded() -> None:
    """CQQCOQP opens with the method's twenty questions, in the order of its seven dimensions."""
    block = BLOCKS["cqq_answers"][1]
    assert isinstance(block, TableBlock)
    dimensions = [row["dimension"] for row in block.seed]
    assert len(dimensions) == 20
    assert list(dict.fromkeys(dimensions)) == list(model.CqqDimension)
    assert not block.locked


@pytest.mark.parametrize(
    "call",
    [call for module in BOOK.modules for call in module.rules],
    ids=lambda call: f"{call.run}-{call.into}",
)
def test_rules_named_in_a_template_can_be_called(call: RuleCall) -> None:
    """The rule exists, gets every argument it needs and nothing else, and its answer has cells to go to."""
    module_name, _dot, name = call.run.partition(".")
    function = getattr(importlib.import_module(f"strategy_xl.rules.{module_name}"), name)
    parameters = inspect.signature(function).parameters
    given = {*call.args, "params", "today", "stamp", "kind", "ranks"}
    needed = {key for key, parameter in parameters.items() if parameter.default is inspect.Parameter.empty}
    assert needed <= given
    assert call.args.keys() <= parameters.keys()
    for text in call.args.values():
        owner, keys = parse_argument(text)
        assert owner in BLOCKS
        assert {field.key for field in BLOCKS[owner][1].fields}.issuperset(keys)
    answers = {field.key for field in BLOCKS[call.into][1].fields if field.role is not FieldRole.INPUT}
    assert answers
    if "messages" in call.model_fields_set:
        assert call.messages.keys() <= answers


def test_every_owned_message_is_filled_by_a_rule_or_the_summary() -> None:
    """No column promises a sentence that nothing writes."""
    boards = {"alerts", "top_actions", "path", "history_moves", "history_dates"}
    calls = [call for module in BOOK.modules for call in module.rules]
    for key, (_module, block) in BLOCKS.items():
        owned = {field.key for field in block.fields if field.role is FieldRole.OWNED}
        if owned and key not in boards:
            assert any(call.into == key for call in calls), key

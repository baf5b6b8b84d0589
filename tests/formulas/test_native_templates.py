"""Every formula of the templates is read, ordered and evaluated."""

from __future__ import annotations

import pytest
from native_templates import Cells, TemplateFormula, formulas

from strategy_xl.formulas.arrays import (
    UnsupportedError,
    compile_formula,
    dependencies,
    evaluate,
    evaluation_order,
)

UNSUPPORTED: dict[str, str] = {}
"""``block.key`` of the template formulas that cannot be evaluated, with the reason; none."""

FORMULAS = list(formulas())
CELLS = Cells(seed=1)


@pytest.mark.parametrize("given", FORMULAS, ids=[f"{found.block}.{found.key}" for found in FORMULAS])
def test_template_formula(given: TemplateFormula) -> None:
    """A template formula is read, all its functions are known, and it gives one value a row."""
    context = CELLS.context(given.block)
    if f"{given.block}.{given.key}" in UNSUPPORTED:
        with pytest.raises(UnsupportedError):
            evaluate(given.formula, context)
        return
    assert compile_formula(given.formula).formula == given.formula
    values = evaluate(given.formula, context)
    assert len(values) == context.rows_count()
    assert None not in values


def test_there_are_formulas() -> None:
    """The templates were found: the tests above are not empty."""
    assert len(FORMULAS) > 100


def test_order_of_template_fields() -> None:
    """Each computed field of the templates comes after those it reads; there is no circle."""
    fields = {(f.block, f.key): f.formula for f in FORMULAS if not f.key.startswith("box_")}
    order = evaluation_order(fields, "params")
    assert sorted(order) == sorted(fields)
    place = {field: at for at, field in enumerate(order)}
    for (block, key), formula in fields.items():
        for reference in dependencies(formula):
            owner = reference.owner if reference.kind == "column" else block
            needed = ("params", reference.key) if reference.kind == "setting" else (owner, reference.key)
            if reference.kind != "choice" and needed in place:
                assert place[needed] < place[block, key]

"""Native formulas for how complete each module is; the answer equals ``strategy_xl.rules.completeness``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import PlacedBlock
from strategy_xl.schema.names import YES_NO, choice_name
from strategy_xl.schema.spec import FieldRole, FieldSpec, FormBlock, ModuleSpec, TableBlock


def _stands(reference: str) -> str:
    """Cells in which something stands that is no error, as an array expression without IF."""
    return f"ISNUMBER(1/LEN(TRIM({reference})))"


def _has_length(reference: str) -> str:
    """The same as versions before 3 wrote it: one error among the cells, and all is an error."""
    return f"(LEN(TRIM({reference}))>0)"


def _used(inputs: Sequence[FieldSpec], reference: Callable[[FieldSpec], str], *, by_length: bool) -> str:
    """Rows in which something stands, as numbers: to Excel any truth value is greater than any number."""
    if by_length:
        return _has_length("&".join(map(reference, inputs))) if inputs else "0"
    return "+".join(["0", *(_stands(reference(spec)) for spec in inputs)])


def _has_default(block: TableBlock | FormBlock, spec: FieldSpec) -> bool:
    """Whether a cell may hold its default in a row that nobody has filled."""
    identity = block.identity_key if isinstance(block, TableBlock) else block.identity
    return spec.default is not None and spec.key != identity


def _block_terms(
    formulas: Formulas, placed: PlacedBlock, *, judging: bool, by_length: bool
) -> tuple[str, str] | None:
    """Filled required cells and required cells of a block, as formula terms; None without any required."""
    block, stands = placed.block, _has_length if by_length else _stands
    assert isinstance(block, TableBlock | FormBlock)
    required = [spec for spec in block.fields if spec.required]
    if not required:
        return None

    def reference(spec: FieldSpec) -> str:
        if isinstance(block, TableBlock):
            return formulas.column(block, spec.key)
        return placed.value_area(spec.key).absolute

    inputs = [spec for spec in block.fields if spec.role is FieldRole.INPUT]
    keys = {spec.key: spec for spec in block.fields}
    filled = "+".join(
        f"COUNTIF({reference(keys[spec.counted_by])},{choice_name(YES_NO, 'yes')})"
        if spec.counted_by is not None and judging
        else f"SUMPRODUCT(--{stands(reference(spec))})"
        for spec in required
    )
    if isinstance(block, FormBlock) and block.instances == 1:
        return filled, str(len(required))
    used = _used([spec for spec in inputs if not _has_default(block, spec)], reference, by_length=by_length)
    for spec in inputs:
        if _has_default(block, spec):
            cells = reference(spec)
            differs = f"({cells}<>{formulas.constant(spec, spec.default)})"
            used += f"+{stands(cells)}*{differs if by_length else f'ISNUMBER(1/{differs})'}"
    used = f"SUMPRODUCT(--(({used})>0))"
    floor = max(1, block.min_rows if isinstance(block, TableBlock) else block.min_instances)
    return filled, f"MAX({used},{floor})*{len(required)}"


def formula(
    formulas: Formulas, module: ModuleSpec, *, judging: bool = True, by_length: bool = False
) -> str | None:
    """The formula of a module's completeness, 0 to 1; None without required cells.

    Arguments:
        formulas: how formulas are written, and where things are.
        module: the sheet.
        judging: leave out what a result says does not count; workbooks of the first format count it.
        by_length: as versions before 3 wrote it.
    """
    blocks: Sequence[PlacedBlock] = [formulas.layout.placed[block.key] for block in module.blocks]
    terms = [
        found
        for placed in blocks
        if isinstance(placed.block, TableBlock | FormBlock)
        and (found := _block_terms(formulas, placed, judging=judging, by_length=by_length)) is not None
    ]
    if not terms:
        return None
    filled = "+".join(term[0] for term in terms)
    total = "+".join(term[1] for term in terms)
    return f"=({filled})/({total})"

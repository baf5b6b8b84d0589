"""Which sheets, blocks and fields of the present templates a workbook of an earlier version can have."""

from __future__ import annotations

from functools import cached_property

from strategy_xl.build.select import block_references, closure, cut
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.references import references
from strategy_xl.schema.earlier import earlier
from strategy_xl.schema.spec import DataBlock, FieldSpec, WorkbookSpec
from strategy_xl.work.upgrade_base import Base


class Scope:
    """What comes into one workbook, and what it comes to.

    Arguments:
        modules: keys of the sheets that come.
        spec: the templates of these and of the sheets that the workbook has.
        findings: which sheets cannot come.
    """

    def __init__(self, base: Base, spec: WorkbookSpec) -> None:
        """Compare the templates of a workbook with the present ones."""
        self._base = base
        self._old = earlier(base.edition, base.data.lang)
        self._owned = {block for block, _ in base.data.anchors}
        self.findings: list[Finding] = []
        self.modules = tuple(self._new_modules(spec))
        # Without the sheets that these lean on and that people have deleted.
        self.spec = cut(spec, frozenset({*base.data.sheets, *self.modules}))

    def _new_modules(self, spec: WorkbookSpec) -> list[str]:
        """Sheets that the templates did not have then, and whose tables the workbook has."""
        known = {module.key for module in self._old.modules}
        here = self._base.data.sheets
        found = []
        for module in spec.modules:
            is_owned = {block.key for block in module.blocks} & self._owned
            if module.key in known or module.key in here or is_owned:
                continue
            if closure(spec, [module.key]) <= {*here, module.key}:
                found.append(module.key)
            else:
                where = Location(self._base.data.path)
                args = {"title": module.sheet.get(self._base.data.lang)}
                self.findings.append(Finding("SX605", where, args, Severity.NOTE))
        return found

    @cached_property
    def blocks(self) -> dict[str, DataBlock]:
        """Blocks that come into sheets which the workbook has."""
        # Where only charts were, there was nothing to be read.
        known = {
            block.key
            for module in self._old.modules
            for block in module.blocks
            if not isinstance(block, DataBlock) or block.fields
        }
        old_modules = {module.key for module in self._old.modules}
        present = {block.key for module in self.spec.modules for block in module.blocks}
        found: dict[str, DataBlock] = {}
        for module in self.spec.modules:
            if module.key not in self._base.data.sheets or module.key not in old_modules:
                continue
            for block in module.blocks:
                if not isinstance(block, DataBlock) or not block.fields or block.key in known | self._owned:
                    continue
                if set(block_references(module.model_copy(update={"blocks": (block,)}))) <= present:
                    found[block.key] = block
        return found

    @cached_property
    def _readable(self) -> set[str]:
        """Keys of the blocks that formulas may read."""
        data_blocks = self.spec.data_blocks()
        here = {*self._base.data.blocks, *self.blocks}
        for module in self.spec.modules:
            is_new = module.key in self.modules
            here |= {block.key for block in module.blocks if is_new or block.key not in data_blocks}
        return here

    def is_answerable(self, item: FieldSpec) -> bool:
        """Whether all that a field's formula reads is in the workbook, or comes."""
        read = (found.owner for found in references(item.formula or "") if found.kind == "column")
        return set(read) <= self._readable

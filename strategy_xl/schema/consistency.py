"""What one template file alone cannot show: unique keys and titles, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from strategy_xl.errors import Location, TemplateError
from strategy_xl.formulas.references import Reference, parse_argument, parse_column, references
from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.spec import (
    DataBlock,
    FieldSpec,
    MapBlock,
    ModuleSpec,
    TableBlock,
    WorkbookSpec,
)

SETTINGS_MODULE = "settings"
SETTINGS_BLOCK = "params"
TODAY = "today"
"""The setting every workbook has: the reference date of its formulas."""

REFERENCE_DATE = "reference_date"
"""The setting by which people fix that date; while it is empty, it is the day of the calculation."""

PAIR = 2
"""Keys of a look-up, ``block[key:other]``."""
MAP_COLUMNS = ("module", "completeness")
"""What formulas and charts may take from the map of the method: sheet titles, shares filled in (0–1).

Formulas may also take the share of one sheet, by the key of its module.
"""


def _file(module: ModuleSpec) -> Location:
    return Location(f"{module.key}.toml")


def _check_unique(where: Location, names: Iterable[str], prefix: str = "") -> None:
    """No name may stand twice in one file."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise TemplateError("SX104", where, key=prefix + name, other=where.workbook)
        seen.add(name)


def _check_across(names: Iterator[tuple[ModuleSpec, str]]) -> None:
    """No name may stand in two files."""
    owner: dict[str, ModuleSpec] = {}
    for module, name in names:
        if name in owner:
            raise TemplateError("SX104", _file(module), key=name, other=f"{owner[name].key}.toml")
        owner[name] = module


class _Keys:
    """The keys that references may name, by what they belong to; made once, a workbook has thousands."""

    def __init__(self, workbook: WorkbookSpec) -> None:
        """Collect the keys of a workbook's blocks, lists and sheets."""
        modules = {module.key for module in workbook.modules}
        parts = [part for module in workbook.modules for part in module.blocks]
        self.modules = modules
        self.lists = {spec.key: {choice.key for choice in spec.choices} for spec in workbook.lists}
        self.blocks = {
            key: {field.key for field in block.fields} for key, (_, block) in workbook.data_blocks().items()
        } | {part.key: {*MAP_COLUMNS, *modules} for part in parts if isinstance(part, MapBlock)}
        self.settings = self.blocks.get(SETTINGS_BLOCK, set()) | {TODAY}

    def knows(self, block: DataBlock, reference: Reference) -> bool:
        """Whether the key that a reference names is there, where it stands."""
        if reference.kind == "row":
            return reference.key in self.blocks[block.key]
        if reference.kind == "setting":
            return reference.key in self.settings
        owners = self.lists if reference.kind == "choice" else self.blocks
        return reference.key in owners.get(reference.owner, ())


def _shown_by_spark(where: Location, block: DataBlock, path: str, spark: str) -> list[Reference]:
    """The first and the last column of a small line, which reads its own row."""
    try:
        owner, keys = parse_argument(spark)
    except ValueError as error:
        raise TemplateError("SX103", where, key=path, reference=spark) from error
    if owner != block.key or len(keys) != 2:
        raise TemplateError("SX103", where, key=path, reference=spark)
    return [Reference("row", key) for key in keys]


def _check_field(keys: _Keys, where: Location, block: DataBlock, field: FieldSpec) -> None:
    """Every list, source and formula reference of a field must exist."""
    path = f"{block.key}.{field.key}"
    if field.choices is not None and field.choices not in keys.lists:
        raise TemplateError("SX103", where, key=path, reference=field.choices)
    wanted = list(references(field.formula or ""))
    if field.source is not None:
        try:
            owner, key = parse_column(field.source)
        except ValueError as error:
            raise TemplateError("SX103", where, key=path, reference=field.source) from error
        wanted.append(Reference("column", key, owner))
    if field.module is not None and field.module not in keys.modules:
        raise TemplateError("SX103", where, key=path, reference=field.module)
    if field.unit_from is not None:
        wanted.append(Reference("row", field.unit_from))
    if field.trail_of is not None:
        wanted.append(Reference("row", field.trail_of))
    if field.spark is not None:
        wanted += _shown_by_spark(where, block, path, field.spark)
    for reference in wanted:
        if not keys.knows(block, reference):
            shown = ".".join(part for part in (reference.owner, reference.key) if part)
            raise TemplateError("SX103", where, key=path, reference=shown)


def _check_ranking(workbook: WorkbookSpec, where: Location, block: TableBlock) -> None:
    """What alerts on a table's rows are ranked by must exist."""
    blocks, own = workbook.data_blocks(), {field.key for field in block.fields}
    if block.due is not None and block.due not in own:
        raise TemplateError("SX103", where, key=f"{block.key}.due", reference=block.due)
    if block.stake is None:
        return
    try:
        owner, keys = parse_argument(block.stake) if "[" in block.stake else (block.key, (block.stake,))
    except ValueError as error:
        raise TemplateError("SX103", where, key=f"{block.key}.stake", reference=block.stake) from error
    # A block of a module that is not in this workbook gives no stakes.
    known = {field.key for field in blocks[owner][1].fields} if owner in blocks else set(keys)
    if not known.issuperset(keys) or ("[" in block.stake) != (len(keys) == PAIR):
        raise TemplateError("SX103", where, key=f"{block.key}.stake", reference=block.stake)


def _check_rules(workbook: WorkbookSpec, module: ModuleSpec) -> None:
    """A rule writes into a block that exists and is given blocks and columns that exist."""
    blocks = workbook.data_blocks()
    for call in module.rules:
        for text in (call.into, *call.args.values()):
            try:
                owner, keys = parse_argument(text)
            except ValueError as error:
                raise TemplateError(
                    "SX103", _file(module), key=f"rules.{call.run}", reference=text
                ) from error
            # A block of a module that is not in this workbook is an empty table to the rule.
            known = {field.key for field in blocks[owner][1].fields} if owner in blocks else set(keys)
            if not known.issuperset(keys):
                raise TemplateError("SX103", _file(module), key=f"rules.{call.run}", reference=text)


def _check_adoptions(workbook: WorkbookSpec, module: ModuleSpec) -> None:
    """Drafts come out of one block with their fields, and go into a field of a table, if it is there."""
    blocks = workbook.data_blocks()
    for adoption in module.adoptions:
        owners = set()
        for text in (adoption.when, adoption.text, adoption.mark, adoption.into):
            try:
                owner, key = parse_column(text)
            except ValueError as error:
                raise TemplateError("SX103", _file(module), key="adoptions", reference=text) from error
            if owner in blocks and key not in {field.key for field in blocks[owner][1].fields}:
                raise TemplateError("SX103", _file(module), key="adoptions", reference=text)
            owners.add(owner)
        if len(owners) != 2 or parse_column(adoption.when)[0] not in blocks:
            raise TemplateError("SX103", _file(module), key="adoptions", reference=adoption.when)


def _check_explained(workbook: WorkbookSpec, module: ModuleSpec) -> None:
    """What is explained is the answer of one of the sheet's rules, and its settings exist."""
    blocks = workbook.data_blocks()
    settings = {field.key for field in blocks[SETTINGS_BLOCK][1].fields} if SETTINGS_BLOCK in blocks else None
    runs = {call.run for call in module.rules}
    for item in module.explained:
        wanted = {measure.margin for measure in item.measures if measure.margin is not None}
        wanted |= {item.together.setting} if item.together is not None else set()
        wrong = wanted - settings if settings is not None else set()
        if item.run not in runs:
            wrong = {item.run}
        if wrong:
            raise TemplateError("SX103", _file(module), key="explained", reference=min(wrong))


def check(workbook: WorkbookSpec) -> None:
    """Raise TemplateError, naming file and key, at the first thing that does not hold together."""
    groups = {group.key for group in workbook.groups}
    for module in workbook.modules:
        if module.group not in groups:
            raise TemplateError("SX103", _file(module), key="group", reference=module.group)
    _check_across((module, block.key) for module in workbook.modules for block in module.blocks)
    for lang in LANGUAGES:
        titles = ((module, module.sheet.get(lang).casefold()) for module in workbook.modules)
        _check_across(titles)
    for module in workbook.modules:
        _check_rules(workbook, module)
        _check_adoptions(workbook, module)
        _check_explained(workbook, module)
    keys = _Keys(workbook)
    for module, block in workbook.data_blocks().values():
        where = _file(module)
        _check_unique(where, (field.key for field in block.fields), f"{block.key}.")
        if isinstance(block, TableBlock):
            _check_ranking(workbook, where, block)
            for lang in LANGUAGES:
                _check_unique(
                    where, (field.label.get(lang).casefold() for field in block.fields), f"{block.key}: "
                )
        retired = block.retired if isinstance(block, TableBlock) else ()
        for field in (*block.fields, *retired):
            _check_field(keys, where, block, field)

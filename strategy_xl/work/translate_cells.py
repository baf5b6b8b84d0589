"""Which cells of a workbook say what its templates say, and what they are to say in another language."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.known_places import BookNames, Place, choice_places, list_places
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import Area, cell_name
from strategy_xl.formulas.excel import quote
from strategy_xl.formulas.literals import texts_in, with_texts
from strategy_xl.formulas.references import parse_column
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.names import CHOICE_PREFIX, STORED, YES_NO, choice_name
from strategy_xl.schema.spec import FieldRole, FieldType, ListSpec, WorkbookSpec
from strategy_xl.work.translate_words import Words

Edits = dict[str, dict[int, dict[int, str]]]
"""Sheet title → column → row → text."""
_CHOSEN = frozenset({FieldType.CHOICE, FieldType.BOOL})
LANGUAGE = "language"
"""Key of the setting that shows the language of the workbook."""


class TranslatedCells:
    """The cells of one workbook that follow its templates into another language.

    Arguments:
        edits: what they are to say.
        counts: sheet title and kind (``header``, ``choice``, ``text``) → how many.
        choices: list key → label → label, those that follow.
        columns: name of a table → header → header, those that follow.
        names: defined names of choices → what they stand for, with the label of afterwards; titles of before.
        findings: what stays although the templates say it otherwise, and what of people's may not work so.
    """

    def __init__(
        self, spec: WorkbookSpec, data: WorkbookData, info: WorkbookInfo, words: Words, target: str
    ) -> None:
        """Compare a workbook with its templates.

        Arguments:
            spec: the templates.
            data, info: the workbook.
            words: the templates in its language and in the other.
            target: the other language.
        """
        self._spec, self._data, self._info, self._words, self._target = spec, data, info, words, target
        self._values = SheetValues(info)
        self._texts = {
            title: formula_texts(info.package.read(info.sheet(title).part)) for title in data.sheets.values()
        }
        names = {item.name: item.text for item in info.names_like(*STORED) if item.scope is None}
        self._names = BookNames(tuple(sheet.name for sheet in info.sheets), names, ())
        self.edits: Edits = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.findings: list[Finding] = []
        self.columns = self._headers()
        self.choices = self._lists()
        self._fields(self._starting_texts())
        self._language()
        for module, title in data.sheets.items():
            self._sheet(title, words.cells.get(module, ()))
        self._tell_of_formulas()

    def _at(self, place: Place) -> object:
        row = self._values.grid(place.sheet).row(place.row)
        return row[place.column - 1] if place.column <= len(row) else None

    def _put(self, kind: str, place: Place, text: str) -> None:
        self.edits.setdefault(place.sheet, {}).setdefault(place.column, {})[place.row] = text
        self.counts[place.sheet, kind] += 1

    def _finding(self, code: str, place: Place, severity: Severity, **args: object) -> None:
        where = Location(self._data.path, place.sheet, cell_name(place.row, place.column))
        self.findings.append(Finding(code, where, args, severity))

    # -- headers ---------------------------------------------------------------------------------------

    def _headers(self) -> dict[str, dict[str, str]]:
        """Headers of tables that read as the templates have them."""
        found: dict[str, dict[str, str]] = {}
        for block in self._data.blocks.values():
            if block.table is not None:
                wanted = self._words.headers.get(getattr(block.block, "table_name", ""), {})
                found[block.table] = self._headers_of(block, block.table, wanted)
        return found

    def _headers_of(self, block: BlockData, name: str, wanted: Mapping[str, str]) -> dict[str, str]:
        table = self._info.table(name)
        ours = {column.name for column in block.table_columns.values()}
        others = {column.name.casefold() for column in table.columns if wanted.get(column.name) is None}
        others |= {column.name.casefold() for column in table.columns if column.name not in ours}
        found: dict[str, str] = {}
        for index, column in enumerate(table.columns):
            new = wanted.get(column.name, column.name)
            if column.name not in ours or new == column.name:
                continue
            place = Place(table.sheet, table.area.top, table.area.left + index)
            if new.casefold() in others:
                self._finding("SX653", place, Severity.WARNING, label=column.name, other=new)
                continue
            found[column.name] = new
            if table.header_rows:
                self._put("header", place, new)
        return found

    # -- choices ---------------------------------------------------------------------------------------

    def _lists(self) -> dict[str, dict[str, str]]:
        """Labels of choices that read as the templates have them: those cells of the lists follow."""
        places, areas = choice_places(self._names, self._spec), list_places(self._names, self._spec)
        found: dict[str, dict[str, str]] = {}
        for item in self._spec.lists:
            cells = places.get(item.key, {})
            own = set(self._own_choices(item, cells, areas.get(item.key)))
            labels: dict[str, str] = {}
            for choice in item.choices:
                before, after = choice.get(self._data.lang), choice.get(self._target)
                place = cells.get(choice.key)
                shown = self._at(place) if place is not None else None
                if before == after or shown not in (before, None, ""):
                    continue
                if after.casefold() in own and place is not None:
                    self._finding("SX654", place, Severity.WARNING, label=before, other=after)
                    continue
                labels[before] = after
                if shown and place is not None:
                    self._put("choice", place, after)
            found[item.key] = labels
        return found

    @property
    def names(self) -> dict[str, tuple[str, bool]]:
        """The names of choices with the labels of the other language where they spell the templates'."""
        found: dict[str, tuple[str, bool]] = {}
        for item in self._info.names_like(CHOICE_PREFIX):
            before = self._labels.get(item.name)
            if item.scope is None and before is not None:
                text = with_texts(item.text, {quote(before[0]): quote(before[1])})
                found[item.name] = text, item.hidden
        return found

    @cached_property
    def _labels(self) -> dict[str, tuple[str, str]]:
        """Defined name of a choice → its label before and afterwards."""
        return {
            choice_name(item.key, choice.key): (choice.get(self._data.lang), choice.get(self._target))
            for item in self._spec.lists
            for choice in item.choices
        }

    def _own_choices(
        self, item: ListSpec, cells: Mapping[str, Place], area: tuple[Place, int] | None
    ) -> Iterator[str]:
        """What people have put into a list, or made of its choices."""
        if area is None:
            return
        known = {place: key for key, place in cells.items()}
        labels = {choice.key: choice.get(self._data.lang) for choice in item.choices}
        for index in range(area[1]):
            place = Place(area[0].sheet, area[0].row + index, area[0].column)
            shown = self._at(place)
            if isinstance(shown, str) and shown and labels.get(known.get(place, "")) != shown:
                yield shown.casefold()

    def _starting_texts(self) -> dict[tuple[str, str], Mapping[str, str]]:
        """Texts that new workbooks have in cells of people's, by block and field."""
        found: dict[tuple[str, str], Mapping[str, str]] = {}
        for key, block in self._data.blocks.items():
            rows = self._words.rows.get(getattr(block.block, "table_name", ""), {})
            for item in block.block.fields:
                if item.role is not FieldRole.INPUT or item.type in _CHOSEN:
                    continue
                if block.is_table:
                    found[key, item.key] = rows.get(item.label.get(self._data.lang), {})
                elif isinstance(item.default, Mapping):
                    texts = (item.default.get(lang) for lang in (self._data.lang, self._target))
                    before, after = (text if isinstance(text, str) else "" for text in texts)
                    found[key, item.key] = {before: after} if before and after else {}
        return found

    def _fields(self, starting: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
        """Cells of people in which a choice stands, or a text that came with the workbook."""
        for key, block in self._data.blocks.items():
            for item in block.block.fields:
                if item.role is FieldRole.COMPUTED or item.key not in block.places:
                    continue
                if item.type in _CHOSEN:
                    labels: Mapping[str, str] = self.choices.get(item.choices or YES_NO, {})
                elif item.source is not None:
                    labels = starting.get(parse_column(item.source), {})
                else:
                    labels = starting.get((key, item.key), {})
                if labels:
                    self._put_labels(block, item.key, labels)

    def _put_labels(self, block: BlockData, key: str, labels: Mapping[str, str]) -> None:
        sheet = block.sheet_of(key)
        for row in block.all_rows:
            place = Place(sheet, *block.cell(key, row))
            shown = self._at(place)
            is_typed = (place.row, place.column) not in self._texts.get(sheet, {})
            if isinstance(shown, str) and shown in labels and is_typed:
                self._put("choice", place, labels[shown])

    def _language(self) -> None:
        """The setting that shows the language."""
        block = self._data.blocks.get(SETTINGS_BLOCK)
        place = block.places.get(LANGUAGE) if block is not None else None
        if place is not None and self._at(place) == self._data.lang:
            self._put("text", place, self._target)

    # -- texts -----------------------------------------------------------------------------------------

    def _sheet(self, title: str, said: Sequence[tuple[str, str]]) -> None:
        """Titles, questions, labels and help of a sheet."""
        standing = list(self._standing(title))
        options: defaultdict[str, set[str]] = defaultdict(set)
        for before, after in said:
            options[before].add(after)
        places = self._places(standing, said)
        here, there = Counter(text for _, text in standing), Counter(before for before, _ in said)
        for index, (place, text) in enumerate(standing):
            known = options.get(text, set())
            # More of them than the templates have: some are people's.
            is_sure = len(known) == 1 and here[text] <= there[text]
            new = next(iter(known)) if is_sure else places.get(index, text)
            if new != text:
                self._put("text", place, new)

    def _places(
        self, standing: Sequence[tuple[Place, str]], said: Sequence[tuple[str, str]]
    ) -> dict[int, str]:
        """What texts are that the templates have in several places with several meanings, by their order."""
        matcher = SequenceMatcher(
            None, [text for _, text in standing], [before for before, _ in said], autojunk=False
        )
        found: dict[int, str] = {}
        for mine, its, size in matcher.get_matching_blocks():
            found |= {mine + step: said[its + step][1] for step in range(size)}
        return found

    def _standing(self, title: str) -> Iterator[tuple[Place, str]]:
        """The texts on a sheet that are not in tables, fields or lists."""
        others = list(self._areas(title))
        grid, formulas = self._values.grid(title), self._texts[title]
        for row in range(1, self._values.meta(title).rows + 1):
            for column, value in enumerate(grid.row(row), 1):
                if not isinstance(value, str) or not value or (row, column) in formulas:
                    continue
                if not any(area.has(row, column) for area in others):
                    yield Place(title, row, column), value

    def _areas(self, title: str) -> Iterator[Area]:
        """Cells of a sheet that people or the batch fill."""
        yield from (table.area for table in self._info.tables if table.sheet == title)
        for block in self._data.blocks.values():
            for key, place in block.places.items():
                if place.sheet == title:
                    rows = block.all_rows
                    first, last = block.cell(key, rows[0]), block.cell(key, rows[-1])
                    yield Area(*first, *last)
        for place, count in list_places(self._names, self._spec).values():
            if place.sheet == title:
                yield Area(place.row, place.column, place.row + count - 1, place.column)

    # -- formulas --------------------------------------------------------------------------------------

    def _tell_of_formulas(self) -> None:
        """Formulas of people's that spell a label which is another one now."""
        labels = {f'"{label}"': new for known in self.choices.values() for label, new in known.items()}
        for sheet in self._info.sheets:
            if sheet.kind != "worksheet":
                continue
            told: dict[str, list[tuple[int, int]]] = defaultdict(list)
            texts = self._texts.get(sheet.name)
            if texts is None:
                texts = formula_texts(self._info.package.read(sheet.part))
            for cell, text in texts.items():
                if '"' not in text or self._words.literals.knows(text):
                    continue
                spelled = next((literal for literal in texts_in(text) if literal in labels), None)
                if spelled is not None:
                    told[spelled].append(cell)
            for spelled, cells in told.items():
                place = Place(sheet.name, *cells[0])
                args = {"label": spelled.strip('"'), "other": labels[spelled], "n": len(cells)}
                self._finding("SX655", place, Severity.WARNING, **args)

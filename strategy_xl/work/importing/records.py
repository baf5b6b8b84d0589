"""The records of a list, ready to be written, and what is to be told of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.schema.spec import FieldSpec, FieldType, TableBlock
from strategy_xl.text.catalog import message
from strategy_xl.text.coerced import CellProblem
from strategy_xl.text.identity import identity_key
from strategy_xl.text.parsing import fold
from strategy_xl.work.importing.aside import Aside, Kind
from strategy_xl.work.importing.evidence import Evidence
from strategy_xl.work.importing.known import KnownRows, merged_note, shown_values
from strategy_xl.work.importing.list_values import ListColumn, is_error, list_column
from strategy_xl.work.importing.matching import NOTE, Kept, Match, Matching
from strategy_xl.work.importing.source import SourceList
from strategy_xl.work.importing.words import table

MAX_SAME = 20
MAX_NAMES = 5
"""Names that a sentence gives before it counts the others."""
MAX_LABEL = 40
_KIND_CODES = {Kind.TOTAL: "SX165", Kind.GROUP: "SX167", Kind.FOOTER: "SX168"}
_LEGAL = re.compile(
    r"\b(?:sa|sas|sasu|sarl|eurl|sci|snc|scop|gmbh|ag|ltd|llc|inc|corp|co|plc|bv|nv|spa|srl)\b"
)
_NO_LETTER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of the list, ready.

    Arguments:
        cells: field key → value to write.
        existing: Excel row of the same record in the workbook, None for a new one.
        line: number of the row in the list.
        changes: of an existing one, field → old and new value.
    """

    cells: Mapping[str, Any]
    existing: int | None = None
    line: int = 0
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnView:
    """What becomes of one column of the list.

    Arguments:
        column: its title.
        field: key of the field it goes into; None for one that is left aside.
        confidence: how sure that is, from 0 to 1: by the title, and by how many of its cells can be read.
        given, unread: cells that hold something, and those of them that cannot be read.
        sample, shown: one cell as it stands in the file, and as it will stand in the workbook.
        suggestion: label that a column left aside looks like.
        kept: whether it is kept in the note, for lack of a field.
    """

    column: str
    field: str | None = None
    confidence: float = 0.0
    given: int = 0
    unread: int = 0
    sample: Any = None
    shown: Any = None
    suggestion: str | None = None
    kept: bool = False


class Records:
    """The work on one list."""

    def __init__(self, listed: SourceList, data: BlockData, book: WorkbookData, matching: Matching) -> None:
        """Read every column and find out which rows are records."""
        self.listed, self.data, self.book, self.matching = listed, data, book, matching
        self.findings: list[Finding] = []
        self.views: list[tuple[int, ColumnView]] = []
        block = data.block
        assert isinstance(block, TableBlock)
        self.block = block
        self.evidence = Evidence(listed, book.lang)
        self.name = next(match for match in matching.matches if match.field == block.identity_key)
        self.aside = Aside(listed, self.evidence, self.name.index)
        has_roles = any(kept.what == "buying_role" for kept in matching.kept)
        roles = [key for key in table("synonyms")["roles"] if has_roles and key in data.places]
        self.known = KnownRows(book, data, [*(match.field for match in matching.matches), *roles])
        self._tell_file()
        self.raw: dict[str, list[Any]] = {}
        self.columns = {match.field: self._values(match) for match in matching.matches}
        self.kept = [(kept, self._kept(kept)) for kept in matching.kept]
        self._pieces = [(self._label(kept), texts) for kept, texts in self.kept]
        self._said = next((texts for kept, texts in self.kept if kept.what == "buying_role"), None)
        self._view_rest()
        self.rows = tuple(self._rows())
        self.rows_read = int(listed.is_filled.any(axis=0).sum())
        found = {row.existing for row in self.rows}
        gone = (values for row, values in self.known.rows.items() if row not in found)
        self.gone = tuple(dict.fromkeys(self.known.shown(values) for values in gone))

    # -- telling ---------------------------------------------------------------------------------------

    def _note(
        self, code: str, cell: str | None = None, severity: Severity = Severity.NOTE, /, **args: Any
    ) -> None:
        self.findings.append(Finding(code, Location(self.listed.path, None, cell), args, severity))

    def _line(self, position: int) -> int:
        return self.listed.first_row + position

    def _some(self, names: Sequence[str]) -> str:
        """Some names, and how many more there are."""
        shown = ", ".join(names[:MAX_NAMES])
        rest = len(names) - MAX_NAMES
        return shown if rest <= 0 else f"{shown}… (+{rest})"

    def _tell_file(self) -> None:
        """Merged cells, formulas without result, rows that are no records."""
        for code, areas in (("SX169", self.listed.spread), ("SX180", self.listed.lone)):
            if areas:
                severity = Severity.NOTE if code == "SX169" else Severity.WARNING
                self._note(
                    code, None, severity, n=len(areas), areas=self._some([str(area) for area in areas])
                )
        if self.listed.uncached:
            cells = [cell_name(self._line(at), column + 1) for at, column in self.listed.uncached]
            self._note("SX181", None, Severity.WARNING, n=len(cells), cells=self._some(cells))
        for kind, code in _KIND_CODES.items():
            rows = sorted(at for at, found in self.aside.kinds.items() if found is kind)
            if rows:
                names = self._some([f"{self._line(at)} ({_short(self.aside.label(at))})" for at in rows])
                self._note(
                    code, cell_name(self._line(rows[0]), self.name.index + 1), n=len(rows), names=names
                )
        for at in self.aside.doubtful[:MAX_SAME]:
            where = cell_name(self._line(at), self.name.index + 1)
            self._note("SX158", where, Severity.WARNING, found=self.aside.label(at))

    def _problems(self, match: Match, problems: Iterable[CellProblem]) -> None:
        counts: dict[str, int] = {}
        for problem in problems:
            counts[problem.code] = counts.get(problem.code, 0) + 1
            if counts[problem.code] > MAX_SAME:
                continue
            cell = cell_name(self._line(problem.position), match.index + 1)
            self._note(problem.code, cell, problem.severity, **{"label": match.column, **problem.args})
        for code, count in counts.items():
            if count > MAX_SAME:
                self._note("SX230", None, Severity.WARNING, label=match.column, n=count - MAX_SAME, code=code)

    # -- columns ---------------------------------------------------------------------------------------

    def _cells(self, index: int) -> list[Any]:
        """A column without the rows that are no records."""
        cells = self.listed.column(index)
        for at in self.aside.kinds:
            cells[at] = ""
        return cells

    def _values(self, match: Match) -> list[Any]:
        """A column of the list as values to write; None where there is nothing to write."""
        spec = self.data.field(match.field)
        raw = self.raw[match.field] = _joined([self._cells(index) for index in match.columns])
        found = list_column(raw, spec, self.book, self.evidence, match.index)
        self._problems(match, found.problems)
        values = shown_values(self.book, spec, found.cells)
        if spec.type in {FieldType.TEXT, FieldType.LONG_TEXT}:
            values = [value.replace("\r\n", "\n") if isinstance(value, str) else value for value in values]
        self._view(match, raw, values, found)
        return values

    def _view(self, match: Match, raw: Sequence[Any], values: Sequence[Any], found: ListColumn) -> None:
        read = sum(value is not None for value in values)
        is_shown = [cell != "" and value is not None for cell, value in zip(raw, values, strict=True)]
        at = is_shown.index(True) if True in is_shown else None
        given = max(found.given, read)
        view = ColumnView(
            match.column,
            match.field,
            match.confidence * (read / given if given else 1.0),
            given,
            given - read,
            None if at is None else raw[at],
            None if at is None else values[at],
        )
        self.views.append((match.index, view))

    def _kept(self, kept: Kept) -> list[str]:
        """The texts of a column that is kept in the note."""
        found = []
        for cell in self._cells(kept.index):
            text = str(cell) if not isinstance(cell, date) else cell.isoformat()
            found.append(
                "" if is_error(text) else text.removesuffix(".0") if isinstance(cell, float) else text
            )
        sample = next((text for text in found if text), None)
        given = sum(map(bool, found))
        view = ColumnView(
            kept.column, NOTE, 0.8, given, 0, sample, self._label(kept) + (sample or ""), kept=True
        )
        self.views.append((kept.index, view))
        return found

    def _label(self, kept: Kept) -> str:
        return message(f"import.kept.{kept.what}", self.book.lang)

    def _view_rest(self) -> None:
        for left in self.matching.unmatched:
            cells = [cell for cell in self._cells(left.index) if cell != ""]
            sample = cells[0] if cells else None
            view = ColumnView(left.column, given=len(cells), sample=sample, suggestion=left.suggestion)
            self.views.append((left.index, view))
        shown = {index for index, _ in self.views}
        used = {index for match in self.matching.matches for index in match.columns}
        for index, column in enumerate(self.listed.columns):
            if column and index not in shown | used:
                self.views.append((index, ColumnView(column)))

    # -- rows ------------------------------------------------------------------------------------------

    def _rows(self) -> list[ImportRow]:
        """The rows to bring in, with what was left out told."""
        rows: list[tuple[int, dict[str, Any]]] = []
        seen: dict[Any, int] = {}
        nameless: list[int] = []
        doubled: list[tuple[int, str]] = []
        for position in self.aside.records().tolist():
            values = {
                key: column[position] for key, column in self.columns.items() if column[position] is not None
            }
            if self.known.name not in values:
                nameless.append(position)
                continue
            key = self._identity(position, values)
            if key in seen:
                doubled.append(
                    (
                        position,
                        f"{values[self.known.name]} ({self._line(position)} = {self._line(seen[key])})",
                    )
                )
                continue
            seen[key] = position
            rows.append((position, values))
        if nameless:
            lines = self._some([str(self._line(at)) for at in nameless])
            self._note("SX160", None, Severity.WARNING, n=len(nameless), rows=lines)
        if doubled:
            names = self._some([text for _, text in doubled])
            self._note("SX161", None, Severity.WARNING, n=len(doubled), names=names)
        same = self.known.same_rows([values for _, values in rows])
        self._tell_alike([values for (_, values), row in zip(rows, same, strict=True) if row is None])
        return [self._row(at, values, row) for (at, values), row in zip(rows, same, strict=True)]

    def _identity(self, position: int, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What makes two rows of the list the same: their name, else all they hold, read or not."""
        if self.known.is_name:
            return self.known.key(values)
        cells = {key: values.get(key, raw[position]) for key, raw in self.raw.items()}
        return tuple((key, identity_key(str(value))) for key, value in cells.items())

    def _row(self, position: int, values: dict[str, Any], existing: int | None) -> ImportRow:
        """A row with its note, its roles and what it changes."""
        old = self.known.rows[existing] if existing is not None else {}
        pieces = {label: texts[position] for label, texts in self._pieces if texts[position]}
        if pieces or NOTE in values:
            note = merged_note(old.get(NOTE), values.get(NOTE), pieces)
            if note is not None:
                values[NOTE] = note
        roles = self._roles(position)
        values |= {key: roles[key] for key in roles if key not in self.columns and key not in old}
        if existing is None:
            return ImportRow(values, None, self._line(position))
        changes = {
            key: pair
            for key, pair in self.known.differences(values, existing).items()
            if not self.known.has_formula(existing, key)
        }
        return ImportRow(values, existing, self._line(position), changes)

    def _roles(self, position: int) -> Mapping[str, Any]:
        """What a buying role says in the words of the method."""
        if self._said is None or not self._said[position]:
            return {}
        roles = {fold(part) for part in re.split("[;,/]", self._said[position])}
        return {
            key: self._yes(self.data.field(key))
            for key, known in table("synonyms")["roles"].items()
            if key in self.data.places and roles & set(known)
        }

    def _yes(self, spec: FieldSpec) -> Any:
        value: Any = True if spec.type is FieldType.BOOL else "yes"
        return self.book.look.cell(spec, value)

    def _tell_alike(self, new: Sequence[Mapping[str, Any]]) -> None:
        """New names that are nearly one that is there: they go in, and are told before."""
        if not self.known.is_name or not self.known.rows:
            return
        name = self.known.name
        known = {
            _bare(str(values[name])): (str(values[name]), row) for row, values in self.known.rows.items()
        }
        count = 0
        for values in new:
            text = str(values[name])
            other = known.get(_bare(text))
            if other is None or identity_key(other[0]) == identity_key(text):
                continue
            count += 1
            if count <= MAX_SAME:
                self._note("SX183", None, Severity.NOTE, found=text, suggestion=other[0], row=other[1])


def _joined(columns: Sequence[list[Any]]) -> list[Any]:
    """Cells of several columns as one; a name that stands in another one is not said twice."""
    if len(columns) == 1:
        return columns[0]
    found = []
    for cells in zip(*columns, strict=True):
        parts = [str(cell) for cell in cells if cell != ""]
        longest = max(parts, key=len, default="")
        words = fold(longest).split()
        found.append(
            longest if all(fold(part) in words or part == longest for part in parts) else " ".join(parts)
        )
    return found


def _short(text: str) -> str:
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"


def _bare(name: str) -> str:
    """A name without accents, marks and legal form."""
    plain = fold(name).replace(".", "")
    return _NO_LETTER.sub("", _LEGAL.sub(" ", plain)) or plain

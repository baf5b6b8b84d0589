"""One cell of a sheet part: what stands there, and the bytes with the new value."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from strategy_xl.errors import PatchRefusedError
from strategy_xl.formulas.cell_refs import Area, cell_name, column_letters, parse_area
from strategy_xl.ooxml.cell_parts import CellParts, take_apart
from strategy_xl.ooxml.cell_read import EMPTY_TEXT, SheetFacts, Tally, stored_value
from strategy_xl.ooxml.cells import (
    BLANK,
    Cached,
    Formula,
    Kept,
    Peek,
    Seen,
    Styled,
    Typed,
    ValueProblem,
    constant_bytes,
    formula_text,
    is_date_like,
    loses_digits,
    number_bytes,
    same,
    typed_value,
    value_bytes,
)
from strategy_xl.ooxml.xml_bytes import (
    content,
    escape,
    set_attribute,
    tags,
)

_MISSING = object()


class _Master(NamedTuple):
    """The formula of a shared group whose first cell was overwritten, waiting for the next cell."""

    text: str
    row: int
    column: int
    area: Area


def cell_pattern(prefix: bytes, column: bytes) -> bytes:
    """An expression for cells of the common shapes.

    Arguments:
        prefix: namespace prefix with colon, mostly empty.
        column: expression for the column's letters.

    Groups: letters, row, style, type, formula element, its attributes, ``<v>``, inline text.
    """
    return (
        rb'<%(p)bc r="(%(column)b)(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?(?:/>|>'
        rb"(<%(p)bf([^<>]*?)(?:/>|>[^<]*</%(p)bf>))?"
        rb'(?:<%(p)bv(?: xml:space="preserve")?>([^<]*)</%(p)bv>|<%(p)bv ?/>|'
        rb'<%(p)bis><%(p)bt(?: xml:space="preserve")?>([^<]*)</%(p)bt></%(p)bis>)?</%(p)bc>)'
        % {b"p": re.escape(prefix), b"column": column}
    )


class CellPatcher:
    """Writes values into cells of one sheet and keeps the count."""

    def __init__(self, facts: SheetFacts, prefix: bytes) -> None:
        """For a sheet whose elements carry that namespace prefix (with colon, mostly empty)."""
        self.facts = facts
        self.prefix = prefix
        self.tally = Tally()
        self.masters: dict[bytes, _Master] = {}
        self.computed: list[Area] = []  # array formulas, spills and data tables found so far
        self._open_v, self._close_v = b"<%bv>" % prefix, b"</%bv>" % prefix
        self._fast = re.compile(cell_pattern(prefix, b"[A-Z]+"))

    # -- the fast way: common shapes of cells ----------------------------------------------------------

    def fast(self, piece: bytes, at: int, row: int, column: int, value: Any) -> tuple[bytes, int] | None:
        """The new bytes of the cell that begins at ``at`` and the offset of its end.

        None when the cell has an uncommon shape: the careful way has to take the whole row.
        """
        found = self._fast.match(piece, at)
        if found is None:
            return None
        _, _, style, kind, formula, _, raw, inline = found.groups()
        if formula is None:
            if type(value) not in PLAIN:
                return self.general(found[0], row, column, value), found.end()
            tail = self.constant_tail(row, column, value, (style, kind, raw, inline))
        elif type(value) is Cached:
            tail = self.cached_tail(row, column, value.value, (style, kind, formula, raw))
        else:
            return self.general(found[0], row, column, value), found.end()
        if tail is None:
            self.tally.unchanged += 1
            return found[0], found.end()
        self.tally.changed += 1
        if formula is None:
            self.tally.recalculate += 1
        return piece[at : found.end(2) + 1] + tail, found.end()

    def constant_tail(
        self,
        row: int,
        column: int,
        value: Any,
        old_parts: tuple[bytes | None, bytes | None, bytes | None, bytes | None],
    ) -> bytes | None:
        """What follows the reference in a plain cell that gets a plain value; None when it holds it.

        Arguments:
            row, column: the cell, for messages.
            value: text, number, bool or None.
            old_parts: style, type, raw ``<v>`` and raw inline text of the cell as it stands.
        """
        style, kind, raw, inline = old_parts
        try:
            new = typed_value(value, is_1904=self.facts.is_1904)
            old = stored_value(self.facts, kind, raw, inline)
            if old is not None and same(old, new):
                return None
            new_kind, body = constant_bytes(new, self.prefix, inline=self.facts.inline)
        except ValueProblem as problem:
            raise self._refused(problem, row, column) from problem
        if type(value) is int and loses_digits(value):
            self._note_value(value, style, row, column)
        return self._tail(style, new_kind, body)

    def cached_tail(
        self,
        row: int,
        column: int,
        value: Any,
        old_parts: tuple[bytes | None, bytes | None, bytes, bytes | None],
    ) -> bytes | None:
        """What follows the reference in a plain formula cell that gets a cached value; None when it has it.

        Arguments:
            row, column: the cell, for messages.
            value: the value to show.
            old_parts: style, type, whole formula element and raw ``<v>`` of the cell as it stands.
        """
        style, kind, formula, raw = old_parts
        if type(value) is float and value - value == 0:  # finite: by far the most frequent
            if kind is None and raw and _is_number(raw, value):
                return None
            return self._tail(style, b"", formula + self._open_v + number_bytes(value) + self._close_v)
        try:
            new = self._cached_typed(value)
            old = stored_value(self.facts, kind, raw, None)
            if old is not None and same(old, new):
                return None
            new_kind, body = value_bytes(new, self.prefix)
        except ValueProblem as problem:
            raise self._refused(problem, row, column) from problem
        return self._tail(style, new_kind, formula + body)

    def _tail(self, style: bytes | None, kind: bytes, body: bytes) -> bytes:
        tail = b"" if style is None else b' s="%b"' % style
        if kind:
            tail += b' t="%b"' % kind
        return b"%b>%b</%bc>" % (tail, body, self.prefix) if body else tail + b"/>"

    def _cell(self, ref: bytes, style: bytes | None, kind: bytes, body: bytes) -> bytes:
        return b'<%bc r="%b"' % (self.prefix, ref) + self._tail(style, kind, body)

    # -- the careful way: any shape --------------------------------------------------------------------

    def general(self, raw: bytes, row: int, column: int, value: Any) -> bytes:
        """The bytes of a cell with the new value; the same bytes when it already holds it.

        Errors: PatchRefusedError, located, when the value or the cell does not allow it.
        """
        parts = take_apart(raw, self.facts)
        if isinstance(value, Peek):
            blank = not parts.formula and parts.old in (BLANK, EMPTY_TEXT)
            value.seen[row, column] = Seen(
                parts.open.attributes().get(b"s"),
                bool(parts.formula),
                parts.formula_text,
                parts.formula_attributes,
                blank,
            )
            return raw
        if isinstance(value, Styled) and isinstance(value.value, Cached | Kept):
            if isinstance(value.value, Cached):
                raw = self.general(raw, row, column, value.value)
            return self._restyled(raw, value.style)
        try:
            if isinstance(value, Cached):
                return self._put_cached(raw, parts, row, column, value)
            if isinstance(value, Formula):
                return self._put_formula(raw, parts, row, column, value)
            return self._put_constant(raw, parts, row, column, value)
        except ValueProblem as problem:
            raise self._refused(problem, row, column) from problem

    def new(self, row: int, column: int, value: Any, style: bytes | None) -> bytes:
        """The bytes of a cell that is not there yet; empty when there is nothing to write."""
        if isinstance(value, Styled):
            style, value = value.style, None if isinstance(value.value, Kept) else value.value
        elif value is None or value == "" or isinstance(value, Peek):
            self.tally.unchanged += 1
            return b""
        ref = b"%b%d" % (column_letters(column).encode(), row)
        try:
            if isinstance(value, Cached):
                if any(area.has(row, column) for area in self.computed):
                    kind, body = value_bytes(self._cached_typed(value.value), self.prefix)
                    self.tally.changed += 1
                    self.tally.inserted_cells += 1
                    return self._cell(ref, style, kind, body)
                raise ValueProblem("SX934")  # noqa: TRY301 - one place adds the location
            if isinstance(value, Formula):
                kind, body = self._formula_body(value, row, column)
                self.tally.has_formulas = True
            else:
                new = typed_value(value, is_1904=self.facts.is_1904)
                kind, body = constant_bytes(new, self.prefix, inline=self.facts.inline)
        except ValueProblem as problem:
            raise self._refused(problem, row, column) from problem
        self._note_value(value, style, row, column)
        self.tally.changed += 1
        self.tally.recalculate += 1
        self.tally.inserted_cells += 1
        return self._cell(ref, style, kind, body)

    def promote(self, raw: bytes, row: int, column: int) -> bytes:
        """An untouched cell; it takes over the formula of its shared group when the first cell lost it."""
        from strategy_xl.formulas.shifting import ShiftError, shift_formula

        parts = take_apart(raw, self.facts)
        group = parts.formula_attributes.get(b"si", b"")
        master = self.masters.get(group)
        if master is None or parts.formula_attributes.get(b"t") != b"shared" or parts.formula_text:
            return raw
        try:
            text = shift_formula(master.text, row - master.row, column - master.column)
        except ShiftError as error:
            raise PatchRefusedError("SX936", self.facts.at(master.row, master.column)) from error
        del self.masters[group]
        area = Area(
            max(master.area.top, row) if master.area.left == master.area.right else master.area.top,
            max(master.area.left, column) if master.area.top == master.area.bottom else master.area.left,
            master.area.bottom,
            master.area.right,
        )
        tag = next(tags(parts.formula))
        opened = tag.raw[:-2] + b">" if tag.is_empty else tag.raw
        element = set_attribute(opened, b"ref", str(area).encode()) + escape(text) + b"</%bf>" % self.prefix
        at = raw.index(parts.formula)
        return raw[:at] + element + raw[at + len(parts.formula) :]

    def forget_masters(self, row: int) -> None:
        """Drop the shared groups that end above the row: no cell is left to take their formula."""
        self.masters = {group: master for group, master in self.masters.items() if master.area.bottom >= row}

    def _restyled(self, raw: bytes, style: bytes | None) -> bytes:
        """A cell with another style, every other byte kept."""
        opened = next(tags(raw))
        if opened.attributes().get(b"s") == style:
            self.tally.unchanged += 1
            return raw
        self.tally.changed += 1
        return set_attribute(opened.raw, b"s", style) + raw[opened.end :]

    def _put_constant(self, raw: bytes, parts: CellParts, row: int, column: int, value: Any) -> bytes:
        style: object = _MISSING
        if isinstance(value, Styled):
            if isinstance(value.value, Formula):
                return self._put_formula(raw, parts, row, column, value.value, value.style)
            style, value = value.style, value.value
        new = typed_value(value, is_1904=self.facts.is_1904)
        now_style = parts.open.attributes().get(b"s")
        if not parts.formula and same(parts.old, new) and style in (_MISSING, now_style):
            self.tally.unchanged += 1
            return raw
        kind, body = constant_bytes(new, self.prefix, inline=self.facts.inline)
        self._note_value(value, now_style if style is _MISSING else style, row, column)  # type: ignore[arg-type]
        self._drop_formula(parts, row, column)
        return self._rebuilt(parts, kind, body, style)

    def _put_formula(
        self,
        raw: bytes,
        parts: CellParts,
        row: int,
        column: int,
        value: Formula,
        style: object = _MISSING,
    ) -> bytes:
        text = formula_text(value)
        new = self._cached_typed(value.cached)
        is_array = parts.formula_attributes.get(b"t") == b"array"
        plain = not parts.formula_attributes.get(b"t") or (value.array and is_array)
        if parts.formula and plain and is_array == value.array and content(parts.formula_text) == text:
            if style in (_MISSING, parts.open.attributes().get(b"s")):
                return self._put_value(raw, parts, new)
        elif parts.formula:
            self._drop_formula(parts, row, column, replaced=not is_array)
        kind, body = self._formula_body(value, row, column)
        self.tally.has_formulas = True
        return self._rebuilt(parts, kind, body, style)

    def _formula_body(self, value: Formula, row: int, column: int) -> tuple[bytes, bytes]:
        p, text = self.prefix, formula_text(value)
        kind, body = value_bytes(self._cached_typed(value.cached), p)
        extra = b' t="array" ref="%b"' % cell_name(row, column).encode() if value.array else b""
        return kind, b"<%bf%b>%b</%bf>%b" % (p, extra, escape_formula(text), p, body)

    def _put_cached(self, raw: bytes, parts: CellParts, row: int, column: int, value: Cached) -> bytes:
        if not parts.formula and not any(area.has(row, column) for area in self.computed):
            raise ValueProblem("SX934")
        return self._put_value(raw, parts, self._cached_typed(value.value))

    def _put_value(self, raw: bytes, parts: CellParts, new: Typed) -> bytes:
        """The cell with another cached value, every other byte kept."""
        if same(parts.old, new):
            self.tally.unchanged += 1
            return raw
        self.tally.changed += 1
        kind, body = value_bytes(new, self.prefix)
        opened = set_attribute(parts.open.raw, b"t", kind or None)
        opened = set_attribute(opened, b"vm", None)
        if parts.open.is_empty:
            return opened[:-2] + b">" + body + b"</%bc>" % self.prefix if body else opened
        if parts.value is not None:
            start, end = parts.value
        else:
            start = end = raw.index(parts.formula) + len(parts.formula) if parts.formula else parts.open.end
        return opened + raw[parts.open.end : start] + body + raw[end:]

    def _cached_typed(self, value: Any) -> Typed:
        # A formula can give an empty text, unlike a constant, which is then simply cleared.
        return (
            EMPTY_TEXT
            if value == "" and isinstance(value, str)
            else typed_value(value, is_1904=self.facts.is_1904)
        )

    def _rebuilt(self, parts: CellParts, kind: bytes, body: bytes, style: object) -> bytes:
        self.tally.changed += 1
        self.tally.recalculate += 1
        opened = set_attribute(parts.open.raw, b"t", kind or None)
        for name in (b"vm", b"cm"):  # they describe the value and the formula that are going
            opened = set_attribute(opened, name, None)
        if style is not _MISSING:
            opened = set_attribute(opened, b"s", style)  # type: ignore[arg-type]
        bare = opened[:-2].rstrip() if opened.endswith(b"/>") else opened[:-1]
        body += parts.rest
        return bare + b">" + body + b"</%b>" % parts.open.name if body else bare + b"/>"

    def _drop_formula(self, parts: CellParts, row: int, column: int, *, replaced: bool = False) -> None:
        """Note that a formula goes: for the calculation chain, and for its shared group."""
        if not parts.formula:
            return
        if not replaced:
            self.tally.lost_formulas.add((row, column))
        attributes = parts.formula_attributes
        if attributes.get(b"t") == b"shared" and parts.formula_text:
            area = parse_area(attributes.get(b"ref", b"").decode()) or Area(row, column, row, column)
            master = _Master(content(parts.formula_text), row, column, area)
            self.masters[attributes.get(b"si", b"")] = master

    def _note_value(self, value: Any, style: bytes | None, row: int, column: int) -> None:
        if is_date_like(value) and not self.facts.has_date_style(style or b"0"):
            self.tally.undated.setdefault(column, [row, 0])[1] += 1
        elif loses_digits(value):
            self.tally.rounded.setdefault(column, [row, 0])[1] += 1

    def _refused(self, problem: ValueProblem, row: int, column: int) -> PatchRefusedError:
        return PatchRefusedError(problem.code, self.facts.at(row, column), **problem.args_by_name)


# Values that need no style, no formula and no calendar.
PLAIN = frozenset({str, float, int, bool, type(None)})


def _is_number(raw: bytes, value: float) -> bool:
    try:
        return float(raw) == value
    except ValueError:
        return False


def escape_formula(text: str) -> bytes:
    """A formula as element content; quotes stay readable there."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()

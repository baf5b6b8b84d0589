"""Match the columns of a list to the fields of a table: by label in both languages, key or synonym."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from strategy_xl.errors import Location, UsageError
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.schema.spec import FieldRole, FieldSpec, TableBlock
from strategy_xl.text.identity import visible
from strategy_xl.text.parsing import fold
from strategy_xl.work.importing.source import SourceList
from strategy_xl.work.importing.words import table

IGNORE = frozenset({"", "-"})
"""What ``--column column=`` may say to leave a column out."""

NOTE = "note"
"""Key of the field that takes in what the method has no column for."""

_CLOSE_ENOUGH = 0.75
_LOOSE, _DOUBTFUL = 0.65, 0.5
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_MARKS = re.compile(r"[\s_.:/\\-]+")
_CODE = re.compile(r"(?=.*\d)[A-Z0-9_./-]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DRESS = re.compile(
    r"\b(?:\d+ (?:mois|months|m)|12m|en|ht|ttc|eur|euros?|usd|nets?|total|ytd|cumule|annee|exercice"
    r"|par an|annuel(?:le)?s?|annual|yearly|(?:per |a )?year)\b"
    r"|k?€|[$£%*]"
)


@dataclass(frozen=True, slots=True)
class Match:
    """One column of the list that goes into a field.

    Arguments:
        index, column: where it is in the list, and its title.
        field: key of the field.
        how: map, label, key, synonym, parts (of a name), loose (but for a year or unit) or doubtful.
        confidence: how sure the title is, from 0 to 1.
        joined: all columns whose texts make the value, in their order.
    """

    index: int
    column: str
    field: str
    how: str
    confidence: float = 1.0
    joined: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns that make the value."""
        return self.joined or (self.index,)


@dataclass(frozen=True, slots=True)
class Kept:
    """A column that has no field: what it holds is kept in the note of the row. ``what`` says what it is."""

    index: int
    column: str
    what: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A column of the list that goes nowhere, with the field whose label looks like it."""

    index: int
    column: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """Where each column of a list goes."""

    matches: tuple[Match, ...]
    kept: tuple[Kept, ...]
    unmatched: tuple[Unmatched, ...]


def title_key(title: str) -> str:
    """A title as titles are compared: no accents, case, units in brackets or joining marks."""
    plain = visible(_BRACKETS.sub(" ", _CAMEL.sub(" ", title))) or visible(title)
    return fold(_MARKS.sub(" ", plain)).strip()


def input_fields(block: TableBlock) -> tuple[FieldSpec, ...]:
    """The fields of a table that people fill, hence an import may."""
    return tuple(spec for spec in block.fields if spec.role is FieldRole.INPUT)


def match_columns(
    listed: SourceList,
    block: TableBlock,
    mapping: Mapping[str, str] | None,
    lang: str,
    fields: Iterable[str] | None = None,
) -> Matching:
    """Match the columns of a list.

    Arguments:
        listed: the list.
        block: the table to fill.
        mapping: title → field (label or key) as people say; ``-`` leaves the column out. Two columns told to
            go into one field are joined.
        lang: language of the workbook.
        fields: keys of the fields that the workbook has; all of the table when not given.

    Two columns never go into one field by themselves: the surer way wins, then the title that comes first
    among the synonyms, then the first column. First and last names are joined.
    Errors: UsageError SX154 no such column, SX155 no such field.
    """
    present = {spec.key for spec in input_fields(block)}
    if fields is not None:
        present &= set(fields)
    work = _Matcher(listed, block, lang, present)
    work.as_told(mapping or {})
    work.join_names()
    work.by_titles()
    return work.result()


def _keys(titles: Iterable[str]) -> dict[str, int]:
    """Titles as they are compared → their rank."""
    found: dict[str, int] = {}
    for rank, title in enumerate(titles):
        found.setdefault(title_key(title), rank)
    return found


@dataclass
class _Matcher:
    """The state of matching one list."""

    listed: SourceList
    block: TableBlock
    lang: str
    present: set[str]
    taken: dict[str, Match] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with every column that has a title."""
        self.left = {index: title for index, title in enumerate(self.listed.columns) if title}
        self.fields = tuple(spec for spec in input_fields(self.block) if spec.key in self.present)

    # -- as people say ---------------------------------------------------------------------------------

    def as_told(self, mapping: Mapping[str, str]) -> None:
        """Take what people say."""
        columns = self.listed.columns
        known = {title_key(column): index for index, column in reversed(list(enumerate(columns)))}
        letters = {column_letters(index + 1): index for index in range(len(columns))}
        fields = {
            title_key(text): spec.key
            for spec in self.fields
            for text in (*reversed(spec.label.every()), spec.key)
        }
        told: dict[str, list[int]] = {}
        for title, wanted in mapping.items():
            index = (
                columns.index(title) if title in columns else known.get(title_key(title), letters.get(title))
            )
            if index is None:
                raise UsageError("SX154", Location(self.listed.path), found=title, columns=", ".join(columns))
            self.left.pop(index, None)
            if wanted.strip() in IGNORE:
                continue
            key = fields.get(title_key(wanted))
            if key is None:
                close = difflib.get_close_matches(title_key(wanted), fields, 1, 0)
                labels = {spec.key: spec.label.get(self.lang) for spec in self.fields}
                where = Location(self.listed.path)
                raise UsageError("SX155", where, found=wanted, suggestion=labels[fields[close[0]]])
            told.setdefault(key, []).append(index)
        for key, indexes in told.items():
            indexes.sort()
            joined = tuple(indexes) if len(indexes) > 1 else ()
            self._take(Match(indexes[0], self._title(indexes), key, "map", 1.0, joined))

    def _title(self, indexes: Iterable[int]) -> str:
        return " + ".join(self.listed.columns[index] for index in indexes)

    def _take(self, match: Match) -> None:
        self.taken[match.field] = match
        for index in match.columns:
            self.left.pop(index, None)

    # -- parts of a name -------------------------------------------------------------------------------

    def join_names(self) -> None:
        """First and last names that stand in two columns are one name, where people are what is listed."""
        key = self.block.identity_key
        spec = next((spec for spec in self.fields if spec.key == key), None)
        if key in self.taken or key != "name" or spec is None or spec.source is not None:
            return
        parts = {part: self._first(table("synonyms")["parts"][part]) for part in ("first", "last")}
        if parts["first"] is None or parts["last"] is None or parts["first"] == parts["last"]:
            return
        firms = table("synonyms").get(self.block.key, {}).get("name", ())
        if self.block.key != "contacts" and self._first(firms) is not None:
            return  # firms are listed, and somebody who works there
        joined = (parts["first"], parts["last"])
        self._take(Match(parts["last"], self._title(joined), key, "parts", 0.95, joined))

    def _first(self, titles: Iterable[str]) -> int | None:
        """The column left whose title comes first among some; none of codes."""
        known = _keys(titles)
        left = {at: title_key(title) for at, title in self.left.items() if at not in self._codes}
        ranked = [(known[key], at) for at, key in left.items() if key in known]
        return min(ranked)[1] if ranked else None

    # -- by titles -------------------------------------------------------------------------------------

    def by_titles(self) -> None:
        """Match what is left by its titles, the surest way first."""
        for avoided in self._codes, set[int]():
            for how, confidence, titles in self._ways():
                self._match(how, confidence, titles, avoided)
            for _, _, titles in self._ways():
                self._match("loose", _LOOSE, titles, avoided)
            if self.block.identity_key in self.taken:
                break

    @cached_property
    def _codes(self) -> set[int]:
        """Columns of numbers of accounts and the like, which name nobody."""
        return {index for index in range(len(self.listed.columns)) if self._holds_codes(index)}

    def _holds_codes(self, index: int) -> bool:
        cells = [str(cell) for cell in self.listed.column(index) if cell != ""]
        codes = {text for text in set(cells) if _CODE.fullmatch(text.removesuffix(".0"))}
        return bool(cells) and 3 * sum(cell in codes for cell in cells) >= 2 * len(cells)

    def _match(
        self, how: str, confidence: float, titles: Mapping[str, tuple[str, int]], codes: set[int]
    ) -> None:
        """Match by titles; columns of codes name no rows."""
        key = _undressed if how == "loose" else title_key
        found = []
        for index, title in self.left.items():
            target = titles.get(key(title))
            if target is not None and not (target[0] == self.block.identity_key and index in codes):
                years = [int(year) for year in _YEAR.findall(title)]
                found.append((target[1], -max(years, default=0), index, target[0]))
        for _, _, index, name in sorted(found):
            if name not in self.taken:
                self._take(Match(index, self.listed.columns[index], name, how, confidence))

    def _ways(self) -> Iterator[tuple[str, float, Mapping[str, tuple[str, int]]]]:
        """Way, confidence, title → field and rank."""
        fields, tables = self.fields, table("synonyms")
        yield (
            "label",
            1.0,
            {title_key(text): (spec.key, 0) for spec in fields for text in reversed(spec.label.every())},
        )
        yield "key", 1.0, {title_key(spec.key): (spec.key, 0) for spec in fields}
        for name, how, confidence in (
            (self.block.key, "synonym", 0.9),
            ("any", "synonym", 0.8),
            ("doubtful", "doubtful", _DOUBTFUL),
        ):
            known = tables.get(name, {})
            found: dict[str, tuple[str, int]] = {}
            for spec in fields:
                for title, rank in _keys(known.get(spec.key, ())).items():
                    if title not in self._roles:
                        found.setdefault(title, (spec.key, rank))
            yield how, confidence, found

    @cached_property
    def _roles(self) -> set[str]:
        """Titles under which this list has buying roles, not jobs: its cells say so."""
        roles = {fold(word) for word_list in table("synonyms")["roles"].values() for word in word_list}
        found = set()
        for index, title in enumerate(self.listed.columns):
            if "role" not in title_key(title):
                continue
            cells = {
                fold(part) for cell in self.listed.column(index) for part in re.split("[;,]", str(cell))
            } - {""}
            if cells and 2 * len(cells & roles) >= len(cells):
                found.add(title_key(title))
        return found

    # -- what is left ----------------------------------------------------------------------------------

    def result(self) -> Matching:
        """Where each column goes."""
        matches = tuple(sorted(self.taken.values(), key=lambda match: match.index))
        kept = tuple(self._kept()) if NOTE in self.present else ()
        return Matching(matches, kept, tuple(self._unmatched()))

    def _kept(self) -> Iterator[Kept]:
        tables = table("synonyms")
        titles = {
            "stage": tables["kept"]["stage"],
            "buying_role": tables["kept"]["buying_role"],
            "owner": tables["any"]["owner"],
            "region": tables["any"]["region"],
            "account": tables["any"]["account"],
        }
        for what, known in titles.items():
            if what in self.taken:
                continue
            index = self._first(known)
            if index is None and what == "buying_role":
                index = next((at for at, title in self.left.items() if title_key(title) in self._roles), None)
            if index is not None:
                yield Kept(index, self.left.pop(index), what)

    def _unmatched(self) -> Iterator[Unmatched]:
        free = {
            title_key(text): spec.label.get(self.lang)
            for spec in self.fields
            if spec.key not in self.taken
            for text in spec.label.every()
        }
        for index, title in self.left.items():
            close = difflib.get_close_matches(title_key(title), free, 1, _CLOSE_ENOUGH)
            yield Unmatched(index, title, free[close[0]] if close else None)


def _undressed(title: str) -> str:
    """A title without years, taxes, currencies and the like."""
    return " ".join(_DRESS.sub(" ", _YEAR.sub(" ", title_key(title))).split())

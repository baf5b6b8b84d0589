"""The LAMBDAs against Python's functions, in two calculators beside the ironcalc of other tests.

``betteroffice-xlsx`` evaluates LET, MAP and MAKEARRAY with their LAMBDAs, but no name that is a LAMBDA: each
call is expanded before (``lambda_tree``, which reads the text as the file has it). LibreOffice has none of
these: the expanded call is spread over cells (``lambda_sheets``). What is asked comes from the examples and
from draws (``lambda_cases``). An answer is one of:

- the same, cell by cell;
- in other words: where Python says at length what is missing, a LAMBDA has a sentence of its own, the first
  of Python's, or none;
- different, which fails.

Cells that the templates do not allow (a number typed as text, a value out of bounds) get notes from Python
that no LAMBDA has: of those calls only figures and verdicts are compared. What betteroffice answers in its
own way: N, ISNUMBER and AND of a part of an array that LET binds go wrong (so N is put otherwise), and #NUM!
comes once a workbook has computed much (so a workbook gets few calls).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from lambda_cases import Case, Draw, example_cases
from lambda_sheets import NotSpreadError, Spread
from lambda_tree import Node, expanded, for_file, without_n
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet
from oracles import Shown, betteroffice

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import choice_labels
from strategy_xl.functions.lambdas.compiling import MOST_CHARACTERS
from strategy_xl.functions.lambdas.named import NamedLambda, named_lambdas
from strategy_xl.functions.registry import EXAMPLE_DAY
from strategy_xl.functions.results import Block
from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.loader import load_default
from strategy_xl.text.catalog import message

TODAY = {"TODAY": f"{to_serial(EXAMPLE_DAY):.0f}"}
CALLS_A_BOOK = 8
NOT_ELSEWHERE = {
    "betteroffice": frozenset(
        {
            "STRATX_POSITION_CROWDING",  # LET within the LAMBDA of a MAP over what a LET binds
            "STRATX_REVENUE_HHI",  # idem
            "STRATX_FUNNEL_LEVER",
            "STRATX_SWOT_SCORE",  # #VALUE! in its figures too, once its sentence rounds; LibreOffice is right
            "STRATX_POSITION_GAP",  # idem
            "STRATX_PERSONA_SCORE",  # its sentence
        }
    ),
    "LibreOffice": frozenset({"STRATX_PERSONA_SCORE"}),  # its sentence is too deep, once it is one formula
}
"""What a calculator cannot compute, for reasons of its own; IronCalc computes all of them. The sentences of
STRATX_CLIENT_WHY and STRATX_KPI_WHY are too long for both once they are one formula, REDUCE in
STRATX_KPI_PRIORITY is known by neither: those calls are left out too."""
_SHORT = ("functions.lambda.TO_COMPLETE", "functions.lambda.BAD_FREQUENCY")
_MISSING = "functions.MISSING_ARGUMENT"


class Verdict(StrEnum):
    """How a LAMBDA's answer stands to Python's."""

    SAME = "same"
    WORDS = "in other words"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a LAMBDA, and what Python answers, whose size the answer is asked in."""

    item: NamedLambda
    lang: str
    case: Case
    expected: Block


@dataclass(frozen=True, slots=True)
class Answer:
    """A call and what the calculator gives."""

    call: Call
    got: tuple[tuple[object, ...], ...]
    verdict: Verdict


class Cells:
    """The cells that calls read, on a sheet from A1 on."""

    def __init__(self) -> None:
        """No cells yet."""
        self.rows: list[list[object]] = []

    def place(self, case: Case) -> list[str]:
        """Put a call's cells below the others; what stands for each argument, ``""`` for one left out."""
        top, left, references = len(self.rows), 0, []
        for rows in case.args:
            if rows is None:
                references.append("")
                continue
            for down, row in enumerate(rows):
                for across, cell in enumerate(row):
                    self._set(top + down, left + across, cell)
            first = f"${column_letters(left + 1)}${top + 1}"
            left += len(rows[0])
            last = f"${column_letters(left)}${top + len(rows)}"
            references.append(f"Data!{first}" if first == last else f"Data!{first}:{last}")
        return references

    def _set(self, row: int, column: int, cell: object) -> None:
        while len(self.rows) <= row:
            self.rows.append([])
        line = self.rows[row]
        line.extend([None] * (column + 1 - len(line)))
        line[column] = f"={cell.value}" if isinstance(cell, ErrorValue) else cell


def calls(item: NamedLambda, lang: str, cases: Sequence[Case]) -> list[Call]:
    """Calls of one LAMBDA."""
    name = item.function.name
    return [Call(item, lang, case, call(name, case.values(), lang=lang, today=EXAMPLE_DAY)) for case in cases]


def some_calls(item: NamedLambda, lang: str, seed: int, drawn: int) -> list[Call]:
    """The examples of a LAMBDA, and drawn calls."""
    draw = Draw(item.function, lang, seed)
    return calls(item, lang, [*example_cases(item.function, lang), *draw.cases(drawn)])


class Asked:
    """A workbook that asks for the answers of some calls.

    Arguments: asked: the calls. is_spread: whether no LET and no LAMBDA may stand in it.
    """

    def __init__(self, asked: Sequence[Call], *, is_spread: bool = False) -> None:
        """Puts the cells of the calls on a sheet, and formulas for the answers on another."""
        self.calls = list(asked)
        self.left_out: list[Call] = []
        self._book = Workbook()
        self._sheet = self._book.worksheets[0]
        self._sheet.title = "Asked"
        self._work = self._book.create_sheet("Work") if is_spread else None
        self._spreads = 0
        self._places: list[int] = []
        data, cells, top = self._book.create_sheet("Data"), Cells(), 1
        for one in asked:
            tree = expanded(one.item.formula, cells.place(one.case), TODAY, _others(one.lang))
            try:
                self._ask(tree, one.expected, top)
            except NotSpreadError:
                self.left_out.append(one)
            self._places.append(top)
            top += len(one.expected)
        for row, line in enumerate(cells.rows, 1):
            for column, cell in enumerate(line, 1):
                data.cell(row, column).value = cell

    def _ask(self, tree: Node, block: Block, top: int) -> None:
        for down, row in enumerate(block, 1):
            for across, _ in enumerate(row, 1):
                formula = self._spread(tree, down, across) if self._work else self._part(tree, down, across)
                self._put(self._sheet, f"{column_letters(across)}{top + down - 1}", formula)

    @staticmethod
    def _part(tree: Node, down: int, across: int) -> str:
        formula = f"INDEX({for_file(without_n(tree))},{down},{across})"
        if len(formula) > MOST_CHARACTERS:
            raise NotSpreadError(formula[:100])
        return formula

    def _spread(self, tree: Node, down: int, across: int) -> str:
        self._spreads += 1
        spread = Spread("Work", column_letters(self._spreads), f"part_{self._spreads}")
        formula = spread.cell(tree, down, across)
        if max(map(len, (formula, *spread.cells))) > MOST_CHARACTERS:
            raise NotSpreadError(formula[:100])
        for row, text in enumerate(spread.cells, 1):
            self._put(self._work, f"{spread.column}{row}", text)
        for name, text in spread.names.items():
            self._book.defined_names[name] = DefinedName(name, attr_text=text)
        return formula

    @staticmethod
    def _put(sheet: Worksheet, place: str, formula: str) -> None:
        sheet[place] = ArrayFormula(place, f"={formula}")

    def save(self, path: Path) -> Path:
        """Write it; the path again."""
        self._book.save(path)
        return path

    def answers(self, shown: Shown) -> Iterator[Answer]:
        """The calls that were asked, judged by what the calculator shows."""
        for one, place in zip(self.calls, self._places, strict=True):
            if one in self.left_out:
                continue
            got = tuple(
                tuple(shown("Asked", place + down, across) for across, _ in enumerate(row, 1))
                for down, row in enumerate(one.expected)
            )
            yield Answer(one, got, judged(one, got))


def answers(asked: Sequence[Call], folder: Path) -> Iterator[Answer]:
    """The calls in betteroffice, those that are too long for one of its formulas spread over cells.

    Arguments: the calls, and a folder for the workbooks.
    """
    for start in range(0, len(asked), CALLS_A_BOOK):
        whole = Asked(asked[start : start + CALLS_A_BOOK])
        for book in (whole, Asked(whole.left_out, is_spread=True)):
            if book.calls:
                yield from book.answers(betteroffice(book.save(folder / "calls.xlsx")))


def judged(one: Call, got: tuple[tuple[object, ...], ...]) -> Verdict:
    """What there is to say of one answer."""
    lang, expected = one.lang, one.expected
    refusals = {message(_MISSING, lang, name=argument.name) for argument in one.item.function.arguments}
    is_refused = len(expected) == len(expected[0]) == 1 and _is_told(expected[0][0], lang)
    if got[0][0] in refusals or (is_refused and one.case.is_large()):
        # One of the two answers for all rows at once, that something is missing.
        return Verdict.SAME if got == tuple(map(tuple, expected)) else Verdict.WORDS
    short = {"", *refusals, *(message(key, lang) for key in _SHORT)}
    found = {
        _judged_cell(cell, other, short, lang, is_plain=one.case.is_plain)
        for row, line in zip(expected, got, strict=True)
        for cell, other in zip(row, line, strict=True)
    }
    return max(found, key=list(Verdict).index)


def _judged_cell(expected: object, got: object, short: set[str], lang: str, *, is_plain: bool) -> Verdict:
    if isinstance(expected, ErrorValue):
        return Verdict.SAME if got == expected.value else Verdict.DIFFERENT
    numbers = (int, float)
    if isinstance(expected, numbers) and isinstance(got, numbers) and bool not in {type(expected), type(got)}:
        is_near = abs(expected - got) <= 1e-9 * max(1.0, abs(expected))
        return Verdict.SAME if is_near else Verdict.DIFFERENT
    if type(expected) is type(got) and expected == got:
        return Verdict.SAME
    is_short = got in short or str(expected).startswith(str(got)[:-1])
    if not is_plain:
        is_short |= got == ErrorValue.NA.value
    is_told = expected == "" or _is_told(expected, lang)
    return Verdict.WORDS if is_told and is_short else Verdict.DIFFERENT


def _is_told(cell: object, lang: str) -> bool:
    """Whether it is a sentence: no figure, no verdict, not nothing."""
    return isinstance(cell, str) and cell not in _labels(lang)


@cache
def _others(lang: str) -> Mapping[str, str]:
    """All LAMBDAs: they may call one another."""
    return {item.name: item.formula for item in named_lambdas(lang)}


def asked_lambdas(lang: str) -> list[NamedLambda]:
    """The LAMBDAs that stand for functions."""
    return [item for item in named_lambdas(lang) if item.function is not None]


def can_spread(item: NamedLambda) -> bool:
    """Whether LibreOffice computes it."""
    return item.name not in NOT_ELSEWHERE["LibreOffice"]


@cache
def _labels(lang: str) -> frozenset[str]:
    lists = load_default().lists
    return frozenset({"", *(label for held in lists for label in choice_labels(held.key, lang).values())})


def libreoffice(path: Path, folder: Path) -> Shown:
    """What a workbook shows once LibreOffice, in a profile of its own in the folder, has computed it."""
    profile = (folder / "profile").as_uri()
    target = folder / "computed"
    command = [
        "soffice",
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
    ]
    subprocess.run([*command, str(target), str(path)], check=True, capture_output=True)
    return saved(target / path.name)


def saved(path: Path) -> Shown:
    """The values that a workbook holds."""
    book = load_workbook(path, data_only=True)

    def shown(sheet: str, row: int, column: int) -> object:
        value = book[sheet].cell(row, column).value
        return "" if value is None else value

    return shown


def _tell(asked: Sequence[Call], found: Sequence[Answer], left_out: int, most: int) -> int:
    """Print the verdicts of one LAMBDA; how many answers differ."""
    counts = Counter(answer.verdict for answer in found)
    figures = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    behind = f", {left_out} not spread" if left_out else ""
    print(f"  {asked[0].item.name} {asked[0].lang}: {len(found)} calls, {figures}{behind}", flush=True)
    for answer in [each for each in found if each.verdict is Verdict.DIFFERENT][:most]:
        one = answer.call
        kind = "" if one.case.is_plain else " (cells not allowed)"
        print(f"    {one.case.args}{kind}\n      Python {one.expected}\n      LAMBDA {answer.got}")
    return counts[Verdict.DIFFERENT]


def main() -> int:
    """Compare; 1 when a LAMBDA says something else than Python."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="LAMBDAs; all when none is given")
    parser.add_argument("--calls", type=int, default=60, help="drawn calls of each LAMBDA")
    parser.add_argument("--seed", type=int, default=1, help="another one draws other calls")
    parser.add_argument("--show", type=int, default=3, help="differences to show of each LAMBDA")
    args = parser.parse_args()
    asked = [
        some_calls(item, lang, args.seed, args.calls)
        for lang in LANGUAGES
        for item in asked_lambdas(lang)
        if not args.names or item.name in args.names
    ]
    different = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("betteroffice: LET, MAP and MAKEARRAY as they stand")
        for some in asked:
            if some[0].item.name not in NOT_ELSEWHERE["betteroffice"]:
                found = list(answers(some, folder))
                different += _tell(some, found, len(some) - len(found), args.show)
        print("LibreOffice: spread over cells and names")
        for lang in LANGUAGES:
            of_lang = [some for some in asked if some[0].lang == lang and can_spread(some[0].item)]
            book = Asked([one for some in of_lang for one in some], is_spread=True)
            shown = libreoffice(book.save(folder / f"{lang}.xlsx"), folder)
            found = list(book.answers(shown))
            for some in of_lang:
                mine = [answer for answer in found if answer.call in some]
                different += _tell(some, mine, len(some) - len(mine), args.show)
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())

"""The LAMBDAs against Python's functions, in a second calculator beside the ironcalc of other tests.

``betteroffice-xlsx`` evaluates LET, MAP and MAKEARRAY with their LAMBDAs, but no name that is a LAMBDA: each
call is expanded before (``lambda_tree``, which reads the text as the file has it). Cells come from the
examples and from draws (``lambda_cases``). What the two say is one of:

- the same, cell by cell;
- in other words: where Python says at length what is missing, a LAMBDA has a sentence of its own, or none;
- different, which fails.

Cells that the templates do not allow (a number typed as text, a value out of bounds) get notes from Python
that no LAMBDA has: of those calls only figures and verdicts are compared. What betteroffice answers in its
own way: N, ISNUMBER and AND of a part of an array that LET binds go wrong (so N is put otherwise), and #NUM!
comes once a workbook has computed much (so a workbook gets few calls).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from lambda_cases import Case, Draw, example_cases
from lambda_tree import expanded, for_file, without_n
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from oracles import betteroffice

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import choice_labels
from strategy_xl.functions.lambdas.named import NamedLambda, named_lambdas
from strategy_xl.functions.registry import EXAMPLE_DAY
from strategy_xl.functions.results import Block
from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.loader import load_default
from strategy_xl.text.catalog import message

TODAY = {"TODAY": f"{to_serial(EXAMPLE_DAY):.0f}"}
CALLS_A_BOOK = 8
_SHORT = ("functions.lambda.TO_COMPLETE", "functions.lambda.BAD_FREQUENCY")
_MISSING = "functions.MISSING_ARGUMENT"


class Verdict(StrEnum):
    """How a LAMBDA's answer stands to Python's."""

    SAME = "same"
    WORDS = "in other words"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Answer:
    """A call, what Python answers and what the calculator gives."""

    case: Case
    expected: Block
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


def computed(formula: str, cases: Sequence[Case], blocks: Sequence[Block], folder: Path) -> Iterator[Block]:
    """What the calculator gives for some calls of a LAMBDA, in blocks of the size of Python's.

    Arguments:
        formula: the LAMBDA as a file has it. cases, blocks: the calls and Python's answers.
        folder: where the workbook is written.
    """
    book = Workbook()
    asked, data, cells = book.worksheets[0], book.create_sheet("Data"), Cells()
    asked.title = "Asked"
    places: list[int] = []
    top = 1
    for case, block in zip(cases, blocks, strict=True):
        text = for_file(without_n(expanded(formula, cells.place(case), TODAY)))
        places.append(top)
        for down, row in enumerate(block, 1):
            for across, _ in enumerate(row, 1):
                place = f"{column_letters(across)}{top + down - 1}"
                asked[place] = ArrayFormula(place, f"=INDEX({text},{down},{across})")
        top += len(block)
    for row, line in enumerate(cells.rows, 1):
        for column, cell in enumerate(line, 1):
            data.cell(row, column).value = cell  # type: ignore[assignment]
    path = folder / "calls.xlsx"
    book.save(path)
    shown = betteroffice(path)
    for place, block in zip(places, blocks, strict=True):
        yield [
            [shown("Asked", place + down, across) for across, _ in enumerate(row, 1)]  # type: ignore[misc]
            for down, row in enumerate(block)
        ]


def answers(item: NamedLambda, lang: str, cases: Sequence[Case], folder: Path) -> Iterator[Answer]:
    """The calls of a LAMBDA, judged."""
    for start in range(0, len(cases), CALLS_A_BOOK):
        some = cases[start : start + CALLS_A_BOOK]
        blocks = [call(item.function.name, case.values(), lang=lang, today=EXAMPLE_DAY) for case in some]
        for case, block, got in zip(some, blocks, computed(item.formula, some, blocks, folder), strict=True):
            yield Answer(case, block, tuple(map(tuple, got)), judged(item, lang, case, block, got))


def judged(item: NamedLambda, lang: str, case: Case, expected: Block, got: Block) -> Verdict:
    """What there is to say of one answer."""
    refusals = {message(_MISSING, lang, name=argument.name) for argument in item.function.arguments}
    first = expected[0][0]
    if got[0][0] in refusals or (expected == [[first]] and _is_told(first, lang) and len(_rows(case)) > 1):
        # One of the two answers for all rows at once, that something is missing.
        return Verdict.SAME if expected == got else Verdict.WORDS
    short = {"", *refusals, *(message(key, lang) for key in _SHORT)}
    found = {
        _judged_cell(one, other, short, lang, is_plain=case.is_plain)
        for row, line in zip(expected, got, strict=True)
        for one, other in zip(row, line, strict=True)
    }
    return max(found, key=list(Verdict).index)


def _rows(case: Case) -> object:
    return max((rows for rows in case.args if rows), key=len, default=())


def _judged_cell(expected: object, got: object, short: set[str], lang: str, *, is_plain: bool) -> Verdict:
    if isinstance(expected, ErrorValue):
        return Verdict.SAME if got == expected.value else Verdict.DIFFERENT
    numbers = (int, float)
    if isinstance(expected, numbers) and isinstance(got, numbers) and bool not in {type(expected), type(got)}:
        is_near = abs(expected - got) <= 1e-9 * max(1.0, abs(expected))
        return Verdict.SAME if is_near else Verdict.DIFFERENT
    if type(expected) is type(got) and expected == got:
        return Verdict.SAME
    is_short = got in short
    if not is_plain:
        is_short |= got == ErrorValue.NA.value or str(expected).startswith(str(got)[:-1])
    is_told = expected == "" or _is_told(expected, lang)
    return Verdict.WORDS if is_told and is_short else Verdict.DIFFERENT


def _is_told(cell: object, lang: str) -> bool:
    """Whether it is a sentence: no figure, no verdict, not nothing."""
    return isinstance(cell, str) and cell not in _labels(lang)


@cache
def _labels(lang: str) -> frozenset[str]:
    lists = load_default().lists
    return frozenset({"", *(label for held in lists for label in choice_labels(held.key, lang).values())})


def main() -> int:
    """Compare; 1 when a LAMBDA says something else than Python."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="LAMBDAs; all when none is given")
    parser.add_argument("--calls", type=int, default=60, help="drawn calls of each LAMBDA")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3, help="differences to show of each LAMBDA")
    args = parser.parse_args()
    different = 0
    with tempfile.TemporaryDirectory() as folder:
        for lang in LANGUAGES:
            for item in named_lambdas(lang):
                if args.names and item.name not in args.names:
                    continue
                cases = [
                    *example_cases(item.function, lang),
                    *Draw(item.function, lang, args.seed).cases(args.calls),
                ]
                found = list(answers(item, lang, cases, Path(folder)))
                counts = Counter(answer.verdict for answer in found)
                different += counts[Verdict.DIFFERENT]
                figures = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
                print(f"{item.name} {lang}: {len(found)} calls, {figures}", flush=True)
                for answer in [one for one in found if one.verdict is Verdict.DIFFERENT][: args.show]:
                    kind = "" if answer.case.is_plain else " (cells not allowed)"
                    print(
                        f"  {answer.case.args}{kind}\n    Python {answer.expected}\n    LAMBDA {answer.got}"
                    )
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())

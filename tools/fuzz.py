"""Give the program what nobody means to give it: mutated workbooks, formulas, lists and requests.

Run: ``python tools/fuzz.py [--seed N] [--cases N] [--minutes N] [--kind KIND]`` (``make fuzz``). Each case is
made from the seed and its number alone, treated in a process of its own with a limit of time and memory, and
judged: no crash, no hang, no memory over the cap, nothing harmed, no output that the validators of the tests
reject. A case that fails is kept in ``out/fuzz``; ``--replay FOLDER`` treats it again. Exit code 1 when any
did. ``--write`` puts the counts into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

# The key for noncommercial use, of this process alone: without one xlwings Server does not load.
os.environ.setdefault("XLWINGS_LICENSE_KEY", "noncommercial")

from mutations import mutated_cells, mutated_markup, mutated_xml, mutated_zip
from odd_inputs import odd_csv, odd_excel_formula, odd_formula, odd_request
from supervised import (
    BAD,
    CRASH,
    FAULT,
    HANG,
    MEMORY,
    OK,
    REFUSED,
    UNJUDGED,
    Limits,
    Outcome,
    Supervised,
    judging,
)
from treatments import (
    TODAY,
    Base,
    examples,
    fill,
    treat_csv,
    treat_excel_formula,
    treat_formula,
    treat_request,
    treat_workbook,
)

from strategy_xl.build.book import example_rows, render
from strategy_xl.build.example import with_lists
from strategy_xl.build.select import only
from strategy_xl.formulas.arrays import function_names
from strategy_xl.functions.registry import functions
from strategy_xl.schema.loader import load_default

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- fuzz:start -->", "<!-- fuzz:end -->"
LARGEST = 250_000
"""Bytes of the largest workbook of the corpus that is mutated; larger ones are only slower."""
MODULES = (
    ("client_matrix",),
    ("kpi",),
    ("swot", "personas"),
    ("stakeholders",),
    ("smart",),
    ("quant", "funnel"),
)
KINDS = {"zip": 11, "xml": 24, "markup": 29, "cells": 16, "formula": 9, "csv": 6, "json": 5}
"""What is mutated, and how often among a hundred cases."""
MUTATIONS = {"zip": mutated_zip, "xml": mutated_xml, "markup": mutated_markup, "cells": mutated_cells}
LIMITS = Limits(cpu=5.0, wall=300.0, memory=512 << 20)
KEPT = 3
"""Cases kept of one cause."""


@dataclass
class Bases:
    """The workbooks to begin with, made or read once."""

    own: list[Base] = field(default_factory=list)
    foreign: list[Base] = field(default_factory=list)

    @classmethod
    def prepare(cls, corpus: Path | None) -> Bases:
        """Small ones of ours, and those of a folder."""
        found = cls()
        spec = load_default()
        for number, modules in enumerate(MODULES):
            lang = ("fr", "en")[number % 2]
            part = with_lists(only(spec, modules))
            rows = {key: found[:8] for key, found in example_rows(part, lang, TODAY).items()}
            data = render(part, lang=lang, company="", today=TODAY, rows=rows)
            found.own.append(Base.of_own(f"{'-'.join(modules)}.xlsx", data))
        if corpus is not None and corpus.is_dir():
            files = sorted(path for path in corpus.glob("*.xl*") if path.stat().st_size <= LARGEST)
            found.foreign = [Base(path.name, path.read_bytes()) for path in files]
        return found

    def chosen(self, chance: Random) -> Base:
        """One of them, more often one of ours."""
        return chance.choice(self.own if not self.foreign or chance.random() < 0.4 else self.foreign)

    def named(self, name: str) -> Base:
        """The one of a name."""
        return next((base for base in (*self.own, *self.foreign) if base.name == name), Base(name, b""))


@dataclass(frozen=True)
class Made:
    """The input of a case.

    Arguments:
        kind: what is mutated.
        base: name of the workbook it was made from, or is for.
        data: the input itself.
        block: of a list, the table it is for; of a formula, whose it is.
    """

    kind: str
    base: str
    data: bytes
    block: str = ""


@dataclass
class Fuzz:
    """A run: makes its cases and treats them."""

    seed: int
    bases: Bases
    kinds: tuple[str, ...] = tuple(KINDS)

    def __post_init__(self) -> None:
        """What requests and formulas are made of."""
        self._functions = list(functions())
        self._natives = sorted(function_names())
        self._examples = examples()

    def made(self, number: int) -> Made:
        """The input of a case."""
        chance = Random(f"{self.seed}:{number}")  # noqa: S311 - not for secrets
        kind = chance.choices(self.kinds, [KINDS[kind] for kind in self.kinds])[0]
        base = self.bases.chosen(chance)
        if kind == "formula":
            of_file = chance.random() < 0.2
            text = odd_excel_formula(chance) if of_file else odd_formula(chance, self._natives)
            return Made(kind, "", text.encode(), "file" if of_file else "template")
        if kind == "json":
            return Made(kind, "", odd_request(chance, self._functions, self._examples))
        if kind == "csv":
            base = chance.choice([own for own in self.bases.own if own.titles])
            block, titles = chance.choice(sorted((base.titles or {}).items()))
            return Made(kind, base.name, odd_csv(chance, titles), block)
        if kind == "cells" and base.own and chance.random() < 0.6:
            return Made(kind, base.name, fill(base, chance))
        return Made(kind, base.name, MUTATIONS[kind](base.data, chance))

    def treat(self, number: int) -> tuple[str, str]:
        """Make an input and treat it: its kind, and what was done."""
        with judging():  # making it is not what is tried
            made = self.made(number)
        chance = Random(f"{self.seed}:{number}:treat")  # noqa: S311 - not for secrets
        warnings.simplefilter("ignore")
        return made.kind, self._treated(made, chance)

    def _treated(self, made: Made, chance: Random) -> str:
        match made.kind:
            case "formula" if made.block == "file":
                return treat_excel_formula(made.data.decode(), chance)
            case "formula":
                return treat_formula(made.data.decode())
            case "csv":
                return treat_csv(self.bases.named(made.base), made.block, made.data, chance)
            case "json":
                return treat_request(made.data)
        return treat_workbook(self.bases.named(made.base), made.data, chance)


@dataclass
class Tally:
    """The counts of a run."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    largest: int = 0

    @property
    def bad(self) -> int:
        """Cases that failed."""
        return sum(count[kind] for count in self.kinds.values() for kind in BAD)

    @property
    def cases(self) -> int:
        """All cases."""
        return sum(count.total() for count in self.kinds.values())

    def add(self, kind: str, outcome: Outcome) -> None:
        """Count a case."""
        self.kinds.setdefault(kind, Counter())[outcome.kind] += 1
        if outcome.kind in BAD:
            self.causes[outcome.signature] += 1
        elif outcome.kind == REFUSED:
            self.codes[outcome.detail] += 1
        self.slowest = max(self.slowest, outcome.cpu)
        self.largest = max(self.largest, outcome.memory)

    def lines(self) -> list[str]:
        """The table of the counts."""
        names = {
            OK: "treated", REFUSED: "refused with a finding", UNJUDGED: "too large to be judged",
            FAULT: "harmed, or output rejected", CRASH: "crash", HANG: "hang", MEMORY: "over memory",
        }  # fmt: skip
        shown = [
            "| what is mutated | cases | " + " | ".join(names.values()) + " |",
            "|---" * (len(names) + 2) + "|",
        ]
        total = sum(self.kinds.values(), Counter[str]())
        for kind, count in (*sorted(self.kinds.items()), ("all", total)):
            shown.append(
                f"| {kind} | {count.total()} | " + " | ".join(str(count[name]) for name in names) + " |"
            )
        codes = ", ".join(f"{code} × {count}" for code, count in self.codes.most_common(25))
        most = f"Longest case {self.slowest:.1f} s of processor time, largest {self.largest >> 20} MiB."
        return [*shown, "", most, f"Refused most often: {codes}."]


def keep(folder: Path, fuzz: Fuzz, number: int, made: Made, outcome: Outcome) -> Path:
    """Save a case that failed, so that ``--replay`` can treat it again."""
    place = folder / f"{fuzz.seed}-{number}"
    place.mkdir(parents=True, exist_ok=True)
    ending = Path(made.base).suffix if made.kind not in ("csv", "json", "formula") else ".txt"
    (place / f"input{ending}").write_bytes(made.data)
    about = {"seed": fuzz.seed, "number": number, "kind": made.kind, "base": made.base, "block": made.block}
    (place / "case.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    (place / "outcome.txt").write_text(
        f"{outcome.kind} {outcome.cpu:.1f} s\n{outcome.detail}\n", encoding="utf-8"
    )
    return place


def replay(folder: Path, corpus: Path) -> Outcome:
    """Treat a saved case again, as it was saved."""
    about = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    data = next(folder.glob("input*")).read_bytes()
    made = Made(about["kind"], about["base"], data, about["block"])
    fuzz = Fuzz(about["seed"], Bases.prepare(corpus) if made.base else Bases())

    def treat(number: int) -> str:
        chance = Random(f"{fuzz.seed}:{number}:treat")  # noqa: S311 - not for secrets
        return fuzz._treated(made, chance)  # noqa: SLF001 - the same treatment

    with Supervised(treat, LIMITS) as treatment:
        return treatment(about["number"])


def run(fuzz: Fuzz, cases: int, seconds: float, folder: Path, first: int = 0) -> Tally:
    """Treat cases until there are enough or time is up."""
    tally, start, shown = Tally(), time.monotonic(), time.monotonic()
    with Supervised(fuzz.treat, LIMITS) as treatment:
        for number in range(first, first + cases):
            if time.monotonic() - start > seconds:
                break
            outcome = treatment(number)
            made = fuzz.made(number) if outcome.kind != OK else None
            tally.add(made.kind if made else outcome.value[0], outcome)
            if outcome.kind in BAD and made and tally.causes[outcome.signature] <= KEPT:
                place = keep(folder, fuzz, number, made, outcome)
                print(f"{place}: {outcome.signature}", flush=True)
            if time.monotonic() - shown > 60:
                shown = time.monotonic()
                rate = tally.cases / (shown - start)
                print(f"{tally.cases} cases, {rate:.1f} a second, {tally.bad} bad", flush=True)
    return tally


def write_docs(lines: list[str]) -> None:
    """Put the counts into the page, between their marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text("\n".join([before + BEGIN, *lines, END + after]), encoding="utf-8")


def main() -> int:
    """Run, print the counts; 1 when any case failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end after that time")
    parser.add_argument("--kind", choices=tuple(KINDS), action="append", help="only this; may be given again")
    parser.add_argument("--folder", type=Path, default=ROOT / "out" / "fuzz", help="where failures are kept")
    parser.add_argument("--replay", type=Path, metavar="FOLDER", help="treat one of them again")
    parser.add_argument("--write", action="store_true", help="put the counts into docs/reliability.md")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("STRATEGY_XL_SHARED", ROOT.parent / "shared"))
    if arguments.replay:
        outcome = replay(arguments.replay, shared / "corpus")
        print(f"{outcome.kind} {outcome.cpu:.1f} s {outcome.memory >> 20} MiB", outcome.detail, sep="\n")
        return int(outcome.kind in BAD)
    bases = Bases.prepare(shared / "corpus")
    print(
        f"seed {arguments.seed}, {len(bases.own)} workbooks of ours, {len(bases.foreign)} others", flush=True
    )
    fuzz = Fuzz(arguments.seed, bases, tuple(arguments.kind or KINDS))
    start = time.monotonic()
    tally = run(fuzz, arguments.cases, arguments.minutes * 60, arguments.folder, arguments.first)
    lines = tally.lines()
    print(*lines, *(f"{count} × {cause}" for cause, count in tally.causes.most_common()), sep="\n")
    if arguments.write:
        minutes = (time.monotonic() - start) / 60
        today = dt.datetime.now(dt.UTC).date()
        told = f"Seed {fuzz.seed}, {tally.cases} cases in {minutes:.0f} minutes, {today}, {sys.platform}, "
        told += (
            f"Python {sys.version.split()[0]}; mutated are {len(bases.foreign)} workbooks of the corpus and "
        )
        told += f"{len(bases.own)} of ours."
        write_docs([told, "", *lines])
    return int(tally.bad > 0)


if __name__ == "__main__":
    sys.exit(main())

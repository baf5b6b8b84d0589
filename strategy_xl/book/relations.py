"""Between rows and between sheets: names given twice, rows without name, names that lead nowhere."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np

from strategy_xl.book.data import BlockData
from strategy_xl.book.lost import is_hidden
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.references import parse_column
from strategy_xl.rules.frame import as_array, is_known
from strategy_xl.rules.table import Table
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, TableBlock
from strategy_xl.text.identity import identity_key
from strategy_xl.text.parsing import fold

MAX_SAME = 20
_CLOSE_ENOUGH = 0.6
_MOST_SUGGESTIONS = 50


Meant = dict[str, dict[tuple[int, int], object]]
"""Sheet title → row and column of an input that Excel does not count → what was meant."""


def check_relations(
    path: str, blocks: Mapping[str, BlockData], meant: Meant, *, tidies: bool = False
) -> tuple[dict[str, BlockData], list[Finding]]:
    """Check names across the rows and blocks that were read.

    Arguments:
        path: the workbook.
        blocks: the blocks as read.
        meant: gets the references that Excel does not find.
        tidies: whether these are going to be put right.

    Returns the blocks, in which a reference to the same name (``text.identity``) has the name's spelling,
    and the findings: SX392 name given twice, SX393 row without name, SX490 name that does not exist, SX491
    the same with a likely name, SX492 a spelling that Excel's formulas do not find (SX222 when put right).
    """
    found: list[Finding] = []
    result = dict(blocks)
    for key, data in blocks.items():
        found += _capped(_identities(path, data))
        for spec in data.block.fields:
            if spec.source is None or spec.role is not FieldRole.INPUT or spec.key not in data.places:
                continue
            owner, column = parse_column(spec.source)
            if owner not in blocks or column not in blocks[owner].rows:
                continue
            rows, findings, spelled = _references(path, result[key], spec, blocks[owner], column)
            if tidies:
                findings = [_put_right(finding) for finding in findings]
            found += _capped(findings)
            block = result[key] = replace(result[key], rows=rows)
            for index, name in spelled.items():
                meant.setdefault(block.sheet_of(spec.key), {})[block.cell(spec.key, index)] = name
    return result, list(_gathered(found))


def _put_right(finding: Finding) -> Finding:
    """A spelling that is going to be the name's, told as such."""
    if finding.code != "SX492":
        return finding
    return replace(finding, code="SX222", severity=Severity.NOTE)


def _gathered(findings: list[Finding]) -> Iterator[Finding]:
    """The findings, of which those on one name that does not exist are one, wherever it is cited."""
    counts: Counter[object] = Counter()
    for finding in findings:
        counts[_name_sought(finding)] += cast("int", finding.args.get("n", 1))
    seen: set[object] = set()
    for finding in findings:
        name = _name_sought(finding)
        if name is None:
            yield finding
        elif name not in seen:
            seen.add(name)
            several = {"n": counts[name]} if counts[name] > 1 else {}
            args = {key: value for key, value in finding.args.items() if key != "n"}
            yield replace(finding, args={**args, **several})


def _name_sought(finding: Finding) -> object:
    if finding.code not in {"SX490", "SX491"}:
        return None
    return finding.args["found"], finding.args["sheet"], finding.args["column"]


def _capped(findings: Iterator[Finding] | list[Finding]) -> Iterator[Finding]:
    """At most ``MAX_SAME`` findings of each kind, then one that counts the others."""
    every = list(findings)
    totals = Counter(finding.code for finding in every)
    shown: Counter[str] = Counter()
    for finding in every:
        shown[finding.code] += 1
        if shown[finding.code] <= MAX_SAME:
            yield finding
        elif shown[finding.code] == MAX_SAME + 1:
            args = {
                "label": finding.args["label"],
                "n": totals[finding.code] - MAX_SAME,
                "code": finding.code,
            }
            yield Finding("SX230", finding.location, args, finding.severity)


def _where(path: str, data: BlockData, key: str, index: Any) -> Location:
    return Location(path, data.sheet_of(key), data.a1(key, int(index)))


def _identities(path: str, data: BlockData) -> Iterator[Finding]:
    block = data.block
    if not isinstance(block, TableBlock):
        return
    spec = data.field(block.identity_key)
    if spec.key not in data.places or spec.role is not FieldRole.INPUT:
        return
    if not len(data.rows):
        return
    known = is_known(data.rows, spec.key)
    label = spec.label.get(data.context.lang)
    for index in data.rows.index[~known]:
        row = int(index)
        stands = data.unread.get(spec.key, {}).get(row)
        if isinstance(stands, ErrorValue) or is_hidden(data.merged, *data.cell(spec.key, row)):
            continue  # told already, as an error or with the merged area
        yield Finding("SX393", _where(path, data, spec.key, index), {"label": label})
    # A date, a choice or a reference to another sheet may well come back on several rows.
    if spec.type is not FieldType.TEXT or spec.source is not None:
        return
    given = [str(name) for name in data.rows.values(spec.key, np.flatnonzero(known))]
    folded = [identity_key(name) for name in given]
    if len(set(folded)) == len(folded):
        return
    firsts: dict[str, int] = {}
    for row, name, text in zip(data.rows.index[known].tolist(), given, folded, strict=True):
        if firsts.setdefault(text, row) != row:
            args = {"label": label, "found": name, "row": firsts[text]}
            yield Finding("SX392", _where(path, data, spec.key, row), args)


def _references(
    path: str, data: BlockData, spec: FieldSpec, target: BlockData, column: str
) -> tuple[Table, list[Finding], dict[int, str]]:
    """The rows with references in the spelling of the names, what is wrong, and the spellings to put right.

    Those are given by row: Excel's formulas find a name whatever its capitals, but nothing else.
    """
    rows = data.rows
    if not len(rows) or not len(target.rows) or spec.type is FieldType.CHOICE:
        return rows, [], {}
    names = {str(name) for name in target.rows.values(column, np.flatnonzero(is_known(target.rows, column)))}
    if not names:
        return rows, [], {}
    given = dict.fromkeys(rows.values(spec.key, np.flatnonzero(is_known(rows, spec.key))))
    unknown = [value for value in given if str(value) not in names]
    if not unknown:
        return rows, [], {}
    values = rows[spec.key]
    by_case = {identity_key(name): name for name in names}
    by_fold = {fold(name): name for name in names}
    same: dict[Any, str] = {}
    likely: dict[Any, str | None] = {}
    for value in unknown:
        text = str(value)
        exact = by_case.get(identity_key(text))
        if exact is not None:
            same[value] = exact
            continue
        few = len(likely) < _MOST_SUGGESTIONS
        close = difflib.get_close_matches(fold(text), by_fold, 1, _CLOSE_ENOUGH) if few else []
        likely[value] = by_fold[close[0]] if close else None
    findings = []
    label = spec.label.get(data.context.lang)
    odd = {value: name for value, name in same.items() if str(value).casefold() != name.casefold()}
    unseen = values[values.isin(list(odd))]
    spelled = {int(cast("int", index)): odd[value] for index, value in unseen.items()}
    counts = unseen.value_counts()
    for index, value in unseen.drop_duplicates().items():
        args = {"n": int(counts[value]), "label": label, "found": value, "meant": odd[value]}
        findings.append(Finding("SX492", _where(path, data, spec.key, index), args, Severity.WARNING))
    wrong = values[values.isin(list(likely))]
    counts = wrong.value_counts()
    for index, value in wrong.drop_duplicates().items():
        args = {
            "n": int(counts[value]),
            "label": label,
            "found": value,
            "sheet": target.sheet,
            "column": target.field(column).label.get(data.context.lang),
            "suggestion": likely[value],
        }
        code = "SX491" if likely[value] else "SX490"
        findings.append(Finding(code, _where(path, data, spec.key, index), args, Severity.WARNING))
    if same:
        rows = rows.extended(
            {spec.key: as_array([same.get(value, value) for value in rows.values(spec.key)])}
        )
    return rows, findings, spelled

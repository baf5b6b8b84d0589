"""The alerts of a workbook: rows that carry the same one told together, each with its sentence and action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from strategy_xl.answers import sentences, tellings
from strategy_xl.answers.judging import Evaluation
from strategy_xl.answers.tellings import Telling
from strategy_xl.book.shown import Look
from strategy_xl.errors import Severity
from strategy_xl.formulas.references import parse_argument
from strategy_xl.rules.alerts import ALERTS, Alert
from strategy_xl.rules.frame import Frame, dates, numbers
from strategy_xl.rules.result import RuleResult
from strategy_xl.rules.table import Table
from strategy_xl.rules.wording import same_name
from strategy_xl.schema.spec import TableBlock, WorkbookSpec
from strategy_xl.text.catalog import has_message, message
from strategy_xl.text.shortening import shorten

PER_CODE = 200
"""Rows of one code that are told one by one; more than a sheet shows help nobody, the rest is counted."""
NAMED = 3
"""Rows of a group that are named; of the others it is said how many there are."""
ADVICE = "next_action"
"""Field for which a rule of its own says what to do about a row; an alert without an action takes that."""
STAKE = "stake"
"""Column in which a rule itself gives the revenue that a row is about."""
MANY = ".many"
"""Key of the sentence that tells several rows with one code at once."""


@dataclass(frozen=True, slots=True)
class AlertCase:
    """One row that carries one alert code, or all the rows that do.

    Arguments:
        alert: severity and weight.
        code: ``rule.CODE``.
        block, row: where: block key, and index of the row among the rule's rows; of several rows the one
            with the greatest stake.
        text: the sentence, with the name of what it is about.
        action: what to do; "" when the code has no action.
        said, todo: the same in no language.
        stake: revenue concerned; 0 when there is none.
        due: earliest date by which it matters; None when there is none.
    """

    alert: Alert
    code: str
    block: str
    row: int
    text: str
    action: str
    said: Telling = ""
    todo: Telling = ""
    stake: float = 0.0
    due: date | None = None

    @property
    def rank(self) -> tuple[float, int, date, int]:
        """What cases are ordered by: stake, severity, date, weight."""
        return (-self.stake, self.alert.severity.rank, self.due or date.max, -self.alert.weight)


def alert_codes(evaluation: Evaluation) -> list[str]:
    """The codes of an answer that are alerts."""
    return [code for code in evaluation.result.reasons.names if f"{evaluation.rule}.{code}" in ALERTS]


def alert_cases(spec: WorkbookSpec, look: Look, evaluations: Sequence[Evaluation]) -> list[AlertCase]:
    """Every alert: the rows of a code in one case where the catalogue can tell them together, else each.

    Arguments:
        spec: the templates.
        look: the workbook's words.
        evaluations: the rules' answers and the rows they were given.
    """
    blocks = spec.data_blocks()
    given = {evaluation.call.into: evaluation.inputs for evaluation in evaluations}
    advisers = {
        evaluation.call.into: evaluation
        for evaluation in evaluations
        if evaluation.call.messages.get(ADVICE) == "reasons"
    }
    staked = {
        evaluation.call.into: _positive(numbers(evaluation.result.table, STAKE))
        for evaluation in evaluations
        if STAKE in evaluation.result.table
    }
    found: list[AlertCase] = []
    for evaluation in evaluations:
        block = blocks[evaluation.call.into][1]
        labels = look.of_fields(block.fields)
        table = block if isinstance(block, TableBlock) else None
        struck = _Struck(
            evaluation,
            identity=table.identity_key if table else "",
            labels=labels,
            lang=look.lang,
            stakes=staked.get(evaluation.call.into, _stakes(table, evaluation.inputs, given)),
            adviser=advisers.get(evaluation.call.into),
            due=table.due if table else None,
        )
        for code in alert_codes(evaluation):
            found += struck.cases(code)
    return found


def _stakes(table: TableBlock | None, inputs: Table, given: Mapping[str, Table]) -> npt.NDArray[np.float64]:
    """Revenue that each row is about; 0 where nothing says it."""
    none = np.zeros(len(inputs))
    if table is None or table.stake is None:
        return none
    if "[" not in table.stake:
        return _positive(numbers(inputs, table.stake))
    owner, (key, other) = parse_argument(table.stake)
    if owner not in given or table.identity_key not in inputs:
        return none
    pairs = zip(given[owner].values(key), _positive(numbers(given[owner], other)).tolist(), strict=True)
    known = {same_name(name): value for name, value in pairs if isinstance(name, str)}
    return np.array([known.get(same_name(name), 0.0) for name in inputs.values(table.identity_key)])


def _positive(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The amounts above zero; nothing where there is none."""
    return np.where(values > 0, values, 0.0)


class _Said(NamedTuple):
    """A text, and the same in no language."""

    text: str
    telling: Telling


@dataclass(frozen=True)
class _Struck:
    """The rows of one answer, with what tells, names and ranks them."""

    evaluation: Evaluation
    identity: str
    labels: sentences.Labels
    lang: str
    stakes: npt.NDArray[np.float64]
    adviser: Evaluation | None
    due: str | None

    def cases(self, code: str) -> Iterator[AlertCase]:
        """The cases of one code."""
        key = f"{self.evaluation.rule}.{code}"
        rows = np.flatnonzero(self.evaluation.result.reasons.has(code))
        rows = rows[np.argsort(-self.stakes[rows], kind="stable")]
        if rows.size > 1 and has_message(key + MANY, self.lang):
            yield self._together(code, rows)
            return
        rows = np.sort(rows)
        rest = rows[PER_CODE:]
        rows = rows[:PER_CODE]
        texts, actions = self._sentences(code, rows)
        index = self.evaluation.result.table.index.take(rows)
        for row, at, text, action, name in zip(
            rows.tolist(), index, texts, actions, self._names(rows), strict=True
        ):
            yield self._case(code, int(at), self._about(name, text), action, np.array([row]))
        if rest.size:
            (text,), (action,) = self._sentences(code, rest[:1])
            text = self._about(self._names(rest[:1])[0], text)
            if rest.size > 1:
                text = self._put("digest.rest", {"n": int(rest.size) - 1}, {"text": text})
            yield self._case(code, int(self.evaluation.result.table.index[rest[0]]), text, action, rest)

    def _about(self, name: str | None, said: _Said) -> _Said:
        """A sentence with what it is about in front."""
        return _Said(sentences.named(self._label(name), said.text), tellings.about(name, said.telling))

    def _put(self, key: str, values: Mapping[str, int], parts: Mapping[str, _Said]) -> _Said:
        """A message, some of whose values are to be told themselves."""
        texts = {name: part.text for name, part in parts.items()}
        told = {name: part.telling for name, part in parts.items()}
        return _Said(message(key, self.lang, **values, **texts), {"key": key, "with": {**values, **told}})

    def _sentences(self, code: str, rows: npt.NDArray[np.intp]) -> tuple[list[_Said], list[_Said]]:
        """Sentence and action of each row."""
        rule, result = self.evaluation.rule, self.evaluation.result
        frames = (result.table.take(rows), self.evaluation.inputs.take(rows))
        texts = self._told(code, frames, rows.size)
        if not has_message(f"{rule}.{code}{sentences.ACTION}", self.lang):
            return texts, self._advice(rows)
        actions = self._told(code + sentences.ACTION, frames, rows.size)
        if ADVICE not in self.evaluation.call.messages:
            # Advice is about what matters most in a row: it is that of the row's first alert.
            leads = [codes[0] == code for codes in result.reasons.take(rows).lists()]
            advice = self._advice(rows)
            actions = [
                other if lead and other.text else own
                for own, other, lead in zip(actions, advice, leads, strict=True)
            ]
        return texts, actions

    def _told(self, code: str, frames: Sequence[Frame], rows: int) -> list[_Said]:
        """What a code says of some rows."""
        rule = self.evaluation.rule
        texts = sentences.code_sentences([code] * rows, rule, frames, self.lang, self.labels)
        return list(map(_Said, texts, tellings.of_rows(f"{rule}.{code}", frames, rows)))

    def _advice(self, rows: npt.NDArray[np.intp]) -> list[_Said]:
        """What the block's own rule of advice says of some rows."""
        if self.adviser is None:
            return [_Said("", "")] * rows.size
        whole, inputs = self.adviser.result, self.adviser.inputs.take(rows)
        part = RuleResult(
            whole.table.take(rows), whole.reasons.take(rows), whole.missing.take(rows), whole.version
        )
        texts = sentences.reasons(part, self.adviser.rule, inputs, self.lang, self.labels)
        told = tellings.of_reasons(part, self.adviser.rule, inputs)
        return list(map(_Said, texts, told))

    def _names(self, rows: npt.NDArray[np.intp]) -> list[str | None]:
        """What rows are about: a choice by its key."""
        inputs = self.evaluation.inputs
        if self.identity not in inputs:
            return [None] * rows.size
        names = inputs.values(self.identity, rows)
        return [name if isinstance(name, str) else None for name in names]

    def _label(self, name: str | None) -> str | None:
        return name if name is None else self.labels.get(self.identity, {}).get(name, name)

    def _together(self, code: str, rows: npt.NDArray[np.intp]) -> AlertCase:
        """All rows of a code in one case, those with the greatest stakes named."""
        key = f"{self.evaluation.rule}.{code}{MANY}"
        names = [name for name in self._names(rows[:NAMED]) if name is not None]
        listed = ", ".join(str(self._label(name)) for name in names)
        more = int(rows.size) - len(names)
        if more:
            listed = message(tellings.NAMES, self.lang, names=listed, n=more)
        parts = {"names": _Said(listed, {"names": names, "more": more})}
        text = self._put(key, {"n": int(rows.size)}, parts)
        if has_message(key + sentences.ACTION, self.lang):
            todo = self._put(key + sentences.ACTION, {"n": int(rows.size)}, parts)
        else:
            todo = self._first(self._sentences(code, rows[:NAMED])[1], names)
        at = int(self.evaluation.result.table.index[rows[0]])
        return self._case(code, at, text, todo, rows)

    def _first(self, actions: Sequence[_Said], names: Sequence[str]) -> _Said:
        """The action of several rows: theirs where it is the same, else the first one's, by its name."""
        first = actions[0]
        if len({action.text for action in actions}) == 1 or not (names and first.text):
            return first
        parts = {
            "name": _Said(str(self._label(names[0])), {"name": names[0]}),
            "action": _Said(sentences.going_on(first.text), {"going_on": first.telling}),
        }
        text, telling = self._put(tellings.FIRST, {}, parts)
        return _Said(shorten(text), telling)

    def _case(self, code: str, at: int, said: _Said, todo: _Said, rows: npt.NDArray[np.intp]) -> AlertCase:
        alert = ALERTS[f"{self.evaluation.rule}.{code}"]
        # What is only to be noted puts no revenue at stake.
        stake = 0.0 if alert.severity is Severity.NOTE else float(self.stakes[rows].sum())
        due = None
        if self.due is not None and self.due in self.evaluation.inputs:
            days = dates(self.evaluation.inputs, self.due)[rows]
            known = days[~np.isnat(days)].astype("datetime64[D]")
            due = known.min().item() if known.size else None
        return AlertCase(
            alert=alert,
            code=f"{self.evaluation.rule}.{code}",
            block=self.evaluation.call.into,
            row=at,
            text=said.text,
            action=todo.text,
            said=said.telling,
            todo=todo.telling,
            stake=stake,
            due=due,
        )

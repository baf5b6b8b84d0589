"""Whether the targets on the settings sheet fit the firm's own clients, told on import and each night."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.model import ClientMode
from strategy_xl.rules.client_fit import fit
from strategy_xl.rules.client_matrix import classify
from strategy_xl.rules.client_scores import ClientParams
from strategy_xl.rules.frame import Floats, Frame, numbers
from strategy_xl.rules.params import build_params
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldRole

RULE = "client_matrix.classify"
TARGET = "net_target"
MISFIT, ONLY_YEARLY, NO_PROPOSAL = MISFITS = ("SX395", "SX396", "SX397")
"""Told with both targets that would fit, with the yearly one alone, without any."""


def misfits(data: WorkbookData, evaluations: Sequence[Evaluation]) -> Iterator[Finding]:
    """SX395 to SX397 when more than nine clients in ten lie on one side of the threshold.

    Arguments: data: the workbook; evaluations: the rules' answers.
    """
    for evaluation in evaluations:
        if evaluation.call.run == RULE:
            yield from _told(data, evaluation.result.table, _params(data))


def misfits_with(
    data: WorkbookData,
    block: BlockData,
    new: Sequence[Mapping[str, Any]],
    changes: Mapping[int, Mapping[str, Any]],
) -> Iterator[Finding]:
    """The same of a list of clients that is about to change; nothing for any other table.

    Arguments:
        data: the workbook as it is.
        block: the table.
        new: rows that come to it, field → value.
        changes: what its rows get, Excel row → field → value.
    """
    if not any(call.run == RULE and call.into == block.block.key for call in block.module.rules):
        return
    keys = [
        spec.key
        for spec in block.block.fields
        if spec.role is FieldRole.INPUT and spec.type in NUMERIC_TYPES and spec.key in block.rows
    ]
    clients = Table({key: _column(block, key, new, changes) for key in keys})
    if params := _params(data):
        yield from _told(data, classify(clients, params).table, params)


def _column(
    block: BlockData, key: str, new: Sequence[Mapping[str, Any]], changes: Mapping[int, Mapping[str, Any]]
) -> Floats:
    """A column of numbers as it will be; what is no number is unknown."""
    stands = numbers(block.rows, key).copy()
    at = {int(row): place for place, row in enumerate(block.rows.index)}
    for row, values in changes.items():
        if key in values and row in at:
            stands[at[row]] = _number(values[key])
    return np.concatenate([stands, [_number(values.get(key)) for values in new]])


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _params(data: WorkbookData) -> ClientParams | None:
    settings = data.blocks.get(SETTINGS_BLOCK)
    if settings is None or TARGET not in settings.places or not len(settings.rows):
        return None
    given = {str(key): settings.rows.first(key) for key in settings.rows.columns}
    params: ClientParams = build_params(ClientParams, given)
    return params


def _told(data: WorkbookData, judged: Frame, params: ClientParams | None) -> Iterator[Finding]:
    if params is None or params.client_mode == ClientMode.QUANTILE:
        return  # ranks fit whatever the firm
    found = fit(judged, params.score_threshold, params.hourly_cost)
    if found.is_one_sided:
        settings = data.blocks[SETTINGS_BLOCK]
        args: dict[str, Any] = {
            "label": settings.field(TARGET).label.get(data.lang),
            "share": found.share,
            "n": found.clients,
        }
        code = NO_PROPOSAL
        if not math.isnan(found.net_target):
            code, args["net"] = ONLY_YEARLY, found.net_target
            if not math.isnan(found.per_hour_target):
                code, args["per_hour"] = MISFIT, found.per_hour_target
        where = Location(data.path, settings.sheet_of(TARGET), settings.a1(TARGET, 1))
        yield Finding(code, where, args, Severity.NOTE)

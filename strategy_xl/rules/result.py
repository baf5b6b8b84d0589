"""What every rule returns: values, reason codes, missing fields and the rule's version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strategy_xl.rules.frame import DataFrame, as_frame, extended, make_frame, numbered, object_column
from strategy_xl.rules.table import Table

MAX_CODES = 64

_FEW_ROWS = 100
"""Rows up to which masks are packed side by side, which costs a quarter there and double on a long table."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A set of codes per row, kept as one 64-bit mask a row: a million rows cost 8 MB.

    Arguments:
        names: at most 64 code names; bit i of a mask stands for ``names[i]``.
        bits: masks, shape (rows,), dtype uint64.
    """

    names: tuple[str, ...]
    bits: npt.NDArray[np.uint64]

    @classmethod
    def from_masks(cls, masks: Mapping[str, npt.ArrayLike], rows: int) -> Codes:
        """Pack boolean masks, each of shape (rows,), in the order in which they should be read.

        Raises ValueError above 64 codes.
        """
        if len(masks) > MAX_CODES:
            raise ValueError(len(masks))
        if rows <= _FEW_ROWS:
            table = np.zeros((rows, MAX_CODES), dtype=bool)
            for position, mask in enumerate(masks.values()):
                table[:, position] = mask
            packed = np.packbits(table, axis=1, bitorder="little").view("<u8")
            return cls(tuple(masks), packed.ravel().astype(np.uint64, copy=False))
        bits = np.zeros(rows, dtype=np.uint64)
        for position, mask in enumerate(masks.values()):
            bits |= np.asarray(mask, dtype=bool).astype(np.uint64) << np.uint64(position)
        return cls(tuple(masks), bits)

    def has(self, name: str) -> npt.NDArray[np.bool_]:
        """Rows that carry the code, shape (rows,)."""
        return (self.bits >> np.uint64(self.names.index(name)) & np.uint64(1)).astype(bool)

    def take(self, rows: npt.NDArray[np.intp]) -> Codes:
        """The codes of some rows, by position."""
        return Codes(self.names, self.bits[rows])

    def at(self, row: int) -> tuple[str, ...]:
        """Names of the codes of one row, by position."""
        mask = int(self.bits[row])
        return tuple(name for position, name in enumerate(self.names) if mask >> position & 1)

    def lists(self) -> list[tuple[str, ...]]:
        """Names of the codes of every row; each distinct mask is decoded once."""
        distinct, inverse = np.unique(self.bits, return_inverse=True)
        decoded = [
            tuple(name for position, name in enumerate(self.names) if int(mask) >> position & 1)
            for mask in distinct
        ]
        return [decoded[position] for position in inverse]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The answer of a rule for a table.

    Arguments:
        table: output columns by key, same index as the input; a frame of pandas is taken as one.
        reasons: reason codes per row, most telling first.
        missing: column keys that are needed and empty, per row.
        version: version of the rule, changed whenever an answer can change.
    """

    table: Table
    reasons: Codes
    missing: Codes
    version: str

    def __post_init__(self) -> None:
        """Whoever has a frame may give it."""
        object.__setattr__(self, "table", Table.of(self.table))

    @property
    def frame(self) -> DataFrame:
        """The output columns as a frame of pandas."""
        return self.table.frame

    def explained(self) -> DataFrame:
        """The frame with readable columns ``reasons``, ``missing`` (tuples of names), ``rule_version``."""
        index = self.table.index
        told = {
            "reasons": object_column(self.reasons.lists(), index),
            "missing": object_column(self.missing.lists(), index),
        }
        return as_frame(extended(self.table, {**told, "rule_version": self.version}))


def whole_sheet(
    values: Mapping[str, object], codes: Sequence[str], missing: Mapping[str, bool], version: str
) -> RuleResult:
    """The answer for a whole sheet: one row, numbered like the only instance of a form.

    Arguments: the values by column key, the codes that hold, the keys needed and whether each is missing.
    """
    frame = make_frame({key: [value] for key, value in values.items()}, numbered(1))
    reasons = Codes.from_masks(dict.fromkeys(codes, True), 1)
    return RuleResult(frame, reasons, Codes.from_masks(missing, 1), version)

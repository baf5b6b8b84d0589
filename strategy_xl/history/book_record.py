"""What the history takes in of one workbook on one day: plain data, cheap to send and to keep."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from strategy_xl.history.packing import pack, plain, unpack

Plain = str | float | bool | None
"""A value of a record: texts and keys of choices, numbers, truths, days as ``2027-03-01``."""
Said = str | Mapping[str, Any]
"""What is to be said: keys of messages with their values, as ``answers.tellings`` tells them, or words."""


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One alert of a workbook.

    Arguments:
        code: ``rule.CODE``.
        block, row: where: block key, and Excel row or number of the instance.
        sheet, cell: the same place for people, ``Clients`` and ``B7``.
        entity: identity of what it is about, as in the table of that block; "" where none is recorded.
        text, action: what is, and what to do; an action may be "". Programs that knew no other way to keep
            them put them into words, in the workbook's own language.
        stake: revenue concerned; 0 when there is none.
        severity: ``error``, ``warning`` or ``note``.
        due: day by which it matters, ``2027-03-01``; None when there is none.
    """

    code: str
    block: str
    row: int
    sheet: str
    cell: str
    entity: str
    text: Said
    action: Said
    stake: float
    severity: str
    due: str | None = None

    def data(self) -> dict[str, Any]:
        """The alert as JSON can hold it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EntityTable:
    """All entities of one kind in a workbook, column by column; every list has one value an entity.

    Arguments:
        kind: what they are, of ``schema.spec.EntityKind``.
        block, sheet: block key and title of the sheet.
        rows: Excel rows, or numbers of the instances of a form.
        cells: the cell that names each, ``B7``.
        identities: what each is known by, distinct: the workbook's own mark, or ``n:`` and the name's key.
        names: as they stand in the workbook.
        verdicts: what the rule says of each, by the key of the choice; None where it says nothing.
        columns: value key → values that make a new state when they change.
        latest: value key → values that change with the day alone: only the last ones are kept.
        reasons: codes ``rule.CODE`` of each.
        missing: keys of the fields that are needed and empty.
        rule, version: the rule that gives the verdict, ``client_matrix.classify``, and its version.
        digests: for each entity a number of 64 bits that is another one when anything of it is; empty where
            the maker has none.
        digest: of all the above; the same table has the same.
    """

    kind: str
    block: str
    sheet: str
    rows: Sequence[int]
    cells: Sequence[str]
    identities: Sequence[str]
    names: Sequence[str]
    verdicts: Sequence[str | None]
    columns: Mapping[str, Sequence[Plain]]
    latest: Mapping[str, Sequence[Plain]]
    reasons: Sequence[Sequence[str]]
    missing: Sequence[Sequence[str]]
    rule: str
    version: str
    digests: Sequence[int] = ()
    digest: str = ""

    def __len__(self) -> int:
        """Number of entities."""
        return len(self.identities)

    def digested(self) -> EntityTable:
        """The table with its digest."""
        telling = ("kind", "block", "sheet", "rule", "version", "digests") if self.digests else self.__slots__
        values = [plain(getattr(self, name)) for name in telling if name != "digest"]
        # The same values give the same bytes: version 2 of the format keeps no trace of what is one object.
        return replace(self, digest=hashlib.blake2b(marshal.dumps(values, 2), digest_size=16).hexdigest())


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A verdict that is another one than on an earlier night, and why.

    Arguments:
        block, row: of what: block key, and Excel row or number of the instance.
        verdict: key of the verdict.
        old, new: what it was and is, by the key of the choice; None where the rule said nothing.
        why: what it is due to, of ``answers.changes.Why``.
        detail: all that ``answers.changes.Change.data`` gives.
    """

    block: str
    row: int
    verdict: str
    old: str | None
    new: str | None
    why: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BookRecord:
    """What was found in one workbook.

    Arguments:
        reference_day: day that its answers are of, ``2027-03-01``: the run's, or the one its settings fix.
        lang: its language.
        schema_version: version of the templates it was made from.
        counts: figures of the table of results, by name.
        completeness: share of the required cells that are filled (0–1), by module key.
        alerts: what to look at, the greatest stake first.
        tables: its entities, a table a kind.
        basis: what the next night needs to say why a verdict changed, packed (``answers.basis``); b"" for
            nothing.
        found, left: fingerprint of the file before and after (``ooxml.fingerprint``), by which a workbook is
            known again that was renamed or moved; "" where there is none.
    """

    reference_day: str
    lang: str
    schema_version: int
    counts: Mapping[str, float]
    completeness: Mapping[str, float]
    alerts: Sequence[AlertRecord] = ()
    tables: Sequence[EntityTable] = ()
    basis: bytes = b""
    found: str = ""
    left: str = ""

    def data(self) -> dict[str, Any]:
        """The record as JSON can hold it, with nothing packed: a name that is to go is found in it."""
        told: dict[str, Any] = plain(asdict(replace(self, basis=b"")) | {"basis": unpack(self.basis)})
        return told

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> BookRecord:
        """The record that ``data`` gave, after a way through JSON; KeyError or TypeError for other things."""
        alerts = [AlertRecord(**alert) for alert in data["alerts"]]
        tables = [EntityTable(**table) for table in data["tables"]]
        basis = b"" if data.get("basis") is None else pack(data["basis"])
        return cls(**{**data, "alerts": alerts, "tables": tables, "basis": basis})

"""Rows that openpyxl does not write are the bytes that it would have written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from strategy_xl.build import table_rows
from strategy_xl.build.book import example_rows, render
from strategy_xl.build.example import with_lists
from strategy_xl.ooxml import finish
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole, FieldType, WorkbookSpec

DAY = date(2026, 3, 17)
ODD = (
    "", " ", " edge ", "two\nlines", "tab\t", "return\r\n", 'Müller & <Söhne> "GmbH"', "a\u00a0b", "🙂 𝔘",
    "=1+1", "#N/A", "x" * 40_000, "_x0041_", True, False, 0, -0.0, 1e300, 0.1 + 0.2, 12345678901234567890,
    float("nan"), float("inf"), np.float64(2.5), np.int64(7), DAY, datetime(2026, 3, 17, 8, 30),  # noqa: DTZ001
    time(8), timedelta(hours=30), None,
)  # fmt: skip
TEXT = {"fr": "Texte", "en": "Text"}


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def both(
    monkeypatch: pytest.MonkeyPatch, spec: WorkbookSpec, lang: str, rows: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The parts with streamed rows, and with every row written by openpyxl."""

    def made() -> dict[str, bytes]:
        return parts(render(spec, lang=lang, company="Essai & Fils", today=DAY, rows=rows))

    streamed = made()
    with monkeypatch.context() as patch:
        patch.setattr(table_rows, "PATTERN_ROWS", 10**6)
        return streamed, made()


def clients(spec: WorkbookSpec, lang: str, count: int) -> list[dict[str, Any]]:
    """Clients whose cells are right, empty or odd, as chance has it."""
    random = np.random.default_rng(count)
    choices = {item.key: [choice.get(lang) for choice in item.choices] for item in spec.lists}
    fields = [item for item in spec.data_blocks()["clients"][1].fields if item.role is FieldRole.INPUT]

    def value(field_type: FieldType, labels: Sequence[str]) -> Any:
        draw = random.random()
        if draw < 0.2:
            return ODD[int(random.integers(len(ODD)))]
        if draw < 0.3:
            return None
        if labels:
            return labels[int(random.integers(len(labels)))]
        if field_type is FieldType.DATE:
            return DAY + timedelta(int(random.integers(400)))
        return f"Client {random.integers(99)} " * int(random.integers(1, 30)) if draw < 0.6 else draw * 1e5

    return [
        {item.key: value(item.type, choices.get(item.choices or "", [])) for item in fields}
        for _ in range(count)
    ]


@pytest.mark.parametrize(("lang", "count"), [("fr", 1), ("en", 10), ("fr", 300)])
def test_the_whole_workbook_is_the_same(monkeypatch: pytest.MonkeyPatch, lang: str, count: int) -> None:
    """The example and odd values in all sheets: every part has the same bytes."""
    spec = with_lists(load_default())
    rows = {**example_rows(spec, lang, DAY), "clients": clients(spec, lang, count)}
    streamed, whole = both(monkeypatch, spec, lang, rows)
    assert streamed == whole
    assert list(streamed) == list(whole)


def test_a_large_sheet_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that is deflated while it is being made has the same bytes, and so has the table of texts."""
    spec = load_default()
    rows = {"clients": clients(spec, "fr", 30)}
    monkeypatch.setattr(finish, "LARGE_SHEET", 200_000)
    streamed, _ = both(monkeypatch, spec, "fr", rows)
    monkeypatch.undo()
    _, whole = both(monkeypatch, spec, "fr", rows)
    assert streamed == whole


def small_spec() -> WorkbookSpec:
    """Two tables on a sheet, with all that a column can be, and workings at their right."""
    fields = [
        {"key": "name", "label": {"fr": "Nom", "en": "Name"}, "required": True},
        {"key": "note", "label": TEXT, "type": "long_text", "lines": 2},
        {"key": "rate", "label": {"fr": "Taux", "en": "Rate"}, "type": "percent", "default": 0.5},
        {"key": "state", "label": {"fr": "État", "en": "State"}, "default": "à voir"},
        {"key": "due", "label": {"fr": "Échéance", "en": "Due"}, "type": "date"},
        {
            "key": "sum", "label": {"fr": "Somme", "en": "Sum"}, "type": "number", "role": "computed",
            "formula": 'IF([name]="A4",SUM(one[rate]),[rate])', "array": True,
        },
    ]  # fmt: skip
    blocks = [
        {"kind": "table", "key": "one", "rows": 4, "fields": fields},
        {"kind": "table", "key": "two", "rows": 2, "fields": fields[:5], "title": TEXT},
    ]
    module = {"key": "plan", "sheet": TEXT, "title": TEXT, "blocks": blocks}
    return WorkbookSpec.model_validate(
        {
            "schema_version": 1,
            "name": TEXT,
            "order": ["plan"],
            "groups": [{"key": "method", "label": TEXT, "colour": "334155"}],
            "lists": [],
            "modules": [module],
        }
    )


VALUES = st.one_of(
    st.none(),
    st.sampled_from(ODD),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=60),
    st.dates(date(1900, 1, 1)),
)
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["name", "note", "rate", "state", "due"]), VALUES), max_size=9
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(one=ROWS, two=ROWS)
def test_any_rows_are_the_same(
    monkeypatch: pytest.MonkeyPatch, one: list[dict[str, Any]], two: list[dict[str, Any]]
) -> None:
    """Whatever the cells hold, both ways give the same bytes, or both refuse."""
    spec = small_spec()
    try:
        streamed, whole = both(monkeypatch, spec, "fr", {"one": one, "two": two})
    except IllegalCharacterError:
        monkeypatch.setattr(table_rows, "PATTERN_ROWS", 10**6)
        with pytest.raises(IllegalCharacterError):
            render(spec, lang="fr", company="", today=DAY, rows={"one": one, "two": two})
        monkeypatch.undo()
        return
    assert streamed == whole

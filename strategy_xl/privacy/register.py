"""The register of processing (article 30 of the GDPR) for workbooks, as a table that a person completes.

What data there are comes from the templates, so that the register says what the workbooks hold.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from strategy_xl.languages import forms_of
from strategy_xl.privacy.who import FOLLOWED
from strategy_xl.schema.spec import FieldRole, WorkbookSpec
from strategy_xl.text.catalog import message

_COLUMNS = ("purpose", "persons", "data", "basis", "recipients", "retention", "measures", "rights")


_STAFF = "staff"


class Entry(NamedTuple):
    """One processing: its name, and its answer to each of the register's questions."""

    name: str
    answers: tuple[str, ...]


def headings(lang: str) -> list[str]:
    """Name of the processing, then the questions."""
    return [message(f"privacy.register.{key}", lang) for key in ("name", *_COLUMNS)]


def register(spec: WorkbookSpec, lang: str, years: int) -> list[Entry]:
    """The entries: one a kind of people whom the workbooks hold, and one for those who work with them.

    Arguments:
        spec: the templates.
        lang: ``fr`` or ``en``.
        years: how long somebody is kept after the last contact.
    """
    found = []
    for module, block in spec.data_blocks().values():
        record = getattr(block, "record", None)
        if record is None or str(record.kind) not in FOLLOWED:
            continue
        inputs = [field for field in block.fields if field.role is FieldRole.INPUT and not field.hidden]
        judged = [field for field in block.fields if field.key == record.verdict]
        data = ", ".join(field.label.get(lang) for field in (*inputs, *judged))
        found.append(_entry(str(record.kind), lang, years, module.title.get(lang), data))
    return [*found, _entry(_STAFF, lang, years, "", "")]


def _entry(kind: str, lang: str, years: int, sheet: str, data: str) -> Entry:
    args = {"n": years, "sheet": sheet, "data": data}
    name = message(f"privacy.register.of.{kind}", lang, **args)
    own = {"data": "staff", "persons": kind} if kind == _STAFF else {"persons": kind}
    keys = (f"privacy.register.{key}.{own.get(key, 'text')}" for key in _COLUMNS)
    return Entry(name, tuple(message(key, lang, **args) for key in keys))


def as_csv(entries: list[Entry], lang: str) -> str:
    """The register as a list that Excel opens in columns, in that language's form."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=forms_of(lang).separator, lineterminator="\r\n")
    writer.writerow(headings(lang))
    writer.writerows((entry.name, *entry.answers) for entry in entries)
    return "\ufeff" + stream.getvalue()


def as_markdown(entries: list[Entry], lang: str, today: date) -> str:
    """The register as a text: a section an entry."""
    return "\n".join(_lines(entries, lang, today)) + "\n"


def _lines(entries: list[Entry], lang: str, today: date) -> Iterator[str]:
    yield f"# {message('privacy.register.title', lang)}"
    yield ""
    yield message("privacy.register.head", lang, day=today)
    yield ""
    yield message("privacy.register.aid", lang)
    for entry in entries:
        yield f"\n## {entry.name}\n"
        shown = zip(headings(lang)[1:], entry.answers, strict=True)
        yield from (
            f"- {message('privacy.pair', lang, label=f'**{question}**', value=answer)}"
            for question, answer in shown
        )

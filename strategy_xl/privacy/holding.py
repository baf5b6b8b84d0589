"""Everything that is held about a name below a folder, as text that people can read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from strategy_xl.errors import Finding, StrategyXlError
from strategy_xl.history.database import Database
from strategy_xl.history.forgetting import Held, held, mentions
from strategy_xl.privacy.files import holds, holds_here, near
from strategy_xl.privacy.forgetting import histories, unseen
from strategy_xl.privacy.older import holding_versions, older_versions
from strategy_xl.privacy.places import Places
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.schema.spec import FieldSpec, WorkbookSpec
from strategy_xl.text.catalog import format_value, message
from strategy_xl.text.sought import Sought
from strategy_xl.work.forgetting import Row, choice_labels, rows_of, said


@dataclass(slots=True)
class Holdings:
    """What is held.

    Arguments:
        books: workbook → its rows with the name.
        entities: of the history, with their states.
        mentions: other texts of databases and logs that hold the name, by where they stand.
        files: earlier versions, reports and other files that hold it.
        findings: what could not be looked into.
    """

    books: dict[str, list[Row]] = field(default_factory=dict)
    entities: list[Held] = field(default_factory=list)
    mentions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not (self.books or self.entities or self.mentions or self.files)


def holdings(places: Places, spec: WorkbookSpec, sought: Sought, kinds: Collection[str] = ()) -> Holdings:
    """Look everywhere.

    Arguments:
        places: where.
        spec: the templates of the workbooks.
        sought: the name.
        kinds: kinds of entities that are it; all of that name when there are none.

    Errors: HistoryError when the history cannot be read.
    """
    found = Holdings(findings=list(places.unread))
    for book in places.books:
        try:
            with near(book) as file:
                rows = rows_of(file, spec, sought, kinds)
                if rows:
                    found.books[str(book)] = rows
                elif holds_here(file, sought):
                    found.files.append(str(book))
        except (StrategyXlError, OSError, ValueError):
            _look(book, sought, found)
    for path in (*places.backups, *places.others, *places.stored):
        _look(path, sought, found)
    for path in places.logs:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        _add(found, str(path), [line for line in lines if sought.is_in(line)])
    for path in places.journals:
        database = Database(str(path))
        with database.looking() as connection:
            texts = [text for _table, text in mentions(connection, sought.is_in, is_history=False)]
        database.close()
        _add(found, str(path), texts)
    for where in histories(places):
        database = Database(where)
        with database.reading() as connection:
            entities = held(connection, sought.is_name, kinds)
            own = {text for one in entities for text in (one.name, one.path)}
            texts = [text for _table, text in mentions(connection, sought.is_in) if text not in own]
        database.close()
        found.entities += entities
        _add(found, str(database.location), texts)
    if isinstance(places.home, RemotePath):
        _look_at_older(places.home, places, sought, found)
    return found


def _look_at_older(folder: RemotePath, places: Places, sought: Sought, found: Holdings) -> None:
    """The versions that a store keeps by itself."""
    try:
        for older in holding_versions(folder, places, sought):
            if older is not None:
                found.files.append(f"{older.path} ({older.version})")
    except StrategyXlError:
        found.findings += older_versions(folder, places, sought, ())


def _add(found: Holdings, place: str, texts: list[str]) -> None:
    if texts:
        found.mentions[place] = list(dict.fromkeys(texts))


def _look(path: Path | RemotePath, sought: Sought, found: Holdings) -> None:
    try:
        if holds(path, sought):
            found.files.append(str(path))
    except (OSError, ValueError, StrategyXlError) as error:
        found.findings.append(unseen(path, error))


def as_data(found: Holdings) -> dict[str, Any]:
    """What is held, with stable keys, for another program; days and other values as they are."""
    return {
        "workbooks": {
            book: [
                {
                    "sheet": row.sheet,
                    "cell": row.cell,
                    "values": [{"label": label, "value": value} for label, value in row.cells],
                }
                for row in rows
            ]
            for book, rows in found.books.items()
        },
        "history": [
            {
                "workbook": entity.path,
                "cell": entity.cell,
                "kind": entity.kind,
                "name": entity.name,
                "since": entity.first_day,
                "states": [
                    {
                        "day": state.day,
                        "is_there": state.is_there,
                        "verdict": state.verdict,
                        "reasons": state.reasons,
                        "values": dict(state.values),
                    }
                    for state in entity.states
                ],
            }
            for entity in found.entities
        ],
        "mentions": found.mentions,
        "files": found.files,
    }


def as_text(found: Holdings, spec: WorkbookSpec, name: str, lang: str, written: datetime) -> str:
    """What is held, as Markdown.

    Arguments:
        found: what is held.
        spec: the templates, whose labels are shown.
        name: of whom.
        lang: language of the text; what workbooks hold is in theirs.
        written: the moment, for the head.
    """
    return "\n".join(_lines(found, spec, name, lang, written)) + "\n"


def _lines(found: Holdings, spec: WorkbookSpec, name: str, lang: str, written: datetime) -> Iterator[str]:
    def told(key: str, **args: object) -> str:
        return message(f"privacy.export.{key}", lang, **args)

    yield f"# {told('title', name=name)}"
    yield ""
    yield told("written", day=written.date(), time=f"{written:%H:%M}")
    yield told("aid")
    if found.is_empty:
        yield f"\n{told('nothing')}"
    yield from _book_lines(found, lang)
    if found.entities:
        yield f"\n## {told('history')}"
    for entity in found.entities:
        yield from _entity_lines(entity, spec, lang)
    for key, values in (("mentions", found.mentions), ("files", {"": found.files} if found.files else {})):
        if values:
            yield f"\n## {told(key)}"
        for place, texts in values.items():
            yield f"\n### {_escaped(place)}\n" if place else ""
            yield from (f"- {_escaped(text)}" for text in texts)


def _book_lines(found: Holdings, lang: str) -> Iterator[str]:
    if found.books:
        yield f"\n## {message('privacy.export.books', lang)}"
    for book, rows in found.books.items():
        yield f"\n### {_escaped(book)}"
        for row in rows:
            yield f"\n{_escaped(row.sheet)}!{row.cell}\n"
            yield from (f"- {_escaped(_pair(label, value, lang))}" for label, value in row.cells)


def _entity_lines(entity: Held, spec: WorkbookSpec, lang: str) -> Iterator[str]:
    fields, verdict = _fields(spec, entity.kind)
    choices = choice_labels(spec, lang)
    kind = message(f"privacy.kind.{entity.kind}", lang)
    head = f"{kind}, {entity.path} ({entity.cell})"
    yield f"\n### {_escaped(head)}\n"
    first = message("privacy.export.first", lang, day=entity.first_day)
    yield f"- {first}"
    for state in entity.states:
        day = format_value(state.day, "date", lang)
        if not state.is_there:
            yield f"- {_pair(day, message('privacy.export.gone', lang), lang)}"
            continue
        facts = {verdict: state.verdict, **state.values}
        shown = [
            _pair(fields[key].label.get(lang), said(fields[key], value, choices), lang)
            if key in fields
            else _pair(key, value, lang)
            for key, value in facts.items()
            if value is not None
        ]
        yield f"- {_pair(day, '; '.join(_escaped(text) for text in shown), lang)}"
        if state.reasons:
            yield f"  - {_escaped(state.reasons)}"


def _fields(spec: WorkbookSpec, kind: str) -> tuple[dict[str, FieldSpec], str]:
    """The fields of a kind of entities, and the key of its verdict."""
    for _module, block in spec.data_blocks().values():
        record = getattr(block, "record", None)
        if record is not None and str(record.kind) == kind:
            return {field.key: field for field in block.fields}, record.verdict
    return {}, ""


def _pair(label: str, value: Any, lang: str) -> str:
    return message("privacy.pair", lang, label=label, value=_shown(value, lang))


def _shown(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return message("core.true" if value else "core.false", lang)
    if isinstance(value, date):
        return format_value(value, "date", lang)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _escaped(text: str) -> str:
    """A text in which Markdown sees no markup, on one line."""
    line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|~" else letter for letter in line)

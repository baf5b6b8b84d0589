"""The report as test results: a suite a workbook, a case for its treatment and each alert."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from strategy_xl.report.data import PROGRAM, BookState, ReportData
from strategy_xl.report.listings import remedy, sentence
from strategy_xl.report.written_cells import told_place
from strategy_xl.text.catalog import message

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(data: ReportData, lang: str) -> bytes:
    """The report as JUnit XML: a workbook that could not be treated is an error, an urgent alert a failure.

    Arguments:
        data: the report.
        lang: language of the sentences.
    """
    root = ET.Element("testsuites", name=_clean(f"{PROGRAM} {data.night.folder}".strip()))
    alerts: dict[int, list[int]] = {}
    for at, place in enumerate(data.alerts.places.books):
        alerts.setdefault(place, []).append(at)
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for index, book in enumerate(data.books):
        suite = ET.SubElement(root, "testsuite", name=_clean(book.path))
        counts = dict.fromkeys(totals, 0)
        seconds = f"{book.seconds or 0:.3f}"
        case = _case(suite, counts, book.path, message("report.junit.treated", lang), time=seconds)
        if book.failure is not None and book.state is not BookState.SKIPPED:
            counts["errors"] += 1
            _note(case, "error", sentence(book.failure, lang), book.failure.code, remedy(book.failure, lang))
        elif not book.state.is_treated:
            counts["skipped"] += 1
            said = (
                sentence(book.failure, lang)
                if book.failure is not None
                else message(f"report.state.{book.state.value}", lang)
            )
            _note(case, "skipped", said)
        for at in alerts.get(index, ()):
            where = told_place("", data.alerts.places.sheet(at), data.alerts.places.cell(at))
            case = _case(suite, counts, book.path, f"{where} {data.alerts.texts[at]}")
            if data.alerts.severities[at] == "error":
                counts["failures"] += 1
                _note(case, "failure", data.alerts.texts[at], "alert", data.alerts.actions[at])
        for key, count in counts.items():
            suite.set(key, str(count))
            totals[key] += count
    for key, count in totals.items():
        root.set(key, str(count))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)


def _case(suite: ET.Element, counts: dict[str, int], book: str, name: str, **more: str) -> ET.Element:
    counts["tests"] += 1
    attributes: Mapping[str, str] = {"classname": _clean(book), "name": _clean(name), **more}
    return ET.SubElement(suite, "testcase", dict(attributes))


def _note(case: ET.Element, kind: str, text: str, type_: str = "", detail: str = "") -> None:
    found = ET.SubElement(case, kind, message=_clean(text))
    if type_:
        found.set("type", type_)
    if detail:
        found.text = _clean(detail)

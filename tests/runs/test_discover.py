"""Which workbooks are meant: files, folders, patterns; what Office leaves beside them is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from strategy_xl.errors import UsageError
from strategy_xl.runs.discover import workbooks

FILES = [
    "b.xlsx",
    "a.XLSM",
    "notes.txt",
    "old.xls",
    "~$b.xlsx",
    ".~lock.b.xlsx#",
    ".hidden.xlsx",
    "sub/c.xlsx",
    "sub/~$c.xlsx",
    "sub/deep/été 2026.xlsx",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with workbooks, other files and the marks of open ones."""
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*arguments: str) -> list[str]:
    """What is found, as it would be shown."""
    return [path.as_posix() for path in workbooks(arguments).books]


def test_a_folder_stands_for_all_workbooks_below(folder: Path) -> None:
    """Both endings in any case, in order of path; no marks, no hidden files, no folder named like a book."""
    (folder / "folder.xlsx").mkdir()
    assert names(".") == ["a.XLSM", "b.xlsx", "sub/c.xlsx", "sub/deep/été 2026.xlsx"]
    assert [path.name for path in workbooks([str(folder / "sub")]).books] == ["c.xlsx", "été 2026.xlsx"]


def test_a_file_is_taken_as_it_is_named(folder: Path) -> None:
    """Whoever names a file means it, whatever it is called."""
    assert names("notes.txt", ".hidden.xlsx") == ["notes.txt", ".hidden.xlsx"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.xlsx", ["b.xlsx"]),
        ("[ab].*", ["a.XLSM", "b.xlsx"]),
        ("sub/*.xlsx", ["sub/c.xlsx"]),
        ("sub/**/*.xlsx", ["sub/c.xlsx", "sub/deep/été 2026.xlsx"]),
    ],
)
def test_a_pattern_is_expanded(folder: Path, pattern: str, found: Sequence[str]) -> None:
    """In order, ``**`` through all folders, without the marks; absolute ones too."""
    assert names(pattern) == found
    assert names(str(folder / pattern)) == [str(folder / name) for name in found]


def test_each_workbook_once_in_the_order_given(folder: Path) -> None:
    """What several arguments stand for is done once, where it is named first."""
    assert names("sub/c.xlsx", ".", "b.xlsx", "sub") == [
        "sub/c.xlsx",
        "a.XLSM",
        "b.xlsx",
        "sub/deep/été 2026.xlsx",
    ]


@pytest.mark.parametrize("argument", ["gone.xlsx", "empty", "*.ods", "~$*.xlsx"])
def test_an_argument_that_stands_for_nothing_is_told(folder: Path, argument: str) -> None:
    """It is a failure of its own beside the others, which are found; alone, it is a wrong use."""
    found = workbooks(["b.xlsx", argument])
    assert [path.name for path in found.books] == ["b.xlsx"]
    assert [(item.code, item.location.workbook) for item in found.failures] == [("SX107", argument)]
    with pytest.raises(UsageError) as caught:
        workbooks([argument])
    assert caught.value.finding.location.workbook == argument


@pytest.mark.parametrize(
    ("arguments", "gathers"),
    [
        (["b.xlsx"], False),
        (["./b.xlsx"], False),
        (["sub/deep"], True),
        (["b.*"], True),
        (["b.xlsx", "sub/c.xlsx"], True),
    ],
)
@pytest.mark.usefixtures("folder")
def test_one_workbook_named_by_itself_is_told_from_a_folder_of_one(
    arguments: Sequence[str], gathers: object
) -> None:
    """A folder begins a history, even of one workbook; one workbook alone does not."""
    assert workbooks(arguments).gathers is gathers


def test_no_argument_is_no_workbook() -> None:
    """Nothing asked, nothing found."""
    assert workbooks([]).books == []

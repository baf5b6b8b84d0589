"""The check of the rows itself: it finds a file that a row leaves out, and one that is not needed."""

from __future__ import annotations

import pytest
from house import assert_kept, promised


def test_a_row_that_is_wrong_is_found() -> None:
    """A change beside the files that a row names, and a named file that nothing needed, are told."""
    kept = {
        "workbook_templates/a.toml",
        "workbook_templates/workbook.toml",
        "workbook_templates/example/b.csv",
    }
    assert_kept("add a sheet", kept)
    with pytest.raises(AssertionError, match=r"strategy_xl/book/read\.py"):
        assert_kept("add a sheet", kept | {"strategy_xl/book/read.py"})
    with pytest.raises(AssertionError, match="<block>"):
        assert_kept("add a sheet", kept - {"workbook_templates/example/b.csv"})
    assert len(promised("add a rule")) == 5

"""Addresses: the names of a path, nothing that opens a file, and no password."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.errors import UsageError
from strategy_xl.runs.stores.remote_path import RemotePath, file_name, is_remote

NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1)


@given(st.lists(NAMES, min_size=1))
def test_an_address_reads_back(names: list[str]) -> None:
    """Whatever the names hold but a slash, the address means the same path, here and in another process."""
    path = RemotePath("s3://plans", *names)
    assert RemotePath.parse(str(path)) == path
    assert pickle.loads(pickle.dumps(path)) == path  # noqa: S301 - made here
    assert hash(RemotePath.parse(str(path))) == hash(path)
    assert path.name == names[-1]
    assert path.parent == RemotePath("s3://plans", *names[:-1])
    assert path.is_relative_to(path.parent)
    assert not path.parent.is_relative_to(path)


def test_names_like_those_of_a_path() -> None:
    """What a run asks of a path, an address answers alike."""
    path, like = RemotePath.parse("SFTP://me@server:22/srv/plans/a.b.xlsx"), Path("/srv/plans/a.b.xlsx")
    assert str(path) == "sftp://me@server:22/srv/plans/a.b.xlsx"
    assert (path.name, path.stem, path.suffix) == (like.name, like.stem, like.suffix)
    assert [str(above) for above in path.parents] == [
        "sftp://me@server:22/srv/plans",
        "sftp://me@server:22/srv",
        "sftp://me@server:22",
    ]
    assert path.with_name("b").relative_to(path.parents[1]).as_posix() == "plans/b"
    assert path.resolve() is path
    assert path.parent / "a.b.xlsx" == path
    assert RemotePath.parse("s3://plans").name == "plans"
    with pytest.raises(ValueError, match="not below"):
        path.relative_to(RemotePath.parse("sftp://me@other/srv"))


def test_an_address_is_no_file() -> None:
    """Who takes it for one gets an error, not the folder ``s3:``."""
    for use in (open, os.stat, Path):
        with pytest.raises(TypeError):
            use(RemotePath.parse("s3://plans/a.xlsx"))  # type: ignore[operator]


@pytest.mark.parametrize("address", ["s3://", "s3:///a.xlsx", "sftp://me:secret@server/a.xlsx", "sftp://me@"])
def test_addresses_that_are_none(address: str) -> None:
    """No bucket, no server; a password is refused, and not repeated."""
    with pytest.raises(UsageError, match="SX816") as refused:
        RemotePath.parse(address)
    assert "secret" not in str(refused.value)


def test_what_is_remote() -> None:
    """Drives and patterns are files, as are ``file://`` addresses, spaces and all."""
    assert is_remote("s3://plans")
    assert not any(map(is_remote, ["C:\\plans", "c://plans", "plans/*.xlsx", "file:///srv/a.xlsx", "s3:/x"]))
    assert file_name("file:///srv/a%20b.xlsx") == "/srv/a b.xlsx"
    assert file_name("plans") == "plans"

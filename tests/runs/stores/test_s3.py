"""S3: a server that is busy or knows no conditions, a connection that breaks, an answer that is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from strategy_xl.errors import WorkbookChangedError, WorkbookError
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath

pytestmark = pytest.mark.xdist_group("stores")
PLAN = RemotePath.parse("s3://plans/ventes/plan.xlsx")
Meddle = Callable[[str, str], str | None]


def once(method: str, fault: str, times: int = 1) -> Meddle:
    """What goes wrong a few times with requests of a kind for the workbook itself."""
    left = iter([fault] * times)
    return lambda asked, path: (
        next(left, None) if (asked, path) == (method, "/plans/ventes/plan.xlsx") else None
    )


def puts(s3: Any) -> int:
    """How many writes of the workbook the server was asked for."""
    return sum(1 for request in s3.requests if request == ("PUT", "/plans/ventes/plan.xlsx"))


@pytest.mark.parametrize("fault", ["503", "500", "429", "broken", "lost"])
def test_a_trouble_that_passes(s3: Any, fault: str) -> None:
    """Twice each for reading and for writing: the object is written whole, once."""
    store = store_of(PLAN)
    store.add(PLAN, b"old")
    s3.meddle = once("GET", fault, 2)
    held = store.read(PLAN)
    assert held.content == b"old"
    s3.requests.clear()
    s3.meddle = once("PUT", fault, 2)
    store.replace(PLAN, b"new", held)
    assert store.read(PLAN).content == b"new"
    if fault == "lost":  # at most aiohttp sends it again, and is refused: it went through before
        assert puts(s3) <= 2
    else:
        assert puts(s3) == 3


@pytest.mark.parametrize("fault", ["503", "broken"])
def test_a_trouble_that_stays(s3: Any, fault: str) -> None:
    """After all tries a located message says so, and the object is as it was."""
    store = store_of(PLAN)
    store.add(PLAN, b"old")
    held = store.read(PLAN)
    s3.meddle = once("PUT", fault, 99)
    with pytest.raises(WorkbookError, match=r"SX812 s3://plans/ventes/plan\.xlsx"):
        store.replace(PLAN, b"new", held)
    s3.meddle = once("GET", fault, 99)
    with pytest.raises(WorkbookError, match=r"SX812 s3://plans/ventes/plan\.xlsx"):
        store.read(PLAN)
    s3.meddle = lambda _method, _path: None
    assert store.read(PLAN) == held


@pytest.mark.parametrize("fault", ["503", "lost"])
def test_somebody_is_faster(s3: Any, fault: str) -> None:
    """While we look what became of a write that failed, somebody saves: what he saved stays."""
    store = store_of(PLAN)
    store.add(PLAN, b"old")
    held = store.read(PLAN)
    failing = once("PUT", fault)
    asked: list[str] = []

    def meddle(method: str, path: str) -> str | None:
        asked.append(method)
        if asked[-2:] == ["PUT", "HEAD"]:
            s3.save("plans", PLAN.below, b"theirs")
        return failing(method, path)

    s3.meddle = meddle
    with pytest.raises(WorkbookChangedError):
        store.replace(PLAN, b"new", held)
    s3.meddle = lambda _method, _path: None
    assert store.read(PLAN).content == b"theirs"


def test_a_condition_that_does_not_hold(s3: Any) -> None:
    """Between the last look and the write somebody saves: the server answers 412, and keeps his."""
    store = store_of(PLAN)
    store.add(PLAN, b"old")
    held = store.read(PLAN)

    def meddle(method: str, path: str) -> None:
        if (method, path) == ("PUT", "/plans/ventes/plan.xlsx"):
            s3.save("plans", PLAN.below, b"theirs")

    s3.meddle = meddle
    with pytest.raises(WorkbookChangedError):
        store.replace(PLAN, b"new", held)
    assert puts(s3) == 2  # the first made the object
    s3.meddle = lambda _method, _path: None
    assert store.read(PLAN).content == b"theirs"


def test_a_server_without_conditions(s3: Any) -> None:
    """One that writes whatever the condition is found out before the first write, without a trace."""
    store = store_of(PLAN)
    store.add(PLAN, b"old")
    s3.meddle = lambda _method, _path: "deaf"
    with pytest.raises(WorkbookError, match="SX815"):
        store.refuse_to_write(PLAN)
    s3.meddle = lambda method, _path: "501" if method == "PUT" and s3.requests[-2][0] == "PUT" else None
    with pytest.raises(WorkbookError, match="SX815"):
        store.refuse_to_write(PLAN)
    s3.meddle = lambda _method, _path: None
    assert [path.name for path, _info in store.entries(PLAN.parent)] == ["plan.xlsx"]
    store.refuse_to_write(PLAN)
    s3.requests.clear()
    store.refuse_to_write(PLAN)
    assert s3.requests == []  # once is enough
    assert [path.name for path, _info in store.entries(PLAN.parent)] == ["plan.xlsx"]


def test_what_the_store_knows_of_it_stays(s3: Any) -> None:
    """Type and metadata of the object go along to its next version."""
    store = store_of(PLAN)
    kept = {"ContentType": "application/x-plan", "Metadata": {"owner": "ventes"}, "CacheControl": "no-store"}
    store.fs.call_s3("put_object", Bucket="plans", Key=PLAN.below, Body=b"old", **kept)
    store.replace(PLAN, b"new", store.read(PLAN))
    head = store.fs.call_s3("head_object", Bucket="plans", Key=PLAN.below)
    assert {name: head[name] for name in kept} == kept


def test_no_right(s3: Any) -> None:
    """A server that does not let us is not asked again and again."""
    store = store_of(PLAN)
    store.add(PLAN, b"old")
    s3.requests.clear()
    s3.meddle = lambda _method, _path: "403"
    with pytest.raises(WorkbookError, match="SX813"):
        store.read(PLAN)
    assert len(s3.requests) == 1

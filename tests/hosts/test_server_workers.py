"""The processes that compute the server's calls: ended when they take too long, replaced when they die."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import web_stub
from office_server import apart

from strategy_xl.hosts.web.workers import BusyError, LostError, SlowError, Workers

_SECONDS = 1.0


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[[Callable[[Workers], Coroutine[Any, Any, Any]]], Any]]:
    """Runs what asks two processes, each call of which may take a second."""
    with ThreadPoolExecutor(1) as thread:  # a browser of other tests may have an event loop in this one
        runner = asyncio.Runner()

        async def made() -> Workers:
            workers = Workers(web_stub.prepare, _SECONDS, wait_seconds=0.5, count=2)
            workers.start()
            return workers

        workers = thread.submit(runner.run, made()).result()
        yield lambda how: thread.submit(runner.run, how(workers)).result()
        workers.close()
        thread.submit(runner.close).result()


def _pids(answers: list[str]) -> set[str]:
    return {answer.partition(" ")[0] for answer in answers}


def test_answers_are_not_mixed_up(ask: Callable[..., Any]) -> None:
    """Many calls at once share the processes, and each gets its own answer."""

    async def many(workers: Workers) -> list[str]:
        workers._wait_seconds = 30  # they start
        return list(await asyncio.gather(*(workers.ask(f"call {number}") for number in range(100))))

    found = ask(many)
    assert [answer.partition(" ")[2] for answer in found] == [f"call {number}" for number in range(100)]
    assert len(_pids(found)) <= 2
    assert str(os.getpid()) not in _pids(found)


@pytest.mark.parametrize("what", ["sleep 60", "stuck"])
def test_a_call_without_end_is_ended(ask: Callable[..., Any], what: str) -> None:
    """Its process is killed, even one that lets no other Python run; the next calls find another one."""

    async def tried(workers: Workers) -> tuple[float, set[str], set[str]]:
        before = _pids(await asyncio.gather(workers.ask("sleep 0.2"), workers.ask("sleep 0.2")))
        begun = time.monotonic()
        with pytest.raises(SlowError):
            await workers.ask(what)
        took = time.monotonic() - begun
        workers._wait_seconds = 30
        after = _pids(await asyncio.gather(workers.ask("sleep 0.2"), workers.ask("sleep 0.2")))
        return took, before, after

    took, before, after = ask(tried)
    assert _SECONDS <= took < _SECONDS + 5
    assert len(before & after) == 1
    for pid in before - after:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_slow_calls_do_not_hold_the_others_for_long(ask: Callable[..., Any]) -> None:
    """When every process has a slow call, others are told so after a moment, and later answered again."""

    async def tried(workers: Workers) -> list[Any]:
        workers._wait_seconds = 0.5
        slow = [asyncio.create_task(workers.ask("sleep 60")) for _ in range(2)]
        await asyncio.sleep(0.1)
        with pytest.raises(BusyError):
            await workers.ask("call")
        return await asyncio.gather(*slow, return_exceptions=True)

    assert [type(found) for found in ask(tried)] == [SlowError, SlowError]


def test_a_process_that_dies_costs_its_call_only(ask: Callable[..., Any]) -> None:
    """Whoever asked is told; the next call is answered."""

    async def tried(workers: Workers) -> str:
        workers._wait_seconds = 30
        with pytest.raises(LostError):
            await workers.ask("die")
        return str(await workers.ask("call"))

    assert ask(tried).endswith(" call")


def test_who_is_gone_leaves_the_process_when_it_has_answered(ask: Callable[..., Any]) -> None:
    """A caller that gives up does not give its process to another one that would get its answer."""

    async def tried(workers: Workers) -> list[str]:
        gone = [asyncio.create_task(workers.ask("sleep 0.3")) for _ in range(2)]
        await asyncio.sleep(0.1)
        for task in gone:
            task.cancel()
        return list(await asyncio.gather(*(workers.ask(f"call {number}") for number in range(4))))

    assert [answer.partition(" ")[2] for answer in ask(tried)] == [f"call {number}" for number in range(4)]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no list of processes to look at")
def test_a_process_does_not_outlive_a_server_that_was_killed() -> None:
    """Stuck in a call that nobody waits for any more, it ends itself."""
    done = subprocess.run(
        [sys.executable, web_stub.__file__], capture_output=True, text=True, check=False, timeout=60
    )
    place = Path("/proc") / done.stdout.strip()
    until = time.monotonic() + 20
    while place.is_dir() and "Z" not in (place / "stat").read_text().split()[2] and time.monotonic() < until:
        time.sleep(0.1)
    assert time.monotonic() < until


def test_processes_that_cannot_start_are_told_to_who_asks(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for what never comes, and each call has it tried again."""

    async def tried() -> None:
        workers = Workers(web_stub.fail, _SECONDS, wait_seconds=30, count=1)
        workers.start()
        for _ in range(2):
            with pytest.raises(LostError):
                await workers.ask("call")
        workers.close()

    apart(lambda: asyncio.run(tried()))
    assert "no process to compute with" in caplog.text

"""What all tests share: the shared data, LibreOffice, hypothesis profiles."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from _pytest.assertion import rewrite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
Do = Callable[..., Path]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("auditing", "office", "shop")]
sys.path.insert(0, str(ROOT / "tools"))

from browsing import browsing, chromium  # noqa: E402 - a tool, found on the path put before
from in_calc import uno_python  # noqa: E402 - as above
from postgres_server import postgres_programs, postgres_server  # noqa: E402 - as above
from running_office import RunningOffice  # noqa: E402 - as above

# In CI the same fifty examples of a law every time; a hundred others by hand; a thousand by ``make laws``.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=50)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, print_blob=True, max_examples=1000)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")

# Messages are tested in French unless a test asks otherwise, whatever the machine's language.
os.environ.setdefault("STRATEGY_XL_LANG", "fr")
# Several processes share the cores: threads of linear algebra would only wait for each other, at full speed.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Of all tests, each process first rewrites the asserts of its share; those of the others it then finds.

    pytest rewrites them as it imports a file, and keeps that: all processes would do all of it side by side.
    """
    process = getattr(session.config, "workerinput", None)
    is_all = [Path(named).resolve() for named in session.config.args] == [ROOT / "tests"]
    if process is None or not is_all or sys.dont_write_bytecode:
        return
    tests = [*sorted((ROOT / "tests").rglob("test_*.py")), *sorted((ROOT / "tests").rglob("conftest.py"))]
    state = session.config.stash[rewrite.assertstate_key]
    for path in tests[int(process["workerid"][2:]) :: process["workercount"]]:
        kept = rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
        if rewrite._read_pyc(path, kept) is None and rewrite.try_makedirs(kept.parent):
            status, code = rewrite._rewrite_test(path, session.config)
            rewrite._write_pyc(state, code, status, kept)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Tests of an ``xdist_group`` run in one process: pytest 9.2 passes over how xdist 3.8 tells it.

    So do the tests of a file that share what is made once for it: each process would make it again.
    """
    for item in items:
        if _shares(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    yield
    for item in items:
        told = getattr(item, "_nodeid", item.nodeid)  # with the group behind it
        if told != item.nodeid:
            item._id = type(item.id).parse(told)


def _shares(item: pytest.Item) -> bool:
    """Whether a test takes something that is made once for the tests of its file."""
    made = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return any(found[-1].scope == "module" for found in made.values())


def pytest_collection_finish() -> None:
    """What is there before the first test stays: searched for cycles again and again, it costs each test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the shared data and corpus; the test skips, saying so, where there is none."""
    folder = Path(os.environ.get("STRATEGY_XL_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder} (set STRATEGY_XL_SHARED)")
    return folder


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice command; in CI a missing one fails the test, elsewhere it skips."""
    command = shutil.which("soffice") or shutil.which("libreoffice")
    if command is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing: tools/system_packages.sh installs it")
        pytest.skip("LibreOffice is missing")
    return command


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window; in CI a missing one fails the test, elsewhere it skips."""
    if chromium() is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: tools/system_packages.sh installs it")
        pytest.skip("Chromium is missing")
    with browsing() as found:
        yield found


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of an empty PostgreSQL of our own; in CI a missing one fails the test, elsewhere it skips.

    One a process: tests with it belong into the group ``postgresql``, which one process runs.
    """
    programs = postgres_programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is missing: tools/system_packages.sh installs it")
        pytest.skip("PostgreSQL is missing")
    with postgres_server(programs) as address:
        yield address


@pytest.fixture(scope="session")
def office(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """A LibreOffice for all tests of this process; without UNO they skip, in CI they fail."""
    python = uno_python()
    if python is None:
        if os.environ.get("CI"):
            pytest.fail("no Python with UNO: tools/system_packages.sh installs it")
        pytest.skip("no Python with UNO (package python3-uno)")
    running = RunningOffice(soffice, python, tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def recalculated(office: RunningOffice, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A function that opens a workbook in LibreOffice, recalculates it and gives the saved .xlsx."""

    def convert(book: Path) -> Path:
        target = tmp_path_factory.mktemp("recalculated") / f"{book.stem}.xlsx"
        office.save(book, target, calculates=True)
        return target

    return convert


@pytest.fixture(scope="session")
def people(office: RunningOffice, tmp_path_factory: pytest.TempPathFactory) -> Do:
    """A function that does things to a workbook in a running LibreOffice and gives the saved file."""

    def do(source: Path, *operations: tuple[Any, ...]) -> Path:
        target = tmp_path_factory.mktemp("people") / "plan.xlsx"
        office.save(source, target, *operations)
        return target

    return do

"""How far long work has come, on the error stream of a terminal, so that the output can be piped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from strategy_xl.commands.render import is_quiet, printable, text

if TYPE_CHECKING:
    from strategy_xl.progress import Step


def step_text(path: Path, step: Step) -> str:
    """A step of the work on a workbook, in one line."""
    told = [text(f"cli.progress.{step.stage}", name=printable(path.name))]
    if step.rows:
        told.append(text("cli.progress.rows", n=step.rows))
    if step.share:
        told.append(text("cli.progress.share", share=min(step.share, 1.0)))
    return ", ".join(told)


@contextmanager
def shown_steps(path: Path, before: str = "") -> Iterator[None]:
    """Show the steps of the work that is done within on a workbook; nothing where nobody looks.

    Arguments:
        path: the workbook; its name is shown at once.
        before: what stands before each step.
    """
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    from strategy_xl.progress import listening

    console = Console(stderr=True)
    if is_quiet() or not console.is_terminal:
        yield
        return
    # Drawn when there is something new, not by a thread.
    told = TextColumn("{task.description}", markup=False)
    with Progress(told, console=console, transient=True, auto_refresh=False) as bar:
        line = bar.add_task(f"{before}{printable(path.name)}")

        def show(step: Step) -> None:
            bar.update(line, description=f"{before}{step_text(path, step)}", refresh=True)

        with listening(show):
            yield


def counted(number: int, of: int) -> str:
    """Which of several workbooks is in hand, before the steps of it; nothing for one alone."""
    return f"{number}/{of} " if of > 1 else ""


@contextmanager
def shown_wait(line: str) -> Iterator[None]:
    """Show what is being done within, by what tells no steps; nothing where nobody looks.

    Arguments:
        line: what is told.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if is_quiet() or not console.is_terminal:
        yield
        return
    with console.status(Text(line)):
        yield

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
def shown_steps(path: Path) -> Iterator[None]:
    """Show the steps of the work that is done within on a workbook; nothing where nobody looks."""
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
        line = bar.add_task("")
        with listening(lambda step: bar.update(line, description=step_text(path, step), refresh=True)):
            yield


@contextmanager
def shown_wait(line: str) -> Iterator[None]:
    """Show what another program is doing within; nothing where nobody looks.

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

"""What the commands about personal data share: the name, the folder, the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from strategy_xl.commands.place import Place
from strategy_xl.commands.render import history_option, templates_option, text
from strategy_xl.runs.stores.remote_path import RemotePath

if TYPE_CHECKING:
    from strategy_xl.privacy.places import Places
    from strategy_xl.text.sought import Sought

PERSON, CLIENT = "person", "client"
_Command = TypeVar("_Command", bound=Callable[..., Any])


def name_options(command: _Command) -> _Command:
    """Add the arguments ``NAME FOLDER``, ``--kind``, ``--also``, ``--history`` and ``--templates``."""
    for add in (
        templates_option,
        history_option,
        click.option("--also", multiple=True, metavar="NAME", help=text("privacy.also.help")),
        click.option("--kind", type=click.Choice((PERSON, CLIENT)), help=text("privacy.kind.help")),
        click.argument("folder", type=Place(file_okay=False)),
        click.argument("name"),
    ):
        command = add(command)
    return command


def sought_of(name: str, options: dict[str, Any], spared: Iterable[str] = ()) -> Sought:
    """The name with its other spellings.

    Errors: UsageError SX100 when one is too short.
    """
    from strategy_xl.text.sought import Sought

    return Sought([name, *options["also"]], turned=options["kind"] != CLIENT, spared=spared)


def places_below(folder: Path | RemotePath, history: str | None, *, looks: bool = True) -> Places:
    """Everything below a folder; of one in a store, unless it ``looks`` there, what is kept here."""
    from strategy_xl.privacy.places import Places

    if isinstance(folder, RemotePath):
        return Places.of_address(folder, history, looks=looks)
    return Places.below(folder, history)

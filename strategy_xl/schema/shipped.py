"""Where the templates are that come with the program."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def default_folder() -> Traversable:
    """The templates that come with the program: packed in the wheel, or beside the package in a checkout."""
    packed = files("strategy_xl").joinpath("workbook_templates")
    if packed.is_dir():
        return packed
    return Path(__file__).parents[2] / "workbook_templates"

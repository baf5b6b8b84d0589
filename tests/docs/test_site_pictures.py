"""The tutorial runs as it stands and its pictures are what it makes; those of functions are there.

Coarse on purpose, as tests/build/test_pictures.py. After a change that is meant: look, then
``make pictures``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import site_pictures  # noqa: E402 - a tool, not in the package
import snippets  # noqa: E402 - idem

PICTURES = ROOT / "docs" / "pictures"
MOST = 0.05
"""Share of the squares that may differ."""


@pytest.mark.long
@pytest.mark.libreoffice
def test_the_french_tutorial_runs_and_looks_as_its_pictures(tmp_path: Path, browser: Browser) -> None:
    """Every command, every answer, the sheet and the page."""
    (tmp_path / "run").mkdir()
    (tmp_path / "drawn").mkdir()
    kept = site_pictures.tutorial("fr", tmp_path / "run")
    drawn = list(site_pictures.draw_tutorial(kept, "fr", tmp_path / "drawn", browser))
    assert {path.stem for path in drawn} == set(site_pictures.STATES["fr"])
    assert {
        path.name: share
        for path in drawn
        if (share := site_pictures.unlike(path, PICTURES / path.name)) > MOST
    } == {}


def test_the_english_tutorial_runs(tmp_path: Path) -> None:
    """Its answers are compared too."""
    assert snippets.run(site_pictures.TUTORIALS["en"], tmp_path, "en") == []


def test_pictures_are_told_apart() -> None:
    """The tolerance is no blindfold: no picture of the site passes for another of its language."""
    shown = sorted(path for path in PICTURES.glob("*-fr.png"))
    assert len(shown) >= 6
    assert all(
        site_pictures.unlike(one, other) > MOST for at, one in enumerate(shown) for other in shown[at + 1 :]
    )

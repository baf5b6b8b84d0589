"""The tutorial runs as it stands and its pictures are what it makes; those of functions are there.

Coarse on purpose, as tests/build/test_pictures.py. After a change that is meant: look, then
``make pictures``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import site_pictures  # noqa: E402 - a tool, not in the package
import snippets  # noqa: E402 - idem
from PIL import Image  # noqa: E402 - after the path of the tools

PICTURES = ROOT / "docs" / "pictures"
SQUARES = (32, 24)
FAR, MOST = 20.0, 0.05
"""Greys by which a square may differ and still be the same; share of the squares that may differ by more."""


def greys(picture: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The mean grey of each square of a picture."""
    with Image.open(picture) as opened:
        small = opened.convert("L").resize(SQUARES, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64)


def unlike(one: Path, other: Path) -> float:
    """Share of the squares that differ."""
    return float(np.mean(np.abs(greys(one) - greys(other)) > FAR))


@pytest.mark.libreoffice
def test_the_french_tutorial_runs_and_looks_as_its_pictures(tmp_path: Path, browser: Browser) -> None:
    """Every command, every answer, the sheet and the page."""
    (tmp_path / "run").mkdir()
    (tmp_path / "drawn").mkdir()
    kept = site_pictures.tutorial("fr", tmp_path / "run")
    drawn = list(site_pictures.draw_tutorial(kept, "fr", tmp_path / "drawn", browser))
    assert {path.stem for path in drawn} == set(site_pictures.STATES["fr"])
    assert {path.name: share for path in drawn if (share := unlike(path, PICTURES / path.name)) > MOST} == {}


def test_the_english_tutorial_runs(tmp_path: Path) -> None:
    """Its answers are compared too."""
    assert snippets.run(site_pictures.TUTORIALS["en"], tmp_path, "en") == []


def test_pictures_are_told_apart() -> None:
    """The tolerance is no blindfold: no picture of the site passes for another of its language."""
    shown = sorted(path for path in PICTURES.glob("*-fr.png"))
    assert len(shown) >= 6
    assert all(unlike(one, other) > MOST for at, one in enumerate(shown) for other in shown[at + 1 :])

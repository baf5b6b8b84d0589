"""The head of a page that carries its own style and script, and a policy that allows no others."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from strategy_xl.report.data import PROGRAM
from strategy_xl.report.markup import Html, tag

_ASSETS = Path(__file__).parent / "assets"


def asset(*names: str) -> str:
    """Files of the pages, one after the other."""
    return "\n".join((_ASSETS / name).read_text(encoding="utf-8").strip() for name in names)


def page_head(title: str, style: str, script: str = "") -> Html:
    """The head of a page.

    Arguments:
        title: its title.
        style: what it wears.
        script: what it may run; it stands at the end of the body. Nothing when empty.
    """
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="generator", content=PROGRAM),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(style)),
    )


def _policy(style: str, script: str) -> str:
    """What the page may do: run its own script, wear its own style, nothing else."""
    allowed = [("style-src", style), ("script-src", script)]
    own = "".join(f"{source} 'sha256-{_digest(text)}'; " for source, text in allowed if text)
    return f"default-src 'none'; {own}base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")

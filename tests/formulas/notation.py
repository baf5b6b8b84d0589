"""A reference of the templates' notation as text again."""

from __future__ import annotations

from strategy_xl.formulas.references import Reference


def written(reference: Reference) -> str:
    """The notation of a reference, written back."""
    match reference.kind:
        case "row":
            return f"[{reference.key}]"
        case "column":
            return f"{reference.owner}[{reference.key}]"
        case "setting":
            return f"@{reference.key}"
        case _:
            return f"#{reference.owner}.{reference.key}"

"""Formulas that several LAMBDAs call."""


def helpers(lang: str) -> dict[str, str]:
    return {}

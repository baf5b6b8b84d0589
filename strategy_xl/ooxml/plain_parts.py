"""The sheets of which a reading has shown that they are written the plain way; who writes them trusts it."""

from __future__ import annotations

from strategy_xl.ooxml.package import Package


class PlainParts(set[str]):
    """Sheet parts whose rows are plain and in order, without formulas that say for which cells they are."""

    @classmethod
    def of(cls, package: Package) -> PlainParts:
        """Those of a package; of bytes in memory all who open them see the same."""
        if package.kept is None:
            return cls()
        found: PlainParts = package.kept.setdefault(cls, cls())
        return found

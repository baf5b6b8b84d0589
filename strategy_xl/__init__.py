"""Sales strategy as a living Excel workbook: templates, rules, lossless write-back."""

from __future__ import annotations

__version__ = "0.1.0"

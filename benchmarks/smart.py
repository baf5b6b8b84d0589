"""Texts judged a second by ``assess_texts`` on one core, over the development statements.

Aim: at least 5,000 a second. CPU time of this process, so that a busy machine does not count.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pandas as pd

from strategy_xl.rules.smart import assess_texts
from strategy_xl.rules.smart_reading import read_texts

STATEMENTS = Path(__file__).parent.parent / "tests" / "data" / "smart_statements.csv"
TODAY = date(2026, 11, 24)
ROWS = 20_000


def main() -> None:
    """Measure the reading alone, and the whole table with evidence and rewrite."""
    texts = pd.read_csv(STATEMENTS, keep_default_na=False)["text"]
    # A number in each copy, so that no text is read twice.
    many = [f"{text} ({copy})" for copy in range(ROWS // len(texts) + 1) for text in texts][:ROWS]
    series = pd.Series(many)
    assess_texts(texts, today=TODAY)
    start = time.process_time()
    for _ in read_texts(many, None, TODAY):
        pass
    reading = time.process_time() - start
    start = time.process_time()
    assess_texts(series, today=TODAY)
    whole = time.process_time() - start
    print(f"{ROWS} texts: read {ROWS / reading:,.0f}/s, whole table {ROWS / whole:,.0f}/s")


if __name__ == "__main__":
    main()

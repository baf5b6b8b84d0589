"""Print how often the SMART text check agrees with the labels of ``tests/data/smart_statements.csv``.

The statements carry the labels that the rule gives (0–2 points for S, M, T), written before the check was
tuned. Splits: ``dev`` was looked at while tuning, ``heldout`` never was; ``batch1`` … were each scored once
before anyone looked at their errors (see ``FIRST_SCORES``) and helped to tune afterwards.
``--errors SPLIT`` lists the statements of a split on which the check disagrees.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pandas as pd

from strategy_xl.rules.smart import assess_texts

STATEMENTS = Path(__file__).parent.parent / "tests" / "data" / "smart_statements.csv"
TODAY = date(2026, 11, 24)
# Accuracy of each batch at first sight (S, M, T, all three), before its errors were looked at.
FIRST_SCORES = {
    "batch1": (0.825, 0.925, 0.988, 0.800),
    "batch2": (0.886, 0.886, 0.977, 0.807),
    "batch3": (0.907, 0.953, 0.988, 0.884),
    "batch4": (0.925, 0.950, 1.000, 0.912),
    "batch5": (0.975, 0.950, 0.988, 0.925),
    "batch6": (0.933, 0.867, 1.000, 0.850),  # mostly deliverables, the weak point of M until then
    "batch7": (1.000, 0.960, 0.980, 0.940),
    "batch8": (0.860, 0.840, 0.980, 0.800),  # hard on purpose, as batch9
    "batch9": (0.850, 0.900, 0.950, 0.800),
    "batch10": (0.925, 0.950, 1.000, 0.875),
    # From here on ordinary objectives of small companies; batch15 holds the traps of the rule.
    "batch11": (0.967, 0.993, 0.993, 0.954),
    "batch12": (0.977, 0.977, 1.000, 0.977),
    "batch13": (0.959, 0.943, 0.984, 0.911),
    "batch14": (0.924, 0.981, 1.000, 0.924),
    "batch15": (0.931, 0.892, 0.961, 0.843),
    "batch16": (0.928, 0.969, 1.000, 0.928),
    "batch17": (0.978, 0.978, 1.000, 0.978),
    "batch18": (0.967, 0.989, 0.967, 0.933),
    "batch19": (0.988, 1.000, 1.000, 0.988),
    "batch20": (0.950, 0.967, 0.967, 0.900),
}


def judged(statements: pd.DataFrame) -> pd.DataFrame:
    """The statements with their points and, per letter, whether « 2 points » agrees with the label."""
    points = assess_texts(statements["text"], today=TODAY)
    frame = statements.join(points[["S", "M", "T", "codes"]])
    for letter in "SMT":
        frame[f"ok_{letter}"] = points[letter].eq(2).to_numpy() == statements[letter.lower()].eq(2).to_numpy()
    frame["ok_all"] = frame[["ok_S", "ok_M", "ok_T"]].all(axis=1)
    return frame


def scores(frame: pd.DataFrame) -> pd.DataFrame:
    """Accuracy of S, M, T and all three by split and language, and over both languages."""
    columns = ["ok_S", "ok_M", "ok_T", "ok_all"]
    parts = [
        frame.groupby(["split", "lang"])[columns],
        frame.assign(lang="both").groupby(["split", "lang"])[columns],
    ]
    table = pd.concat([part.mean().assign(n=part.size()) for part in parts]).sort_index()
    return table.rename(columns={"ok_S": "S", "ok_M": "M", "ok_T": "T", "ok_all": "all"})


def main() -> int:
    """Print the scores, or the errors of one split."""
    frame = judged(pd.read_csv(STATEMENTS, keep_default_na=False))
    if "--errors" in sys.argv[1:]:
        split = sys.argv[sys.argv.index("--errors") + 1]
        wrong = frame[~frame["ok_all"] & frame["split"].eq(split)]
        for row in wrong.itertuples():
            print(f"{row.s}{row.m}{row.t} {row.S}{row.M}{row.T} {row.text} {row.codes}")
        return 0
    print(scores(frame).round(3).to_string())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""How well SMART texts are judged: accuracy by letter and by kind on statements kept aside.

The statements of ``tests/data`` were told apart before anything was trained:

- ``smart_statements.csv`` (the first own set) and ``smart_kinds.csv``: the rules were tuned on them, and
  training sees them; ``smart_statements_3.csv`` was written for training alone;
- ``smart_statements_2.csv``: its ``split`` keeps a statement, its translation and its twin without date
  together. ``heldout`` is kept aside (``aside``): never trained on. While the rules were mended, statements
  with other hashes than ``UNSEEN`` were looked at, those kept aside too: what nobody has seen has a line of
  its own.

Run it for the tables, or import ``accuracy`` and ``by_kind``. No day is given, so that no date is past.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd

from strategy_xl.rules.smart_reading import read_texts
from strategy_xl.rules.smart_text import TextReading, read_text

DATA = Path(__file__).parent.parent / "tests" / "data"
SEEN = ("smart_statements.csv", "smart_kinds.csv", "smart_statements_3.csv")
SPLIT = "smart_statements_2.csv"
NEAR = "smart_statements_3.csv"
NEAR_WEIGHT = 0.5
"""What a near miss weighs in training: they stand in pairs that differ in a word, thicker than in life."""
UNSEEN = range(4)
"""Hashes of the statements that nobody looked at while the rules were mended."""
LETTERS = ("s", "m", "t")
_FULL = 2


def hash_of(text: str) -> int:
    """One of ten hashes of a statement, by its text alone."""
    return crc32(text.strip().casefold().encode()) % 10


def statements() -> pd.DataFrame:
    """All statements: text, lang, s, m, t (0–2; two points are judged), kind, part, unseen, weight."""
    frames = []
    for name in (*SEEN, SPLIT):
        frame = pd.read_csv(DATA / name, keep_default_na=False)
        hashes = frame["text"].map(hash_of)
        frame["kind"] = frame.get("kind", "ordinary")
        frame["unseen"] = hashes.isin(UNSEEN) & (name == SPLIT)
        frame["part"] = "training"
        frame["weight"] = NEAR_WEIGHT if name == NEAR else 1.0
        if name == SPLIT:
            frame.loc[frame["split"].eq("heldout"), "part"] = "aside"
        frames.append(frame[["text", "lang", *LETTERS, "kind", "part", "unseen", "weight"]])
    found = pd.concat(frames, ignore_index=True)
    return found.drop_duplicates("text", keep="last", ignore_index=True)


def judged(frame: pd.DataFrame, *, rules_only: bool = False) -> pd.DataFrame:
    """The statements with, per letter and for all, whether « two points » agrees with the label.

    Arguments:
        frame: statements with s, m and t.
        rules_only: leave the resemblance out.
    """
    readings: list[TextReading] = (
        [read_text(text, None, None) for text in frame["text"]]
        if rules_only
        else [reading for reading in read_texts(frame["text"], None, None) if reading is not None]
    )
    found = frame.copy()
    for letter in LETTERS:
        full = np.array([getattr(reading, letter) == _FULL for reading in readings])
        found[f"ok_{letter}"] = full == frame[letter].eq(_FULL).to_numpy()
    found["ok_all"] = found[[f"ok_{letter}" for letter in LETTERS]].all(axis=1)
    return found


def accuracy() -> pd.DataFrame:
    """S, M, T and all three on the statements kept aside: by rules alone, then with the resemblance."""
    frame = statements()
    aside = frame[frame["part"].eq("aside")]
    rules, both = judged(aside, rules_only=True), judged(aside)
    unseen = aside["unseen"]
    rows = {
        "kept aside, rules alone": rules,
        "kept aside": both,
        "kept aside and never looked at, rules alone": rules[unseen],
        "kept aside and never looked at": both[unseen],
    }
    columns = {"ok_s": "S", "ok_m": "M", "ok_t": "T", "ok_all": "all"}
    table = pd.DataFrame({name: part[list(columns)].mean() for name, part in rows.items()}).T
    return table.rename(columns=columns).assign(n=[len(part) for part in rows.values()])


def by_kind() -> pd.DataFrame:
    """S, M, T and all three by kind of statement, on those kept aside."""
    frame = statements()
    both = judged(frame[frame["part"].eq("aside")])
    columns = {"ok_s": "S", "ok_m": "M", "ok_t": "T", "ok_all": "all"}
    groups = both.groupby("kind")
    return groups[list(columns)].mean().rename(columns=columns).assign(n=groups.size())


def main() -> int:
    """Print the tables."""
    print(accuracy().round(3).to_string())
    print(by_kind().round(2).to_string())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What the sheet's own formulas need to say M, A and T at once, and what they then show.

M and T follow from the columns as soon as these are filled; where only the sentence can tell, the formulas
take what its last reading found, as long as the sentence is still the one that was read. A needs no sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from strategy_xl.rules.frame import Column, Floats, Frame, Objects, cells, flags, numbers, object_column

UNKNOWN = "?"
"""A letter that cannot be assessed."""


def shown(points: Floats) -> Objects:
    """Points of a letter as its cell shows them: whole numbers, or the mark of what is not known."""
    found: Objects = np.full(len(points), UNKNOWN, dtype=object)
    known = ~np.isnan(points)
    found[known] = points[known].astype(np.int64)
    return found


def live_columns(
    objectives: Frame, text: Frame, letters: Mapping[str, Floats], score: Floats, verdict: Objects
) -> dict[str, Column | Objects | Floats]:
    """The columns behind the live letters.

    Arguments:
        objectives: block ``objectives``; used: title.
        text: per row, the reading of the title: M, T, has_object, kind.
        letters: points by letter key after the fields had their say, NaN when not assessable.
        score, verdict: of the letters.

    Returns read_title (the sentence that was read), text_m, text_t (points of the sentence alone),
    text_object and text_measure (1 when it names an object, and a figure), m_live, a_live, t_live and r_shown
    (points or ``?``), score_live and verdict_live.
    """
    index = objectives.index

    def whole(values: Floats) -> Column:
        return object_column(np.nan_to_num(values).astype(np.int64).astype(object), index)

    measured = np.array([kind != "" for kind in cells(text, "kind")], dtype=np.float64)
    return {
        "read_title": object_column(list(cells(objectives, "title")), index),
        "text_m": whole(numbers(text, "M")),
        "text_t": whole(numbers(text, "T")),
        "text_object": whole(flags(text, "has_object").astype(np.float64)),
        "text_measure": whole(measured),
        **{f"{name}_live": object_column(list(shown(letters[name])), index) for name in "mat"},
        "r_shown": object_column(list(shown(letters["r"])), index),
        "score_live": score,
        "verdict_live": object_column(list(verdict), index),
    }

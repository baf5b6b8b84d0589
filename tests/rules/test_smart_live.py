"""What the live letters need and show."""

from __future__ import annotations

from datetime import date

import pandas as pd

from strategy_xl.rules.smart import assess

TODAY = date(2027, 1, 1)


def test_live_columns_show_points_or_the_mark_of_the_unknown() -> None:
    """Points as whole numbers, ``?`` for what cannot be assessed, and what the sentence alone says."""
    table = pd.DataFrame(
        {
            "title": ["Signer 24 clients d’ici le 30/06/2027", "Améliorer la visibilité"],
            "owner": ["Julie", "Julie"],
            "agreement": ["yes", None],
        }
    )
    frame = assess(table, TODAY).frame
    assert frame["a_live"].tolist() == [2, "?"]
    assert frame["r_shown"].tolist() == ["?", "?"]
    assert frame["m_live"].tolist() == frame["m"].tolist()
    assert frame["t_live"].tolist() == [2, 0]
    assert frame["read_title"].tolist() == table["title"].tolist()
    assert frame["text_t"].tolist() == [2, 0]
    assert frame["text_measure"].tolist() == [1, 0]
    assert frame["verdict_live"].tolist() == frame["verdict"].tolist()


def test_a_column_outranks_the_sentence_but_not_in_what_it_says_alone() -> None:
    """A filled target lifts M; the reading of the sentence stays as it was."""
    table = pd.DataFrame({"title": ["Améliorer la visibilité"], "indicator": ["Visites"], "target": [10.0]})
    frame = assess(table, TODAY).frame
    assert frame["m_live"].tolist() == [2]
    assert frame["text_m"].tolist() == [0]


def test_capitals_do_not_split_an_owner() -> None:
    """Six active objectives overload an owner however the name is written."""
    table = pd.DataFrame({"title": [f"Signer {n} clients" for n in range(6)], "agreement": "yes"})
    table["owner"] = ["Julie", "JULIE", "julie", "Julie", "Julie", "Julie"]
    assert assess(table, TODAY).frame["a_live"].tolist() == [1] * 6

"""The SMART check of the table: fields outrank the text, A, score, verdict and reasons."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from strategy_xl.rules.result import RuleResult
from strategy_xl.rules.smart import ALL_CODES, SmartParams, assess, assess_texts

TODAY = date(2027, 1, 1)


def row(**values: object) -> dict[str, object]:
    """A complete objective."""
    return {
        "title": "Augmenter le CA de la gamme bio",
        "indicator": "CA",
        "unit": "k€",
        "direction": "up",
        "baseline": 133.0,
        "target": 143.0,
        "start": pd.Timestamp("2027-01-01"),
        "deadline": pd.Timestamp("2027-12-31"),
        "owner": "Julie",
        "agreement": "yes",
        "confidence": None,
        "means": "salon",
        "hours_required": None,
        "kpi": None,
        "active": True,
    } | values


def judge(*rows: dict[str, object], **kwargs: object) -> RuleResult:
    """The result for some objectives."""
    return assess(pd.DataFrame(list(rows)), TODAY, **kwargs)  # type: ignore[arg-type]


def points(result: RuleResult, at: int = 0) -> str:
    """The letters of a row as five characters, a dash where not assessable."""
    return "".join(
        "-" if pd.isna(result.frame[name].iloc[at]) else str(result.frame[name].iloc[at]) for name in "smart"
    )


def test_a_complete_objective_is_smart() -> None:
    """Five letters at two points give ten out of ten."""
    result = judge(row())
    assert points(result) == "22222"
    assert result.frame["score"].iloc[0] == 10
    assert result.frame["verdict"].iloc[0] == "smart"
    assert result.missing.at(0) == ()


@pytest.mark.parametrize(
    ("values", "a", "code"),
    [
        ({"agreement": "yes"}, 2, None),
        ({"agreement": None, "confidence": 7.0}, 2, None),
        ({"agreement": "discussing"}, 1, "A_DISCUSSING"),
        ({"agreement": None, "confidence": 5.0}, 1, "A_MEDIUM_CONFIDENCE"),
        ({"agreement": "yes", "confidence": 5.0}, 1, "A_MEDIUM_CONFIDENCE"),
        ({"agreement": "no"}, 0, "A_REFUSED"),
        ({"agreement": None, "confidence": 3.0}, 0, "A_LOW_CONFIDENCE"),
        ({"agreement": "yes", "confidence": 2.0}, 0, "A_LOW_CONFIDENCE"),
        ({"owner": None}, 0, "A_NO_OWNER"),
        ({"owner": "  "}, 0, "A_NO_OWNER"),
        ({"agreement": None}, None, "A_UNKNOWN"),
    ],
)
def test_acceptable(values: dict[str, object], a: int | None, code: str | None) -> None:
    """Agreement, confidence and owner decide; the weakest evidence wins."""
    result = judge(row(**values))
    got = result.frame["a"].iloc[0]
    assert (None if pd.isna(got) else got) == a
    if code is not None:
        assert code in result.reasons.at(0)


def test_more_than_five_active_objectives_overload_an_owner() -> None:
    """Six active objectives cost one point each, five do not, inactive ones do not count."""
    assert {points(judge(*[row()] * 6), at)[2] for at in range(6)} == {"1"}
    assert {points(judge(*[row()] * 5), at)[2] for at in range(5)} == {"2"}
    assert points(judge(*[row()] * 5, row(active=False)))[2] == "2"
    assert points(judge(row(), active_count={"Julie": 6}))[2] == "1"


def test_a_field_outranks_the_text_and_the_conflict_is_told() -> None:
    """« 20 % » in the text beside 15 % in the field is a conflict."""
    result = judge(row(title="Augmenter le taux de 20 %", unit="%", baseline=None, target=0.15))
    assert "CONFLICT" in result.reasons.at(0)
    assert result.frame["m"].iloc[0] == 2
    assert "CONFLICT" not in judge(
        row(title="Atteindre un taux de 15 %", unit="%", baseline=None, target=0.15)
    ).reasons.at(0)
    # 20 % of growth from 100 to 120 agree.
    assert "CONFLICT" not in judge(
        row(title="Augmenter le CA de 20 %", baseline=100.0, target=120.0)
    ).reasons.at(0)


def test_the_deadline_of_the_field_wins_over_the_text() -> None:
    """A past field makes T one point although the text names a future date."""
    result = judge(
        row(title="Signer 5 clients fin juin 2027", start=None, deadline=pd.Timestamp("2026-06-30"))
    )
    assert result.frame["t"].iloc[0] == 1
    assert {"T_PAST", "CONFLICT_DATE"} <= set(result.reasons.at(0))
    agreeing = judge(row(title="Signer 5 clients fin juin 2027", deadline=pd.Timestamp("2027-06-30")))
    assert "CONFLICT_DATE" not in agreeing.reasons.at(0)


def test_fields_complete_a_poor_text() -> None:
    """Indicator, target and deadline in the fields make S, M and T full."""
    assert points(judge(row(title="Progresser")))[:2] == "22"
    bare = judge(
        row(title="Progresser", indicator=None, target=None, baseline=None, deadline=None, direction=None)
    )
    assert points(bare) == "002-0"
    assert {"indicator", "target", "deadline"} <= set(bare.missing.at(0))


def test_verdicts() -> None:
    """Smart, text complete with A or R to confirm, almost, to rework."""
    result = judge(
        row(),
        row(agreement=None),
        row(agreement="discussing"),
        row(deadline=None),
    )
    assert result.frame["verdict"].tolist() == ["smart", "smt_only", "almost", "rework"]
    # Ten times the points over twice the letters that can be assessed.
    assert result.frame["score"].tolist() == [10.0, 10.0, 9.0, pytest.approx(10 * 6 / 8)]


def test_rewrite_takes_fields_and_leaves_blanks_in_brackets() -> None:
    """Nothing is put into what lacks nothing; else what the fields say, and a blank for what nobody says."""
    result = judge(
        row(),
        row(title="Grow revenue in Leeds", indicator=None, owner=None, baseline=None, target=None),
        row(title="Augmenter le CA", owner=None),
        row(title=None),
    )
    assert result.frame["rewrite"].tolist() == [
        "",
        "Grow revenue in Leeds from [baseline] to [target] by 31 Dec 2027, owned by [owner]",
        "Augmenter le CA de 133\u00a0k€ à 143\u00a0k€ d’ici le 31/12/2027, porté par [responsable]",
        "[Verbe] CA de 133\u00a0k€ à 143\u00a0k€ pour [périmètre] d’ici le 31/12/2027, porté par Julie",
    ]
    assert result.frame["rewrite_owner"].iloc[1] == "[owner]"


def test_thresholds_are_settings() -> None:
    """A stricter confidence changes A."""
    strict = SmartParams(smart_confidence_agreed=9.0)
    assert judge(row(agreement=None, confidence=8.0), params=strict).frame["a"].iloc[0] == 1


def test_missing_columns_are_missing_values() -> None:
    """A table with a title only is judged on its text."""
    result = assess(pd.DataFrame({"title": ["Signer 5 clients à Lyon fin juin"]}, index=[7]), TODAY)
    assert points(result) == "220-2"
    assert result.frame.index.tolist() == [7]
    assert result.version


def test_assess_texts_with_fields_uses_them() -> None:
    """The fields of a block may accompany the texts, aligned by index."""
    texts = pd.Series(["Progresser", "Signer 5 clients à Lyon fin juin"], index=["x", "y"])
    frame = assess_texts(texts, today=TODAY, fields=pd.DataFrame([row()], index=["x"]))
    assert frame.loc["x", list("SMART")].tolist() == [2, 2, 2, 2, 2]
    assert frame.loc["y", list("SMT")].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("title", "baseline", "target", "conflict"),
    [
        ("Raise satisfaction to 8.5 out of 10", 7.9, 8.5, False),
        ("Raise satisfaction to 8.5 out of 10", 7.9, 9.0, True),
        ("Cut complaints from 62 down to 45", 62.0, 45.0, False),
        ("Cut complaints from 62 down to 45", 62.0, 40.0, True),
        ("Doubler les ventes", 100.0, 200.0, False),
        ("Passer à zéro réclamation", 12.0, 0.0, False),
        ("Augmenter le CA de 20 %", 0.0, 100.0, True),
    ],
)
@pytest.mark.filterwarnings("error")
def test_conflicts_and_zeros(title: str, baseline: float, target: float, *, conflict: bool) -> None:
    """A text that says the field in its own way is no conflict, and a zero never divides."""
    result = judge(row(title=title, baseline=baseline, target=target))
    assert ("CONFLICT" in result.reasons.at(0)) is conflict


def test_an_owner_carries_so_many_objectives() -> None:
    """The limit is the setting that the KPI board uses too."""
    table = [row(title=f"Signer {count} clients") for count in range(2, 5)]
    few = judge(*table, params=SmartParams(max_active_per_owner=2))
    assert "A_OVERLOADED" in few.reasons.at(0)
    assert "A_OVERLOADED" not in judge(*table).reasons.at(0)


def test_order_of_rows_does_not_matter() -> None:
    """Each row keeps its answer when the table is turned round."""
    frame = pd.DataFrame(
        [row(), row(owner="Marc", agreement="no"), row(title="x", deadline=None)], index=list("abc")
    )
    forward = assess(frame, TODAY).explained()
    backward = assess(frame.iloc[::-1], TODAY).explained().loc[list("abc")]
    pd.testing.assert_frame_equal(forward, backward)


def test_every_reason_is_declared_once() -> None:
    """The order of the reasons names each code once."""
    assert len(ALL_CODES) == len(set(ALL_CODES))


@pytest.mark.parametrize(
    ("unit", "target", "conflict"),
    [("k€", 143, False), ("M€", 0.143, False), ("€", 143, True), ("k€", 150, True)],
)
def test_the_unit_of_the_field_counts(unit: str, target: float, conflict: bool) -> None:
    """143 in k€ is what a text of 143 k€ says."""
    result = judge(row(title="Porter le CA à 143 k€", unit=unit, target=target, baseline=None))
    assert result.reasons.has("CONFLICT").tolist() == [conflict]

"""A part that a formula says several times is said once, unless it means something else there."""

from __future__ import annotations

from strategy_xl.formulas.excel import write
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Node, parse
from strategy_xl.functions.lambdas.sharing import share, shared_inside


def _written(node: Node) -> str:
    return write(node, lambda found: f"[{found.key}]")


def test_names_the_longest_part_that_comes_up_again() -> None:
    """Twice the same long condition: it gets a name, what is in it alone does not."""
    named: dict[str, str] = {}

    def name(part: Node) -> Reference:
        named["shared"] = _written(part)
        return Reference("row", "shared")

    part = "IF([kpi_type]=#kpi_type.increase,[target]-[baseline],[baseline]-[target])"
    tree = share(parse(f"{part}*2+{part}"), _written, name, set())
    assert _written(tree) == "[shared]*2+[shared]"
    assert named == {"shared": "IF([kpi_type]=[increase],[target]-[baseline],[baseline]-[target])"}


def test_leaves_short_parts_and_local_names() -> None:
    """A name would be longer than a short part, and the argument of a LAMBDA is known in it only."""

    def name(_part: Node) -> Reference:
        raise AssertionError

    long = "SUBSTITUTE(SUBSTITUTE([text],1,2),3,4)"
    for formula, local in (("[x]+1+([x]+1)", set()), (f"{long}&{long}", {"text"})):
        assert _written(share(parse(formula), _written, name, local)) == _written(parse(formula))


def test_shares_inside_a_lambda() -> None:
    """What a LAMBDA says twice of its own argument gets a name inside it."""
    long = "SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE([text],1,2),3,4),5,6),7,8)"
    local = {"text"}
    tree = shared_inside(parse(f"LAMBDA([text],LEN({long})-LEN(TRIM({long})))"), _written, local)
    (own,) = local - {"text"}
    assert _written(tree) == f"LAMBDA([text],LET([{own}],{long},LEN([{own}])-LEN(TRIM([{own}]))))"

"""Sentences of the catalogues as formulas: the same words and figures, whatever the language of Excel.

``SAY("key")`` is a message, whose placeholders are names of the formula.
``REASONS("rule",condition,"CODE",…)`` is what ``answers.sentences`` makes of a rule's codes: the sentence of
the first condition that holds, then those of the others as remarks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import cast

from strategy_xl.answers.sentences import REMARKS, going_on
from strategy_xl.formulas.excel import quote
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Binary, Call, Group, Literal, Node
from strategy_xl.functions.lambdas.simplifying import changed
from strategy_xl.functions.lambdas.tools import DECIMALS, TEXT
from strategy_xl.languages import forms_of
from strategy_xl.text.catalog import APART, Parts, parts_of, plural_parts
from strategy_xl.text.figures import NUMBER_FORMS, WHOLE_PERCENT

_MONEY, _COST, _PERCENTS, _FALL, _GROWTH = "money", "cost", {"percent", "percent1"}, "fall", "growth"


def text(value: str) -> Literal:
    """A constant text."""
    return Literal("text", value, quote(value))


def number(value: float) -> Literal:
    """A constant number."""
    return Literal("number", float(value), f"{value:g}")


def _joined(parts: Sequence[Node]) -> Node:
    """Texts one behind the other, neighbouring constants as one."""
    merged: list[Node] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            merged[-1] = text(f"{last.value}{part.value}")
        elif not (isinstance(part, Literal) and part.value == ""):
            merged.append(part)
    if not merged:
        return text("")
    return reduce(lambda left, right: Binary("&", left, right), merged)


def _times(node: Node, scale: float) -> Node:
    return node if scale == 1 else Binary("*", number(scale), node)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Writes sentences in one language."""

    lang: str

    def said(self, node: Node) -> Node:
        """A formula with its ``SAY`` and ``REASONS`` written out."""

        def say(call: Call) -> Node:
            match call.name:
                case "SAY":
                    return self.sentence(str(_constant(call.args[0])))
                case "REASONS":
                    return self._reasons(call.args)
                case _:
                    return call

        return changed(node, say)

    def sentence(self, key: str) -> Node:
        """A message; one with plural forms goes by the name ``n``."""
        forms = plural_parts(key, self.lang)
        if forms is None:
            return _joined(list(self._pieces(parts_of(key, self.lang))))
        one, many, none_is_many = forms
        is_many = Binary("<>" if none_is_many else ">", Reference("row", "n"), number(1))
        return Call("IF", (is_many, *(_joined(list(self._pieces(form))) for form in (many, one))))

    def _pieces(self, parts: Parts) -> Iterator[Node]:
        for optional, pieces in parts:
            nodes: list[Node] = []
            names: list[Node] = []
            for literal, name, form in pieces:
                nodes.append(text(literal))
                if name is not None:
                    nodes.append(self.figure(Reference("row", name), form))
                    names.append(Reference("row", name))
            if optional:
                empty = Binary("=", _joined(names), text(""))
                yield Call("IF", (empty, text(""), _joined(nodes)))
            else:
                yield from nodes

    def figure(self, value: Node, form: str) -> Node:
        """A value as a sentence shows it; ``form`` as placeholders name it."""
        plain, _sign, other = form.partition(APART)
        plain = "dec1" if plain == "measure" else plain
        if plain == "text":
            return value
        if plain == "date":
            return self._day(value)
        decimals, scale = NUMBER_FORMS[plain]
        if not other:
            return self._number(value, plain, number(decimals))
        beside: Node = number(float(other)) if other[0].isdigit() else Reference("row", other)
        apart = Call(DECIMALS, (_times(value, scale), _times(beside, scale), number(decimals)))
        return self._number(value, plain, apart)

    def _number(self, value: Node, form: str, decimals: Node) -> Node:
        forms = forms_of(self.lang)
        _fewest, scale = NUMBER_FORMS[form]
        if form in {_COST, _FALL}:
            value, form = Call("ABS", (value,)), _MONEY if form == _COST else "percent"
        if form == _GROWTH:
            times = _joined([text(f"×{forms.space}"), self._plain(Binary("+", number(1), value), number(1))])
            share = self._number(value, "percent1", decimals)
            return Call("IF", (Binary("<", value, number(WHOLE_PERCENT)), share, times))
        if form in _PERCENTS:
            return _joined([self._plain(_times(value, scale), decimals), text(f"{forms.space}%")])
        if form != _MONEY:
            return self._plain(value, decimals)
        if not forms.currency_first:
            return _joined([self._plain(value, decimals), text("\N{NO-BREAK SPACE}€")])
        sign = Call("IF", (Binary("<", value, number(0)), text("-€"), text("€")))
        return _joined([sign, self._plain(Call("ABS", (value,)), decimals)])

    @staticmethod
    def _plain(value: Node, decimals: Node) -> Node:
        return Call(TEXT, (value, decimals))

    def _day(self, value: Node) -> Node:
        forms = forms_of(self.lang)
        two = text("00")
        named = {
            "{day}": Call("DAY", (value,)),
            "{day:02d}": Call("TEXT", (Call("DAY", (value,)), two)),
            "{month:02d}": Call("TEXT", (Call("MONTH", (value,)), two)),
            "{year}": Call("YEAR", (value,)),
            "{name}": Call("CHOOSE", (Call("MONTH", (value,)), *map(text, forms.months))),
        }
        parts: list[Node] = []
        rest = forms.date
        while rest:
            head, brace, tail = rest.partition("{")
            inside, _end, rest = tail.partition("}")
            parts.append(text(head))
            if brace:
                parts.append(named[f"{{{inside}}}"])
        return _joined(parts)

    # -- several reasons -----------------------------------------------------------------------------------

    def _reasons(self, args: Sequence[Node]) -> Node:
        """What holds, in two sentences (see ``answers.sentences.reasons``)."""
        rule = str(_constant(args[0]))
        conditions, codes = args[1::2], [str(_constant(code)) for code in args[2::2]]
        keys = [f"{rule}.{code}" for code in codes]
        pairs: list[Node] = []

        def name(key: str, value: Node) -> Node:
            reference = Reference("row", key)
            pairs.extend((reference, value))
            return reference

        before: Node = number(0)
        first: Node = text("")
        remarks: list[Node] = []
        holds: list[Node] = []
        for place, condition in enumerate(conditions):
            held = name(f"c{place}", Call("IF", (condition, number(1), number(0))))
            if place:
                shown = _all_of(held, Binary(">", before, number(0)), Binary("<=", before, number(REMARKS)))
                capital, small = self._remark(keys[place])
                behind = _joined([self.sentence("core.semicolon"), small])
                remark = Call("IF", (Binary("=", before, number(1)), capital, behind))
                remarks.append(Call("IF", (shown, remark, text(""))))
            holds.append(held)
            before = held if place == 0 else name(f"k{place}", Binary("+", before, held))
        for held, key in zip(reversed(holds), reversed(keys), strict=True):
            first = Call("IF", (Binary("=", held, number(1)), self.sentence(key), first))
        if not remarks:
            return Call("LET", (*pairs, first))
        told = name("told", _joined(remarks))
        end = Call(
            "IF",
            (
                Call("ISNUMBER", (Call("FIND", (Call("RIGHT", (told, number(1))), text("?!…"))),)),
                text(""),
                text("."),
            ),
        )
        behind = Call("IF", (Binary("=", told, text("")), text(""), _joined([text(" "), told, end])))
        return Call("LET", (*pairs, Binary("&", first, behind)))

    def _remark(self, key: str) -> tuple[Node, Node]:
        """A sentence as a remark: at the head of the remarks, and behind another."""
        parts = parts_of(key, self.lang)
        nodes = list(self._pieces(parts))
        last = nodes[-1]
        if isinstance(last, Literal):
            nodes[-1] = text(str(last.value).removesuffix("."))
        begins = str(parts[0][1][0][0])
        if not begins:
            return _joined(nodes), _joined(nodes)
        head = cast("Literal", nodes[0])  # the words before the first value
        return _joined(nodes), _joined([text(going_on(str(head.value))), *nodes[1:]])


def _constant(node: Node) -> str | float | bool:
    if not isinstance(node, Literal):
        raise TypeError(node)
    return node.value


def _all_of(*conditions: Node) -> Node:
    """Numbers and conditions that must all hold."""
    return reduce(lambda left, right: Binary("*", left, right), [_grouped(item) for item in conditions])


def _grouped(node: Node) -> Node:
    return Group(node) if isinstance(node, Binary) else node

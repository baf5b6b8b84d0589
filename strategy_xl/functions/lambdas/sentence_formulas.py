"""Sentences of the catalogues as formulas: the same words and figures, whatever the language of Excel.

``SAY("key")`` is a message, whose placeholders are names of the formula.
``REASONS(first,"rule",condition,"CODE",…)`` is what ``answers.sentences`` makes of a rule's codes: the first
sentence, then those of the codes whose condition holds as remarks.
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
from strategy_xl.functions.lambdas.tools import DECIMALS, MONEY, TEXT
from strategy_xl.languages import forms_of
from strategy_xl.text.catalog import APART, Parts, parts_of, plural_parts
from strategy_xl.text.figures import NUMBER_FORMS, WHOLE_PERCENT
from strategy_xl.text.shortening import MAX_TEXT

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
        if form == _MONEY:
            return Call(MONEY, (value, decimals))
        return self._plain(value, decimals)

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
        first, rule = args[0], str(_constant(args[1]))
        conditions, codes = args[2::2], [str(_constant(code)) for code in args[3::2]]
        pairs: list[Node] = []

        def name(key: str, value: Node) -> Node:
            reference = Reference("row", key)
            pairs.extend((reference, value))
            return reference

        so_far: Node = number(0)
        most: Node = Reference("row", "most")
        remarks: list[Node] = []
        for place, (condition, code) in enumerate(zip(conditions, codes, strict=True)):
            here = Call("IF", (condition, number(1), number(0)))
            before = so_far
            so_far = name(f"k{place}", here if place == 0 else Binary("+", before, here))
            is_told = _both(Binary(">", so_far, before), Binary("<=", so_far, most))
            remark = self._remark(f"{rule}.{code}", so_far, is_first=place == 0)
            remarks.append(Call("IF", (is_told, remark, text(""))))
        if len(codes) > 1:
            name("n", Binary("-", so_far, most))
            others = _joined([self.sentence("core.semicolon"), self.sentence("core.others")])
            remarks.append(Call("IF", (Binary(">", Reference("row", "n"), number(0)), others, text(""))))
            n = pairs[-2:]
            del pairs[-2:]
        told, main = Reference("row", "told"), name("main", first)
        ends = Call("ISNUMBER", (Call("FIND", (Call("RIGHT", (told, number(1))), text("?!…"))),))
        sentence = _joined([main, text(" "), told, Call("IF", (ends, text(""), text(".")))])
        inside = [*(n if len(codes) > 1 else []), told, _joined(remarks)]
        tell = Call("LAMBDA", (most, Call("LET", (*inside, sentence))))
        said: Node = main
        if len(codes) == 1:
            alone = Call("LET", (told, remarks[0], sentence))
            return Call(
                "LET", (*pairs, most, number(1), Call("IF", (Binary("=", so_far, number(0)), main, alone)))
            )
        teller = name("tell", tell)
        for count in range(1, min(REMARKS, len(codes)) + 1):
            fewer = Call("CALL", (teller, number(count)))
            is_short = Binary("<=", Call("LEN", (fewer,)), number(MAX_TEXT))
            said = Call("IF", (is_short, fewer, said))
        return Call("LET", (*pairs, Call("IF", (Binary("=", so_far, number(0)), main, said))))

    def _remark(self, key: str, count: Node, *, is_first: bool) -> Node:
        """A sentence as a remark: with a capital at their head, else behind a semicolon in small letters."""
        parts = parts_of(key, self.lang)
        nodes = list(self._pieces(parts))
        last = nodes[-1]
        if isinstance(last, Literal):
            nodes[-1] = text(str(last.value).removesuffix("."))
        if is_first:
            return _joined(nodes)
        begins, separator = str(parts[0][1][0][0]), self.sentence("core.semicolon")
        is_head = Binary("=", count, number(1))
        if not begins:
            return _joined([Call("IF", (is_head, text(""), separator)), *nodes])
        head = str(cast("Literal", nodes[0]).value)  # the words before the first value
        small = _joined([separator, text(going_on(head)[:1])])
        return _joined([Call("IF", (is_head, text(head[:1]), small)), text(head[1:]), *nodes[1:]])


def _constant(node: Node) -> str | float | bool:
    if not isinstance(node, Literal):
        raise TypeError(node)
    return node.value


def _both(left: Node, right: Node) -> Node:
    """Two comparisons that must hold."""
    return Binary("*", Group(left), Group(right))

"""What all parts of a template share: keys, and texts for people in every language."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from strategy_xl.languages import FALLBACK, HOUSE, LANGUAGES

Key = Annotated[str, StringConstraints(pattern=r"^[a-z](?:_?[a-z0-9])*$", max_length=40)]
SheetTitle = Annotated[str, StringConstraints(min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\']+$")]
Colour = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}$")]
Said = Annotated[str, StringConstraints(min_length=1)]


class Spec(BaseModel):
    """Base of every template part: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Translated(Spec):
    """What is said in French and English, and in other languages where somebody has translated it.

    The others come from the file of the language (``translations``), or stand beside the two in a template.
    """

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, Said] = Field(init=False)

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @model_validator(mode="after")
    def _in_languages(self) -> Translated:
        for key in self.__pydantic_extra__:
            if key not in LANGUAGES:
                known = ", ".join(LANGUAGES)
                raise ValueError(key + ": no key here, and none of the languages " + known)
        return self

    def get(self, lang: str) -> str:
        """The text in a language; in English where it has none in that one."""
        if lang == HOUSE:
            return self.fr
        return self.en if lang == FALLBACK else self.__pydantic_extra__.get(lang, self.en)

    def every(self) -> tuple[str, ...]:
        """The text in all languages that have one, those of the templates first."""
        return (self.fr, self.en, *self.__pydantic_extra__.values())


class Text(Translated):
    """A text for people, in French, English and what other languages there are."""


class SheetText(Translated):
    """A sheet's tab title in the languages, within Excel's limits."""

    __pydantic_extra__: dict[str, SheetTitle] = Field(init=False)

    fr: SheetTitle
    en: SheetTitle


def _both(value: object) -> object:
    return {"fr": value, "en": value} if isinstance(value, str) else value


Unit = Annotated[Text, BeforeValidator(_both)]

"""Whether a name is that of a person or of a client, and which entities those are."""

from __future__ import annotations

from enum import StrEnum

from strategy_xl.schema.spec import EntityKind


class Who(StrEnum):
    """Of whom a name is."""

    PERSON = "person"
    CLIENT = "client"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entities that can be it."""
        return _KINDS[self]


_KINDS = {
    Who.PERSON: (str(EntityKind.CONTACT),),
    Who.CLIENT: (str(EntityKind.CLIENT), str(EntityKind.ACCOUNT), str(EntityKind.PROSPECT)),
}
FOLLOWED = tuple(dict.fromkeys(kind for who in Who for kind in who.kinds))
"""Kinds of entities that are somebody; the others are figures and aims."""
LAST_CONTACT = "last_contact"
"""Value of an entity that is the day of the last contact."""

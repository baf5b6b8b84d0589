"""How long people are kept: what the history holds of those with whom there was no contact for years goes."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from strategy_xl.history.database import Database
from strategy_xl.history.explained import forget_bases
from strategy_xl.history.forgetting import Held, past, remove, scrub
from strategy_xl.privacy.places import Places
from strategy_xl.privacy.who import FOLLOWED, LAST_CONTACT
from strategy_xl.text.sought import SHORTEST, Sought


@dataclass(frozen=True, slots=True)
class Expired:
    """An entity whose time is over.

    Arguments:
        entity: what was held.
        last_contact: day of the last contact, or the last one on which it was in its workbook.
        is_in_workbook: whether it still is: the next night would begin to hold it again.
    """

    entity: Held
    last_contact: date
    is_in_workbook: bool


def limit(today: date, years: int) -> date:
    """The day so many years ago; the last of February for a day that that year does not have."""
    year = today.year - years
    return date(year, today.month, min(today.day, calendar.monthrange(year, today.month)[1]))


def purge(places: Places, today: date, years: int, other: str, *, dry_run: bool = False) -> list[Expired]:
    """Remove from the history who was last in contact longer ago than that, and every mention of the name.

    Arguments:
        places: where; it has a history.
        today: the day.
        years: how long somebody is kept after the last contact.
        other: what stands in the place of a name that is mentioned elsewhere.
        dry_run: only find out.

    Errors: RunBusyError SX191 when a run is at work, HistoryError.
    """
    assert places.target is not None  # the caller sees to it
    places.refuse_if_busy()
    database = Database(places.target.where)
    with database.reading() as connection:
        found = [
            Expired(entity, day, bool(entity.states) and entity.states[-1].is_there)
            for entity, day in past(connection, FOLLOWED, LAST_CONTACT, limit(today, years))
        ]
    if found and not dry_run:
        keys = {(one.entity.book, one.entity.number) for one in found}
        names = [one.entity.name for one in found if sum(map(str.isalnum, one.entity.name)) >= SHORTEST]
        with database.writing() as connection:
            remove(connection, sorted(keys))
            if names:
                sought = Sought(names)
                forget_bases(connection, sought.is_in)
                scrub(connection, sought.is_in, lambda text: sought.replaced(text, other))
        database.rewrite()
    database.close()
    return found

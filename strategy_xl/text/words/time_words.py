"""Words of time in French and English: months, units, seasons, calendar events, cadences. Data only."""

from __future__ import annotations

from collections.abc import Mapping

# One letter a class: m month, u unit, e end, b beginning, i middle, c course, x next, t this, l last,
# k each, W weekday, S season, E calendar event, v vague, K cadence adverb, A unresolved event cue.
TimeClass = tuple[str, int | str]


def _table(groups: Mapping[str, Mapping[str, int | str]]) -> dict[str, TimeClass]:
    return {
        word: (name, value)
        for name, words in groups.items()
        for key, value in words.items()
        for word in key.split()
    }


_FR = _table(
    {
        "m": {
            "janvier janv": 1,
            "fevrier fev fevr": 2,
            "mars": 3,
            "avril avr": 4,
            "mai": 5,
            "juin": 6,
            "juillet juil": 7,
            "aout": 8,
            "septembre sept": 9,
            "octobre oct": 10,
            "novembre nov": 11,
            "decembre dec": 12,
        },
        "u": {
            "jour jours j": "day",
            "semaine semaines sem": "week",
            "mois": "month",
            "trimestre trimestres trim": "quarter",
            "semestre semestres": "half",
            "an ans annee annees": "year",
            "exercice exercices": "fiscal",
            "saison": "season",
            "heure heures h": "hour",
            "minute minutes min mn": "minute",
            "seconde secondes": "minute",
            "quinzaine": "fortnight",
            "huitaine": "week",
            "quadrimestre": "third",
            "decennie": "decade",
        },
        "e": {"fin cloture": 1},
        "b": {"debut": 1},
        "i": {"mi milieu": 1},
        "c": {"courant": 1},
        "x": {"prochain prochaine prochains prochaines": 1},
        "t": {"ce cet cette": 1},
        "l": {
            "dernier derniere derniers dernieres passe passee passes precedent precedente ecoule ecoulee": 1
        },
        "k": {"chaque par tous toutes": 1},
        "o": {
            "premier premiere": 1,
            "deuxieme second seconde": 2,
            "troisieme": 3,
            "quatrieme": 4,
        },
        "W": {
            "lundi lundis": 0,
            "mardi mardis": 1,
            "mercredi mercredis": 2,
            "jeudi jeudis": 3,
            "vendredi vendredis": 4,
            "samedi samedis": 5,
            "dimanche dimanches": 6,
        },
        "S": {"printemps": 1, "ete": 2, "automne": 3, "hiver": 4},
        "E": {
            "noel": "christmas",
            "paques": "easter",
            "rentree": "back_to_school",
            "toussaint": "all_saints",
            "halloween": "halloween",
            "pentecote": "pentecost",
            "vacances": "holidays",
            "fetes": "festive",
            "ascension": "ascension",
            "reveillon": "new_year_eve",
        },
        "v": {
            "bientot prochainement rapidement ulterieurement progressivement": 1,
        },
        "K": {
            "mensuel mensuelle mensuels mensuelles mensuellement hebdomadaire hebdomadaires hebdo quotidien "
            "quotidienne quotidiens quotidiennement trimestriel trimestrielle trimestriels trimestriellement "
            "annuel annuelle annuellement hebdomadairement regulierement": 1,
        },
        "A": {"apres quand lorsque lorsqu' suite issue fois": 1},
    }
)

_EN = _table(
    {
        "m": {
            "january jan": 1,
            "february feb": 2,
            "march mar": 3,
            "april apr": 4,
            "may": 5,
            "june jun": 6,
            "july jul": 7,
            "august aug": 8,
            "september sep sept": 9,
            "october oct": 10,
            "november nov": 11,
            "december dec": 12,
        },
        "u": {
            "day days": "day",
            "week weeks wk wks": "week",
            "month months": "month",
            "quarter quarters qtr": "quarter",
            "half semester semesters halves": "half",
            "year years yr yrs": "year",
            "fortnight fortnights": "fortnight",
            "hour hours hr hrs h": "hour",
            "minute minutes min mins": "minute",
            "second seconds": "minute",
            "season": "season",
            "decade": "decade",
            "trimester": "third",
        },
        "e": {"end late close closing": 1},
        "b": {"early beginning start": 1},
        "i": {"mid middle": 1},
        "x": {"next coming upcoming following": 1},
        "t": {"this current": 1},
        "l": {"last past previous": 1},
        "k": {"each every per": 1},
        "o": {"first": 1, "second": 2, "third": 3, "fourth": 4},
        "W": {
            "monday mon mondays": 0,
            "tuesday tue tuesdays": 1,
            "wednesday wed wednesdays": 2,
            "thursday thu thursdays": 3,
            "friday fri fridays": 4,
            "saturday saturdays": 5,
            "sunday sundays": 6,
        },
        "S": {"spring": 1, "summer": 2, "autumn fall": 3, "winter": 4},
        "E": {
            "christmas xmas": "christmas",
            "easter": "easter",
            "thanksgiving": "thanksgiving",
            "halloween": "halloween",
            "holidays": "holidays_en",
            "hanukkah": "christmas",
            "yuletide": "christmas",
        },
        "v": {"soon eventually shortly someday asap": 1},
        "K": {
            "monthly weekly daily quarterly yearly annually nightly hourly biweekly fortnightly": 1,
            "everyday regularly": 1,
        },
        "A": {"after once when upon whenever following": 1},
    }
)

# Extra known words, so that no slip is seen in them.
_OTHER = {
    "fr": "ici plus tard horizon echeance deadline date limite butoir venir cours delai avant apres partir "
    "compter entre pendant valentin nouvel soldes black friday rentree possible fiscal fiscale comptable",
    "en": "within before until till through during over year end deadline due fiscal valentine mother "
    "mothers black friday cyber monday new labor memorial independence later least eod eow eom eoq eoy "
    "tomorrow today possible",
}

TIME_TABLE: Mapping[str, Mapping[str, TimeClass]] = {"fr": _FR, "en": _EN}
TIME_WORDS: Mapping[str, frozenset[str]] = {
    lang: frozenset(table) | frozenset(_OTHER[lang].split()) for lang, table in TIME_TABLE.items()
}

# Calendar events said in several words: words → event name.
EVENT_PHRASES: Mapping[str, Mapping[tuple[str, ...], str]] = {
    "fr": {
        ("saint", "valentin"): "valentine",
        ("st", "valentin"): "valentine",
        ("black", "friday"): "black_friday",
        ("nouvel", "an"): "new_year",
        ("jour", "de", "l'", "an"): "new_year",
        ("fete", "des", "meres"): "mothers_day_fr",
        ("fete", "des", "peres"): "fathers_day",
        ("fetes", "de", "fin", "d'", "annee"): "festive",
        ("fetes", "de", "noel"): "christmas",
        ("soldes", "d'", "ete"): "summer_sales_fr",
        ("soldes", "d'", "hiver"): "winter_sales_fr",
        ("soldes", "de", "janvier"): "winter_sales_fr",
        ("soldes", "de", "juillet"): "summer_sales_fr",
        ("vacances", "d'", "ete"): "holidays",
        ("grandes", "vacances"): "holidays",
        ("vacances", "de", "noel"): "christmas",
        ("vacances", "scolaires"): "holidays",
        ("vacances", "de", "la", "toussaint"): "all_saints",
        ("conges", "d'", "ete"): "holidays",
        ("cyber", "monday"): "cyber_monday",
        ("french", "days"): "",
        ("fin", "d'", "exercice"): "fiscal_end",
        ("cloture", "comptable"): "fiscal_end",
        ("cloture", "des", "comptes"): "fiscal_end",
        ("bilan", "annuel"): "fiscal_end",
    },
    "en": {
        ("valentine", "'s", "day"): "valentine",
        ("valentines", "day"): "valentine",
        ("black", "friday"): "black_friday",
        ("new", "year", "'s", "eve"): "new_year_eve",
        ("new", "year"): "new_year",
        ("mother", "'s", "day"): "mothers_day_en",
        ("mothers", "day"): "mothers_day_en",
        ("father", "'s", "day"): "fathers_day",
        ("fathers", "day"): "fathers_day",
        ("cyber", "monday"): "cyber_monday",
        ("labor", "day"): "labor_day",
        ("labour", "day"): "labor_day",
        ("memorial", "day"): "memorial_day",
        ("independence", "day"): "independence_day",
        ("bank", "holiday"): "",
        ("summer", "holidays"): "holidays",
        ("summer", "break"): "holidays",
        ("christmas", "break"): "christmas",
        ("holiday", "season"): "christmas",
        ("back", "to", "school"): "back_to_school",
        ("year", "end"): "year_end",
        ("yearend",): "year_end",
        ("eoy",): "year_end",
        ("ye",): "year_end",
        ("eom",): "month_end",
        ("month", "end"): "month_end",
        ("eoq",): "quarter_end",
        ("quarter", "end"): "quarter_end",
        ("eow",): "week_end",
        ("eod",): "",
    },
}

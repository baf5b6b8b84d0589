"""Small words by the role they play around deadlines, verbs and nouns, in French and English. Data only."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words skipped between a deadline and what rules it.
FILL: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        - a au aux d' de des du entier l' la le les tout toute
        """
    ),
    "en": _words(
        """
        's - a all an cob eob latest of our the to with
        """
    ),
}

# Words that make an expression of time a deadline.
DEADLINE: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        ( , - -> . / : ; a annee au avant butoir cible courant cours d' dans deadline des du durant
        echeance en et exercice horizon ici jusqu' jusque l' la le limite long objectif par pendant pour
        sous sur tard vers →
        """
    ),
    "en": _words(
        """
        ( , - -> . / : ; across and around at before by calendar come deadline due during end fiscal for
        horizon in later next on over than this through throughout till to until within year →
        """
    ),
}

# Words that can only announce a deadline.
STRONG: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        avant butoir d' deadline echeance horizon ici jusqu' jusque limite pour tard
        """
    ),
    "en": _words(
        """
        before by deadline due horizon later through till until within
        """
    ),
}

# Words that announce a start.
START: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        compter depuis des partir
        """
    ),
    "en": _words(
        """
        beginning effective from onwards since starting
        """
    ),
}

# Words that put something after an event.
AFTER: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        apres issue lors suite
        """
    ),
    "en": _words(
        """
        after following once when
        """
    ),
}

# Words that announce a comparison.
BASE: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        base comme comparaison contre qu' que rapport sur_base versus vs
        """
    ),
    "en": _words(
        """
        against as baseline compared like relative than versus vs
        """
    ),
}

# Words after which a word of both kinds is a verb.
VERB_LEADS: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        ( * , - . / : ; a afin allons aura auront avoir avons d' de devons dois doit en equipe et faire
        faut fera ici il je mieux n' ne nous on ou par pas peut pour pouvoir puis s' sans se sera seront
        souhaite souhaitons va vais veux voulons →
        """
    ),
    "en": _words(
        """
        'll 's ( * , - . / : ; also and better by can for get have help i let lets ll must need not or
        please reps shall should team then they through to want we while will without would →
        """
    ),
}

# Words of quantity before a noun.
QUANTIFIERS: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        assez autant davantage ensemble majorite max maximum mieux moins nb nombre part plus quantite
        totalite trop un volume
        """
    ),
    "en": _words(
        """
        amount fewer less lot lots majority many more most much number plenty share volume
        """
    ),
}

# Words that open a purpose.
PURPOSE: Mapping[str, frozenset[str]] = {
    "fr": _words(
        """
        afin pour
        """
    ),
    "en": _words(
        """
        so to
        """
    ),
}

"""Reports of invented portfolios, as large as is wanted, for measuring the morning page and for its tests."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.report.data import (
    LETTERS,
    NEW,
    Accounts,
    Alerts,
    Book,
    BookState,
    Clients,
    Kpis,
    Label,
    Night,
    Objectives,
    Places,
    ReportData,
)
from strategy_xl.schema.loader import load_default

if TYPE_CHECKING:
    from strategy_xl.history.book_record import EntityTable, Said
    from strategy_xl.history.database import Database
    from strategy_xl.history.writing import BookNight

TODAY = date(2027, 3, 1)

_FIRST = (
    "Ateliers", "Biscuiterie", "Laiterie", "Conserverie", "Menuiseries", "Transports", "Entrepôts", "Garage",
    "Imprimerie", "Fonderies", "Charcuteries", "Plasturgie", "Logistique", "Mécanique", "Emballages",
    "Chantiers navals", "Magasins", "Galerie marchande", "Pharmacie", "Cabinet", "Société", "Groupe",
    "Bétons", "Froid Industriel", "Pépinières", "Brasserie", "Moulins", "Verrerie", "Scierie", "Clinique",
)  # fmt: skip
_SYLLABLES = (
    "tré", "ker", "guer", "lan", "dan", "val", "tre", "oc", "éa", "mor", "van", "pen", "hoat", "cor", "vec",
    "les", "tri", "go", "ul", "vent", "sil", "lon", "né", "rac", "loc", "hri", "st", "au", "brac", "mar",
    "zan", "bel", "fon", "tai", "ne", "roc", "he", "plou", "gas", "tel",
)  # fmt: skip
_KPIS = (
    ("Nouveaux clients gagnés", "clients", 24.0), ("Taux de signature", "%", 0.3), ("CA signé", "€", 3e5),
    ("Délai de réponse aux devis", "j", 4.0), ("Satisfaction des clients", "/10", 8.5),
    ("Recommandations reçues", "recos", 20.0), ("Rendez-vous qualifiés", "RDV", 180.0),
    ("Taux de réclamation", "%", 0.04), ("Visites de la page", "visites", 2_400.0),
    ("Contrats de maintenance", "contrats", 30.0), ("Délai moyen de paiement", "j", 45.0),
    ("Part des clients idéaux", "%", 0.4),
)  # fmt: skip
_OBJECTIVES = (
    "Gagner 24 nouveaux clients avant le 31 décembre", "Porter le taux de signature de 24 % à 30 % en un an",
    "Réduire le délai de réponse aux devis à 4 jours", "Améliorer la satisfaction", "Faire plus de CA",
    "Obtenir 20 recommandations avant juin", "Lancer l’offre de suivi connecté", "Visiter tous les idéaux",
)  # fmt: skip
_CLASSES = ("ideal", "happy", "at_risk", "avoid", "incomplete")
_ACTIONS = (
    "Prenez rendez-vous pour mesurer ce que vous lui apportez, avant qu’il ne consulte ailleurs.",
    "Demandez à rencontrer la personne qui signe.",
    "Décidez cette semaine d’une action, ou d’une cible revue.",
    "Trouvez un second contact dans ce compte.",
)
_AREAS = ("Nord", "Ouest", "Est", "Sud", "Centre", "Export")


_LISTS = {
    "client": "client_class",
    "kpi": "kpi_status",
    "objective": "smart_verdict",
    "account": "account_alert",
    "severity": "alert_severity",
}


def lists() -> dict[str, dict[str, Label]]:
    """The lists of the program's own templates that a report shows, by what they say it of."""
    spec = load_default()
    return {
        kind: {choice.key: Label.of(choice, choice.tone.value) for choice in spec.list_(key).choices}
        for kind, key in _LISTS.items()
    }


def modules() -> dict[str, Label]:
    """The names of the templates' sheets."""
    return {module.key: Label.of(module.sheet) for module in load_default().modules}


class Portfolio:
    """An invented portfolio; the same numbers give the same one."""

    def __init__(self, books: int, clients: int, *, compared: bool = True, seed: int = 7) -> None:
        """So many workbooks with so many clients in all; compared with an earlier state, or not."""
        self._draw = random.Random(seed)  # noqa: S311 - no secret
        self._books, self._clients, self._is_compared = books, clients, compared

    def data(self) -> ReportData:
        """The whole report."""
        clients = self._made_clients()
        kpis, objectives, accounts = self._made_kpis(), self._made_objectives(), self._made_accounts(clients)
        alerts = self._made_alerts(clients, kpis, accounts)
        books = self._made_books(clients, alerts)
        return ReportData(
            night=Night(
                TODAY,
                run="412",
                started=datetime(2027, 3, 1, 2, 0),  # noqa: DTZ001 - a wall clock, as the journal tells it
                seconds=0.4 * self._books,
                compared=TODAY - timedelta(days=1) if self._is_compared else None,
                folder="Ventes",
                backups=".strategy_xl/backups",
            ),
            books=books,
            alerts=alerts,
            clients=clients,
            kpis=kpis,
            objectives=objectives,
            accounts=accounts,
            lists=lists(),
            modules=modules(),
            left_clients=3 if self._is_compared else 0,
        )

    def _word(self) -> str:
        return "".join(self._draw.choices(_SYLLABLES, k=self._draw.randint(2, 4))).capitalize()

    def _places(self, each: int, sheet: str, first: int) -> Places:
        """So many rows in every workbook."""
        return Places(
            [book for book in range(self._books) for _ in range(each)],
            [0] * (each * self._books),
            [first + row for _ in range(self._books) for row in range(each)],
            ((sheet, "A"),),
        )

    def _before(self, now: str, all_: Sequence[str], share: float) -> str:
        if not self._is_compared:
            return ""
        drawn = self._draw.random()
        return NEW if drawn < share / 10 else self._draw.choice(all_) if drawn < share else now

    def _made_clients(self) -> Clients:
        draw = self._draw
        books = sorted(draw.randrange(self._books) for _ in range(self._clients))
        rows: list[int] = []
        for at, book in enumerate(books):
            rows.append(rows[-1] + 1 if at and books[at - 1] == book else 22)
        names = [f"{draw.choice(_FIRST)} {self._word()}" for _ in books]
        x, y, classes = [], [], []
        for _ in books:
            if draw.random() < 0.04:
                x.append(None)
                y.append(None)
                classes.append("incomplete")
                continue
            right, up = round(draw.betavariate(2.4, 1.6) * 100, 1), round(draw.betavariate(1.8, 1.7) * 100, 1)
            x.append(right)
            y.append(up)
            classes.append(
                ("ideal" if up >= 50 else "happy") if right >= 50 else "at_risk" if up >= 50 else "avoid"
            )
        return Clients(
            Places(books, [0] * len(books), rows, (("Matrice clients", "A"),)),
            names,
            classes,
            [self._before(now, _CLASSES[:4], 0.05) if now != "incomplete" else now for now in classes],
            x,
            y,
            [None if draw.random() < 0.03 else float(round(draw.lognormvariate(9.3, 1.1))) for _ in books],
            [""] * len(books),
        )

    def _made_kpis(self) -> Kpis:
        draw, each = self._draw, len(_KPIS)
        statuses = ("on_track", "achieved", "at_risk", "late", "off_threshold", "stale", "too_early")
        found = draw.choices(statuses, (30, 12, 14, 12, 5, 8, 6), k=each * self._books)
        targets = [target for _ in range(self._books) for _, _, target in _KPIS]
        progress = [round(draw.betavariate(3, 2.2) * 1.2, 3) for _ in found]
        elapsed = [round(draw.betavariate(4, 3), 3) for _ in found]
        trends = []
        for share, target in zip(progress, targets, strict=True):
            points = [target * share]
            for _ in range(draw.randint(0, 11)):
                points.append(points[-1] * (1 - draw.uniform(-0.04, 0.12)))
            trends.append(points[::-1])
        return Kpis(
            self._places(each, "KPI", 9),
            [name for _ in range(self._books) for name, _, _ in _KPIS],
            found,
            [self._before(now, statuses, 0.06) for now in found],
            progress,
            elapsed,
            [round(share / max(time, 0.05), 2) for share, time in zip(progress, elapsed, strict=True)],
            [round(target * share, 3) for target, share in zip(targets, progress, strict=True)],
            targets,
            [round(target * share * 1.1, 3) for target, share in zip(targets, progress, strict=True)],
            [unit for _ in range(self._books) for _, unit, _ in _KPIS],
            trends,
        )

    def _made_objectives(self) -> Objectives:
        draw, each = self._draw, len(_OBJECTIVES)
        letters = {letter: draw.choices("210?", (50, 20, 20, 10), k=each * self._books) for letter in LETTERS}
        scores = [
            float(sum(int(mark) if mark != "?" else 0 for mark in marks))
            for marks in zip(*letters.values(), strict=True)
        ]
        verdicts = [
            "smart" if score >= 9 else "smt_only" if score >= 8 else "almost" if score >= 6 else "rework"
            for score in scores
        ]
        return Objectives(
            self._places(each, "Objectifs SMART", 12),
            [name for _ in range(self._books) for name in _OBJECTIVES],
            verdicts,
            [self._before(now, ("smart", "almost", "rework"), 0.04) for now in verdicts],
            scores,
            letters,
            [TODAY - timedelta(days=draw.randint(20, 90)) if draw.random() < 0.1 else None for _ in scores],
        )

    def _made_accounts(self, clients: Clients) -> Accounts:
        draw, each = self._draw, 6
        count = each * self._books
        keys = ("", "single_thread", "no_decider", "no_signatory", "contact_stale", "no_contact")
        alerts = draw.choices(keys, (60, 14, 8, 6, 8, 4), k=count)
        coverage = [draw.choice((0.0, 0.25, 0.5, 0.75, 1.0)) for _ in range(count)]
        return Accounts(
            self._places(each, "Comptes", 20),
            [draw.choice(clients.names) if clients.names else self._word() for _ in range(count)],
            coverage,
            list(coverage),
            alerts,
            [self._before(now, keys, 0.05) for now in alerts],
            [float(draw.randint(0, 6)) for _ in range(count)],
        )

    def _made_alerts(self, clients: Clients, kpis: Kpis, accounts: Accounts) -> Alerts:
        found: list[tuple[int, int, int, str, str, str, float | None]] = []
        for at, key in enumerate(clients.classes):
            if key == "at_risk" and self._draw.random() < 0.1:
                scores = f"bon retour ({clients.y[at]:.0f}), mais trop peu de valeur apportée"
                text = f"{scores} ({clients.x[at]:.0f})."
                told = (clients.names[at], "error", f"Client à risque : {text}", clients.revenues[at])
                found.append((clients.places.books[at], 0, clients.places.rows[at], *told))
        for at, key in enumerate(kpis.statuses):
            if key in {"late", "off_threshold"}:
                way, time = kpis.progress[at] or 0, kpis.elapsed[at] or 0
                text = f"En retard : {way:.0%} du chemin pour {time:.0%} du temps."
                place = (kpis.places.books[at], 1, kpis.places.rows[at])
                found.append((*place, kpis.names[at], "error", text, None))
        for at, key in enumerate(accounts.alerts):
            if key in {"single_thread", "no_decider"}:
                told = (accounts.names[at], "warning", "Un seul contact actif.", 12_000.0 + at)
                found.append((accounts.places.books[at], 2, accounts.places.rows[at], *told))
        books, spots, rows, names, severities, texts, stakes = (
            list(column) for column in (zip(*found, strict=True) if found else [()] * 7)
        )
        days = [
            TODAY + timedelta(days=self._draw.randint(-5, 90)) if self._draw.random() < 0.3 else None
            for _ in found
        ]
        return Alerts(
            Places(books, spots, rows, tuple(held.places.known[0] for held in (clients, kpis, accounts))),
            names,
            severities,
            [f"{name} — {text}" for name, text in zip(names, texts, strict=True)],
            self._draw.choices(_ACTIONS, k=len(found)),
            stakes,
            days,
        )

    def _made_books(self, clients: Clients, alerts: Alerts) -> list[Book]:
        draw = self._draw
        counts = [[0, 0] for _ in range(self._books)]
        for place, found in enumerate((clients.places, alerts.places)):
            for book in found.books:
                counts[book][place] += 1
        keys = [key for key in modules() if key not in {"home", "guide", "settings"}]
        books = []
        for at in range(self._books):
            name = f"plan {2027 if at % 3 else 2026} n° {at + 1}.xlsx"
            path = f"{draw.choice(_AREAS)}/{self._word()} {self._word()}/{name}"
            shares = {key: round(draw.betavariate(4, 1.2), 3) for key in keys}
            state = draw.choices(list(BookState)[:3], (60, 38, 2))[0]
            failure = None
            if at % 97 == 5:
                state, failure = (
                    BookState.FAILED,
                    Finding("SX195", Location(path), {"minutes": 10}, Severity.ERROR),
                )
            elif state is BookState.SKIPPED:
                failure = Finding(
                    "SX113",
                    Location(path),
                    {"user": "a.martin", "mark": "~$plan.xlsx", "hours": 0.4},
                    Severity.ERROR,
                )
            books.append(
                Book(
                    path,
                    path.replace(" ", "%20"),
                    "fr",
                    state,
                    TODAY,
                    round(draw.uniform(0.2, 0.9), 2) if state is not BookState.SKIPPED else None,
                    sum(shares.values()) / len(shares),
                    shares,
                    *counts[at],
                    changed=draw.randint(1, 400) if state is BookState.CHANGED else 0,
                    findings=draw.randint(0, 3),
                    restored=draw.randint(1, 9) if draw.random() < 0.05 else 0,
                    backups=1,
                    failure=failure,
                    threshold=50.0,
                )
            )
        return books


def seeded_history(database: Database, data: ReportData) -> None:
    """Put a portfolio into an empty history: the night compared with, and the one that is reported."""
    from strategy_xl.history.writing import RunEntry, begin_run, share_id, write_nights

    database.prepare()
    for day, is_now in ((data.night.compared, False), (data.night.day, True)):
        if day is None:
            continue
        run = RunEntry(day.isoformat(), day, f"{day}T02:00:00+00:00", "benchmark")
        nights = [
            _night(data, book, rows, day, is_now=is_now) for book, rows in enumerate(_rows_by_book(data))
        ]
        with database.writing() as connection:
            share, _ = share_id(connection, ".")
            begin_run(connection, share, run)
            for first in range(0, len(nights), 200):
                write_nights(connection, share, run, nights[first : first + 200])


_Rows = dict[str, list[int]]


def _rows_by_book(data: ReportData) -> list[_Rows]:
    """By workbook and kind, the indexes of its things."""
    found: list[_Rows] = [{} for _ in data.books]
    kinds = {"client": data.clients, "kpi": data.kpis, "objective": data.objectives, "account": data.accounts}
    for kind, held in (*kinds.items(), ("alert", data.alerts)):
        for at, book in enumerate(held.places.books):
            found[book].setdefault(kind, []).append(at)
    return found


_CODES = (
    ("client_matrix.CLASS_AT_RISK", "client_advice.AT_RISK_ORDERS", "clients"),
    ("kpi.LATE_PACE", "kpi_advice.RUN", "kpis"),
    ("stakeholders.SINGLE_THREAD", "stakeholders.SINGLE_THREAD.action", "accounts"),
)
"""Codes of the invented alerts, by their sheet, with their actions and the blocks that they are about."""


def _said(name: str, key: str, at: int) -> Said:
    """An alert as the history keeps it."""
    from strategy_xl.text.catalog import placeholders

    figures = dict.fromkeys(placeholders(key), 10.0 + at % 1000 / 7)
    told = {"key": key, "with": figures}
    return {"about": name, "told": told} if name else told


def _night(data: ReportData, book: int, rows: _Rows, day: date, *, is_now: bool) -> BookNight:
    from strategy_xl.history.book_record import AlertRecord, BookRecord
    from strategy_xl.history.writing import BookNight, Outcome

    clients, kpis, objectives, accounts = data.clients, data.kpis, data.objectives, data.accounts
    kinds: dict[str, tuple[Any, Sequence[str], Sequence[str], Mapping[str, Sequence[Any]]]] = {
        "client": (
            clients,
            clients.previous,
            clients.classes,
            {"x": clients.x, "y": clients.y, "revenue": clients.revenues},
        ),
        "kpi": (
            kpis,
            kpis.previous,
            kpis.statuses,
            {
                "unit": kpis.units,
                "target": kpis.targets,
                "current": kpis.currents,
                "progress": kpis.progress,
            },
        ),
        "objective": (
            objectives,
            objectives.previous,
            objectives.verdicts,
            {"score": objectives.scores, **objectives.letters},
        ),
        "account": (
            accounts,
            accounts.alerts_before,
            accounts.alerts,
            {
                "coverage": [100 * (value or 0) for value in accounts.coverage],
                "contacts_count": accounts.contacts,
            },
        ),
    }
    latest = {"elapsed": kpis.elapsed, "pace": kpis.pace, "forecast": kpis.forecasts}
    held = data.alerts
    alerts = [
        AlertRecord(
            code=_CODES[held.places.spots[at]][0],
            block=_CODES[held.places.spots[at]][2],
            row=held.places.rows[at],
            sheet=held.places.sheet(at),
            cell=held.places.cell(at),
            entity="",
            text=_said(held.names[at], _CODES[held.places.spots[at]][0], at),
            action=_said("", _CODES[held.places.spots[at]][1], at),
            stake=held.stakes[at] or 0.0,
            severity=held.severities[at],
        )
        for at in rows.get("alert", ())
    ]
    tables = [
        _table(kind, *told, rows.get(kind, ()), latest if kind == "kpi" else {}, is_now=is_now)
        for kind, told in kinds.items()
    ]
    completeness = dict(data.books[book].modules)
    record = BookRecord(
        day.isoformat(),
        "fr",
        4,
        {"completeness": 0.8, "client.threshold": 50.0},
        completeness,
        alerts,
        tables,
    )
    return BookNight(data.books[book].path, Outcome.TREATED, 12, 0.4, None, record)


def _table(  # noqa: PLR0913, PLR0917 - the columns of a kind
    kind: str,
    held: Any,
    previous: Sequence[str],
    verdicts: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
    rows: Sequence[int],
    latest: Mapping[str, Sequence[Any]],
    *,
    is_now: bool,
) -> EntityTable:
    from strategy_xl.history.book_record import EntityTable

    chosen = [at for at in rows if is_now or previous[at] != NEW]
    told = verdicts if is_now else previous
    return EntityTable(
        kind=kind,
        block=f"{kind}s",
        sheet=held.places.known[0][0],
        rows=[held.places.rows[at] for at in chosen],
        cells=[held.places.cell(at) for at in chosen],
        identities=[f"{kind}-{held.places.rows[at]}" for at in chosen],
        names=[held.names[at] for at in chosen],
        verdicts=[told[at] or None for at in chosen],
        columns={key: [values[at] for at in chosen] for key, values in columns.items()},
        latest={key: [values[at] for at in chosen] for key, values in latest.items()},
        reasons=[() for _ in chosen],
        missing=[() for _ in chosen],
        rule="rule.judge",
        version="1",
    ).digested()

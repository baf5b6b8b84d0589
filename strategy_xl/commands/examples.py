"""Examples that ``--help`` shows, by command; the same in every language, since they are what is typed."""

from __future__ import annotations

EXAMPLES = {
    "new": (
        "strategy-xl new",
        "strategy-xl new plan.xlsx --company Voltarys --market btob_people --team 4",
        "strategy-xl new plan.xlsx --only clients --import clients.csv",
    ),
    "check": ("strategy-xl check plan.xlsx", "strategy-xl check Ventes --json"),
    "recompute": (
        "strategy-xl recompute plan.xlsx",
        "strategy-xl recompute Ventes --jobs 2 --max-minutes 90",
        "strategy-xl recompute Ventes --dry-run",
    ),
    "report": (
        "strategy-xl report Ventes -o matin.html",
        "strategy-xl report Ventes --format xlsx -o portefeuille.xlsx",
    ),
    "pdf": (
        "strategy-xl pdf plan.xlsx",
        "strategy-xl pdf plan.xlsx --sheets swot --sheets kpi --paper letter -o board.pdf",
        "strategy-xl pdf plan.xlsx --one-page",
    ),
    "repair": ("strategy-xl repair plan.xlsx --dry-run", "strategy-xl repair plan.xlsx"),
    "import": (
        "strategy-xl import clients.csv --into plan.xlsx --module clients --dry-run",
        'strategy-xl import crm.xlsx --into plan.xlsx --module clients --column "Total HT=revenue"',
    ),
    "adopt": (
        "strategy-xl adopt ventes.xlsx --modules client_matrix,kpi --dry-run",
        "strategy-xl adopt ventes.xlsx --map clients=Ventes --link -o essai.xlsx",
    ),
    "release": ("strategy-xl release essai.xlsx --dry-run", "strategy-xl release essai.xlsx"),
    "restore": ("strategy-xl restore plan.xlsx --list", "strategy-xl restore plan.xlsx"),
    "upgrade": ("strategy-xl upgrade plan.xlsx --dry-run", "strategy-xl upgrade Ventes"),
    "translate": (
        "strategy-xl translate plan.xlsx --to en --dry-run",
        "strategy-xl translate plan.xlsx --to en",
    ),
    "diff": (
        "strategy-xl diff hier.xlsx plan.xlsx",
        "strategy-xl diff hier.xlsx plan.xlsx --html ecarts.html",
    ),
    "merge": ("strategy-xl merge base.xlsx lea.xlsx marc.xlsx -o plan.xlsx",),
    "history": ("strategy-xl history plan.xlsx", "strategy-xl history Ventes --since 2026-10-01"),
    "history show": ("strategy-xl history show plan.xlsx",),
    "history prune": ("strategy-xl history prune Ventes --keep-days 730",),
    "history doctor": ("strategy-xl history doctor Ventes",),
    "functions": ("strategy-xl functions", "strategy-xl functions CLIENT_CLASS"),
    "addin": ("strategy-xl addin install",),
    "addin build": ("strategy-xl addin build strategy_xl.xlam", "strategy-xl addin build strategy_xl.oxt"),
    "addin install": (
        "strategy-xl addin install",
        "strategy-xl addin install --file signed.xlam",
        "strategy-xl addin install --for calc",
    ),
    "addin uninstall": ("strategy-xl addin uninstall",),
    "addin lambdas": (
        "strategy-xl addin lambdas plan.xlsx",
        "strategy-xl addin lambdas --gallery functions.xlsx --lang en",
        "strategy-xl addin lambdas plan.xlsx --remove",
    ),
    "doctor": ("strategy-xl doctor", "strategy-xl doctor --night Ventes"),
    "schedule": ("strategy-xl schedule --at 02:00 -- recompute Ventes",),
    "forget": ('strategy-xl forget "Jean Martin" Ventes',),
    "export": ('strategy-xl export "Jean Martin" Ventes',),
    "purge": ("strategy-xl purge Ventes --dry-run",),
    "register": ("strategy-xl register Ventes",),
    "serve": ("strategy-xl serve",),
    "lite": ("strategy-xl lite fonctions.xlsx",),
    "completion": (
        "strategy-xl completion bash >> ~/.bashrc",
        "strategy-xl completion powershell >> $PROFILE",
    ),
}
"""Full name of a command → lines to type."""

"""Run the command line from a checkout: ``python cli.py …`` is ``strategy-xl …``."""

from __future__ import annotations

from strategy_xl.commands import main

if __name__ == "__main__":
    main()

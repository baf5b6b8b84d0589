"""``python -m strategy_xl``: the command line, where the scripts folder is not on the path."""

from __future__ import annotations

from strategy_xl.commands import main

if __name__ == "__main__":
    main()

"""How a history is named; known without a database."""

from __future__ import annotations

FILE = "history.sqlite"
"""Name of the file that lies in the hidden folder beside the workbooks."""
BESIDE = "."
"""Place of the share whose workbooks lie beside their own history."""
VARIABLE = "STRATEGY_XL_HISTORY"
"""Environment variable that names another one."""

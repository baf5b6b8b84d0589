"""The tests here use the stand-in for Windows of the tests of hosts, which importlib mode does not find."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "hosts"))

"""Lists for the tests of the import stand in a module of their own, which importlib mode does not find."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

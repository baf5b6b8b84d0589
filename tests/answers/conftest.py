"""What tests of the answers share: made-up nights, in a module that importlib mode does not find."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

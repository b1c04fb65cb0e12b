"""What the tests of this folder share with the long form (``benchmarks/soak/shacl.py``)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "support"))

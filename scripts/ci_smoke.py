"""``python scripts/ci_smoke.py``: see ``tools/smoke/ci_smoke.py``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, Python puts scripts/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.smoke.ci_smoke import command

if __name__ == "__main__":
    sys.exit(command())

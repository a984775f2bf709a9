"""``python scripts/summarize_logs.py``: see ``tools/lib/summarize_logs.py``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, Python puts scripts/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.lib.summarize_logs import main

if __name__ == "__main__":
    sys.exit(main())

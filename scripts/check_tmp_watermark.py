"""``python scripts/check_tmp_watermark.py``: see ``tools/lib/watermark.py``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, Python puts scripts/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.lib.watermark import main

if __name__ == "__main__":
    sys.exit(main())

"""``python -m docops_flask`` is the command ``docops``."""

import sys

from docops_flask.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

"""Says how much lies under a server's work folder."""

import argparse
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, Python puts tools/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.arguments import integer
from tools.text_output import print_lines
from tools.watermark import Watermark, measure


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return 0 whatever it finds, a folder that is not there included."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--root", type=Path, required=True, help="the folder, for example the server's TMPDIR"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--top-n", type=integer(0), default=10, metavar="N", help="the largest files to name (%(default)s)"
    )
    options = parser.parse_args(arguments)
    watermark = measure(options.root, options.top_n)
    print_lines([json.dumps(watermark.as_json(), indent=2)] if options.json else _text(watermark))
    return 0


def _text(watermark: Watermark) -> list[str]:
    lines = [f"{watermark.count:,} children, {watermark.bytes:,} bytes"]
    lines += [f"{file.bytes:>15,}  {file.path}" for file in watermark.top]
    return lines + [f"warning: {warning}" for warning in watermark.warnings]


if __name__ == "__main__":
    sys.exit(main())

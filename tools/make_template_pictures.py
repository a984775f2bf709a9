"""Makes the pictures of the examples in docs/templates.md and docs/templates.zh.md anew.

Needs LibreOffice and pdftoppm (Debian: libreoffice-writer poppler-utils fonts-noto-cjk).
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, Python puts tools/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.template_examples.page import PAGES, PICTURES, examples_of
from tools.template_examples.pictures import digest_in, digest_of, make_pictures, missing_programs


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pictures whose examples changed; return the process's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="make those too whose examples did not change")
    options = parser.parse_args(arguments)
    missing = ", ".join(missing_programs())
    if missing:
        print(f"make_template_pictures: not installed: {missing}", file=sys.stderr)
        return 1
    kept: set[Path] = set()
    for language in PAGES:
        examples = examples_of(language)
        kept.update(each.picture for each in examples)
        changed = [
            each
            for each in examples
            if options.all or not each.picture.exists() or digest_in(each.picture) != digest_of(each)
        ]
        if changed:
            make_pictures(changed, _docops)
        print(f"{language}: {len(changed)} of {len(examples)} pictures made")
    for picture in set(PICTURES.glob("*.png")) - kept:
        picture.unlink()
    return 0


def _docops(arguments: Sequence[str]) -> tuple[int, str]:
    command = [sys.executable, "-m", "docops_flask", *arguments]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return result.returncode, result.stdout


if __name__ == "__main__":
    sys.exit(main())

"""``make check`` checks the types of the console's scripts, with a pinned TypeScript."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, require

FOLDER = ROOT / "tools" / "js"


def make(*arguments: str) -> list[str]:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.fixture(scope="module")
def tsc() -> Path:
    """TypeScript's compiler, as ``make check`` installs it."""
    require(shutil.which("npm") is not None, "npm is not installed (Debian: nodejs npm)")
    make("tools/js/node_modules/.installed")
    return FOLDER / "node_modules" / ".bin" / "tsc"


def test_make_check_checks_the_types_where_npm_is_installed() -> None:
    assert "tools/js/node_modules/.bin/tsc --project tools/js" in make("--dry-run", "check", "NPM=npm")


def test_make_check_says_when_it_skips_them_and_fails_where_nothing_may_be_skipped() -> None:
    last_lines = make("--dry-run", "check", "NPM=")[-2:]
    assert re.search("npm is not installed", last_lines[0])
    assert last_lines[1] == 'test -z "$DOCOPS_TESTS_SKIP_NOTHING"'


def test_the_script_of_ci_installs_npm_where_it_is_missing() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.search(r"command -v node && command -v npm.*debian_packages\+=\(nodejs npm\)", script)


def test_one_version_is_pinned_by_checksum_without_an_address() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))
    lock = (FOLDER / "package-lock.json").read_text("utf-8")
    assert "://" not in lock
    packages = json.loads(lock)["packages"]
    assert set(packages) == {"", "node_modules/typescript"}
    assert packages["node_modules/typescript"]["version"] == wanted["devDependencies"]["typescript"]
    assert packages["node_modules/typescript"]["integrity"].startswith("sha512-")
    assert "scripts" not in wanted
    assert "dependencies" not in wanted


FAULTS = {
    "core/places.js": ("export const same = (path) => path;\n", "TS7006"),
    "core/state.js": ("update({ skill: 1 });\n", "TS2322"),
    "result/format_view.js": ("formatResult({ passed: true }, null);\n", "TS2345"),
    "work/job.js": ("export const view = state.vew;\n", "TS2551"),
}


def test_wrong_types_are_found(tsc: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "static", tmp_path / "static")
    (tmp_path / "tools" / "js").mkdir(parents=True)
    shutil.copy(FOLDER / "tsconfig.json", tmp_path / "tools" / "js")
    for name, (faulty, _) in FAULTS.items():
        with (tmp_path / "static" / "js" / name).open("a") as script:
            script.write(faulty)
    done = subprocess.run(
        [tsc, "--project", tmp_path / "tools" / "js"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    found = re.findall(r"static/js/(\S+?)\(\d+,\d+\): error (\w+)", done.stdout)
    assert sorted(found) == [(name, code) for name, (_, code) in FAULTS.items()]

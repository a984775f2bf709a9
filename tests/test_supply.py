"""Installed packages: in the requested ranges, pinned with hashes, with known security fixes; README and SBOM
list them."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

FLOORS = {
    "werkzeug": "3.1.6",
    "gunicorn": "26.1",
    "lxml": "6.1",
    "flask": "3.1",
    "jinja2": "3.1.6",
    "pyyaml": "6",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ASKED_FOR = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-pdf.txt": PROJECT["project"]["optional-dependencies"]["pdf"],
    "requirements-receipts.txt": PROJECT["project"]["optional-dependencies"]["receipts"],
    "requirements-celery.txt": PROJECT["project"]["optional-dependencies"]["celery"],
    "requirements-s3.txt": PROJECT["project"]["optional-dependencies"]["s3"],
    "requirements-dev.txt": PROJECT["dependency-groups"]["dev"],
    "requirements-robustness.txt": PROJECT["dependency-groups"]["robustness"],
}
EXTRAS = tuple(f"requirements-{name}.txt" for name in PROJECT["project"]["optional-dependencies"])
README = (ROOT / "README.md").read_text("utf-8").partition("\n## Dependencies\n")[2]


def entries(file: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Each package that ``file`` pins, with the hashes of its files."""
    text = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    for line in lines:
        pin, *hashes = line.split(" --hash=")
        yield Requirement(pin.strip()), [each.strip() for each in hashes]


def pinned(file: str = "requirements.txt") -> dict[str, str]:
    """The packages of ``file`` with their versions."""
    pins = {canonicalize_name(pin.name): pin.specifier for pin, _ in entries(file)}
    assert all(re.fullmatch(r"==[^*,]+", str(specifier)) for specifier in pins.values())
    return {name: str(specifier).removeprefix("==") for name, specifier in pins.items()}


def asked_for(file: str) -> dict[str, SpecifierSet]:
    """What pyproject.toml asks for in ``file``: the versions that will do, by the package's name."""
    wanted = map(Requirement, ASKED_FOR[file])
    return {canonicalize_name(each.name): each.specifier for each in wanted}


@pytest.mark.parametrize("name", FLOORS)
def test_versions_include_known_security_fixes(name: str) -> None:
    assert Version(pinned()[name]) >= Version(FLOORS[name])
    assert Version(version(name)) >= Version(FLOORS[name])
    (lowest,) = [each.version for each in asked_for("requirements.txt")[name] if each.operator == ">="]
    assert Version(lowest) >= Version(FLOORS[name])


def test_installed_versions_equal_the_pinned_ones() -> None:
    installed = {name: version(name) for name in pinned()}
    assert installed == pinned()


@pytest.mark.parametrize("file", ASKED_FOR)
def test_every_pin_has_the_hashes_of_its_files(file: str) -> None:
    for pin, hashes in entries(file):
        assert hashes, f"{pin} has no hash; run `make pins`"
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in hashes)


@pytest.mark.parametrize("file", ASKED_FOR)
def test_pins_lie_within_what_the_package_asks_for(file: str) -> None:
    pins = pinned(file)
    for name, versions in asked_for(file).items():
        assert pins[name] in versions, f"{name}: run `make pins`"


@pytest.mark.parametrize("file", ASKED_FOR)
def test_a_package_has_one_version_in_all_files(file: str) -> None:
    everywhere = {name: number for other in ASKED_FOR for name, number in pinned(other).items()}
    assert pinned(file).items() <= everywhere.items()


def test_the_package_says_from_which_version_to_which() -> None:
    for name, versions in asked_for("requirements.txt").items():
        assert sorted(each.operator for each in versions) == ["<", ">="], name


def rows_of_the_table() -> set[str]:
    """The packages of the README's table, each of which has a line or shares one."""
    rows = re.findall(r"^\| ([\w, -]+?) \|", README, re.MULTILINE)
    names = {str(canonicalize_name(name)) for row in rows for name in row.split(", ")}
    return names - {"package", "-"}


@pytest.mark.parametrize("file", ["requirements.txt", *EXTRAS])
def test_each_dependency_of_the_service_has_a_line_in_the_readme(file: str) -> None:
    assert rows_of_the_table() >= pinned(file).keys()


@pytest.mark.parametrize("file", ["requirements-dev.txt", "requirements-robustness.txt"])
def test_each_tool_of_development_is_in_the_readme(file: str) -> None:
    told = rows_of_the_table()
    assert asked_for(file).keys() <= told, "a line in the README's tables says what it is for"


def test_the_readme_names_no_package_that_is_not_asked_for() -> None:
    wanted = set().union(pinned(), *map(pinned, EXTRAS), *map(asked_for, ASKED_FOR))
    assert rows_of_the_table() <= wanted


def test_the_sbom_names_every_pinned_package(tmp_path: Path) -> None:
    make = (ROOT / "Makefile").read_text("utf-8")
    assert "-m cyclonedx_py requirements requirements.txt" in make
    file = tmp_path / "sbom.json"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt"]
    options = [
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--validate",
        "--output-file",
        str(file),
    ]

    subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True, timeout=120)

    sbom = json.loads(file.read_bytes())
    assert sbom["bomFormat"] == "CycloneDX"
    assert sbom["metadata"]["component"]["name"] == "docops-flask"
    told = {canonicalize_name(each["name"]): each["version"] for each in sbom["components"]}
    assert told == pinned()

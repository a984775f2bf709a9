"""Installed packages: pinned, with known security fixes, and listed in an SBOM."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
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


def pinned() -> dict[str, str]:
    """The packages of requirements.txt with their versions."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    names = (line.partition("==") for line in lines if line and not line.startswith("#"))
    return {name.lower(): number for name, _, number in names}


@pytest.mark.parametrize("name", FLOORS)
def test_versions_include_known_security_fixes(name: str) -> None:
    assert Version(pinned()[name]) >= Version(FLOORS[name])
    assert Version(version(name)) >= Version(FLOORS[name])


def test_installed_versions_equal_the_pinned_ones() -> None:
    installed = {name: version(name) for name in pinned()}
    assert installed == pinned()


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
    assert {each["name"].lower(): each["version"] for each in sbom["components"]} == pinned()

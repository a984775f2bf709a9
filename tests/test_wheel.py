"""A wheel of the package works where nothing of the clone is: commands, data files, server."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.factories import docx, p


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a wheel of the tree as it is was installed, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    # Building leaves traces in the tree, so it is a copy that is built.
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "docops_flask", source / "docops_flask", symlinks=True, ignore=ignored)
    for name in ("templates", "static"):
        shutil.copytree(ROOT / name, source / name)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, source], check=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", site, wheel], check=True)
    return site


@pytest.fixture
def run(site: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program of the installed package, in a folder with nothing of the clone."""

    def run(*command: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        environ = {"PYTHONPATH": str(site), "PATH": os.environ["PATH"]}
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stderr
        return done

    return run


def test_the_wheel_holds_every_file_of_the_package_and_no_other(site: Path) -> None:
    def files(folder: Path) -> set[str]:
        found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {str(path.relative_to(folder)) for path in found}

    linked = {f"{name}/{path}" for name in ("templates", "static") for path in files(ROOT / name)}
    assert files(site / "docops_flask") == files(ROOT / "docops_flask") | linked
    assert {path.name for path in site.iterdir()} >= {"docops_flask", "bin"}
    assert not {"tests", "tools", "templates", "static", "wsgi.py"} & {path.name for path in site.iterdir()}


def test_the_wheel_brings_its_types(site: Path) -> None:
    """A type checker reads the annotations of a package that has this file (PEP 561)."""
    assert (site / "docops_flask" / "py.typed").is_file()


def test_the_wheel_asks_for_ranges_of_versions(site: Path) -> None:
    (about,) = site.glob("docops_flask-*.dist-info")
    wanted = [Requirement(each) for each in PathDistribution(about).requires or ()]
    assert {each.name.lower() for each in wanted} >= {"flask", "lxml", "gunicorn"}
    assert all({part.operator for part in each.specifier} == {">=", "<"} for each in wanted)


def test_the_command_makes_fills_and_reports(
    run: Callable[..., subprocess.CompletedProcess[str]], site: Path, tmp_path: Path
) -> None:
    docops = str(site / "bin" / "docops")
    assert "meeting_notice" in run(sys.executable, docops, "skills").stdout
    run(sys.executable, docops, "new-template", "meeting_notice")
    with zipfile.ZipFile(tmp_path / "meeting_notice.docx") as archive:
        assert archive.testzip() is None
    (tmp_path / "t.docx").write_bytes(docx(p("【MEETING_TITLE】")))
    (tmp_path / "t.json").write_text('{"task_type": "meeting_notice", "payload": {"meeting_title": "x"}}')
    run(sys.executable, docops, "run", "t.docx", "t.json", "--out-dir", "out", "--format-report", "both")
    assert "<html" in (tmp_path / "out" / "out.format_report.html").read_text("utf-8")
    assert run(sys.executable, "-m", "docops_flask", "--version").stdout.startswith("docops")


def test_an_editable_install_adds_a_path_and_imports_nothing(tmp_path: Path) -> None:
    """Every renderer process would pay for what a .pth file imports."""
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "docops_flask").mkdir(parents=True)
    shutil.copy(ROOT / "docops_flask" / "__init__.py", source / "docops_flask")
    shutil.copy(ROOT / "pyproject.toml", source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--no-deps", "--target", target, "--editable", source], check=True)
    (path_file,) = target.glob("*.pth")
    assert path_file.read_text().strip() == str(source)

"""Modules that a process takes out of an image as if they came from their files."""

import _json
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from pathlib import Path

import pytest

from docops_flask.engine.worker.module_image import ImageFinder, write_image
from tests.optional import not_none


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with one module on disk, where Python does not look for it."""
    package = tmp_path / "elsewhere" / "imaged"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("WORD = 'package'\n")
    (package / "inner.py").write_text("def fail():\n    raise ValueError('here')\n")
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "imaged"]:
        del sys.modules[name]


def loaders(package: Path) -> Iterator[SourceFileLoader]:
    yield SourceFileLoader("imaged", str(package / "__init__.py"))
    yield SourceFileLoader("imaged.inner", str(package / "inner.py"))


@pytest.fixture
def find_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ImageFinder]]:
    """Make an image of loaders, and a finder in it that Python asks first."""
    opened = []

    def make(made_of: Iterable[SourceFileLoader | ExtensionFileLoader]) -> ImageFinder:
        image_fd = os.memfd_create("an image")
        opened.append(image_fd)
        write_image(image_fd, made_of)
        finder = ImageFinder(image_fd)
        monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
        return finder

    yield make
    for image_fd in opened:
        os.close(image_fd)


def test_a_module_is_loaded_as_it_was_when_the_image_was_made(
    find_in: Callable[..., ImageFinder], modules: Path
) -> None:
    find_in(loaders(modules))
    (modules / "__init__.py").write_text("WORD = 'another'\n")
    (modules / "inner.py").unlink()
    assert importlib.import_module("imaged").WORD == "package"
    assert callable(importlib.import_module("imaged.inner").fail)


def test_a_module_knows_its_file(find_in: Callable[..., ImageFinder], modules: Path) -> None:
    find_in(loaders(modules))
    package, inner = importlib.import_module("imaged"), importlib.import_module("imaged.inner")
    assert (package.__file__, inner.__file__) == (str(modules / "__init__.py"), str(modules / "inner.py"))
    assert package.__path__ == [str(modules)]
    assert (inner.__package__, not_none(inner.__spec__).origin) == ("imaged", str(modules / "inner.py"))


def test_the_traceback_of_an_error_in_a_module_shows_its_line(
    find_in: Callable[..., ImageFinder], modules: Path
) -> None:
    find_in(loaders(modules))
    inner = importlib.import_module("imaged.inner")
    with pytest.raises(ValueError, match="here") as caught:
        inner.fail()
    assert "raise ValueError('here')" in "".join(traceback.format_exception(caught.value))


def test_files_beside_a_module_are_still_readable(find_in: Callable[..., ImageFinder], modules: Path) -> None:
    find_in(loaders(modules))
    (modules / "words.txt").write_text("words")
    found = importlib.resources.files(importlib.import_module("imaged")) / "words.txt"
    assert found.read_text() == "words"


def test_an_extension_module_comes_from_its_file(find_in: Callable[..., ImageFinder], modules: Path) -> None:
    finder = find_in([ExtensionFileLoader("_json", _json.__file__)])
    spec = not_none(finder.find_spec("_json"))
    assert isinstance(spec.loader, ExtensionFileLoader)
    assert spec.origin == _json.__file__


def test_a_module_outside_the_image_is_left_to_other_finders(
    find_in: Callable[..., ImageFinder], modules: Path
) -> None:
    finder = find_in(loaders(modules))
    assert finder.find_spec("imaged.unknown") is None
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("imaged.unknown")


def test_an_image_may_be_empty(find_in: Callable[..., ImageFinder]) -> None:
    assert find_in([]).find_spec("imaged") is None


def test_a_module_without_a_file_is_not_put_into_an_image(
    find_in: Callable[..., ImageFinder], tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="nowhere"):
        find_in([SourceFileLoader("nowhere", str(tmp_path / "nowhere.py"))])

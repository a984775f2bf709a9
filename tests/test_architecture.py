"""docs/architecture.md names every folder of the package and of the tools."""

from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()


def folders(root: Path) -> list[Path]:
    return sorted(file.parent.relative_to(root) for file in root.rglob("__init__.py") if file.parent != root)


@pytest.mark.parametrize(
    "folder",
    [*folders(ROOT / "docops_flask"), *folders(ROOT / "tools")],
    ids=str,
)
def test_every_folder_is_described(folder: Path) -> None:
    assert f"`{folder}/`" in PAGE or f"`{folder.name}/`" in PAGE or f"`tools/{folder}/`" in PAGE

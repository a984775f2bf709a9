"""docs/architecture.md names every folder of the package and of the tools."""

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()


def folders(root):
    return sorted(file.parent.relative_to(root) for file in root.rglob("__init__.py") if file.parent != root)


@pytest.mark.parametrize(
    "folder",
    [*folders(ROOT / "docops_flask"), *folders(ROOT / "tools")],
    ids=str,
)
def test_every_folder_has_its_sentence(folder):
    assert f"`{folder}/`" in PAGE or f"`{folder.name}/`" in PAGE or f"`tools/{folder}/`" in PAGE

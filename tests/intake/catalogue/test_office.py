"""An office's settings and catalogues are read together, and an error names the setting of the folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.intake.catalogue.office import office_of, read_office
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.settings.settings import Settings, SettingsError


def test_by_default_the_built_in_skills_and_policies_are_loaded() -> None:
    office = read_office(Settings())
    assert office.skills.names() == load_skills().names()
    assert office.policies.names() == load_policies().names()


@pytest.mark.parametrize(
    ("variable", "file"), [("DOCOPS_SKILLS_DIR", "a.toml"), ("DOCOPS_POLICIES_DIR", "a.yaml")]
)
@pytest.mark.parametrize("make", [lambda file: file.write_text("[["), lambda file: file.mkdir()])
def test_the_error_for_an_unusable_file_names_its_setting(
    tmp_path: Path, variable: str, file: str, make: Callable[..., Any]
) -> None:
    make(tmp_path / file)
    with pytest.raises(SettingsError, match=rf"^{variable}: {file.replace('.', '[.]')}") as caught:
        office_of({variable: str(tmp_path)})
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("variable", "suffix"), [("DOCOPS_SKILLS_DIR", "toml"), ("DOCOPS_POLICIES_DIR", "yaml")]
)
def test_hidden_files_are_ignored(tmp_path: Path, variable: str, suffix: str) -> None:
    (tmp_path / f".#a.{suffix}").write_text("[[")
    office = office_of({variable: str(tmp_path)})
    assert len(office.skills) == len(load_skills())
    assert len(office.policies) == len(load_policies())

"""An office's settings and catalogues: read together, and a fault names the setting whose folder has it."""

import pytest

from docops_flask.intake.catalogue.office import office_of, read_office
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.settings.settings import Settings, SettingsError


def test_an_office_of_the_defaults_has_what_is_built_in():
    office = read_office(Settings())
    assert office.skills.names() == load_skills().names()
    assert office.policies.names() == load_policies().names()


@pytest.mark.parametrize(
    ("variable", "file"), [("DOCOPS_SKILLS_DIR", "a.toml"), ("DOCOPS_POLICIES_DIR", "a.yaml")]
)
@pytest.mark.parametrize("make", [lambda file: file.write_text("[["), lambda file: file.mkdir()])
def test_a_file_that_cannot_be_used_is_told_with_its_setting(tmp_path, variable, file, make):
    make(tmp_path / file)
    with pytest.raises(SettingsError, match=rf"^{variable}: {file.replace('.', '[.]')}") as caught:
        office_of({variable: str(tmp_path)})
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("variable", "suffix"), [("DOCOPS_SKILLS_DIR", "toml"), ("DOCOPS_POLICIES_DIR", "yaml")]
)
def test_hidden_files_are_no_entries(tmp_path, variable, suffix):
    (tmp_path / f".#a.{suffix}").write_text("[[")
    office = office_of({variable: str(tmp_path)})
    assert len(office.skills) == len(load_skills())
    assert len(office.policies) == len(load_policies())

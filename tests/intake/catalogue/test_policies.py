"""The catalogue of policies: built-in ones, an installation's own, and what is refused."""

from pathlib import Path

import pytest

from docops_flask.app import create_app
from docops_flask.engine.policy.policy import Policy
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.settings.settings import Settings, SettingsError
from tests.optional import not_none


def test_the_built_in_policies_exist_and_default_equals_the_default_policy() -> None:
    policies = load_policies()

    assert policies.names() == ("default", "gbt9704-2012")
    assert policies.get("default") == Policy()
    assert [policy.version for policy in policies] == [1, 2]


def test_gbt9704_has_a_clause_for_every_rule() -> None:
    house = not_none(load_policies().get("gbt9704-2012")).house_style
    parts = [house.page, house.text, *house.roles.values()]

    rules = [rule for part in parts for rule in part]
    assert all(not_none(rule.source).startswith("GB/T 9704-2012, ") for rule in rules if rule is not None)
    assert {rule.severity for rule in rules if rule is not None} == {"error", "warn"}


def test_an_offices_policy_has_the_name_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text("version: 2\nroles: {title: {size_pt: 22}}\n")
    (tmp_path / ".#office.yaml").write_text("not read")
    (tmp_path / "notes.txt").write_text("not read")

    policies = load_policies(tmp_path)

    assert policies.names() == ("default", "gbt9704-2012", "office")
    assert not_none(not_none(policies.get("office")).house_style.roles["title"].size_pt).value == 22


FAULTY_FILES = {
    "broken YAML": ("a.yaml", "version: 2\na: b: c\n", "a.yaml (line 2): the policy is not valid YAML"),
    "a wrong value": (
        "a.yaml",
        "version: 2\nroles:\n  title: {size_pt: big}\n",
        "a.yaml (line 3): roles.title.size_pt must be a number of points above 0, up to 1638",
    ),
    "an unknown key": (
        "a.yaml",
        "version: 2\npage: {hight: 297 mm}\n",
        "a.yaml (line 2): page.hight is not a key of a policy; height was probably meant",
    ),
    "the name of a built-in one": (
        "default.yaml",
        "version: 2\n",
        "default.yaml: default is the name of a built-in policy; rename the file",
    ),
    "a name no form can send": (
        "Our policy.yaml",
        "version: 2\n",
        "Our policy.yaml: the name must be small letters, digits, -, _ and . (up to 64); rename the file",
    ),
}


@pytest.mark.parametrize(("name", "text", "message"), FAULTY_FILES.values(), ids=FAULTY_FILES)
def test_a_faulty_file_stops_the_start_naming_file_line_and_key(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(CatalogueError) as caught:
        load_policies(tmp_path)
    assert str(caught.value) == message

    with pytest.raises(SettingsError) as refused:
        create_app(Settings(policies_dir=tmp_path))
    assert str(refused.value) == f"DOCOPS_POLICIES_DIR: {message}"

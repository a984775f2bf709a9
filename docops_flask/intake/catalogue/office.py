"""The settings of an installation, and the catalogues of document types and policies they name."""

from collections.abc import Mapping
from dataclasses import dataclass

from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.policies import PolicyRegistry, load_policies
from docops_flask.intake.catalogue.skills import SkillRegistry, load_skills
from docops_flask.settings.settings import Settings, SettingsError, from_env


@dataclass(frozen=True, slots=True)
class Office:
    """What is the same for every job: the settings, the document types and the policies."""

    settings: Settings
    skills: SkillRegistry
    policies: PolicyRegistry


def read_office(settings: Settings) -> Office:
    """Return the catalogues of ``settings``.

    Raises ``SettingsError``, which names the setting whose folder has the faulty file.
    """
    try:
        skills = load_skills(settings.skills_dir)
    except CatalogueError as error:
        raise SettingsError(f"DOCOPS_SKILLS_DIR: {error}") from None
    try:
        policies = load_policies(settings.policies_dir)
    except CatalogueError as error:
        raise SettingsError(f"DOCOPS_POLICIES_DIR: {error}") from None
    return Office(settings, skills, policies)


def office_of(environ: Mapping[str, str]) -> Office:
    """Return settings and catalogues of an environment; raises ``SettingsError``."""
    return read_office(from_env(environ))

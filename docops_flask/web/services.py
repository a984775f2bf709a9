"""What the views work with; made once by ``create_app``."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from docops_flask.engine.skills.registry import SkillRegistry
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.sandbox_check import SandboxCheck
from docops_flask.jobs.slots import Slots
from docops_flask.jobs.workspace import Workspaces
from docops_flask.policy_registry import PolicyRegistry
from docops_flask.settings import Settings
from docops_flask.web.lifecycle import Lifecycle
from docops_flask.web.readiness import Readiness
from docops_flask.web.recorder import Recorder

EXTENSION = "docops"


@dataclass(frozen=True, slots=True)
class Services:
    """The state of one app."""

    settings: Settings
    skills: SkillRegistry
    policies: PolicyRegistry
    slots: Slots
    workspaces: Workspaces
    renderer: Renderer
    lifecycle: Lifecycle
    readiness: Readiness
    recorder: Recorder
    sandbox: SandboxCheck


def services() -> Services:
    """Return the services of the current app."""
    return cast(Services, current_app.extensions[EXTENSION])

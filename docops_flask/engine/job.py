"""One job as plain data: what to do, with what, within which limits.

A job crosses from the server to its renderer as a pickle in the job's own folder; it is frozen,
so nobody edits what was asked for.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.skills.skill import Skill

Payload = Mapping[str, str | list[str] | None]


class JobKind(Enum):
    """What is asked of the engine."""

    RUN = "run"
    PRECHECK = "precheck"
    INSPECT = "inspect"
    VERIFY = "verify"


class Job(NamedTuple):
    """What the engine is to do with a template.

    ``skill`` and ``payload`` (a validated task's) are ``None`` for an inspection or a verification;
    ``skills`` are all the skills known, for the suggestions and ``known_in`` of an inspection.
    """

    kind: JobKind
    skills: tuple[Skill, ...]
    skill: Skill | None = None
    payload: Payload | None = None
    options: Options = Options()
    policy: Policy = Policy()
    limits: Limits = Limits()

"""The samples, and every built-in document type by its starter templates, with each house style."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT
from tests.golden.adapter import examples, new_template
from tests.golden.case import Case, stored

_SAMPLES = ROOT / "samples"
_POLICIES = ("default", "gbt9704-2012")
_LANGUAGES = {"zh": "Chinese", "en": "English"}


def sample_cases() -> Iterator[Case]:
    """Each sample with its task."""
    for template in sorted(_SAMPLES.glob("*.docx")):
        task = json.loads(template.with_suffix(".task.json").read_bytes())
        yield Case(
            f"the sample {template.stem}",
            template.read_bytes(),
            task["payload"],
            task_type=task.get("task_type", "open"),
            served=True,
        )


def type_cases() -> Iterator[Case]:
    """Each document type's starter template in each language, filled with the type's own examples."""
    with tempfile.TemporaryDirectory() as folder:
        for skill, payload in examples().items():
            for language, spoken in _LANGUAGES.items():
                template = stored(new_template(skill, language, Path(folder)))
                name = f"the starter template of {skill} in {spoken}"
                yield Case(name, template, payload, task_type=skill, served=language == "zh")
                for policy in _POLICIES:
                    yield Case(
                        f"{name}, against {policy}, strictly",
                        template,
                        payload,
                        {"policy": policy, "format_mode": "strict"},
                        skill,
                    )

"""The catalogue of policies: the built-in ones and an installation's own, one YAML file each."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.policy.policy import DEFAULT_NAME, Policy
from docops_flask.intake.catalogue.catalogue import Catalogue, CatalogueError, files_of, read_file, shown_name
from docops_flask.intake.catalogue.house_style import PolicyFault
from docops_flask.intake.catalogue.policy_file import MAX_BYTES, read_policy

_BUILT_IN = Path(__file__).parent / "built_in" / "policies"
_SUFFIX = ".yaml"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DEFAULT_WORDS = (
    Bilingual("Default", "默认"),
    Bilingual(
        "For plain text: filled values in Calibri and 宋体, 12 pt; line spacing 1.5, first lines indented by "
        "21 pt; no tables, no automatic numbering, no blanks at the beginning. Official documents break it: "
        "choose gbt9704-2012 or your office's own for them.",
        "适用于纯文字文档：填入内容用 Calibri 和宋体、小四号字，1.5 倍行距，首行缩进 21 磅，不用表格"
        "和自动编号，段首不留空白。公文不符合这些要求，请选用 gbt9704-2012 或本单位的格式规范。",
    ),
)


class PolicyRegistry(Catalogue[Policy]):
    """Policies by name, the default one first, then the others in alphabetical order."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        by_name = {policy.name or "": policy for policy in policies}
        order = sorted(by_name, key=lambda name: (name != DEFAULT_NAME, name))
        super().__init__((name, by_name[name]) for name in order)


def load_policies(extra_dir: Path | None = None) -> PolicyRegistry:
    """Return the built-in policies and those of every ``*.yaml`` file in ``extra_dir``, hidden ones left out.

    A policy has the name of its file. Raises ``CatalogueError`` for the first fault; a name that is already
    used is one.
    """
    policies = list(_built_in())
    taken = {policy.name for policy in policies}
    for file in files_of(extra_dir, _SUFFIX) if extra_dir is not None else []:
        if file.stem in taken:
            raise CatalogueError(
                f"{shown_name(file)}: {file.stem} is the name of a built-in policy; rename the file"
            )
        policies.append(_load(file))
    return PolicyRegistry(policies)


def title_of(policy: Policy) -> Bilingual:
    """Return a policy's title; its name where its file has none."""
    if policy.name == DEFAULT_NAME:
        return _DEFAULT_WORDS[0]
    name = policy.name or ""
    return policy.house_style.title or Bilingual(name, name)


def description_of(policy: Policy) -> Bilingual:
    """Return a policy's description, empty where its file has none."""
    if policy.name == DEFAULT_NAME:
        return _DEFAULT_WORDS[1]
    return policy.house_style.description or Bilingual("", "")


def describe_policy(policy: Policy) -> dict[str, Any]:
    """Return the description of a policy in ``/v1/meta``."""
    return {
        "name": policy.name,
        "version": policy.version,
        "title": title_of(policy)._asdict(),
        "description": description_of(policy)._asdict(),
    }


@lru_cache(maxsize=1)
def _built_in() -> tuple[Policy, ...]:
    return tuple(_load(file) for file in files_of(_BUILT_IN, _SUFFIX))


def _load(file: Path) -> Policy:
    if not _NAME.fullmatch(file.stem):
        raise CatalogueError(
            f"{shown_name(file)}: the name must be small letters, digits, -, _ and . (up to 64); "
            "rename the file"
        )
    try:
        return read_policy(read_file(file, MAX_BYTES + 1), name=file.stem)
    except PolicyFault as fault:
        place = f" (line {fault.line})" if fault.line is not None else ""
        raise CatalogueError(f"{shown_name(file)}{place}: {fault.message.removesuffix('.')}") from None

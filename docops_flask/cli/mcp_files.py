"""The files of one call of a tool over stdio, copied into a private folder.

So what a job reads stays the same while it is done, whatever becomes of the files below the root.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

from docops_flask.engine.errors import ArgumentConflict, InvalidArgument
from docops_flask.intake.assets import MAX_ASSETS, UploadTooLarge, asset_limit, too_many_assets
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.catalogue.policy_file import MAX_BYTES as MAX_POLICY_BYTES
from docops_flask.intake.files import FilePart, rows_part, task_part, template_part, verification_parts
from docops_flask.intake.job import JobDefaults
from docops_flask.intake.library.entry import TEMPLATE_NAME
from docops_flask.intake.library.library import Library, defaults_of
from docops_flask.mcp.given import (
    FILE_NAMES,
    JSON_ARGUMENTS,
    Given,
    form_fields,
    json_content,
    no_policy,
    refuse_json_text,
    refuse_no_template,
)
from docops_flask.mcp.root import Root

_TEMPLATE = "template"
_POLICY_SUFFIXES = (".yaml", ".yml")


class CallFiles:
    """The files that the arguments of a call name; ``folder`` is private and empty."""

    def __init__(self, arguments: Given, root: Root, office: Office, library: Library, folder: Path) -> None:
        self._arguments = arguments
        self._root = root
        self._office = office
        self._library = library
        self._folder = folder
        # What the library says of jobs with the template.
        self.defaults = JobDefaults()

    def template(self) -> Path:
        """Return the template; raises ``ArgumentConflict``, ``InvalidArgument`` and ``TemplateStopped``."""
        refuse_no_template(self._arguments)
        name = self._arguments.get(TEMPLATE_NAME)
        if name is None:
            return self._copy(template_part(self._office.settings))
        if _TEMPLATE in self._arguments:
            raise ArgumentConflict(
                f"{TEMPLATE_NAME} cannot be combined with {_TEMPLATE}: give one or the other.",
                conflicting_fields=[_TEMPLATE, TEMPLATE_NAME],
            )
        found = self._library.find(name)
        self.defaults = defaults_of(found, self._office.policies)
        path = self._own_folder(_TEMPLATE) / f"{found.name}.docx"
        path.write_bytes(self._library.content(found))
        return path

    def task(self) -> Path:
        """Return the task."""
        return self._copy(task_part(self._office.settings))

    def rows(self) -> Path:
        """Return the file of rows."""
        return self._copy(rows_part(self._office.settings))

    def evidence(self) -> Mapping[str, Path]:
        """Return what a verification compares with the template, as far as it is given, by part names."""
        parts = verification_parts(self._office.settings)
        return {part.name: self._copy(part) for part in parts[1:] if part.name in self._arguments}

    def assets(self) -> list[tuple[str, Path]]:
        """Return the pictures, with the names that the payload has for them."""
        given = self._arguments.get("assets", {})
        if len(given) > MAX_ASSETS:
            raise too_many_assets()
        limit = asset_limit(self._office.settings)
        found = []
        for number, (name, path) in enumerate(given.items()):
            target = self._own_folder(f"asset{number}") / "picture"
            self._root.copy("assets", path, target, limit.max_bytes, limit.setting)
            found.append((name, target))
        return found

    @cached_property
    def fields(self) -> dict[str, str]:
        """The options, by their names in a form; raises ``InvalidArgument``."""
        return form_fields(self._arguments, self._office.policies, self._policy_text)

    def _policy_text(self, path: str) -> str:
        if not path.lower().endswith(_POLICY_SUFFIXES):
            raise no_policy(path, self._office.policies, "give the path of a .yaml file below the root")
        target = self._own_folder("policy") / "policy.yaml"
        try:
            self._root.copy("policy", path, target, MAX_POLICY_BYTES, "")
        except UploadTooLarge:
            # No setting allows more.
            raise InvalidArgument(
                f"policy: the policy is larger than {MAX_POLICY_BYTES} bytes.", field="policy"
            ) from None
        # Bytes that are not UTF-8 are kept, for the policy's own reader to refuse.
        return target.read_bytes().decode("utf-8", "surrogateescape")

    def _copy(self, part: FilePart) -> Path:
        """Return a copy of the file that the argument names, or the file that it is."""
        value = self._arguments[part.name]
        folder = self._own_folder(part.name)
        content = json_content(value)
        if content is not None:
            made = folder / FILE_NAMES[part.name]
            made.write_bytes(content)
            return made
        if part.name in JSON_ARGUMENTS:
            refuse_json_text(part.name, value, "the path of a file with it below the server's folder")
        name = PurePosixPath(value).name
        if not name:
            raise InvalidArgument(f"{part.name}: give the path of a file.", field=part.name)
        self._root.copy(part.name, value, folder / name, part.max_bytes, part.setting)
        return folder / name

    def _own_folder(self, name: str) -> Path:
        # Each file keeps its own name, which may be that of another.
        folder = self._folder / name
        folder.mkdir()
        return folder

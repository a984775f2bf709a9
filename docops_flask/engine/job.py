"""A job: the task, its options and its limits, as immutable data.

The server hands it to the renderer as a pickle in the job's folder.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.bilingual import Language
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.skills.skill import Skill

if TYPE_CHECKING:
    from docops_flask.engine.picture_order import PictureOrder

# Of an open task any JSON values; of a document type texts, lists of texts and ``None``.
Payload = Mapping[str, Any]
# The ``task_type`` of an open task, unless a document type has this name.
OPEN_TYPE = "open"


class JobKind(Enum):
    """The kinds of job."""

    RUN = "run"
    PRECHECK = "precheck"
    INSPECT = "inspect"
    INSPECT_MANY = "inspect_many"
    VERIFY = "verify"
    MERGE = "merge"
    MERGE_PRECHECK = "merge_precheck"
    PREVIEW = "preview"
    FIRST_PAGE = "first_page"
    PLAN = "plan"
    CHUNK = "chunk"
    LEARN = "learn"


class Asset(NamedTuple):
    """A picture, or a document to put in, sent beside a task: the name that the payload has, the file.

    A server's ``file`` is a name in the job's folder, that of a shell's command a path.
    """

    name: str
    file: str


class RowsAsked(NamedTuple):
    """What is asked of a file of rows, each of which gives a document.

    ``file`` is its name in the job's folder, or its path in a shell's job; ``name`` the one that the
    client gave it.
    ``columns`` says which headers mean which fields (``None``: none), ``labels`` has what people call the
    template's fields, by their names in it, ``sheet`` says which sheet has the rows, ``encoding`` what a CSV
    file is in. Of more than ``most_rows`` rows the job is refused. ``numbers`` are the ranges of the rows
    that are done; empty means all. ``all_artefacts`` says to keep each row's logs and reports. ``salt`` are
    the hexadecimal digits of which the salts of rows' receipts are made.
    """

    file: str
    name: str
    columns: Mapping[str, str | None]
    most_rows: int
    sheet: str | None = None
    encoding: str | None = None
    numbers: tuple[tuple[int, int], ...] = ()
    all_artefacts: bool = False
    salt: str = ""
    labels: Mapping[str, tuple[str, ...]] = {}

    def takes(self, number: int) -> bool:
        """Say whether the row of this number is to be done."""
        return not self.numbers or any(first <= number <= last for first, last in self.numbers)

    def is_behind(self, number: int) -> bool:
        """Say whether the row of this number and all behind it are not to be done."""
        return bool(self.numbers) and number > max(last for _, last in self.numbers)


class OfficeSetup(NamedTuple):
    """The LibreOffice that makes PDFs: its folder ``program``, and the folder ``profile`` with its settings.

    ``version`` and ``families``, the installed fonts in every language they are named in, are what it told at
    the server's start. ``fonts_dir`` is a folder with fonts of the office's own, ``work`` the job's folder.
    """

    program: str
    profile: str
    fonts_dir: str | None = None
    version: str = ""
    families: tuple[str, ...] = ()
    work: str = ""


class Batch(NamedTuple):
    """The templates that one renderer inspects, in this order.

    ``files`` are names in the job's folder. After ``seconds``, or ``all_bytes`` of results, the renderer
    leaves the rest to another; one result has ``result_bytes`` at most.
    """

    files: tuple[str, ...]
    seconds: float
    result_bytes: int
    all_bytes: int

    @staticmethod
    def result_of(file: str) -> str:
        """Return the name of the file that holds the result of ``file``."""
        return f"{file}.json"


class LearntFrom(NamedTuple):
    """A document that a policy is learnt from: the client's name of it, and its file.

    A server's ``file`` is a name in the job's folder, that of a shell's command a path.
    """

    name: str
    file: str


class Learning(NamedTuple):
    """The documents that a policy is learnt from, and the policy that they are compared with, if any."""

    documents: tuple[LearntFrom, ...] = ()
    against: Policy | None = None


class Job(NamedTuple):
    """What to do with a template.

    ``skill`` and ``payload`` come from the validated task; an inspection has neither, and a verification
    only where the task was sent too. An
    open task has no ``skill``: the template says what its payload has to hold, in template language 2.
    ``skills`` are all known skills; only an inspection needs them, for its suggestions and ``known_in``.
    ``office`` makes the PDF, where one is asked for; ``pictures`` are those that a preview asks for.
    ``template_name`` is the name of the template's file as the client gave it, ``date`` the day (ISO 8601):
    the report page shows both, ``None`` is left out. ``assets`` are the files that the payload refers to.
    ``rows`` are those of a merge, which has no ``payload`` of its own.
    ``batch`` are the templates of an inspection of many.
    ``receipt`` asks a run for what a receipt says of it.
    ``learning`` are the documents of a job that learns a policy.
    """

    kind: JobKind
    skills: tuple[Skill, ...]
    skill: Skill | None = None
    payload: Payload | None = None
    options: Options = Options()
    policy: Policy = Policy()
    limits: Limits = Limits()
    template_name: str | None = None
    date: str | None = None
    assets: tuple[Asset, ...] = ()
    rows: RowsAsked | None = None
    batch: Batch | None = None
    receipt: bool = False
    office: OfficeSetup | None = None
    pictures: "PictureOrder | None" = None
    learning: Learning = Learning()

    @property
    def is_open(self) -> bool:
        """Whether it has a task without a document type."""
        return self.skill is None and (self.payload is not None or self.rows is not None)

    @property
    def checks_paragraphs(self) -> bool:
        """Whether the format check looks at the text of each paragraph, as a policy asks for."""
        return self.options.format_baseline == "policy" and self.options.format_mode != "off"

    @property
    def grammar(self) -> int:
        """The template language that it speaks."""
        return 2 if self.is_open else 1 if self.skill is None else self.skill.grammar

    @property
    def name_pattern(self) -> str | None:
        """The pattern of the name of what is handed out; ``None``: the template's name."""
        return self.options.name or (None if self.skill is None else self.skill.file_name)

    def effective(self, language: Language) -> dict[str, str]:
        """Return the ``effective`` member of ``api_result.json``; ``language`` is the one that was used."""
        effective = self.options.effective(language)
        return {**effective, "task_type": OPEN_TYPE} if self.is_open else effective

"""Policies learnt from documents that tests make, and whether a document passes a policy."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from docops_flask.engine.bilingual import Language
from docops_flask.engine.job import Job, JobKind, Learning, LearntFrom
from docops_flask.engine.learning.learn import learn
from docops_flask.engine.learning.learnt import Learnt, RuleFound
from docops_flask.engine.learning.read_document import Source
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.intake.catalogue.policy_file import parse_policy
from tests.factories import p, r


def notice(
    *,
    title: str = "44",
    body: str = "32",
    font: str = "仿宋",
    jc: str = "both",
    indent: str = 'w:firstLineChars="200"',
    left: int | None = None,
    line: int = 560,
    more: str = "",
) -> str:
    """The body of a notice: a title, two paragraphs and what follows; sizes in half-points."""
    faces = f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}"/>'
    lead = "" if left is None else f'<w:ind w:left="{left}"/>'
    text = f'<w:spacing w:line="{line}" w:lineRule="exact"/><w:ind {indent}/><w:jc w:val="{jc}"/>'
    return (
        p(r("关于召开会议的通知", f'<w:sz w:val="{title}"/>'), properties=f'{lead}<w:jc w:val="center"/>')
        + p(r("现将有关事项通知如下。", f'{faces}<w:sz w:val="{body}"/>'), properties=text)
        + p(r("请按时参加会议，共 20 人。", f'{faces}<w:sz w:val="{body}"/>'), properties=text)
        + more
    )


def learnt_from(
    documents: Mapping[str, bytes] | Sequence[Path],
    folder: Path,
    *,
    against: Policy | None = None,
    lang: Language | None = None,
) -> Learnt:
    """What is learnt from documents by their names, or from files."""
    given = []
    if isinstance(documents, Mapping):
        for number, (name, content) in enumerate(documents.items()):
            (folder / f"{number}.docx").write_bytes(content)
            given.append(LearntFrom(name, f"{number}.docx"))
    else:
        given = [LearntFrom(path.name, str(path)) for path in documents]
    job = Job(
        kind=JobKind.LEARN,
        skills=(),
        options=Options(lang=lang),
        learning=Learning(tuple(given), against),
    )
    return learn(job, folder)


def broken_rules(policy: Policy | str, file: Path) -> set[str]:
    """The rules of ``policy`` that a document breaks, as errors or as warnings, whatever a run fills."""
    read = parse_policy(policy) if isinstance(policy, str) else policy
    return Source(LearntFrom(file.name, str(file)), file.parent, Limits()).broken_rules(read)


def rules(learnt: Learnt) -> dict[str, RuleFound]:
    """The rules that were found, by key."""
    return {rule.key: rule for rule in learnt.rules}

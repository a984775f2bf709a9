"""``docops convert``: rewrites a template of another tool and tells what is left."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from docops_flask.cli.files import refuse_existing, temporary_folder, write_file
from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import convert_template
from docops_flask.engine.reports.conversion import Conversion, doubt_of, reason_of
from docops_flask.engine.template.foreign.reasons import DOUBTS, NOTES
from docops_flask.engine.template.foreign.tools import DELIMITERS, TOOLS, Tool

WHOLE, SOMETHING_LEFT = 0, 3
_PARTS = 2


def tool_of(name: str, delimiters: str | None) -> Tool:
    """Return the tool of that name; raises ``InvalidArgument`` for delimiters that are none."""
    if name not in TOOLS:
        raise InvalidArgument(f"from: use one of {', '.join(TOOLS)}.", field="from", allowed=list(TOOLS))
    if delimiters is None:
        return Tool(name)
    if name not in DELIMITERS:
        raise InvalidArgument(
            f"delimiters: those of {name} cannot be chosen; leave the option out.", field="delimiters"
        )
    parts = delimiters.split()
    if len(parts) != _PARTS or not all(part.isprintable() and not part.isalnum() for part in parts):
        raise InvalidArgument(
            "delimiters: give what stands before and behind a name, parted by a blank, such as '{{ }}'.",
            field="delimiters",
        )
    return Tool(name, (parts[0], parts[1]))


def convert_into(
    out: Path, report: Path | None, job: Job, template: Path, tool: Tool, *, force: bool
) -> Conversion:
    """Convert ``template`` and write ``out`` and, where it is asked for, ``report``.

    Raises ``InvalidArgument`` where one of them exists and may not be replaced.
    """
    refuse_existing("out", [out], force=force)
    if report is not None:
        refuse_existing("report", [report], force=force)
    if not out.parent.is_dir():
        raise InvalidArgument("out: its folder does not exist; make it first.", field="out")
    with temporary_folder(out.parent) as folder:
        file = folder / "converted.docx"
        made = convert_template(job, template, tool, file)
        content = file.read_bytes()
    write_file(out, content, force=force)
    if report is not None:
        text = json.dumps(made.as_dict(), ensure_ascii=False, indent=2) + "\n"
        write_file(report, text.encode(), force=force)
    return made


def exit_code_of(made: Conversion) -> int:
    """Return the exit code of a conversion: 3 where something is left or found wrong."""
    return WHOLE if made.is_whole else SOMETHING_LEFT


def conversion_for_people(made: Conversion, out: Path) -> str:
    """Return what ``docops convert`` prints."""
    return "\n".join(_lines(made, out))


def _lines(made: Conversion, out: Path) -> Iterator[str]:
    left = made.left
    yield (
        f"Wrote {out}: {len(made.tags)} tags of {made.tool} recognised, {len(made.tags) - len(left)} "
        f"converted, {len(left)} left."
    )
    yield (
        f"已写入 {out}：识别 {made.tool} 标签 {len(made.tags)} 个，已转换 {len(made.tags) - len(left)} 个，"
        f"未转换 {len(left)} 个。"
    )
    if made.renamed:
        yield "Keys of the task that have another name / 任务中改名的键:"
        yield from _table([(f"  {old}", new) for old, new in made.renamed.items()])
    if left:
        yield "Left as they are / 未转换:"
        for tag in left:
            yield f"  {tag.paragraph_path}  {_shown(tag.text)}"
            yield from _messages(reason_of(tag))
    yield from _checks(made)
    if made.problems:
        yield "Wrong in the result / 结果中的问题:"
        yield from (f"  {problem.place}  {problem.code}: {problem.message}" for problem in made.problems)
    if not made.tags:
        yield f"There is no tag of {made.tool} in it; docops inspect tells whose tags there are."
        yield f"其中没有 {made.tool} 的标签；docops inspect 会指出是哪种工具的标签。"


def _checks(made: Conversion) -> Iterator[str]:
    doubts = [tag for tag in made.tags if tag.new is not None and tag.doubt]
    if doubts or made.brackets:
        yield "To be checked / 请核对:"
    for tag in doubts:
        doubt = doubt_of(tag)
        assert doubt is not None
        yield f"  {tag.paragraph_path}  {_shown(tag.text)} -> {tag.new}"
        yield from _messages(doubt)
    for each in made.brackets:
        yield f"  {each.paragraph_path}  {_shown(each.text)}"
        yield from _messages(DOUBTS["brackets"])
    for note in made.notes:
        yield f"Note / 说明: {NOTES[note].en}"
        yield f"      {NOTES[note].zh}"


def _messages(text: Bilingual) -> Iterator[str]:
    yield f"      {text.en}"
    yield f"      {text.zh}"


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max(len(first) for first, _ in rows)
    yield from (f"{first:<{width}}  ->  {second}" for first, second in rows)


def _shown(text: str) -> str:
    return " ".join(text.split())[:80]

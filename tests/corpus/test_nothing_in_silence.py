"""Names put into texts and attributes of every part of real documents: each is filled or reported."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.skills.skill import Field, Skill

_LABEL = Bilingual("", "")
SKILL = Skill("any", _LABEL, _LABEL, (Field("title", _LABEL, "text", False, "TITLE", "", _LABEL),))
JOB = Job(JobKind.RUN, (SKILL,), SKILL, {"title": "value"})
# Of each part so many texts and attributes, and how a name is written there.
SPOTS = 4
FORMS = ("【{}】", "&#12304;{}&#x3011;", "&#x3010;{}】")
_TEXT = re.compile(rb"<([^<>/!?\s]+)(?:\s[^<>]*[^<>/])?>([^<>]+)</")
_ATTRIBUTE = re.compile(rb"\s(descr|title|alt|string|name|caption|w:instr|w:tooltip)=\"([^\"<>]*)\"")
_DELETED = re.compile(rb"<(/?)w:(?:del|moveFrom)(?:\s[^<>]*[^<>/])?>")


def spread(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Some of them, from all of the part."""
    return found[:: max(1, len(found) // SPOTS)][:SPOTS]


def spots(content: bytes) -> list[tuple[int, int]]:
    """Where texts and attributes lie that are no tracked deletions."""
    depth, gone, at = 0, [], 0
    for tag in _DELETED.finditer(content):
        if not depth:
            at = tag.start()
        depth += -1 if tag[1] else 1
        if not depth:
            gone.append((at, tag.end()))
    texts = [each.span(2) for each in _TEXT.finditer(content) if b"del" not in each[1]]
    attributes = [each.span(2) for each in _ATTRIBUTE.finditer(content)]
    kept = [
        [(start, end) for start, end in of_kind if not any(a < start < b for a, b in gone)]
        for of_kind in (texts, attributes)
    ]
    return sorted({*spread(kept[0]), *spread(kept[1])})


def with_names(path: Path) -> tuple[bytes, set[str]]:
    """The document with a name of its own at each spot, and the names."""
    names: set[str] = set()

    def changed(content: bytes) -> Iterator[bytes]:
        at = 0
        for start, end in spots(content):
            name = f"N{len(names)}"
            names.add(f"【{name}】")
            yield content[at:start] + FORMS[len(names) % len(FORMS)].format(name).encode()
            at = end
        yield content[at:]

    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            is_xml = info.filename.endswith(".xml") and content[:1] == b"<"
            if is_xml and not info.filename.startswith(("word/comments", "[Content")):
                content = b"".join(changed(content))
            target.writestr(info, content)
    return buffer.getvalue(), names


@pytest.mark.corpus
def test_every_name_in_every_part_is_filled_or_reported(corpus: list[Path], tmp_path: Path) -> None:
    silent: dict[str, set[str]] = {}
    tried = 0
    for path in corpus:
        try:
            content, names = with_names(path)
            template = tmp_path / "template.docx"
            template.write_bytes(content)
            result = run_job(JOB, template, tmp_path)
        except (DocopsError, zipfile.BadZipFile):
            # Refused as it is, or with a name where the engine needs a number.
            continue
        with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
            entries = json.loads(archive.read("out.replace_log.json"))["entries"]
        told = [entry["original_text"] for entry in entries]
        lost = {name for name in names if told.count(name) < 1}
        if lost:
            silent[path.name] = lost
        assert result["counts"]["left"] == sum(entry["status"] != "replaced" for entry in entries)
        tried += len(names)
    assert silent == {}
    assert tried > len(corpus)

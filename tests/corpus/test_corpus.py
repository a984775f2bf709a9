"""Real documents: a run with nothing to fill changes nothing, a filled one reads as its values."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from docx import Document as read_with_python_docx

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.checks import layout_warnings
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.intake.catalogue.policy_file import parse_policy
from tests.corpus.libreoffice import texts_of
from tests.corpus.placeholders import story_texts, with_placeholders

# Files the service refuses, and why; every other file of the corpus must go through.
REFUSED = {
    "test-data_integration_stress014": "INVALID_MEDIA_TYPE",  # a .dotx that was renamed
    "test-data_integration_stress025": "INVALID_MEDIA_TYPE",  # a theme, not a document
}
_LABEL = Bilingual("", "")


def skill_for(values: dict[str, str]) -> Skill:
    fields = tuple(
        Field(
            name.lower(),
            _LABEL,
            "text",
            required=bool(value),
            placeholder=name,
            example="",
            description=_LABEL,
        )
        for name, value in values.items()
    )
    return Skill(name="corpus", title=_LABEL, description=_LABEL, fields=fields)


def run(template: Path, folder: Path, values: dict[str, str], **asked: Any) -> tuple[dict[str, Any], bytes]:
    """Run a job on ``template`` and return its result and the document that came out."""
    folder.mkdir(parents=True, exist_ok=True)
    skill = skill_for(values)
    job = Job(
        kind=JobKind.RUN,
        skills=(skill,),
        skill=skill,
        payload={name.lower(): value for name, value in values.items()},
        **asked,
    )
    result = run_job(job, template, folder)
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        assert json.loads(archive.read("out.integrity.json"))["verdict"] == "intact", template
        return result, archive.read("out.docx")


def member(folder: Path, name: str) -> bytes:
    """A member of the archive a run left in ``folder``."""
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        return archive.read(name)


@pytest.fixture(scope="session")
def accepted(corpus: list[Path]) -> list[Path]:
    return [path for path in corpus if path.stem not in REFUSED]


@pytest.fixture(scope="session")
def untouched(accepted: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """Every document after a run with nothing to fill, as a file named like it."""
    folder = tmp_path_factory.mktemp("untouched")
    outputs = {}
    for number, path in enumerate(accepted):
        _, content = run(path, folder / str(number), {})
        outputs[path] = folder / f"{number}.docx"
        outputs[path].write_bytes(content)
    return outputs


@pytest.fixture(scope="session")
def round_trips(
    accepted: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[Path, tuple[Path, dict[str, str], dict[str, Any]]]:
    """Every document with words turned into placeholders and filled with the same words."""
    folder = tmp_path_factory.mktemp("round_trips")
    outputs = {}
    for number, path in enumerate(accepted):
        content, values = with_placeholders(path.read_bytes())
        template = folder / f"{number}-template.docx"
        template.write_bytes(content)
        result, output = run(template, folder / str(number), values)
        outputs[path] = (folder / f"{number}.docx", values, result)
        outputs[path][0].write_bytes(output)
    return outputs


def test_only_the_listed_files_are_refused_with_a_reason(corpus: list[Path], tmp_path: Path) -> None:
    found = {}
    for path in corpus:
        try:
            run(path, tmp_path, {})
        except DocopsError as error:
            found[path.stem] = error
    assert {stem: error.code for stem, error in found.items()} == REFUSED
    assert all(400 <= error.status < 500 and len(error.message) > 40 for error in found.values())


def test_a_run_with_nothing_to_fill_leaves_every_part_identical(untouched: dict[Path, Path]) -> None:
    for path, output in untouched.items():
        with zipfile.ZipFile(path) as before, zipfile.ZipFile(output) as after:
            assert before.namelist() == after.namelist(), path
            for name in before.namelist():
                assert before.read(name) == after.read(name), (path, name)


def test_filling_the_same_words_back_gives_the_same_text_in_every_story(
    round_trips: dict[Path, tuple[Path, dict[str, str], dict[str, Any]]],
) -> None:
    filled = 0
    for path, (output, values, result) in round_trips.items():
        assert story_texts(output.read_bytes()) == story_texts(path.read_bytes()), path
        assert result["exit_code"] in (0, 3), path
        assert result["summary"]["replaced_count"] >= len(values), path
        filled += len(values)
    assert filled > 3000


def test_python_docx_opens_the_results(
    round_trips: dict[Path, tuple[Path, dict[str, str], dict[str, Any]]],
) -> None:
    for path, (output, _, _) in round_trips.items():
        expected = [paragraph.text for paragraph in read_with_python_docx(str(path)).paragraphs]
        document = read_with_python_docx(io.BytesIO(output.read_bytes()))
        assert [paragraph.text for paragraph in document.paragraphs] == expected, path


def test_libreoffice_reads_the_same_text_before_and_after(
    untouched: dict[Path, Path],
    round_trips: dict[Path, tuple[Path, dict[str, str], dict[str, Any]]],
    soffice: str,
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(2) as pool:
        before = pool.submit(texts_of, soffice, list(untouched.values()), tmp_path / "before")
        after = pool.submit(texts_of, soffice, [row[0] for row in round_trips.values()], tmp_path / "after")
    names = {output.stem: path.name for path, output in untouched.items()}
    unopened = sorted(name for stem, name in names.items() if stem not in before.result())
    assert unopened == []
    different = sorted(
        name for stem, name in names.items() if before.result()[stem] != after.result().get(stem)
    )
    assert different == []


def test_every_document_passes_the_policy_suggested_from_it(accepted: list[Path], tmp_path: Path) -> None:
    against_policy = Options(format_mode="strict", format_baseline="policy")
    for number, path in enumerate(accepted):
        content, values = with_placeholders(path.read_bytes())
        template, folder = tmp_path / f"{number}.docx", tmp_path / str(number)
        template.write_bytes(content)
        run(template, folder, values, options=Options(export_suggested_policy=True))
        policy = parse_policy(member(folder, "out.suggested_policy.yaml"))
        run(template, folder, values, options=against_policy, policy=policy)
        issues = json.loads(member(folder, "out.format_report.json"))["issues"]
        # Warnings about lines that cannot be seen are no rules of a policy.
        assert [issue for issue in issues if issue["code"] not in layout_warnings.CODES] == [], path

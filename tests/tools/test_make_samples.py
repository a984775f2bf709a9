"""The samples are what the tool makes today, and each fills without anything left over."""

import hashlib
import io
import json
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from jsonschema import Draft202012Validator

from docops_flask.cli.main import main as docops
from docops_flask.intake.catalogue.skills import load_skills, task_json_schema
from tests.conftest import ROOT
from tests.optional import not_none
from tools.make_samples import BUILT_SAMPLES, SAMPLES, Sample, main
from tools.sample_documents.library import FOLDER as LIBRARY
from tools.sample_documents.library import LIBRARY_SAMPLES
from tools.sample_documents.rows import SEAL

FOLDER = ROOT / "samples"
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)


def members(content: bytes) -> list[tuple[str, tuple[int, ...], bytes]]:
    """What a document holds. Its compressed bytes may differ where another zlib compressed them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]


def task_of(sample: Sample) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{sample.stem}.task.json").read_text(encoding="utf-8"))
    return found


def text_of(file: Path) -> str:
    document: Any = Document(str(file))
    section = document.sections[0]
    stories = [document, section.first_page_header, section.first_page_footer]
    paragraphs = [paragraph for story in stories for paragraph in story.paragraphs]
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(each.text for each in [*paragraphs, *cells])


def test_every_skill_has_a_chinese_sample_and_one_has_an_english_one() -> None:
    assert {(sample.skill, sample.language) for sample in SAMPLES} == {
        *((name, "zh") for name in load_skills().names()),
        ("meeting_notice", "en"),
    }


def test_the_samples_are_up_to_date(tmp_path: Path) -> None:
    """If this fails, run ``make samples``."""
    assert main(["--out-dir", str(tmp_path)]) == 0
    for kind in ("*.docx", "*.xlsx"):
        made = {path.name: members(path.read_bytes()) for path in tmp_path.glob(kind)}
        assert made == {path.name: members(path.read_bytes()) for path in FOLDER.glob(kind)}
    assert (tmp_path / SEAL).read_bytes() == (FOLDER / SEAL).read_bytes()
    for built in BUILT_SAMPLES:
        task = f"{built.stem}.task.json"
        assert (tmp_path / task).read_bytes() == (FOLDER / task).read_bytes()
    for sample in LIBRARY_SAMPLES:
        # Another zlib makes other bytes, and so another hash.
        made_toml, toml = (
            re.sub('[0-9a-f]{64}"', '"', (folder / f"{sample.stem}.toml").read_text(encoding="utf-8"))
            for folder in (tmp_path / LIBRARY, FOLDER / LIBRARY)
        )
        assert made_toml == toml


def test_the_sample_library_has_the_samples_with_approved_hashes(capsys: pytest.CaptureFixture[str]) -> None:
    assert docops(["templates", str(FOLDER / LIBRARY), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["templates"]] == sorted(each.stem for each in LIBRARY_SAMPLES)
    for sample in LIBRARY_SAMPLES:
        content = (FOLDER / f"{sample.stem}.docx").read_bytes()
        assert (FOLDER / LIBRARY / f"{sample.stem}.docx").read_bytes() == content
        toml = tomllib.loads((FOLDER / LIBRARY / f"{sample.stem}.toml").read_text(encoding="utf-8"))
        assert toml["approved_sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("stem", "pattern", "names"),
    [
        ("purchase_contract", "【合同编号】", ["QL-CG-2026-018", "QL-CG-2026-019"]),
        ("meeting_minutes", "第【期号】期", ["第7期", "第8期"]),
    ],
)
def test_a_workbook_gives_what_its_templates_task_gives(
    tmp_path: Path, stem: str, pattern: str, names: list[str]
) -> None:
    """Lists come from several lines of a sheet, and nested ones from further sheets."""
    template, result = str(FOLDER / f"{stem}.docx"), tmp_path / "merged.zip"
    arguments = [
        "merge",
        template,
        str(FOLDER / f"{stem}.rows.xlsx"),
        "--out",
        str(result),
        "--name",
        pattern,
    ]
    seal = ["--asset", f"{SEAL}={FOLDER / SEAL}"] if stem == "purchase_contract" else []
    assert docops([*arguments, *seal]) == 0
    with zipfile.ZipFile(result) as archive:
        documents = {name: archive.read(f"docs/{name}.docx") for name in names}
    assert docops(["run", template, str(FOLDER / f"{stem}.task.json"), "--out-dir", str(tmp_path)]) == 0
    alone = all_text((tmp_path / "out.docx").read_bytes())
    assert all_text(documents[names[0]]) == alone
    assert all_text(documents[names[1]]) != alone


def all_text(document: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return re.findall(r"<w:t[ >][^<]*", archive.read("word/document.xml").decode())


def test_a_sample_that_cannot_be_made_fails_the_tool(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for sample in SAMPLES:
        (tmp_path / f"{sample.stem}.docx").mkdir()
    assert main(["--out-dir", str(tmp_path)]) == 1
    assert "is a folder" in capfd.readouterr().err


@every_sample
def test_a_samples_task_gives_every_field(sample: Sample) -> None:
    task, skill = task_of(sample), load_skills().get(sample.skill)
    Draft202012Validator(task_json_schema(not_none(skill))).validate(task)
    assert list(task["payload"]) == [field.key for field in not_none(skill).fields]
    assert all(task["payload"].values())


@every_sample
def test_a_sample_fills_completely_and_passes_its_own_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sample: Sample
) -> None:
    files = [str(FOLDER / f"{sample.stem}{suffix}") for suffix in (".docx", ".task.json")]
    assert docops(["run", *files, "--out-dir", str(tmp_path), "--json", "--format-mode", "strict"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["missing_required"], told["missing_optional"]) == ([], [])
    assert told["format_issue_codes"] == {}
    text = text_of(tmp_path / "out.docx")
    assert "【" not in text
    for value in task_of(sample)["payload"].values():
        assert (value if isinstance(value, str) else ", ".join(value)) in text


def test_samples_and_their_results_take_one_page_each(tmp_path: Path, soffice: str) -> None:
    documents = [FOLDER / f"{sample.stem}.docx" for sample in SAMPLES]
    for sample in SAMPLES:
        files = [str(FOLDER / f"{sample.stem}{suffix}") for suffix in (".docx", ".task.json")]
        assert docops(["run", *files, "--out-dir", str(tmp_path / sample.stem)]) == 0
        result = tmp_path / sample.stem / "out.docx"
        documents.append(result.rename(tmp_path / f"{sample.stem}_result.docx"))
    command = [
        soffice,
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), *map(str, documents)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    pages = {
        file.stem: len(re.findall(rb"/Type\s*/Page\b", file.read_bytes())) for file in tmp_path.glob("*.pdf")
    }
    assert pages == {document.stem: 1 for document in documents}

"""Runs open tasks on templates with random tags, and holds what comes of them to the contract.

A job is refused for its payload or a limit, or it makes a proved document whose exit code says what is left.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docops_flask.engine.errors import DocopsError, ExitCode, InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import inspect, precheck, run_job
from tests.fuzz.chance import Chance
from tests.fuzz.tagged_bodies import any_payload, any_template, with_newer_tags

LIMITS = Limits(
    unpacked_bytes=10**6, xml_bytes=10**6, xml_part_bytes=10**6, table_cells=2000, output_bytes=10**7,
    block_copies=1000,
)  # fmt: skip
_UNFIT = "refused: payload"
_OPTIONS = (
    Options(unused="allow"),
    Options(unused="allow", format_report="both"),
    Options(unused="allow", format_baseline="policy", strip_comments=True),
    Options(unused="allow", review="comments"),
    # Under the default policy most text is repaired.
    Options(unused="allow", format_baseline="policy", report_files=("sarif", "junit"), review="tracked"),
    Options(),
)


def fill_tagged(chance: Chance, folder: Path, *, has_newer: bool = False) -> str:
    """Fill a template that ``chance`` makes; say what came of it. ``folder`` takes the files of the job.

    With ``has_newer`` it has counts, sums, codes and merged cells.
    """
    template, payload, options = any_template(chance), any_payload(chance), chance.choice(_OPTIONS)
    if has_newer:
        template = with_newer_tags(chance, template)
    file = folder / "template.docx"
    file.write_bytes(template)
    told = fill_and_check(file, folder, payload, options)
    # Of a payload that does not fit, what fits is left.
    while told == _UNFIT and (faulty := _faulty_keys(file, payload)):
        payload = {key: value for key, value in payload.items() if key not in faulty}
        told = fill_and_check(file, folder, payload, options)
    return told


def _faulty_keys(template: Path, payload: Mapping[str, Any]) -> set[str]:
    try:
        precheck(Job(JobKind.PRECHECK, (), None, payload, limits=LIMITS), template)
    except InvalidArgument as error:
        paths = [each["path"] for each in error.detail["errors"]]
        return {key for key in payload if any(re.match(rf"\$\.payload\.{key}\b", path) for path in paths)}
    return set()


def fill_and_check(
    template: Path, folder: Path, payload: Mapping[str, Any], options: Options = _OPTIONS[0]
) -> str:
    """Inspect, precheck and fill ``template``; compare what they say with each other and with the result."""
    job = Job(JobKind.RUN, (), None, payload, options, limits=LIMITS)
    refusals: list[DocopsError] = []
    try:
        json.dumps(inspect(Job(JobKind.INSPECT, (), limits=LIMITS), template).as_dict())
    except TemplateLimitExceeded as error:
        refusals.append(error)
    try:
        expected = precheck(job._replace(kind=JobKind.PRECHECK), template).as_dict()
    except DocopsError as error:
        refusals.append(error)
    try:
        done = run_job(job, template, folder)
    except DocopsError as error:
        return _refused(error, refusals)
    assert not refusals, refusals
    assert done["exit_code"] == expected["expected_exit_code"]
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    _check(done, files)
    return f"exit code {done['exit_code']}"


def _refused(error: DocopsError, before: list[DocopsError]) -> str:
    """Check that a refusal is one of the contract's, and that the precheck said the same."""
    assert before, f"the precheck did not say: {error.message}"
    told = before[-1]
    assert (told.code, told.detail) == (error.code, error.detail)
    if isinstance(error, TemplateLimitExceeded):
        assert error.detail["limit"] in LIMITS._fields or error.detail["limit"].startswith(("block", "image"))
        return f"refused: {error.detail['limit']}"
    assert isinstance(error, InvalidArgument), f"{error.code}: {error.message} {error.inner}"
    assert error.detail["errors"]
    assert all(each["path"].startswith("$.payload") for each in error.detail["errors"])
    return _UNFIT


def _check(done: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Check exit code, proof and counts against each other."""
    proof = json.loads(files["out.integrity.json"])
    assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes")
    log, missing = json.loads(files["out.replace_log.json"]), json.loads(files["out.missing_fields.json"])
    entries, blocks = log["entries"], log.get("blocks", ())
    statuses = [each["status"] for each in (*entries, *blocks)]
    assert set(statuses) <= {"replaced", "expanded", "missing", "unsupported"}, set(statuses)
    is_unsupported = any(each["status"] == "unsupported" for each in entries)
    expected = (
        ExitCode.UNSUPPORTED_PLACEHOLDERS
        if is_unsupported
        else ExitCode.MISSING_REQUIRED
        if missing["missing_required"]
        else ExitCode.OK
    )
    assert done["exit_code"] == expected
    kept = sum(each["status"] == "missing" for each in blocks)
    left = sum(each["status"] != "replaced" and not (blocks and _is_nowhere(each)) for each in entries) + kept
    assert len(missing["left"]) == min(left, 1000)
    if not left and not missing["undeclared"]:
        _check_nothing_left(files["out.docx"])


def _is_nowhere(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is about a faulty tag of the template that is not in the document."""
    is_faulty = entry["status"] == "unsupported" and entry["kind"] != "unaccounted"
    return is_faulty and "result_path" not in entry and "part" not in entry


# What is never text: names of capitals and such signs before a name, where every bracket has its partner.
_TAG = re.compile("【(?:[#/^@=□]?[A-Z]+(?:[|][^【】]*)?)】")
_PARAGRAPH_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")


def _check_nothing_left(document: bytes) -> None:
    """Check that no tag is left in a document of which no report says so."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        content = archive.read("word/document.xml").decode()
    for paragraph in re.split("</?w:p[ >]", content):
        text = "".join(_PARAGRAPH_TEXT.findall(paragraph))
        assert not _TAG.search(text), f"left in silence: {text}"

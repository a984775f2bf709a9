"""The work on a batch: every row once, the same bytes whatever dies, and no row that stops the others."""

import hashlib
import io
import json
import multiprocessing
import os
import signal
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from docops_flask.batches import ending, runner
from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.result import result_blocks, result_of
from docops_flask.batches.status import status_of
from tests.batches.conftest import Office, rows_of
from tests.batches.poisoned import harmed, lying, slow
from tests.jobs.observing import renderers

# `make batches` does more.
ROWS = int(os.environ.get("DOCOPS_TEST_BATCH_ROWS", "100"))


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def result_bytes(batch: BatchFolder) -> bytes:
    done = batch.done()
    assert done is not None
    made = result_of(batch, 0, done.chunks)
    return b"".join(result_blocks(made, 0, made.size))


def lines(content: bytes) -> list[dict[str, Any]]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return [json.loads(line) for line in archive.read("results.jsonl").splitlines()]


def test_each_row_is_done_once_and_in_its_order(office: Office) -> None:
    batch = office.begin(rows_of({}, 230), pattern="【甲方】-【#】")
    office.finish(batch)
    done = batch.done()
    assert done is not None
    assert (done.state, done.exit_code, done.rows.total, done.rows.ok) == ("completed", 0, 230, 230)
    told = lines(result_bytes(batch))
    assert [each["row"] for each in told] == list(range(1, 231))
    assert told[229]["name"] == "公司230-230.docx"
    assert len({each["name"] for each in told}) == 230


def test_a_row_that_kills_its_renderer_or_is_too_large_fails_alone(office: Office) -> None:
    poison = {3: "KILLS", 11: "LARGE"}
    batch, clean = office.begin(rows_of(poison, 12)), office.begin(rows_of({}, 12))
    office.finish(batch, harmed)
    office.finish(clean)
    told = lines(result_bytes(batch))
    errors = {each["row"]: each["error"]["code"] for each in told if each["outcome"] == "failed"}
    assert errors == {3: "RENDERER_CRASHED", 11: "TEMPLATE_LIMIT_EXCEEDED"}
    assert [each["row"] for each in told] == list(range(1, 13))
    whole = {each["row"]: each["sha256"] for each in lines(result_bytes(clean))}
    assert {each["row"]: each["sha256"] for each in told if each["sha256"]}.items() <= whole.items()


def test_a_row_that_hangs_fails_alone(office: Office) -> None:
    batch = office.begin(rows_of({2: "HANGS"}, 2))
    office.finish(batch, harmed, timeout=4)
    told = lines(result_bytes(batch))
    assert [each["error"] and each["error"]["code"] for each in told] == [None, "REQUEST_TIMEOUT"]


def test_a_renderer_that_is_killed_changes_nothing(office: Office) -> None:
    clean = office.begin(rows_of({}, 120))
    office.finish(clean)
    other = office.begin(rows_of({}, 120))
    working = office.runner(slow)
    working.open()
    wait_for(lambda: other.plan() is not None and renderers())
    for pid in renderers():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: other.done() is not None)
    working.close()
    assert result_bytes(other) == result_bytes(clean)


def test_a_renderer_that_tells_of_other_rows_is_not_believed(office: Office) -> None:
    batch = office.begin(rows_of({}, 2))
    office.finish(batch, lying)
    assert {each["error"]["code"] for each in lines(result_bytes(batch))} == {"RENDERER_CRASHED"}


def test_a_file_without_rows_fails_the_batch_with_the_error_of_a_merge(office: Office) -> None:
    batch = office.begin("甲方,电话\nA,1\n".encode())
    office.finish(batch)
    done = batch.done()
    assert done is not None
    assert (done.state, done.error and done.error["code"]) == ("failed", "ROWS_INVALID")
    assert done.error is not None
    assert done.error["detail"]["rows"][0]["column"] == "电话"


def test_doubles_are_numbered_over_all_chunks(office: Office) -> None:
    batch = office.begin(rows_of(dict.fromkeys(range(1, 206), "同名"), 205), pattern="【甲方】")
    office.finish(batch)
    names = [each["name"] for each in lines(result_bytes(batch))]
    assert names == ["同名.docx", *(f"同名-{number}.docx" for number in range(2, 206))]


def test_a_batch_of_another_release_is_not_gone_on_with(office: Office) -> None:
    batch = office.begin(rows_of({}, 2))
    record = json.loads((batch.path / "job.json").read_bytes())
    (batch.path / "job.json").write_text(json.dumps({**record, "version": "0"}))
    office.finish(batch)
    done = batch.done()
    assert done is not None
    assert (done.state, done.error and done.error["code"]) == ("failed", "NOT_READY")


def test_nothing_is_begun_while_a_job_waits(office: Office) -> None:
    batch = office.begin(rows_of({}, 2))
    waits = True
    working = office.runner(may_start=lambda: not waits)
    working.open()
    with pytest.raises(AssertionError):
        wait_for(lambda: batch.plan() is not None, 0.5)
    waits = False
    wait_for(lambda: batch.done() is not None)
    working.close()


def test_a_plan_that_was_cut_off_is_made_again_with_the_same_shards(office: Office) -> None:
    clean, other = office.begin(rows_of({}, 150)), office.begin(rows_of({}, 150))
    (other.path / "shard").mkdir()
    (other.path / "shard" / "00000.jsonl").write_text("half a shard")
    (other.path / "shard.draft").mkdir()
    office.finish(clean)
    office.finish(other)
    assert result_bytes(other) == result_bytes(clean)


def test_a_server_that_dies_between_the_last_segment_and_the_end_changes_nothing(office: Office) -> None:
    batch = office.begin(rows_of({}, 3))
    died = multiprocessing.get_context("fork").Process(target=_die_before_the_end, args=(office,))
    died.start()
    died.join(60)
    assert died.exitcode == -signal.SIGKILL
    assert (batch.segments(), batch.done(), (batch.path / "result").exists()) == ([0], None, False)
    clean = office.begin(rows_of({}, 3))
    office.finish(clean)
    office.finish(batch)
    assert result_bytes(batch) == result_bytes(clean)
    # The same where the tail is there, or half of it.
    (batch.path / "done.json").unlink()
    (batch.path / "result" / "tail-0.draft").write_bytes(b"half")
    office.finish(batch)
    assert result_bytes(batch) == result_bytes(clean)


def _die_before_the_end(office: Office) -> None:
    def killed(_batch: BatchFolder) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return False

    setattr(runner, "end", killed)  # noqa: B010, the module does not export it
    office.runner().open()
    time.sleep(60)


def test_rows_that_kill_their_renderers_are_told_among_many(office: Office) -> None:
    every = 100
    poison = dict.fromkeys(range(every // 2, ROWS, every), "KILLS")
    batch = office.begin(rows_of(poison, ROWS))
    office.finish(batch, harmed, seconds=900)
    told = lines(result_bytes(batch))
    assert [each["row"] for each in told] == list(range(1, ROWS + 1))
    assert [each["row"] for each in told if each["outcome"] != "ok"] == list(poison)
    assert {told[row - 1]["error"]["code"] for row in poison} == {"RENDERER_CRASHED"}


def test_numbers_of_json_lines_stay_as_they_are_written(office: Office) -> None:
    rows = b'{"\xe7\x94\xb2\xe6\x96\xb9": "A", "\xe9\x87\x91\xe9\xa2\x9d": 1.50}\n'
    batch = office.begin(rows)
    office.finish(batch)
    archive = zipfile.ZipFile(io.BytesIO(result_bytes(batch)))
    document = zipfile.ZipFile(io.BytesIO(archive.read("docs/合同.docx"))).read("word/document.xml").decode()
    assert "1.50" in document


def test_each_part_is_a_sound_zip_of_its_rows(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "CHUNKS_OF_PART", 2)
    batch = office.begin(rows_of({}, 450), pattern="【#】")
    office.finish(batch)
    done = batch.done()
    assert done is not None
    assert [(each["first"], each["behind"]) for each in done.files] == [(0, 5), (0, 2), (2, 4), (4, 5)]
    assert status_of(batch)["parts"] == 3
    found: list[int] = []
    for part, about in enumerate(done.files[1:], 1):
        made = result_of(
            batch, part, [each for each in done.chunks if about["first"] <= each < about["behind"]]
        )
        content = b"".join(result_blocks(made, 0, made.size))
        assert (len(content), hashlib.sha256(content).hexdigest()) == (about["size"], about["sha256"])
        told = lines(content)
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert [f"docs/{each['name']}" for each in told] == names[: len(told)]
        found += [each["row"] for each in told]
    assert found == list(range(1, 451))


def test_logs_and_reports_of_each_row_are_in_the_result_where_asked_for(office: Office) -> None:
    batch = office.begin(rows_of({}, 2), all_artefacts=True)
    office.finish(batch)
    names = zipfile.ZipFile(io.BytesIO(result_bytes(batch))).namelist()
    assert {"rows/1/out.integrity.json", "rows/2/out.replace_log.json"} <= set(names)


def test_what_is_at_hand_is_told_while_the_batch_runs(office: Office) -> None:
    batch = office.begin(rows_of({}, 250))
    assert status_of(batch)["rows"]["total"] is None
    working = office.runner(slow)
    working.open()
    wait_for(lambda: len(batch.segments()) == 1)
    told = status_of(batch)
    working.close()
    assert (told["state"], told["rows"]["total"], told["rows"]["done"]) == ("running", 250, 100)
    office.finish(batch)
    assert status_of(batch)["rows"]["ok"] == 250

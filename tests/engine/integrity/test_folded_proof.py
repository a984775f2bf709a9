"""The proof of copies that the log tells of together finds whatever is not so."""

import copy
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ResultRefused
from docops_flask.engine.integrity import folded_proof, proof
from docops_flask.engine.integrity.verdict import Proof
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.run import results
from tests.factories import docx, p, r, tbl, tc, tr

_BODY = (
    p("before 【t】")
    + tbl(tr(tc(p("h"))), tr(tc(p("【#L】【a】")), tc(p(r("no. 【b】") + r("【/L】")))), tr(tc(p("【t】"))))
    + p("【#L】")
    + p("【a】: 【b】")
    + p("【#M】")
    + p("【c】")
    + p("【/M】")
    + p("【/L】")
    + p("after 【t】")
)
_COUNT = 12
Claims = dict[str, Any]


def _payload() -> dict[str, Any]:
    items = [
        {"a": f"a{number}", "b": f"b{number}", "M": [{"c": f"c{number}.{inner}"} for inner in range(5)]}
        for number in range(_COUNT)
    ]
    return {"t": "T", "L": items}


class Finished:
    """A finished job, of which log and document can be changed before it is proved again."""

    def __init__(self, arguments: tuple[Any, ...], content: bytes) -> None:
        self.package, self.evidence, _, self.log, *self.others = arguments
        self.content = content

    def proved(self, change: Callable[[Claims], object] | None, written: bytes | None = None) -> Proof | None:
        """Prove it once more, with a changed log or other bytes for the main part."""
        log = copy.deepcopy(self.log)
        if change is not None:
            change(log)
        stream = io.BytesIO()
        self.package.write(stream, {"word/document.xml": written or self.content})
        view = memoryview(stream.getvalue())
        return proof.prove_written(self.package, self.evidence, view, log, *self.others)


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Callable[[Callable[[Finished], None]], None]":
    """Calls a function with a finished job while its template is open."""

    def with_job(judge: Callable[[Finished], None]) -> None:
        def prove_written(*arguments: Any) -> Proof | None:
            done = proof.prove_written(*arguments)
            document = ZipReader(arguments[2], arguments[5])
            [entry] = [each for each in document.entries if each.name == "word/document.xml"]
            judge(Finished(arguments, bytes(document.read(entry))))
            return done

        monkeypatch.setattr(results, "prove_written", prove_written)
        template = tmp_path / "template.docx"
        template.write_bytes(docx(_BODY))
        run_job(Job(JobKind.RUN, (), None, _payload()), template, tmp_path)

    return with_job


def test_it_is_by_columns_that_all_is_found_right(
    judged: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Proof | None] = []
    prove_folded = folded_proof.prove_folded

    def noting(*arguments: Any) -> Proof | None:
        found.append(prove_folded(*arguments))
        return found[-1]

    monkeypatch.setattr(folded_proof, "prove_folded", noting)

    def judge(job: Finished) -> None:
        assert len(job.log["groups"]) == 3
        assert job.proved(None) is not None

    judged(judge)
    assert len(found) == 2
    assert None not in found


def _swap(items: list[Any], one: int = 2, other: int = 5) -> None:
    items[one], items[other] = items[other], items[one]


def _set(entry: Claims, **members: Any) -> None:
    entry.update(members)


_LIES: dict[str, Callable[[Claims], object]] = {
    "a value of another copy": lambda log: _swap(log["groups"][0]["entries"][0]["new_text"]),
    "values of another column": lambda log: _set(
        log["groups"][0]["entries"][0], new_text=log["groups"][0]["entries"][1]["new_text"]
    ),
    "copies in another order": lambda log: _swap(log["groups"][0]["copies"]),
    "a copy twice": lambda log: log["groups"][0]["copies"].__setitem__(3, log["groups"][0]["copies"][4]),
    "a copy that is none": lambda log: log["groups"][0]["copies"].__setitem__(3, ((0, 999),)),
    "an address of another copy": lambda log: _swap(log["groups"][0]["entries"][0]["result"]),
    "an address that is none": lambda log: log["groups"][0]["entries"][0]["result"].__setitem__(3, "t0.r99"),
    "another cell": lambda log: _set(log["groups"][0]["entries"][0], suffix=".c1.p0"),
    "a path of another item": lambda log: _swap(log["groups"][0]["entries"][0]["payload"]),
    "another member of the items": lambda log: _set(log["groups"][0]["entries"][0], key=".b"),
    "another run": lambda log: _set(log["groups"][0]["entries"][0], run_id="t0.r1.c0.p0:r7"),
    "another place": lambda log: _set(log["groups"][0]["entries"][0], start=1, end=4),
    "another paragraph": lambda log: _set(log["groups"][0]["entries"][0], paragraph_path="p0"),
    "another placeholder": lambda log: _set(log["groups"][0]["entries"][0], original_text="【x】"),
    "another name": lambda log: _set(log["groups"][0]["entries"][0], field_name="x"),
    "no entry for a placeholder": lambda log: log["groups"][0]["entries"].pop(),
    "an entry twice": lambda log: log["groups"][0]["entries"].append(log["groups"][0]["entries"][0]),
    "a group twice": lambda log: log["groups"].append(log["groups"][0]),
    "a group less": lambda log: log["groups"].pop(),
    "a copy more of the block": lambda log: _set(log["blocks"][0], copies=_COUNT + 1),
    "a copy less of the block": lambda log: _set(log["blocks"][0], copies=_COUNT - 1),
    "a block that ends elsewhere": lambda log: _set(log["blocks"][0], result_to="t0.r2"),
    "no entry about the copy that is read": lambda log: log["entries"].pop(1),
    "another value in the copy that is read": lambda log: _set(log["entries"][1], new_text="other"),
}


@pytest.mark.parametrize("lie", _LIES)
def test_a_log_that_says_otherwise_is_refused(judged: Callable[..., None], lie: str) -> None:
    def judge(job: Finished) -> None:
        with pytest.raises(ResultRefused):
            job.proved(_LIES[lie])

    judged(judge)


def test_columns_of_different_lengths_are_malformed(judged: Callable[..., None]) -> None:
    def judge(job: Finished) -> None:
        with pytest.raises(ResultRefused):
            job.proved(lambda log: log["groups"][0]["entries"][0]["new_text"].pop())

    judged(judge)


def _rows(content: bytes) -> list[bytes]:
    return [b"<w:tr" + each for each in content.split(b"<w:tr")[1:]]


_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "two copies swapped": lambda content: content.replace(b">a4<", b">A<").replace(b">a5<", b">a4<"),
    "a value": lambda content: content.replace(b">a4<", b">a4 <", 1),
    "a value of another copy": lambda content: content.replace(b">a4<", b">a5<", 1),
    "a row less": lambda content: content.replace(_rows(content)[6], b"", 1),
    "a row twice": lambda content: content.replace(_rows(content)[6], 2 * _rows(content)[6], 1),
    "rows in another order": lambda content: content.replace(
        _rows(content)[6] + _rows(content)[7], _rows(content)[7] + _rows(content)[6], 1
    ),
    "a property": lambda content: content.replace(
        _rows(content)[6], _rows(content)[6].replace(b"<w:p>", b"<w:p w:rsidR='1'>", 1), 1
    ),
    "white space between tags": lambda content: content.replace(
        _rows(content)[6], _rows(content)[6].replace(b"<w:tc>", b"<w:tc >", 1), 1
    ),
    "an inner copy": lambda content: content.replace(b"c7.3", b"c7.2", 1),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_a_document_that_is_another_is_refused(judged: Callable[..., None], change: str) -> None:
    def judge(job: Finished) -> None:
        changed = _CHANGES[change](job.content)
        assert changed != job.content
        with pytest.raises(ResultRefused):
            job.proved(None, changed)

    judged(judge)


def test_what_log_and_document_say_alike_has_to_be_what_the_task_gives(judged: Callable[..., None]) -> None:
    def judge(job: Finished) -> None:
        changed = job.content.replace(b">a4<", b">XX<", 1)

        def change(log: Claims) -> None:
            texts = log["groups"][0]["entries"][0]["new_text"]
            texts[texts.index("a4")] = "XX"

        with pytest.raises(ResultRefused) as refused:
            job.proved(change, changed)
        assert "1 x value" in str(refused.value.inner)

    judged(judge)


def test_the_log_has_an_entry_of_its_own_for_each_copy(judged: Callable[..., None], tmp_path: Path) -> None:
    judged(lambda job: None)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        log = json.loads(archive.read("out.replace_log.json"))
    assert "groups" not in log
    assert len(log["entries"]) == 3 + 2 * _COUNT * 2 + 5 * _COUNT
    paths = [entry["result_path"] for entry in log["entries"]]
    assert len(set(paths)) == 3 + 3 * _COUNT + 5 * _COUNT

"""The library: what may be used, what is stopped and why, and that the bytes are those that were checked."""

import os
import signal
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine import pipeline
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job
from docops_flask.engine.options import Options
from docops_flask.intake.catalogue.office import Office, read_office
from docops_flask.intake.library import entry, folder, inspection
from docops_flask.intake.library.entry import TemplateStopped
from docops_flask.intake.library.library import NO_LIBRARY, Checked, defaults_of, make_copy, open_copy
from docops_flask.jobs.errors import NotReady
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspaces
from docops_flask.settings.settings import Settings
from tests.factories import docx, p
from tests.library_folders import CONTRACT, NOTICE, put, sha256
from tests.optional import not_none

Check = Callable[..., Checked]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    made = tmp_path / "copy"
    made.mkdir()
    return made


@pytest.fixture
def check(tmp_path: Path, copy: Path) -> Check:
    """Check the folder ``lib``; renderers are forked, so that a test can change what they do."""

    def run(**settings: Any) -> Checked:
        (tmp_path / "work").mkdir(exist_ok=True)
        workspaces = Workspaces(tmp_path / "work")
        office: Office = read_office(Settings(**{"mp_start": "fork", **settings}))
        try:
            return make_copy(tmp_path / "lib", office, workspaces, copy)
        finally:
            workspaces.close()

    return run


def reasons(checked: Checked) -> dict[str, str]:
    return {fault.name: fault.reason for fault in checked.faults}


def test_a_template_is_known_by_its_files_name_with_its_hash_and_fields(
    tmp_path: Path, check: Check, copy: Path
) -> None:
    put(tmp_path / "lib", "采购合同", toml='[labels]\n"甲方" = { en = "Party A", zh = "甲方名称" }\n')
    checked = check()
    (template,) = checked.templates
    assert (template.name, template.title.zh, template.template_sha256) == (
        "采购合同",
        "采购合同",
        sha256(CONTRACT),
    )
    assert (checked.faults, checked.findings) == ((), ())
    library = open_copy(copy)
    assert library.templates == checked.templates
    assert library.content(template) == CONTRACT
    details = library.details(template)
    assert set(details["schema"]["properties"]) == {"合同编号", "甲方"}
    assert details["language"] == 2
    assert [(each["name"], each["label"]) for each in details["fields"]] == [
        ("合同编号", None),
        ("甲方", {"en": "Party A", "zh": "甲方名称"}),
    ]


def test_a_document_type_gives_schema_and_sample(tmp_path: Path, check: Check, copy: Path) -> None:
    put(tmp_path / "lib", "notice", NOTICE, 'document_type = "meeting_notice"')
    (template,) = check().templates
    details = open_copy(copy).details(template)
    assert details["sample_task"]["task_type"] == "meeting_notice"
    assert set(details["sample_task"]["payload"]) == {"meeting_title", "meeting_date"}
    assert "organizer" in details["schema"]["properties"]


def test_an_approved_hash_lets_its_bytes_pass_and_no_others(tmp_path: Path, check: Check, copy: Path) -> None:
    put(tmp_path / "lib", "right", toml=f'approved_sha256 = "{sha256(CONTRACT)}"')
    put(tmp_path / "lib", "wrong", NOTICE, toml=f'approved_sha256 = "{sha256(CONTRACT)}"')
    checked = check()
    assert [each.name for each in checked.templates] == ["right"]
    (fault,) = checked.faults
    assert (fault.name, fault.reason) == ("wrong", entry.NOT_APPROVED)
    assert sha256(NOTICE) in fault.message
    # What is not approved is not even kept.
    assert not (copy / f"{sha256(NOTICE)}.docx").exists()


def test_a_broken_file_stops_that_template_and_no_other(tmp_path: Path, check: Check) -> None:
    lib = tmp_path / "lib"
    put(lib, "a")
    put(lib, "empty", b"")
    put(lib, "cut", CONTRACT[:-40])
    put(lib, "text", b"plain text")
    put(lib, "toml", toml="policy = 1")
    put(lib, "z", NOTICE)
    (lib / "alone.toml").write_text("")
    (lib / "folder.docx").mkdir()
    os.mkfifo(lib / "pipe.docx")
    (lib / "gone.docx").symlink_to(lib / "nowhere")
    checked = check()
    assert [each.name for each in checked.templates] == ["a", "z"]
    assert reasons(checked) == {
        "alone": entry.NO_TEMPLATE,
        "cut": entry.UNUSABLE,
        "empty": entry.UNUSABLE,
        "folder": entry.UNREADABLE,
        "gone": entry.UNREADABLE,
        "pipe": entry.UNREADABLE,
        "text": entry.UNUSABLE,
        "toml": entry.TOML,
    }
    assert all(fault.name in fault.message and "\n" not in fault.message for fault in checked.faults)


def test_a_zip_bomb_is_stopped_by_the_limits_of_templates(tmp_path: Path, check: Check) -> None:
    put(
        tmp_path / "lib",
        "bomb",
        docx(p("x"), extra={"customXml/item1.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}),
    )
    put(tmp_path / "lib", "many", docx(p("x"), extra={f"x/{number}.bin": b"" for number in range(1100)}))
    put(tmp_path / "lib", "plain")
    checked = check()
    assert [each.name for each in checked.templates] == ["plain"]
    assert reasons(checked) == dict.fromkeys(("bomb", "many"), entry.UNUSABLE)


def test_files_over_the_limit_of_uploads_are_stopped(tmp_path: Path, check: Check) -> None:
    put(tmp_path / "lib", "large", docx(p("x"), extra={"word/media/a.bin": os.urandom(5000)}))
    put(tmp_path / "lib", "small")
    checked = check(max_upload_bytes=4000)
    assert ([each.name for each in checked.templates], reasons(checked)) == (
        ["small"],
        {"large": entry.TOO_LARGE},
    )


def test_there_is_a_limit_for_all_templates(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        put(tmp_path / "lib", name)
    monkeypatch.setattr(folder, "MAX_LIBRARY_BYTES", 2 * len(CONTRACT))
    assert reasons(check()) == {"c": entry.TOO_LARGE}
    monkeypatch.setattr(folder, "MAX_LIBRARY_BYTES", 10 * len(CONTRACT))
    monkeypatch.setattr(folder, "MAX_TEMPLATES", 1)
    assert reasons(check()) == {"b": entry.TOO_LARGE, "c": entry.TOO_LARGE}


@pytest.mark.parametrize(
    "name",
    [unicodedata.normalize("NFD", "Zürich"), " blank", "a\\b", "line\nend", "x" * 101, "\u202etxet"],
    ids=ascii,
)
def test_a_name_that_cannot_be_used_has_a_line_and_is_unknown(
    tmp_path: Path, check: Check, copy: Path, name: str
) -> None:
    put(tmp_path / "lib", name)
    checked = check()
    assert ([*checked.templates], reasons(checked)) == ([], {name: entry.NAME})
    assert checked.faults[0].message.isprintable()
    with pytest.raises(InvalidArgument):
        open_copy(copy).find(name)


def test_hidden_files_and_those_that_word_leaves_are_no_templates(tmp_path: Path, check: Check) -> None:
    put(tmp_path / "lib", ".hidden")
    put(tmp_path / "lib", "~$notice")
    (tmp_path / "lib" / "README.md").write_text("x")
    checked = check()
    assert (checked.templates, checked.faults) == ((), ())


def test_a_config_maps_links_are_followed(tmp_path: Path, check: Check) -> None:
    file = put(tmp_path / "lib" / "..data", "a")
    (tmp_path / "lib" / "a.docx").symlink_to(file)
    assert [each.name for each in check().templates] == ["a"]


def test_what_runs_could_not_fill_and_labels_of_no_field_are_told_and_stop_nothing(
    tmp_path: Path, check: Check
) -> None:
    put(tmp_path / "lib", "a", docx(p("【meeting_title】")), '[labels]\n"乙方" = { en = "B", zh = "乙" }\n')
    checked = check()
    assert [each.name for each in checked.templates] == ["a"]
    assert [(each.code, each.place) for each in checked.findings] == [
        ("malformed", "p0"),
        ("UNKNOWN_LABEL", ""),
    ]


# What happens to renderers.


def misbehaving(act: Callable[[], object]) -> Callable[[Job, str], Any]:
    """An inspection that calls ``act`` for a template that says so."""
    inspect = pipeline.inspect

    def do(job: Job, template: str) -> Any:
        found = inspect(job, template)
        if any(field.name == "坏" for field in found.fields):
            act()
        return found

    return do


BAD = docx(p("【=坏】"))


def put_two_bad_ones(lib: Path) -> None:
    for name, content in (("a", CONTRACT), ("b", BAD), ("c", NOTICE), ("d", BAD), ("e", CONTRACT)):
        put(lib, name, content)


@pytest.mark.parametrize(
    "act",
    [
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: os._exit(0),
        lambda: 1 / 0,
        lambda: (_ for _ in ()).throw(MemoryError),
    ],
    ids=["killed", "left", "bug", "memory"],
)
def test_a_template_that_crashes_its_renderer_is_named_and_the_others_go_on(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]
) -> None:
    put_two_bad_ones(tmp_path / "lib")
    monkeypatch.setattr(pipeline, "inspect", misbehaving(act))
    checked = check()
    assert [each.name for each in checked.templates] == ["a", "c", "e"]
    assert reasons(checked) == {"b": entry.CRASHED, "d": entry.CRASHED}


def test_a_template_that_takes_too_long_is_named_and_the_others_go_on(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_two_bad_ones(tmp_path / "lib")
    monkeypatch.setattr(pipeline, "inspect", misbehaving(lambda: time.sleep(600)))
    # Enough for the others on a loaded machine.
    checked = check(request_timeout_seconds=5.0)
    assert [each.name for each in checked.templates] == ["a", "c", "e"]
    assert reasons(checked) == {"b": entry.TOO_SLOW, "d": entry.TOO_SLOW}


def test_the_inspection_of_all_of_them_has_a_time_limit_too(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_two_bad_ones(tmp_path / "lib")
    monkeypatch.setattr(pipeline, "inspect", misbehaving(lambda: os._exit(0)))
    monkeypatch.setattr(Settings, "library_seconds", 0.0)
    checked = check()
    assert reasons(checked) == dict.fromkeys("abcde", entry.NOT_CHECKED)


def test_a_renderer_leaves_the_rest_to_another_when_half_of_its_time_is_over(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        put(tmp_path / "lib", name)
    monkeypatch.setattr(inspection, "_SHARE_OF_TIME", 0.0)
    begun: list[Job] = []
    run = Renderer.run

    def noted(self: Renderer, job: Job, *arguments: Any) -> Any:
        begun.append(job)
        return run(self, job, *arguments)

    monkeypatch.setattr(Renderer, "run", noted)
    assert [each.name for each in check().templates] == ["a", "b", "c"]
    assert len(begun) == 3


def test_one_renderer_does_them_all(tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        put(tmp_path / "lib", f"t{number}", docx(p(f"{number} 【=甲方】")))
    begun: list[Job] = []
    run = Renderer.run

    def noted(self: Renderer, job: Job, *arguments: Any) -> Any:
        begun.append(job)
        return run(self, job, *arguments)

    monkeypatch.setattr(Renderer, "run", noted)
    assert len(check().templates) == 40
    assert len(begun) == 1


def test_without_renderers_nothing_is_called_crashed(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "lib", "a")

    def none(*_arguments: Any, **_named: Any) -> Any:
        raise OSError(11, "no process")

    monkeypatch.setattr("docops_flask.jobs.renderer.RendererProcess.start", none)
    with pytest.raises(NotReady):
        check()


# Use.


def test_a_copy_that_was_changed_later_is_stopped(tmp_path: Path, check: Check, copy: Path) -> None:
    put(tmp_path / "lib", "a")
    (template,) = check().templates
    library = open_copy(copy)
    (copy / f"{sha256(CONTRACT)}.docx").write_bytes(NOTICE)
    with pytest.raises(TemplateStopped) as stopped:
        library.content(template)
    assert stopped.value.detail["reason"] == entry.CHANGED
    (copy / f"{template.details_sha256}.json").unlink()
    with pytest.raises(TemplateStopped):
        library.details(template)


def test_a_file_that_is_changed_in_the_folder_has_no_effect(tmp_path: Path, check: Check, copy: Path) -> None:
    file = put(tmp_path / "lib", "a")
    (template,) = check().templates
    file.write_bytes(NOTICE)
    assert open_copy(copy).content(template) == CONTRACT


@pytest.mark.parametrize("name", ["", "A", "..", "../a", "a/", "/a", "a.docx", "a\0", "ａ"])
def test_another_name_is_unknown(tmp_path: Path, check: Check, copy: Path, name: str) -> None:
    put(tmp_path / "lib", "a")
    check()
    with pytest.raises(InvalidArgument) as refused:
        open_copy(copy).find(name)
    assert refused.value.detail["allowed"] == ["a"]


def test_a_server_without_a_library_knows_no_name() -> None:
    with pytest.raises(InvalidArgument) as refused:
        NO_LIBRARY.find("a")
    assert "DOCOPS_TEMPLATES_DIR" in refused.value.message
    assert refused.value.detail["allowed"] == []


def test_the_defaults_are_options_policy_and_document_type(tmp_path: Path, check: Check) -> None:
    toml = 'policy = "gbt9704-2012"\ndocument_type = "meeting_notice"\n[options]\nlang = "en"\n'
    put(tmp_path / "lib", "a", NOTICE, toml)
    (template,) = check().templates
    office = read_office(Settings())
    defaults = defaults_of(template, office.policies)
    assert defaults.options == Options(lang="en", format_baseline="policy")
    assert (not_none(defaults.policy).name, defaults.task_type) == ("gbt9704-2012", "meeting_notice")
    missing = template._replace(policy="gone")
    with pytest.raises(TemplateStopped):
        defaults_of(missing, office.policies)

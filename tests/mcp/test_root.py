"""Files below the root, and none beside it: paths, links, pipes, races."""

import errno
import os
from pathlib import Path

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.intake.assets import UploadTooLarge
from docops_flask.mcp.root import Root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    (made / "sub").mkdir(parents=True)
    (made / "sub" / "a.docx").write_bytes(b"inside")
    (tmp_path / "secret.docx").write_bytes(b"outside")
    return made


def read(folder: Path, path: str, most_bytes: int = 100) -> bytes:
    target = folder.parent / "copy"
    target.unlink(missing_ok=True)
    Root(folder).copy("template", path, target, most_bytes, "DOCOPS_MAX_UPLOAD_BYTES")
    return target.read_bytes()


def test_a_file_is_read_by_a_path_relative_to_the_root_or_a_whole_one(folder: Path) -> None:
    for path in ("sub/a.docx", "./sub/../sub/a.docx", f"{folder}/sub/a.docx"):
        assert read(folder, path) == b"inside"


def test_a_link_inside_is_followed_to_a_file_inside(folder: Path) -> None:
    (folder / "link.docx").symlink_to("sub/a.docx")
    (folder / "other").symlink_to(folder / "sub")
    assert read(folder, "link.docx") == read(folder, "other/a.docx") == b"inside"


def test_nothing_outside_is_read_and_all_such_paths_are_refused_alike(folder: Path) -> None:
    (folder / "link.docx").symlink_to("../secret.docx")
    (folder / "up").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    outside = [
        "../secret.docx",
        "sub/../../secret.docx",
        str(folder.parent / "secret.docx"),
        "link.docx",
        "up/secret.docx",
        # Whether a file outside is there is not told either.
        "../none.docx",
        "/etc/passwd",
        "~/secret.docx/../../../secret.docx",
        "loop/x",
        "a\0b",
    ]
    for path in outside:
        with pytest.raises(InvalidArgument) as caught:
            read(folder, path)
        assert "is not below the server's folder" in caught.value.message or path == "loop/x"
        assert str(folder.parent) not in caught.value.message.replace(path, "")
        assert caught.value.detail == {"field": "template"}


def test_a_folder_is_not_left_by_a_name_that_only_begins_like_it(folder: Path) -> None:
    beside = folder.with_name("root2")
    beside.mkdir()
    (beside / "b.docx").write_bytes(b"outside")
    with pytest.raises(InvalidArgument, match="is not below"):
        read(folder, str(beside / "b.docx"))


def test_only_files_are_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe.docx")
    for path, problem in {
        "sub": "is a folder; give the path of a file",
        ".": "is a folder",
        "pipe.docx": "is no file",
        "none.docx": "cannot be read (No such file or directory)",
        "sub/a.docx/x": "cannot be read (Not a directory)",
    }.items():
        with pytest.raises(InvalidArgument) as caught:
            read(folder, path)
        assert problem in caught.value.message


def test_no_more_is_read_than_is_allowed(folder: Path) -> None:
    with pytest.raises(UploadTooLarge, match="template: larger than 5 bytes"):
        read(folder, "sub/a.docx", 5)


def test_a_link_put_in_place_of_a_folder_after_the_look_is_not_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Root(folder)
    steps = root.steps("template", "sub/a.docx")
    (folder / "sub").rename(folder / "moved")
    (folder / "sub").symlink_to("..")
    (folder.parent / "a.docx").write_bytes(b"outside")
    monkeypatch.setattr(root, "steps", lambda _argument, _path: steps)
    with pytest.raises(InvalidArgument, match="cannot be read"):
        root.copy("template", "sub/a.docx", folder.parent / "copy", 100, "x")
    made = folder.parent / "made"
    made.write_bytes(b"made")
    with pytest.raises(InvalidArgument, match="cannot be written"):
        root.write("out", ("sub",), {"b.docx": made}, overwrite=False)
    assert not (folder.parent / "b.docx").exists()


def write(folder: Path, *names: str, overwrite: bool = False, others: tuple[str, ...] = ()) -> None:
    files = {name: folder.parent / f"made-{name}" for name in names}
    for name, made in files.items():
        made.write_bytes(f"new {name}".encode())
    root = Root(folder)
    root.write("out", root.steps("out", "new/deep"), files, others, overwrite=overwrite)


def test_files_are_written_into_a_folder_that_is_made(folder: Path) -> None:
    write(folder, "a.docx", "a.json")
    written = folder / "new" / "deep"
    assert {file.name: file.read_bytes() for file in written.iterdir()} == {
        "a.docx": b"new a.docx",
        "a.json": b"new a.json",
    }
    mask = os.umask(0)
    os.umask(mask)
    assert (written / "a.docx").stat().st_mode & 0o777 == 0o666 & ~mask


def test_nothing_is_replaced_unless_that_is_asked_for(folder: Path) -> None:
    write(folder, "a.docx", "a.json")
    (folder / "new" / "deep" / "a.json").write_bytes(b"kept")
    (folder / "new" / "deep" / "a.docx").unlink()
    with pytest.raises(InvalidArgument) as caught:
        write(folder, "a.docx", "a.json")
    assert caught.value.message == (
        "out: a.json would be overwritten; choose another name, or set overwrite."
    )
    assert [file.name for file in (folder / "new" / "deep").iterdir()] == ["a.json"]
    write(folder, "a.docx", overwrite=True, others=("a.json", "a.pdf"))
    assert [file.name for file in (folder / "new" / "deep").iterdir()] == ["a.docx"]


def test_a_link_at_the_place_of_a_result_is_replaced_and_not_written_through(folder: Path) -> None:
    (folder / "new" / "deep").mkdir(parents=True)
    (folder / "new" / "deep" / "a.docx").symlink_to(folder.parent / "secret.docx")
    write(folder, "a.docx", overwrite=True)
    assert (folder.parent / "secret.docx").read_bytes() == b"outside"
    assert not (folder / "new" / "deep" / "a.docx").is_symlink()


def test_a_place_that_takes_no_files_is_refused_and_nothing_is_left(folder: Path) -> None:
    (folder / "new").write_bytes(b"a file")
    with pytest.raises(InvalidArgument, match="out: cannot be written"):
        write(folder, "a.docx")


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("names", [("a.docx", "a.json"), ("a.json", "a.docx")])
def test_a_folder_is_never_replaced_and_nothing_is_written_then(
    folder: Path, names: tuple[str, str], overwrite: bool
) -> None:
    (folder / "new" / "deep" / "a.docx").mkdir(parents=True)
    with pytest.raises(InvalidArgument) as caught:
        write(folder, *names, overwrite=overwrite)
    assert caught.value.message == "out: a.docx is a folder; choose another name."
    with pytest.raises(InvalidArgument, match=r"a\.docx is a folder"):
        write(folder, "a.json", overwrite=overwrite, others=("a.docx",))
    assert [file.name for file in (folder / "new" / "deep").iterdir()] == ["a.docx"]


def test_where_a_name_is_taken_in_the_meantime_nothing_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docops_flask.mcp.root._kinds", lambda _names, _folder: {})
    (folder / "new" / "deep").mkdir(parents=True)
    (folder / "new" / "deep" / "a.json").write_bytes(b"of somebody")
    with pytest.raises(InvalidArgument, match="out: cannot be written"):
        write(folder, "a.docx", "a.json")
    found = {file.name: file.read_bytes() for file in (folder / "new" / "deep").iterdir()}
    assert found == {"a.json": b"of somebody"}


def test_files_are_written_where_there_are_no_hard_links(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write(folder, "a.docx", "a.json")
    found = {file.name: file.read_bytes() for file in (folder / "new" / "deep").iterdir()}
    assert found == {"a.docx": b"new a.docx", "a.json": b"new a.json"}
    with pytest.raises(InvalidArgument, match="would be overwritten"):
        write(folder, "a.docx")


def test_documents_are_listed_that_can_be_read_without_hidden_ones(folder: Path) -> None:
    (folder / ".hidden").mkdir()
    for name in (".hidden/c.docx", "~$a.docx", ".b.docx", "B.DOCX", "notes.txt", "a\nb.docx"):
        (folder / name).write_bytes(b"")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.docx")).write_bytes(b"")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe.docx")
    (folder / "outside.docx").symlink_to(folder.parent / "secret.docx")
    (folder / "to nothing.docx").symlink_to("nothing.docx")
    (folder / "sub" / "inside.docx").symlink_to("a.docx")
    assert Root(folder).documents(10) == ["B.DOCX", "sub/a.docx", "sub/inside.docx"]
    assert Root(folder).documents(1) == ["B.DOCX"]


def test_a_root_that_is_no_folder_is_refused(folder: Path) -> None:
    for path in (folder / "none", folder / "sub" / "a.docx"):
        with pytest.raises(OSError, match=r"no folder|No such file"):
            Root(path)

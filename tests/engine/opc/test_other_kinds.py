"""A file that is no Word document is refused by what it is, with the way out."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.engine.errors import DocopsError, InvalidMediaType, InvalidTemplate
from docops_flask.engine.opc.first_bytes import FirstBytes
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.other_archives import kind_of_archive, kind_of_other
from docops_flask.engine.opc.other_kinds import OTHER_KINDS, sentence_of
from docops_flask.engine.opc.package import Package
from tests.engine.mistaken_files import ALL, BY_ARCHIVE, BY_BYTES, DOCX, compound_file

FOUND = (
    *("encrypted", "doc", "rtf", "html", "odt", "pdf", "dotx", "docm", "xlsx", "zip_of_files"),
    *("base64", "empty", "truncated", "unknown"),
)


def kind_of(content: bytes, block: int = 1 << 20) -> str | None:
    first = FirstBytes()
    for start in range(0, len(content), block):
        first.feed(content[start : start + block])
    return first.kind()


@pytest.mark.parametrize("name", BY_BYTES)
@pytest.mark.parametrize("block", [1 << 20, 100, 7])
def test_the_bytes_tell_what_a_file_is_in_whatever_blocks_they_come(name: str, block: int) -> None:
    content, found = BY_BYTES[name]
    kind = kind_of(content, block)
    assert kind is not None
    assert OTHER_KINDS[kind].found == found


@pytest.mark.parametrize("name", BY_ARCHIVE)
def test_the_bytes_do_not_tell_what_is_in_an_archive(name: str) -> None:
    assert kind_of(BY_ARCHIVE[name][0]) is None


@pytest.mark.parametrize("name", ALL)
def test_a_package_is_refused_by_what_it_is(tmp_path: Path, name: str) -> None:
    content, found = ALL[name]
    path = tmp_path / "template.docx"
    path.write_bytes(content)
    with pytest.raises((InvalidMediaType, InvalidTemplate)) as caught:
        Package(path, Limits())
    error: DocopsError = caught.value
    assert error.detail["found"] == found
    sentence = sentence_of(error.detail)
    assert sentence is not None
    assert error.message == f"template: {sentence.en}"


def test_a_sound_document_is_no_other_kind() -> None:
    assert kind_of(DOCX) is None
    assert kind_of_archive(DOCX) is None


def test_the_kinds_are_those_of_the_contract() -> None:
    assert {kind.found for kind in OTHER_KINDS.values()} == set(FOUND)
    assert set(FOUND) <= OTHER_KINDS.keys()


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_each_kind_is_one_sentence_with_the_way_out_in_both_languages(name: str) -> None:
    english, chinese = OTHER_KINDS[name].sentence
    assert english.count(". ") == 0
    assert english.endswith(".")
    assert ": " in english
    assert "retry" not in english
    assert chinese.endswith("。")
    assert chinese.count("。") == 1
    assert "请" in chinese


def test_the_sentence_about_a_password_says_where_it_is_removed() -> None:
    english, _ = OTHER_KINDS["encrypted"].sentence
    assert "protected with a password: remove it in Word under File > Info" in english


def test_a_name_of_a_stream_in_a_text_does_not_count() -> None:
    text = compound_file(["WordDocument"]) + "EncryptedPackage".encode("utf-16-le") * 20
    assert kind_of(text) == "doc"
    assert kind_of(compound_file(["X"]) + b"x" + compound_file(["EncryptedPackage"])) == "doc"


STARTS = (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<", b"{", b"\xff\xfe", b"UEsD", b"<!--")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=600), st.integers(1, 700))
def test_no_bytes_make_the_recogniser_fail(start: bytes, rest: bytes, block: int) -> None:
    content = start + rest
    assert kind_of(content, block) in (None, *OTHER_KINDS)
    assert kind_of(content, block) == kind_of(content)
    assert kind_of_other(content) in OTHER_KINDS
    assert kind_of_archive(content) in (None, *OTHER_KINDS)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_to_an_archive_makes_it_fail(data: st.DataObject) -> None:
    content = bytearray(
        data.draw(st.sampled_from([each[0] for each in BY_ARCHIVE.values() if len(each[0]) < 9000]))
    )
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert kind_of_archive(bytes(content)) in (None, *OTHER_KINDS)


@pytest.mark.parametrize(
    "text", [b"<!---->" * 580, b"a:b\n " * 800, b"<!--" * 1000, b"A" * 4096, b"data:" * 800]
)
def test_a_hostile_beginning_takes_no_time(text: bytes) -> None:
    # Each would take minutes by a pattern that tries all ways to divide it.
    assert kind_of(text) in OTHER_KINDS

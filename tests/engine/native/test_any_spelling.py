"""Marks are found however their XML is written: prefixes, the default namespace, CDATA, encodings."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests.engine.native.filled_controls import OLD
from tests.engine.native.word_controls import box, control, date
from tests.engine.native.word_fields import complex_field, merge_field, simple
from tests.engine.open_jobs import run_open
from tests.factories import W, docx, p, r

_FORM = complex_field(" FORMTEXT ", r("x"), data='<w:ffData><w:name w:val="F"/><w:textInput/></w:ffData>')
_BODY = (
    p(control("A", OLD), merge_field("B"), simple("MERGEFIELD C", r("x")), _FORM)
    + p(control("K", r("☐"), box(("00FE", "Wingdings"))), control("D", OLD, date(full="")))
    + p(control("T", OLD, by="alias"))
)
_PAYLOAD = {"A": "1", "B": "2", "C": "3", "F": "4", "K": True, "D": "2026-05-06", "T": "5"}


def _default_namespace(content: str) -> str:
    content = re.sub("<(/?)w:", r"<\1", content).replace(f'xmlns:w="{W}"', f'xmlns="{W}" xmlns:q="{W}"')
    return re.sub(" w:([A-Za-z]+=)", r" q:\1", content)


def _other_prefix(content: str) -> str:
    return re.sub(r"([< /])w:", r"\1zz:", content).replace("xmlns:w=", "xmlns:zz=")


def _cdata(content: str) -> str:
    return content.replace("> MERGEFIELD B", "><![CDATA[ MERGE]]><!-- x -->FIELD B")


def _references(content: str) -> str:
    return content.replace("MERGEFIELD", "&#77;ERGEF&#x49;ELD")


def _spaces(content: str) -> str:
    return re.sub('<w:(tag|alias) w:val="(.)"/>', r"<w:\1 w:x='>'\n w:val = '\2' />", content)


@pytest.mark.parametrize("rewrite", [_default_namespace, _other_prefix, _cdata, _references, _spaces])
@pytest.mark.parametrize("encoding", [("UTF-8", "utf-8"), ("UTF-16", "utf-16"), ("ISO-8859-1", "iso-8859-1")])
def test_marks_are_filled(tmp_path: Path, rewrite: Callable[[str], str], encoding: tuple[str, str]) -> None:
    run = run_open(tmp_path, _rewritten(docx(_BODY), rewrite, *encoding), _PAYLOAD)
    root = etree.fromstring(run.part("word/document.xml"))
    w = {"w": W}
    texts = [
        "".join(text.text or "" for text in each.iter(f"{{{W}}}t")) for each in root.iterfind(".//w:p", w)
    ]
    assert texts == ["1234", "2026年5月6日", "5"]
    [sign] = root.iterfind(".//w:sym", w)
    assert (sign.get(f"{{{W}}}font"), sign.get(f"{{{W}}}char")) == ("Wingdings", "F0FE")
    [stated] = root.iterfind(".//w:date", w)
    assert stated.get(f"{{{W}}}fullDate") == "2026-05-06T00:00:00Z"
    assert run.json("out.integrity.json")["exactness"] == "bytes"
    assert run.result.exit_code == 0


@pytest.mark.parametrize("mark", [control("A", OLD), merge_field("A"), simple("MERGEFIELD A", r("x")), _FORM])
@pytest.mark.parametrize("rewrite", [_default_namespace, _other_prefix, _references])
def test_one_kind_alone_is_found(tmp_path: Path, mark: str, rewrite: Callable[[str], str]) -> None:
    run = run_open(tmp_path, _rewritten(docx(p(mark)), rewrite, "UTF-8", "utf-8"), {})
    assert run.result.exit_code == 2


@pytest.mark.parametrize("rewrite", [_default_namespace, _other_prefix])
def test_copies_without_a_value_lack_what_one_copy_alone_has(
    tmp_path: Path, rewrite: Callable[[str], str]
) -> None:
    marked = control("A", f'<w:bookmarkStart w:id="0" w:name="b"/>{OLD}<w:bookmarkEnd w:id="0"/>')
    body = p("【#L】") + p(marked) + p("【/L】")
    run = run_open(tmp_path, _rewritten(docx(body), rewrite, "UTF-8", "utf-8"), {"L": [{}, {"A": "v"}, {}]})
    root = etree.fromstring(run.part("word/document.xml"))
    assert [len(root.findall(f".//{{{W}}}{each}")) for each in ("bookmarkStart", "bookmarkEnd")] == [1, 1]
    assert "".join(each.text or "" for each in root.iter(f"{{{W}}}t")) == "oldvold"


def _rewritten(template: bytes, rewrite: Callable[[str], str], name: str, codec: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as source, zipfile.ZipFile(made, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            if member == "word/document.xml":
                text = rewrite(content.decode()).replace('encoding="UTF-8"', f'encoding="{name}"')
                content = text.encode(codec, "xmlcharrefreplace")
            target.writestr(member, content)
    return made.getvalue()

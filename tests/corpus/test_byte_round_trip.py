"""Real documents, filled where placeholders were put into their bytes: no other byte changes."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from tests.corpus.test_corpus import REFUSED, member, run

_FILLED_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml\Z")
_TEXT = re.compile(rb"<w:t( [^<>]*[^<>/])?>([^<>]*)</w:t>")
_MOST_FIELDS = 150
_KEEP = ' xml:space="preserve"'
# Runs that a content control holds, up to the end.
_IN_CONTROL = re.compile(rb"<w:sdtContent>(?:(?!</w:sdtContent>|<w:p[ >]).)*\Z", re.DOTALL)
_NEXT_RUN = "</w:t></w:r><w:r><w:t>"


class Form(NamedTuple):
    """How a placeholder is put into a text, its value, what stands there once it is filled.

    ``{}`` is where the name goes. ``is_before`` says that it stands before the text, else behind it;
    ``needs_space`` that the w:t has to keep white space.
    """

    placeholder: str
    value: str
    filled: str
    is_before: bool = False
    needs_space: bool = False


_SPLIT_RUNS = Form(f"【{_NEXT_RUN}{{}}{_NEXT_RUN}】", "split runs", "split runs")
_SPLIT_IN_CONTROL = _SPLIT_RUNS._replace(filled=f"split runs{_NEXT_RUN}{_NEXT_RUN}")
FORMS = (
    Form("【{}】", "value 值", "value 值"),
    Form("【{}】", "first 𠮷", "first 𠮷", is_before=True),
    Form("【{}】", "<&>\"']]>", "&lt;&amp;&gt;\"']]&gt;"),
    Form("【{}】", "", "", needs_space=True),
    Form("【{}】", " edges ", " edges ", needs_space=True),
    Form("【{}】", "\u3000edge", "\u3000edge", is_before=True, needs_space=True),
    Form("【{}】", "one\ntwo", "one</w:t><w:br/><w:t>two"),
    Form(
        "【{}】", "\tone\n two", f"</w:t><w:tab/><w:t>one</w:t><w:br/><w:t{_KEEP}> two", needs_space=True
    ),
    Form("&#12304;{}&#x3011;", "by number", "by number"),
    Form("【{}</w:t><w:t>】", "split text", "split text</w:t><w:t>"),
    # Runs that filling leaves empty are taken out, but not where a content control holds runs.
    _SPLIT_RUNS,
    Form("【{}】&amp;【small】", "beside", "beside&amp;【small】"),
)  # fmt: skip


class Put(NamedTuple):
    """A placeholder that was put into a part: where, which field, in which form."""

    at: int
    field: str
    form: Form


def puts_for(content: bytes, first: int, chance: random.Random) -> list[Put]:
    """Where to put placeholders into a part; their numbers begin with ``first``."""
    places = list(_TEXT.finditer(content))
    places = sorted(chance.sample(places, min(len(places), _MOST_FIELDS - first)), key=re.Match.start)
    puts: list[Put] = []
    for place in places:
        keeps = b'xml:space="preserve"' in (place[1] or b"")
        text = place[2].decode()
        forms = [form for form in FORMS if keeps or (text and text == text.strip() and not form.needs_space)]
        # A run that is taken out goes with the white space between its tags.
        if not content.startswith(b"</w:t></w:r>", place.end(2)) and _SPLIT_RUNS in forms:
            forms.remove(_SPLIT_RUNS)
        if forms:
            form = chance.choice(forms)
            if form is _SPLIT_RUNS and _IN_CONTROL.search(content, 0, place.start()):
                form = _SPLIT_IN_CONTROL
            puts.append(
                Put(place.start(2) if form.is_before else place.end(2), f"F{first + len(puts)}", form)
            )
    return puts


def with_puts(content: bytes, puts: list[Put], text_of: Callable[[Put], str]) -> bytes:
    """``content`` with a text at the place of each of ``puts``."""
    pieces, at = [], 0
    for put in puts:
        pieces += [content[at : put.at], text_of(put).encode()]
        at = put.at
    return b"".join([*pieces, content[at:]])


def placeholder(put: Put) -> str:
    return put.form.placeholder.format(put.field)


def test_no_byte_changes_but_those_of_placeholders(corpus: list[Path], tmp_path: Path) -> None:
    filled: dict[str, int] = dict.fromkeys((form.placeholder + form.value for form in FORMS), 0)
    asked = 0
    for number, path in enumerate(path for path in corpus if path.stem not in REFUSED):
        chance = random.Random(path.name)
        puts: dict[str, list[Put]] = {}
        buffer = io.BytesIO()
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                content = source.read(info)
                if _FILLED_PARTS.match(info.filename):
                    puts[info.filename] = puts_for(content, sum(map(len, puts.values())), chance)
                    content = with_puts(content, puts[info.filename], placeholder)
                target.writestr(info, content)
        template, folder = tmp_path / f"{number}.docx", tmp_path / str(number)
        template.write_bytes(buffer.getvalue())
        values = {put.field: put.form.value for of_part in puts.values() for put in of_part}
        _, output = run(template, folder, values)
        log = json.loads(member(folder, "out.replace_log.json"))
        replaced = {entry["field_name"] for entry in log["entries"] if entry["status"] == "replaced"}
        assert json.loads(member(folder, "out.integrity.json"))["exactness"] == "bytes"

        def result(put: Put, replaced: set[str] = replaced) -> str:
            return put.form.filled if put.field in replaced else placeholder(put)

        with zipfile.ZipFile(path) as before, zipfile.ZipFile(io.BytesIO(output)) as after:
            assert before.namelist() == after.namelist()
            # Data that a content control shows gets the control's text.
            shown = {entry["part"]: entry["new_text"] for entry in log["entries"] if "bound_control" in entry}
            for name in before.namelist():
                if name in shown:
                    assert shown[name] in etree.fromstring(after.read(name)).itertext()
                    continue
                expected = with_puts(before.read(name), puts.get(name, []), result)
                assert after.read(name) == expected, (path, name)
        asked += len(values)
        for of_part in puts.values():
            for put in of_part:
                filled[put.form.placeholder + put.form.value] += put.field in replaced
    # Some stand where nothing is filled: in deleted text, beside brackets of the document's own.
    assert sum(filled.values()) > 0.9 * asked > 3000
    assert min(filled.values()) > 30

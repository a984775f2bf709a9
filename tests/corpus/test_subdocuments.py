"""Real documents put into a template: proved byte by byte, or refused; LibreOffice shows them."""

from collections.abc import Sequence
from pathlib import Path

from docops_flask.engine.errors import InvalidArgument
from tests.corpus.libreoffice import texts_of
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, tbl, tc, tr

# What the reasons of refusals say.
REASONS = ("a chart", "an embedded object", "a SmartArt drawing", "w:altChunk", "is no Word document")
# Of so many documents one is opened.
_EVERY = 12
_LINES = 40
STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
)
TEMPLATE = docx(
    p("前")
    + p("【#项】")
    + p("【+附件】", properties="<w:pageBreakBefore/>")
    + p("【/项】")
    + tbl(tr(tc("【+又】"), tc("x")))
    + p("【+又】", properties="<w:sectPr/>")
    + p("后"),
    styles=STYLES,
)
PAYLOAD = {"项": [{"附件": {"file": "a.docx"}}, {"附件": {"file": "a.docx"}}], "又": {"file": "a.docx"}}


def test_each_is_proved_or_refused_with_a_reason(corpus: Sequence[Path], tmp_path: Path) -> None:
    refused: list[str] = []
    for number, path in enumerate(corpus):
        try:
            done = run_open(tmp_path / str(number), TEMPLATE, PAYLOAD, assets={"a.docx": path.read_bytes()})
        except InvalidArgument as error:
            refused.append(error.message)
            continue
        proof = done.json("out.integrity.json")
        assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes"), path
        told = done.json("out.replace_log.json")["added"]["subdocuments"]
        assert len(told) == 4, path
    assert len(refused) < len(corpus) // 8
    assert [each for each in refused if not any(reason in each for reason in REASONS)] == []


def test_libreoffice_shows_what_was_put_in(corpus: Sequence[Path], soffice: str, tmp_path: Path) -> None:
    template = docx(p("前") + p("【+又】") + p("后"), styles=STYLES)
    files = []
    for number, path in enumerate(corpus[::_EVERY]):
        try:
            done = run_open(
                tmp_path / str(number), template, {"又": PAYLOAD["又"]}, assets={"a.docx": path.read_bytes()}
            )
        except InvalidArgument:
            continue
        own, made = tmp_path / f"{number}-own.docx", tmp_path / f"{number}-made.docx"
        own.write_bytes(path.read_bytes())
        made.write_bytes(done.files["out.docx"])
        files += [own, made]
    texts = texts_of(soffice, files, tmp_path / "texts")
    assert len(texts) == len(files)
    for made in files[1::2]:
        lines = _lines(texts[made.stem.replace("made", "own")])
        found = "".join(_lines(texts[made.stem]))
        lacking = [line for line in lines[:_LINES] if line not in found]
        assert len(lacking) <= len(lines) // 10, (made, lacking[:5])


def _lines(text: str) -> list[str]:
    lines = ("".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line]

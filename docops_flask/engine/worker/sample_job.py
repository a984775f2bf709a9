"""A small template and a job for it: what a server tries a renderer, or LibreOffice, with."""

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.zip_writer import ByteSink, ZipWriter
from docops_flask.engine.options import Options
from docops_flask.engine.skills.skill import Field, Skill

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_FILLED = (
    '<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>一、【TITLE】</w:t></w:r></w:p>'
)
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/>'
        f'<Override PartName="/word/header1.xml" ContentType="{_WORD}.header+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
    ),
    "word/_rels/document.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/header" Target="header1.xml"/></Relationships>'
    ),
    "word/document.xml": (
        f"<w:document {_W} {_R}><w:body>{_FILLED}<w:tbl><w:tr><w:tc>{_FILLED}</w:tc></w:tr></w:tbl>{_FILLED}"
        '<w:sectPr><w:headerReference w:type="default" r:id="r2"/></w:sectPr></w:body></w:document>'
    ),
    "word/header1.xml": f"<w:hdr {_W}>{_FILLED}</w:hdr>",
    "word/styles.xml": (
        f'<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:eastAsia="宋体"/>'
        '<w:sz w:val="24"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:styleId="a">'
        '<w:name w:val="heading 1"/><w:pPr><w:spacing w:line="360"/></w:pPr></w:style></w:styles>'
    ),
}
_LABEL = Bilingual("Title", "标题")
_SKILL = Skill("sample", _LABEL, _LABEL, (Field("title", _LABEL, "text", True, "TITLE", "x", _LABEL),))


def sample_job(options: Options) -> Job:
    """Return the job, a run with ``options``."""
    return Job(JobKind.RUN, (_SKILL,), _SKILL, {"title": "年度会议"}, options)


def write_sample(stream: ByteSink) -> None:
    """Write the template of the job to ``stream``."""
    writer = ZipWriter(stream)
    for name, content in _PARTS.items():
        writer.add(name, f"{_XML}{content}".encode())
    writer.finish()

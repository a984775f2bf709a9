"""Small files that repeat one structure: none may cost more than other files of its size.

Each is made of XML and JSON written here, so that structures can be repeated that Word would not write.
"""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from tools.lib.client import Client, FilePart, Form
from tools.scenarios.clients import Verdict, send_job
from tools.scenarios.server import EnduranceServer, endurance_server

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NAMES = ("MEETING_TITLE", "MEETING_DATE", "MEETING_TIME", "MEETING_LOCATION", "ORGANIZER")
# Choices and styles are three times as many as placeholders: so they cost about the same.
_MORE = 3


class SmallFile(NamedTuple):
    """A request with small files: its path, files, form values and the expected status."""

    path: str
    files: Mapping[str, bytes]
    fields: Mapping[str, str]
    expected: int = 200

    def form(self) -> Form:
        """Return the request's body."""
        suffix = {"task": "json", "replace_log": "json", "format_report": "json"}
        files = {
            part: FilePart(f"{part}.{suffix.get(part, 'docx')}", content)
            for part, content in self.files.items()
        }
        return Form.of(files, self.fields)

    def size(self) -> int:
        """Return the total size of its files in bytes."""
        return sum(map(len, self.files.values()))


def small_files(count: int) -> dict[str, SmallFile]:
    """Return the requests by name; each repeats its structure ``count`` times, some three times as often."""
    return {
        "open brackets": _run(_p(_text("【A") * count)),
        "unfilled placeholders": _run(_p(_each(count, lambda number: _text(f"【NO_{number}】")))),
        "placeholders across runs": _run(_p(_each(count, _split)), format_baseline="policy"),
        "open fields": _run(_p(_each(count, _in_open_field)), format_baseline="policy"),
        "choices of a text box": _run(_p(_r(_choices(_MORE * count)))),
        "paragraphs on a style chain": _run(_styled(count, _MORE * count), _chain("paragraph", count)),
        "tables on a style chain": _run(_tables(count // 4, _MORE * count), _chain("table", count)),
        "CDATA sections": _run(_p(_r(f"<w:t>{'<![CDATA[a]]>' * 20 * count}</w:t>"))),
        "namespaces": _run(_p(_each(count, _placeholder)), namespaces=1000 + count, expected=400),
        "footnotes": _run(_p(_placeholder(0)), notes=count),
        "lists that differ": _verify(
            _lists(count, lambda each: each * 7 % 2, 190), _lists(count, lambda each: each // 3 % 2, 188)
        ),
        "namespaces that differ": _verify(
            _docx(_p(_text("a")) * count, namespaces=900), _docx(_p(_text("b")) * count, namespaces=900)
        ),
        "entries that lead nowhere": _verify(
            _docx(_tables(count, 0)), _docx(_p("")), (_entry(f"t{each}.r9.c0.p0") for each in range(count))
        ),
        "fixes of one paragraph": _verify(
            _docx(_p(_r("<w:rPr><w:sz w:val='20'/></w:rPr>") * count)),
            _docx(_p("")),
            fixes=(_fix(f"p0:r{each}") for each in range(count)),
        ),
    }


def _run(
    body: str,
    styles: str = "",
    *,
    namespaces: int = 0,
    notes: int = 0,
    format_baseline: str = "template",
    expected: int = 200,
) -> SmallFile:
    payload = {name.lower(): "one line" for name in _NAMES}
    task = json.dumps({"task_type": "meeting_notice", "payload": payload}).encode()
    files = {"template": _docx(body, styles, namespaces=namespaces, notes=notes), "task": task}
    fields = {"format_mode": "report", "format_baseline": format_baseline, "format_fix_mode": "safe"}
    return SmallFile("/v1/run", files, fields, expected)


def _verify(
    template: bytes, document: bytes, entries: Iterable[object] = (), fixes: Iterable[object] = ()
) -> SmallFile:
    files = {
        "template": template,
        "document": document,
        "replace_log": json.dumps({"entries": list(entries)}).encode(),
        "format_report": json.dumps({"summary": {"fix_changes": list(fixes)}}).encode(),
    }
    return SmallFile("/v1/verify", files, {})


def _docx(body: str, styles: str = "", *, namespaces: int = 0, notes: int = 0) -> bytes:
    declared = _each(namespaces, lambda number: f' xmlns:n{number}="urn:{number}"')
    parts = {"document": f"<w:document {_scope()}{declared}><w:body>{body}</w:body></w:document>"}
    if styles:
        parts["styles"] = f"<w:styles {_scope()}>{styles}</w:styles>"
    if notes:
        content = _each(
            notes, lambda each: f'<w:footnote w:id="{each}">{_p(_placeholder(each))}</w:footnote>'
        )
        parts["footnotes"] = f"<w:footnotes {_scope()}>{content}</w:footnotes>"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _DECLARATION + _content_types(parts))
        archive.writestr(
            "_rels/.rels", _DECLARATION + _relationships({"officeDocument": "word/document.xml"})
        )
        related = {part: f"{part}.xml" for part in parts if part != "document"}
        archive.writestr("word/_rels/document.xml.rels", _DECLARATION + _relationships(related))
        for part, content in parts.items():
            archive.writestr(f"word/{part}.xml", _DECLARATION + content)
    return target.getvalue()


def _scope() -> str:
    return f'xmlns:w="{_W}" xmlns:mc="{_MC}" xmlns:v="urn:schemas-microsoft-com:vml"'


def _content_types(parts: Iterable[str]) -> str:
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" '
        f'ContentType="{_TYPE}.{"document.main" if part == "document" else part}+xml"/>'
        for part in parts
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )


def _relationships(targets: Mapping[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="r{kind}" Type="{_R}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _each(count: int, make: Callable[[int], str]) -> str:
    return "".join(make(number) for number in range(count))


def _p(content: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{content}</w:p>"


def _r(content: str) -> str:
    return f"<w:r>{content}</w:r>"


def _text(text: str) -> str:
    return _r(f"<w:t>{text}</w:t>")


def _placeholder(number: int) -> str:
    return _text(f"【{_NAMES[number % len(_NAMES)]}】")


def _split(number: int) -> str:
    return _text("【") + _text(_NAMES[number % len(_NAMES)]) + _text("】")


def _in_open_field(number: int) -> str:
    marks = "".join(f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate"))
    return _r(marks) + _placeholder(number)


def _choices(count: int) -> str:
    content = f"<w:txbxContent>{_p(_placeholder(0))}</w:txbxContent>"
    box = f"<w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict>"
    return f"<mc:AlternateContent>{f'<mc:Choice>{box}</mc:Choice>' * count}</mc:AlternateContent>"


def _chain(kind: str, count: int) -> str:
    """Styles, each based on the one before; those of tables state something for a part of their own."""

    def style(number: int) -> str:
        part = f'<w:tblStylePr w:type="part{number}"><w:rPr><w:b/></w:rPr></w:tblStylePr>'
        return (
            f'<w:style w:type="{kind}" w:styleId="s{number}"><w:name w:val="style {number}"/>'
            f'<w:basedOn w:val="s{number - 1}"/>{part if kind == "table" else ""}</w:style>'
        )

    return _each(_MORE * count, style)


def _styled(count: int, styles: int) -> str:
    """Return paragraphs with different styles, the last ones of ``styles`` styles."""
    return _each(count, lambda number: _p(_placeholder(number), f"s{styles - 1 - number}"))


def _tables(count: int, styles: int) -> str:
    """Return tables of one cell with different styles, the last ones of ``styles`` styles."""
    return _each(
        count,
        lambda number: (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="s{styles - 1 - number}"/></w:tblPr>'
            f"<w:tr><w:tc>{_p(_placeholder(number))}</w:tc></w:tr></w:tbl>{_p('')}"
        ),
    )


def _lists(count: int, text: Callable[[int], int], runs: int) -> bytes:
    """Return a document whose paragraphs have ``runs`` runs each, with the texts that ``text`` gives."""
    return _docx(_p(_each(runs, lambda number: _text(str(text(number))))) * max(1, count // 100))


def _entry(path: str) -> dict[str, object]:
    return {
        "status": "replaced", "paragraph_path": path, "run_id": f"{path}:r0", "start": 0, "end": 11,
        "field_name": "ORGANIZER", "original_text": "【ORGANIZER】", "new_text": "one line",
    }  # fmt: skip


def _fix(run_id: str) -> dict[str, object]:
    return {
        "paragraph_path": run_id.partition(":")[0], "run_id": run_id, "element": "sz",
        "before": {"val": "20"}, "after": {"val": "24"},
    }  # fmt: skip


# The repetitions that the limits below are for.
REPEATED = 4000
# Ten times what each takes; quadratic time would take many times as much.
_CPU_SECONDS = 5.0
# Generous, since the machine may be shared.
_WALL_SECONDS = 30.0
_MOST_BYTES = 1_000_000


def small(repeated: int) -> Verdict:
    """Send each small file with its structure repeated ``repeated`` times.

    Required: the expected status, within the limits of time and CPU time.

    The limits are for 4,000 repetitions and grow with the files.
    """
    verdict = Verdict()
    share = max(1.0, repeated / REPEATED)
    costs: dict[str, tuple[float, float]] = {}
    files = small_files(repeated)
    with endurance_server(verdict, max_concurrency=1) as server:
        send_job(server.client, 0)
        for name, file in files.items():
            outcome, cpu, wall = _cost(server, file)
            costs[name] = cpu, wall
            verdict.demand(
                outcome == str(file.expected), f"{name}: answered {outcome}, expected {file.expected}"
            )
            verdict.demand(cpu <= _CPU_SECONDS * share, f"{name}: {cpu:.1f} s of CPU")
            verdict.demand(wall <= _WALL_SECONDS * share, f"{name}: {wall:.1f} s")
        afterwards = send_job(server.client, 0)
    largest = max(file.size() for file in files.values())
    verdict.figures |= {"files": len(files), "largest bytes": largest}
    verdict.figures |= {f"{name} CPU s": round(cpu, 2) for name, (cpu, _) in costs.items()}
    verdict.figures["slowest s"] = round(max(wall for _, wall in costs.values()), 2)
    verdict.demand(largest <= _MOST_BYTES * share, f"one has {largest} bytes, which is not small")
    verdict.demand(afterwards.outcome == "200", f"the outcome of the next good job was {afterwards.outcome}")
    return verdict


def _cost(server: EnduranceServer, file: SmallFile) -> tuple[str, float, float]:
    """Return the status or error, the CPU time and the elapsed time, both in seconds."""
    client, form = Client(server.server.base_url), file.form()
    cpu, began = _cpu_seconds(server), time.monotonic()
    try:
        outcome = str(client.post_form(file.path, form).status)
    except OSError as error:
        outcome = repr(error)
    return outcome, _cpu_seconds(server) - cpu, time.monotonic() - began


def _cpu_seconds(server: EnduranceServer) -> float:
    """Return the CPU time of the workers and of the renderers that they reaped, in seconds."""
    return sum(sum(worker.cpu_times()[:4]) for worker in server.workers())

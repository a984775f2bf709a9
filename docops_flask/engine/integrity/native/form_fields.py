"""Form fields as the proof reads them: which tag each is, and what its data becomes (17.16.5, 17.16.17)."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.byte_text import plain_text
from docops_flask.engine.integrity.native.fields import WholeField, tagged, whole_fields
from docops_flask.engine.integrity.native.found import FoundMark, Source
from docops_flask.engine.integrity.native.switches import named, of_number

_LETTERS = {
    "UPPERCASE": "大写字母",
    "LOWERCASE": "小写字母",
    "FIRST CAPITAL": "句首大写",
    "TITLE CASE": "词首大写",
}


def form_marks(source: Source) -> Iterator[FoundMark]:
    """Yield the form fields of a part that a tag may take the place of."""
    names = source.names
    for field in whole_fields(source):
        kind = (field.code.split() or [""])[0].upper()
        data = field.begin.find(names("ffData"))
        run = field.begin.getparent()
        if data is None or run is None:
            continue
        given = _value(data.find(names("name")), names) or _bookmark(field, names)
        paragraph = next(run.iterancestors(names.p), None)
        if not given or paragraph is None:
            continue
        name = named(given)
        sign = "" if name.isascii() else "="
        if kind == "FORMTEXT" and field.results:
            beside = (piece for each in field.results for piece in each.itersiblings())
            before = (piece for each in field.results for piece in each.itersiblings(preceding=True))
            if any(piece.tag == names("fldChar") for piece in (*beside, *before)):
                # The field itself would go with its result.
                continue
            tag = f"【{sign}{'|'.join([name, *_formats(data, names), '换行'])}】"
            first, last = (each.iterancestors(names.r) for each in (field.results[0], field.results[-1]))
            look = next(first)
            start, end = source.span(look)[0], source.span(next(last))[1]
            old = source.content[start:end]
            new = tagged(source, look, tag)
            yield FoundMark("form_field", given, kind, tag, paragraph, start, end, new, old)
        elif kind in ("FORMCHECKBOX", "FORMDROPDOWN"):
            tag = f"【□{name}】" if kind == "FORMCHECKBOX" else f"【{sign}{name}】"
            old = source.bytes_of(run)
            new = tagged(source, run, tag)
            mark = FoundMark("form_field", given, kind, tag, paragraph, *source.span(run), new, old)
            prefix = new[1 : new.index(b"r")]
            others = sorted(key for key, uri in data.nsmap.items() if key and uri == names.namespace)
            attributes = prefix or (others[0].encode() + b":" if others else b"")
            finish = partial(_checked, prefix, attributes)
            if kind == "FORMDROPDOWN":
                entries = [_value(each, names) for each in data.iter(names("listEntry"))]
                finish = partial(_chosen, prefix, attributes, entries)
            yield mark._replace(second=old, finish=finish)


def _value(element: _Element | None, names: Names) -> str:
    return "" if element is None else element.get(names("val")) or ""


def _bookmark(field: WholeField, names: Names) -> str:
    begun = [each for each in field.ranges if each.tag == names("bookmarkStart")]
    return next((name for each in begun if (name := each.get(names("name")))), "")


def _formats(data: _Element, names: Names) -> list[str]:
    given = data.find(names("textInput"))
    if given is None:
        return []
    written = _value(given.find(names("format")), names).strip()
    is_text = (_value(given.find(names("type")), names) or "regular") == "regular"
    if not written:
        return []
    return [_LETTERS.get(written.upper(), written)] if is_text else of_number(written)


def _parted(prefix: bytes, filled: bytes) -> tuple[str, bytes]:
    """Return the text of the run with a value, "" where it is gone, and the first run of the field."""
    run = re.compile(rb"<%br[\s>]" % prefix)
    starts = [each.start() for each in run.finditer(filled)]
    texts = re.findall(rb"<%bt(?:\s[^>]*)?>([^<]*)</" % prefix, filled[: starts[-1]])
    return plain_text(b"".join(texts)), filled[starts[-1] :]


def _checked(prefix: bytes, attributes: bytes, filled: bytes) -> bytes:
    """Return the first run of a check box in the state that its tag was filled with."""
    shown, run = _parted(prefix, filled)
    state = b'<%bchecked %bval="%d"/>' % (prefix, attributes, shown == "☑")
    changed, known = re.subn(_element(prefix, b"checked"), lambda _: state, run, count=1)
    if known:
        return changed
    box = prefix + b"checkBox"
    run = re.sub(rb"<%b(\s[^>]*)?/>" % box, lambda match: match[0][:-2] + b"></%b>" % box, run)
    return run.replace(b"</%b>" % box, state + b"</%b>" % box, 1)


def _chosen(prefix: bytes, attributes: bytes, entries: Sequence[str], filled: bytes) -> bytes:
    """Return the first run of a list with the entry that its tag was filled with."""
    shown, run = _parted(prefix, filled)
    if shown not in entries:
        return filled
    result = b'<%bresult %bval="%d"/>' % (prefix, attributes, entries.index(shown))
    changed, known = re.subn(_element(prefix, b"result"), lambda _: result, run, count=1)
    if known:
        return changed
    return re.sub(rb"<%bddList(?:\s[^>]*)?>" % prefix, lambda match: match[0] + result, run, count=1)


def _element(prefix: bytes, local: bytes) -> bytes:
    """Return a pattern of an element without children."""
    return rb"<%b(?:\s[^>]*)?(?:/>|>[^<]*</%b\s*>)" % (prefix + local, prefix + local)

"""Content controls on a tree, for the proof: which a tag may take the place of (ECMA-376 part 1, 17.5.2).

A claim of the log may leave any of them out, but not say of one what it is not.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from lxml.etree import _Element

from docops_flask.engine.integrity.control_tags import control_tag
from docops_flask.engine.integrity.native.control_states import entries_of, settled_control
from docops_flask.engine.integrity.native.date_words import format_of
from docops_flask.engine.integrity.native.found import FoundMark, Source
from docops_flask.engine.integrity.native.named_controls import (
    OPEN,
    Named,
    local_name,
    named_control,
    path_as_written,
    value_of,
)
from docops_flask.engine.integrity.picture_tags import check_tag, picture_tag
from docops_flask.engine.integrity.tags import path_of_field

_RANGES = ("bookmark", "perm", "commentRange")
_OF_FIRST_COPY = {f"{each}{end}" for each in _RANGES for end in ("Start", "End")}
_STAYING = (
    "drawing pict object footnoteReference endnoteReference commentReference sectPr ins del moveFrom moveTo "
    "fldChar fldSimple instrText hyperlink tbl altChunk subDoc"
)


def control_marks(source: Source) -> Iterator[FoundMark]:
    """Yield the controls of a part that a tag may take the place of, or stand beside."""
    gone: set[_Element] = set()
    names = source.names
    for element in source.root.iter(names.sdt):
        if not gone.isdisjoint(element.iterancestors()) or element in gone:
            continue
        control = named_control(element, source)
        if control is None:
            continue
        paragraphs = (next(each, None) for each in (element.iter(names.p), element.iterancestors(names.p)))
        if all(each is None for each in paragraphs):
            continue
        reader = _Reader(source, control)
        if control.kind == "repeatingSection":
            items = reader.items()
            gone.update(items[1:])
            yield from reader.section(items)
        elif (begins := control_tag(control.inner)) is not None and begins.begins:
            yield from reader.beside(control.name if control.name != control.inner else "")
        elif control.kind == "group":
            yield from reader.beside(f"【?{path_as_written(control.inner)}】")
        elif control.kind != "repeatingSectionItem":
            yield from reader.filled()


class _Reader:
    def __init__(self, source: Source, control: Named) -> None:
        self._source = source
        self._control = control
        start_tag = source.content[source.tags[control.element].start :][:200]
        qualified = re.match(rb"<([^\s/>]*:)?sdt", start_tag)
        self._w = b"" if qualified is None else qualified[1] or b""
        self._level = self._among()

    def _among(self) -> str:
        names = self._source.names
        through = names.all("sdt sdtContent customXml ins del moveFrom moveTo")
        around = next(each for each in self._control.element.iterancestors() if each.tag not in through)
        kinds = {"tbl": "row", "tr": "cell"}
        kinds |= dict.fromkeys(("p", "hyperlink", "smartTag", "fldSimple", "dir", "bdo"), "inline")
        return kinds.get(local_name(around), "block") if around.tag == names(local_name(around)) else "block"

    # What stands beside a control.

    def items(self) -> list[_Element]:
        """Return the items of a section."""
        names = self._source.names
        found = []
        for each in self._control.content.iterchildren(names.sdt):
            properties = each.find(names("sdtPr"))
            if properties is not None and any(
                local_name(one) == "repeatingSectionItem" for one in properties
            ):
                found.append(each)
        return found

    def section(self, items: Sequence[_Element]) -> Iterator[FoundMark]:
        """Yield the tags before and behind the first item; what follows it goes."""
        control = self._control
        yield from self.unnamed()
        is_tag = control_tag(control.inner) is not None
        if not items or self._level == "cell" or (is_tag and not control.name.startswith(OPEN)):
            return
        start, end = self._source.span(items[0])
        tag = control.name if is_tag else f"【#{path_as_written(control.inner)}】"
        yield self._alone(tag, start, start)
        yield self._alone("【/】", end, self._end_of_content())._replace(bare=b"")

    def beside(self, tag: str) -> Iterator[FoundMark]:
        """Yield the tags before and behind a control."""
        yield from self.unnamed()
        if tag and self._level != "cell":
            start, end = self._source.span(self._control.element)
            yield self._alone(tag, start, start)
            yield self._alone("【/】", end, end)

    def unnamed(self) -> Iterator[FoundMark]:
        """Yield the names in brackets that a control may lose for the time of a job."""
        for element in self._bracketed():
            start, end = self._source.span(element)
            old = self._source.content[start:end]
            yield self._found("", start, end, _emptied(old), old)

    def _bracketed(self) -> list[_Element]:
        control = self._control
        names = (control.properties.get(each) for each in ("tag", "alias"))
        is_bracketed = control.name.startswith(OPEN)
        return [
            each
            for each in names
            if is_bracketed and each is not None and value_of(each).strip() == control.name
        ]

    def _alone(self, tag: str, start: int, end: int) -> FoundMark:
        w, markup = self._w, self._run(tag, b"")
        for name in {"inline": b"", "block": b"p", "row": b"p tc tr"}[self._level].split():
            markup = b"<%b%b>%b</%b%b>" % (w, name, markup, w, name)
        old = self._source.content[start:end]
        return self._found(tag, start, end, markup, old)

    # What a tag stands in.

    def filled(self) -> Iterator[FoundMark]:
        """Yield the control with a tag as its content, where it takes a value."""
        control, source = self._control, self._source
        start, end = source.span(control.element)
        own = source.content[source.tags[control.content].end : self._end_of_content()]
        kind, tag = control.kind, f"【{control.inner}】"
        if kind == "picture":
            yield from self._picture(tag, start, end)
            return
        form = ""
        if kind == "checkbox":
            is_named = check_tag(control.inner) is not None
            if (not is_named and path_of_field(control.inner) is None) or not self._shows_a_sign():
                yield from self.unnamed()
                return
            tag = tag if is_named else f"【□{path_as_written(control.inner)}{_optional(control.inner)}】"
        elif OPEN.encode() in own or control.content.find(f".//{source.names.sdt}") is not None:
            yield from self.unnamed()
            return
        elif kind == "date":
            picture = control.properties["date"].find(source.names("dateFormat"))
            asked, form = format_of(control.inner, None if picture is None else value_of(picture))
            tag = tag if asked else f"{tag[:-1]}|{form}】"
            if not form:
                yield from self.unnamed()
                return
        body = self._body(tag)
        if body is None or self._is_left():
            yield from self.unnamed()
            return
        new = self._with_content(start, end, body)
        finish = partial(
            settled_control,
            kind=kind,
            form=form,
            namespaces=dict(control.element.nsmap),
            hidden=self._hidden(),
        )
        found = self._found(tag, start, end, new, self._bare(start, end))
        # A control whose data cannot be filled is left, without its name.
        found = found._replace(finish=finish, instead=tuple(self.unnamed()))
        entries = entries_of(control.properties[kind]) if kind in ("dropDownList", "comboBox") else ()
        yield found._replace(choices=tuple(entries))

    def _shows_a_sign(self) -> bool:
        """Say whether a check box holds its sign and nothing else."""
        names, content = self._source.names, self._control.content
        if content.find(f".//{names.sdt}") is not None or self._is_left():
            return False
        shown = "".join(each.text or "□" for each in content.iter(names.t, names("sym")))
        return len(shown.strip()) < 2 or re.search(r"[^\W_]", shown) is None

    def _is_left(self) -> bool:
        """Say whether more than a text stands in the control, or a field's code: it is left as it is."""
        names, content = self._source.names, self._control.content
        has_equations = any(local_name(each) in ("oMath", "oMathPara") for each in content.iter("*"))
        return has_equations or next(content.iter(*names.all(_STAYING)), None) is not None

    def _picture(self, tag: str, start: int, end: int) -> Iterator[FoundMark]:
        control, source = self._control, self._source
        drawings = [each for each in control.content.iter("*") if local_name(each) == "docPr"]
        if len(drawings) != 1:
            yield from self.unnamed()
            return
        if picture_tag(control.inner) is None:
            tag = f"【@{path_as_written(control.inner)}{_optional(control.inner)}】"
        at, behind = source.tags[drawings[0]]
        old = source.content[at:behind]
        stated = re.search(rb"\sdescr\s*=\s*(\"[^\"]*\"|'[^']*')", old)
        if stated is None:
            new = re.sub(rb"\s*(/?>)\Z", lambda match: b' descr="' + tag.encode() + b'"' + match[1], old)
        else:
            new = old[: stated.start(1) + 1] + tag.encode() + old[stated.end(1) - 1 :]
        written = self._with_cuts(start, end, [(at, behind, new)])
        descr = drawings[0].get("descr")
        finish = partial(
            settled_control, kind="picture", form=tag, namespaces=dict(control.element.nsmap), descr=descr,
            hidden=self._hidden(),
        )  # fmt: skip
        found = self._found(tag, start, end, written, self._bare(start, end))
        yield found._replace(finish=finish, instead=tuple(self.unnamed()))

    def _body(self, tag: str) -> bytes | None:
        control, source, w = self._control, self._source, self._w
        names = source.names
        look = self._look()
        markup = self._ranges("Start") + self._run(tag, look) + self._ranges("End")
        if self._level == "inline":
            return markup
        cells = list(control.content.iter(names.tc))
        rows = list(control.content.iter(names.tr))
        if self._level != "block" and (len(cells) != 1 or len(rows) != (self._level == "row")):
            return None
        paragraph = next(control.content.iter(names.p), None)
        if paragraph is None:
            markup = b"<%bp>%b</%bp>" % (w, markup, w)
        else:
            markup = self._around(paragraph, "pPr", markup)
        if self._level != "block":
            markup = self._around(cells[0], "tcPr", markup)
        if self._level == "row":
            markup = self._around(rows[0], "tblPrEx trPr", markup)
        return markup

    def _ranges(self, end: str) -> bytes:
        """Return the elements in the content that begin or end ranges, which stay."""
        wanted = self._source.names.all(" ".join(f"{each}{end}" for each in _RANGES))
        return b"".join(map(self._source.bytes_of, self._control.content.iter(*wanted)))

    def _look(self) -> bytes:
        names, control = self._source.names, self._control
        runs = list(control.content.iter(names.r))
        run = next((each for each in runs if each.find(names.t) is not None), runs[0] if runs else None)
        look = None if run is None else run.find(names("rPr"))
        if "showingPlcHdr" not in control.properties:
            return b"" if look is None else self._source.bytes_of(look)
        if "rPr" in control.properties:
            return self._source.bytes_of(control.properties["rPr"])
        kept = [each for each in (() if look is None else look) if local_name(each) != "rStyle"]
        return (
            self._around(look, "", b"".join(map(self._source.bytes_of, kept)))
            if kept and look is not None
            else b""
        )

    def _around(self, element: _Element, properties: str, markup: bytes) -> bytes:
        """Return an element with its properties and ``markup`` as all that is in it."""
        source = self._source
        start = source.content[slice(*source.tags[element])]
        start = re.sub(rb"/>\Z", b">", start)
        name = re.match(rb"<([^\s/>]+)", start)
        assert name is not None
        own = (element.find(source.names(each)) for each in properties.split())
        kept = b"".join(source.bytes_of(each) for each in own if each is not None)
        return start + kept + markup + b"</" + name[1] + b">"

    def _run(self, tag: str, look: bytes) -> bytes:
        text = tag.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
        return b'<%br>%b<%bt xml:space="preserve">%b</%bt></%br>' % (
            self._w,
            look,
            self._w,
            text,
            self._w,
            self._w,
        )

    def _end_of_content(self) -> int:
        """Return where the end tag of the content begins."""
        _, end = self._source.span(self._control.content)
        return self._source.content.rindex(b"</", 0, end)

    def _with_content(self, start: int, end: int, body: bytes) -> bytes:
        control, source = self._control, self._source
        cuts = [(source.tags[control.content].end, self._end_of_content(), body)]
        empty = control.properties.get("showingPlcHdr")
        if empty is not None:
            cuts.append((*source.span(empty), b""))
        return self._with_cuts(start, end, cuts)

    def _with_cuts(self, start: int, end: int, cuts: list[tuple[int, int, bytes]]) -> bytes:
        """Return the control with other bytes in some places, and without a name in brackets."""
        content = self._source.content
        for element in self._bracketed():
            first, last = self._source.span(element)
            cuts.append((first, last, _emptied(content[first:last])))
        pieces, done = [], start
        for first, last, new in sorted(cuts):
            pieces += [content[done:first], new]
            done = last
        return b"".join((*pieces, content[done:end]))

    def _hidden(self) -> dict[str, bytes]:
        """Return the names in brackets by the elements that state them, as they are written."""
        written = {local_name(each): self._source.bytes_of(each) for each in self._bracketed()}
        return {local: _stated(old) for local, old in written.items()}

    def _bare(self, start: int, end: int) -> bytes:
        """Return the control without ids and marks that only one copy of it has."""
        source, control = self._source, self._control
        cuts = [source.span(each) for each in control.content.iter("*") if local_name(each) in _OF_FIRST_COPY]
        if "id" in control.properties:
            cuts.append(source.span(control.properties["id"]))
        for element in control.content.iter("*"):
            at, behind = source.tags[element]
            ids = re.finditer(rb" [^\s=:]+:(?:paraId|textId)=\"[^\"]*\"", source.content[at:behind])
            cuts += ((at + match.start(), at + match.end()) for match in ids)
        pieces, done = [], start
        for first, last in sorted(cuts):
            if first >= done:
                pieces.append(source.content[done:first])
                done = last
        return b"".join((*pieces, source.content[done:end]))

    def _found(self, tag: str, start: int, end: int, new: bytes, bare: bytes) -> FoundMark:
        control, names = self._control, self._source.names
        paragraph = next(control.element.iter(names.p), None)
        if paragraph is None:
            paragraph = next(control.element.iterancestors(names.p))
        own = control.properties.get("id")
        identity = b"" if own is None else self._source.bytes_of(own)
        found = FoundMark("control", control.name, control.name, tag, paragraph, start, end, new, bare)
        return found._replace(identity=identity)


_VALUE = rb"(\s(?:[^\s:=]+:)?val\s*=\s*)(\"[^\"]*\"|'[^']*')"


def _optional(inner: str) -> str:
    """Return what says that a value may be absent, where the tag with ``inner`` says so."""
    return "|可空" if "可空" in [each.strip(" \t　") for each in re.split("[|｜]", inner)[1:]] else ""


def _emptied(markup: bytes) -> bytes:
    return re.sub(_VALUE, lambda match: match[1] + match[2][:1] * 2, markup, count=1)


def _stated(markup: bytes) -> bytes:
    found = re.search(_VALUE, markup)
    return b"" if found is None else found[2][1:-1]

"""Replays the fixes of a format report on the bytes of the paragraphs that they name.

Paragraphs that differ in their texts alone are fixed alike, so each form is fixed once for each set of fixes.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from docops_flask.engine.integrity.blocks import names_of
from docops_flask.engine.integrity.byte_fixes import FixedParagraph, ParagraphFixes
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.byte_tags import parse_paragraph
from docops_flask.engine.integrity.fix_claims import Fix
from docops_flask.engine.integrity.plain_part import ANY_TAG, NAMESPACE, PlainPart
from docops_flask.engine.integrity.plain_reader import PlainParagraph

# A fix without its paragraph: what its run_id adds to the address, its element, the attributes.
_Kind = tuple[str | None, str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
# An edit in a part of a paragraph (see PlainParagraph): the part's number, start and end in it, new bytes.
_Placed = tuple[int, int, int, bytes]


def replay_fixes(stories: Stories, fixes: Sequence[Fix]) -> None:
    """Have the stories edited as ``fixes`` say; raises ``Misfit`` where one does not fit the template."""
    by_path: dict[str, list[Fix]] = {}
    for fix in fixes:
        by_path.setdefault(fix.paragraph_path, []).append(fix)
    known: dict[tuple[int, tuple[_Kind, ...]], list[_Placed]] = {}
    starts = _Starts()
    for path, of_path in by_path.items():
        story = stories.of(path)
        if story is None:
            _fix_in_tree(stories, path, of_path)
            continue
        only = story.only(path)
        if only is None:
            raise Misfit
        offset, reading = only
        story.fixes += len(of_path)
        if isinstance(reading, PlainParagraph):
            key = id(reading.form), tuple([_kind(fix, path) for fix in of_path])
            placed = known.get(key)
            if placed is None:
                placed = known[key] = _placed(story, reading, path, of_path, starts)
            begins = [offset, *accumulate(map(len, reading.parts), initial=offset)]
            del begins[0]
            story.edits += [
                (begins[part] + start, begins[part] + end, new) for part, start, end, new in placed
            ]
        else:
            story.add(offset, _edits(_in_plain(story, reading.content), path, of_path))


def _kind(fix: Fix, path: str) -> _Kind:
    run_id = fix.run_id
    if run_id is not None:
        if not run_id.startswith(path):
            raise Misfit
        run_id = run_id[len(path) :]
    return run_id, fix.element, tuple(fix.before.items()), tuple(fix.after.items())


def _edits(paragraph: FixedParagraph, path: str, fixes: Sequence[Fix]) -> Sequence[tuple[int, int, bytes]]:
    replay = ParagraphFixes(paragraph, path)
    for fix in fixes:
        if replay.take(fix) is not None:
            raise Misfit
    return replay.edits()


def _placed(
    story: StoryBytes, reading: PlainParagraph, path: str, fixes: Sequence[Fix], starts: "_Starts"
) -> list[_Placed]:
    """Return the edits of a paragraph by the parts they lie in; its texts take no part in it."""
    markup = [part for number, part in enumerate(reading.parts) if number % 3 != 2]
    begins = list(accumulate(map(len, markup), initial=0))
    placed = []
    content = b"".join(markup)
    edits: Sequence[tuple[int, int, bytes]] | None
    edits = starts.edits(story, content, reading.form.runs, path, fixes)
    for start, end, new in _edits(_in_plain(story, content), path, fixes) if edits is None else edits:
        index = min(bisect_right(begins, start), len(markup)) - 1
        # Of three parts the third is a text.
        number = index // 2 * 3 + index % 2
        placed.append((number, start - begins[index], end - begins[index], new))
    return placed


class _Starts:
    """Replays fixes on a paragraph's w:pPr or on the start of a run with its w:rPr, without all the rest.

    Those are alike in many paragraphs; each is parsed once for the same fixes.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Sequence[tuple[int, int, bytes]]] = {}

    def edits(
        self, story: StoryBytes, content: bytes, runs: int, path: str, fixes: Sequence[Fix]
    ) -> list[tuple[int, int, bytes]] | None:
        """Return the edits of ``content``, which has so many runs; ``None`` where all of it is to be read."""
        assert story.plain is not None
        w = story.plain.prefix
        found = [match.start() for match in re.finditer(rb"<" + re.escape(w) + rb"r(?=[\s/>])", content)]
        by_run: dict[str | None, list[Fix]] = {}
        for fix in fixes:
            by_run.setdefault(fix.run_id, []).append(fix)
        edits: list[tuple[int, int, bytes]] = []
        for run_id, of_owner in by_run.items():
            if run_id is None:
                start, holder_at, behind, holder = 0, 0, len(content), w + b"pPr"
            else:
                number = run_id[len(path) + 2 :]
                # Where there are more, some are not the paragraph's own, as in a text box.
                if len(found) != runs or not re.fullmatch("0|[1-9][0-9]{0,8}", number) or int(number) >= runs:
                    return None
                start = found[int(number)]
                tag = re.compile(ANY_TAG).match(content, start)
                assert tag is not None
                behind = found[int(number) + 1] if int(number) + 1 < runs else len(content)
                holder_at, holder = tag.end(), w + b"rPr"
            end = _end_of_element(content, holder_at, holder)
            if not end and content.find(b"<" + holder, holder_at, behind) >= 0:
                return None
            own = content[start : end or holder_at]
            key = story.story.part, own, tuple([_kind(fix, path)[1:] for fix in of_owner])
            if key not in self._known:
                is_open = run_id is not None and not content.endswith(b"/>", 0, holder_at)
                whole = own + b"</" + w + b"r>" if is_open else own
                alone = (
                    of_owner if run_id is None else [fix._replace(run_id=f"{path}:r0") for fix in of_owner]
                )
                self._known[key] = _edits(_alone(story.plain, whole), path, alone)
            edits += [(start + first, start + last, new) for first, last, new in self._known[key]]
        return edits


def _end_of_element(content: bytes, start: int, name: bytes) -> int:
    """Return where the element ``name`` ends that begins at ``start``, 0 if there is none."""
    depth = 0
    for match in re.compile(ANY_TAG).finditer(content, start):
        slash, own, _, empty = match.groups()
        if not depth and (match.start() != start or own != name):
            return 0
        depth += -1 if slash else not empty
        if not depth:
            return match.end()
    return 0


def _alone(part: PlainPart, content: bytes) -> FixedParagraph:
    """Return a paragraph with ``content``, parsed without the namespaces that it does not use."""
    used = {b"", part.prefix[:-1], *re.findall(rb"[<\s/]([^\s<>/:=\"']+):", content)}
    declared = [match[0] for match in re.finditer(NAMESPACE, part.declared) if (match[1] or b"") in used]
    own = part._replace(declared=b"".join(declared))
    paragraph, tags = parse_paragraph(content, own)
    return FixedParagraph(content, paragraph, tags, 0, names_of(own.namespace))


def _in_plain(story: StoryBytes, content: bytes) -> FixedParagraph:
    assert story.plain is not None
    plain = story.plain
    paragraph, tags = parse_paragraph(content, plain)
    return FixedParagraph(content, paragraph, tags, 0, names_of(plain.namespace))


def _fix_in_tree(stories: Stories, path: str, fixes: Sequence[Fix]) -> None:
    found = stories.addresses.paragraphs(path)
    if len(found) != 1:
        raise Misfit
    element, flow = found[0]
    story = stories.holding(flow)
    tags = stories.map_of(story)
    paragraph = FixedParagraph(story.content, element, tags, tags[element].end, flow.names)
    story.add(0, _edits(paragraph, path, fixes))
    story.fixes += len(fixes)

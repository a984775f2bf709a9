"""Replays the fixes of a format report on the bytes of the paragraphs that they name.

Paragraphs that differ in their texts alone are fixed alike, so each form is fixed once for each set of fixes.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from docops_flask.engine.integrity.blocks import names_of
from docops_flask.engine.integrity.byte_fixes import FixedParagraph, ParagraphFixes
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.byte_tags import parse_paragraph
from docops_flask.engine.integrity.claims import Fix
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
                placed = known[key] = _placed(story, reading, path, of_path)
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


def _placed(story: StoryBytes, reading: PlainParagraph, path: str, fixes: Sequence[Fix]) -> list[_Placed]:
    """Return the edits of a paragraph by the parts they lie in; its texts take no part in it."""
    markup = [part for number, part in enumerate(reading.parts) if number % 3 != 2]
    begins = list(accumulate(map(len, markup), initial=0))
    placed = []
    for start, end, new in _edits(_in_plain(story, b"".join(markup)), path, fixes):
        index = min(bisect_right(begins, start), len(markup)) - 1
        # Of three parts the third is a text.
        number = index // 2 * 3 + index % 2
        placed.append((number, start - begins[index], end - begins[index], new))
    return placed


def _in_plain(story: StoryBytes, content: bytes) -> FixedParagraph:
    assert story.plain is not None
    plain = story.plain
    paragraph, tags = parse_paragraph(content, plain)
    names = names_of(plain.namespace)
    return FixedParagraph(content, paragraph, tags, 0, plain.prefix, plain.prefix, b"", names)


def _fix_in_tree(stories: Stories, path: str, fixes: Sequence[Fix]) -> None:
    found = stories.addresses.paragraphs(path)
    if len(found) != 1:
        raise Misfit
    element, flow = found[0]
    story = stories.holding(flow)
    tags = stories.map_of(story)
    prefix = b"" if element.prefix is None else element.prefix.encode() + b":"
    names = flow.names
    bound = [each for each, uri in element.nsmap.items() if each and uri == names.namespace]
    if bound:
        attribute, declaration = bound[0].encode() + b":", b""
    else:
        # The default namespace does not hold for attributes (Namespaces in XML 1.0, 6.2).
        attribute, declaration = b"docops:", b' xmlns:docops="' + names.namespace.encode() + b'"'
    paragraph = FixedParagraph(
        story.content, element, tags, tags[element].end, prefix, attribute, declaration, names
    )
    story.add(0, _edits(paragraph, path, fixes))
    story.fixes += len(fixes)

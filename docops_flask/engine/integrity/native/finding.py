"""The native marks of a part, of the kinds that a log speaks of."""

from collections.abc import Iterator

from docops_flask.engine.integrity.native.found import FoundMark, Source


def marks_in(source: Source, kinds: set[str]) -> Iterator[FoundMark]:
    """Yield the marks of ``kinds`` in a part, in document order."""
    found: list[FoundMark] = []
    # Each kind is loaded where a log speaks of it.
    if "merge_field" in kinds:
        from docops_flask.engine.integrity.native.fields import merge_marks

        found += merge_marks(source)
    if "form_field" in kinds:
        from docops_flask.engine.integrity.native.form_fields import form_marks

        found += form_marks(source)
    if "control" in kinds:
        from docops_flask.engine.integrity.native.controls import control_marks

        found += control_marks(source)
    end = 0
    # What stands between two bytes comes before what begins at the second.
    for each in sorted(found, key=lambda mark: (mark.start, mark.start != mark.end, -mark.end)):
        if each.start >= end:
            end = each.end
            yield each

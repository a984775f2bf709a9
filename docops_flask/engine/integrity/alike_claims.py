"""Entries of a log that differ in their addresses alone, claimed once for all paragraphs that have them.

A run hands its log to the proof in this form: the entries of one paragraph are a *kind*, and each paragraph
is its address and the number of its kind. ``one_by_one`` gives the entries as the log's file has them.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from docops_flask.engine.integrity.claims import AlikeEntries, Claims, Replacement, read_claims


def _with_addresses(alike: AlikeEntries) -> tuple[list[Replacement], int]:
    """Return the replacements with their addresses, and how many entries there are in all."""
    replacements: list[Replacement] = []
    at = 0
    for number, path in zip(alike.numbers, alike.paths, strict=True):
        start, end = alike.starts[number : number + 2]
        replacements += [
            each._replace(place=at + each.place - start, paragraph_path=path, run_id=path + each.run_id)
            for each in alike.kinds[number]
        ]
        at += end - start
    return replacements, at


def read_run_claims(replace_log: Mapping[str, Any], format_report: object) -> Claims:
    """Return the claims of a run; its log may have the member ``alike`` beside ``entries``.

    ``alike`` has the members ``entries``, those of all kinds without address, ``sizes``, how many each kind
    has, ``numbers`` and ``paths``.

    Raises as ``read_claims`` does.
    """
    claims = read_claims(replace_log, format_report)
    alike = replace_log.get("alike")
    if alike is None:
        return claims
    replaced = read_claims({"entries": alike["entries"]}, _NO_FIXES).replacements
    starts = list(accumulate(alike["sizes"], initial=0))
    kinds: Sequence[Sequence[Replacement]]
    if len(replaced) == starts[-1] == len(alike["sizes"]):
        # Mostly each is one placeholder, and all are filled.
        kinds = [(each,) for each in replaced]
    else:
        places = [each.place for each in replaced]
        kinds = [
            replaced[bisect_left(places, start) : bisect_left(places, end)] for start, end in pairwise(starts)
        ]
    return claims._replace(alike=AlikeEntries(kinds, starts, alike["numbers"], alike["paths"]))


_NO_FIXES: Mapping[str, Any] = {"summary": {"fix_changes": []}}


def one_by_one(claims: Claims) -> Claims:
    """Return ``claims`` with each entry that is claimed once for many paragraphs told for each of them."""
    if claims.alike is None:
        return claims
    replacements, count = _with_addresses(claims.alike)
    return claims._replace(
        alike=None,
        replacements=(*replacements, *claims.replacements),
        places=tuple([place._replace(place=count + place.place) for place in claims.places]),
    )

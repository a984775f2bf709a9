"""The proof of a document right after it was written, before anything is sent."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docops_flask.engine.errors import DocopsError, ResultRefused
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.proof import prove
from docops_flask.engine.integrity.verdict import Proof
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader


def prove_written(
    template: Package, written: memoryview | None, replace_log: Any, format_report: Any, limits: Limits
) -> dict[str, Any] | None:
    """Return the content of ``out.integrity.json``; ``written`` are the bytes of the document.

    Of a document that was not kept (``None``) there is nothing to prove. Raises ``ResultRefused`` when the
    verdict is not ``intact``, whatever the reason: then nothing may be handed out.
    """
    if written is None:
        return None
    try:
        proof = _prove(template, written, replace_log, format_report, limits)
    except DocopsError as error:
        # The template was read before: what is said here is about our own writing.
        raise ResultRefused(inner=f"the written document cannot be read: {error.detail}") from error
    if proof.verdict != "intact":
        raise ResultRefused(inner=proof.reason())
    return proof.as_dict()


def _prove(
    template: Package, written: memoryview, replace_log: Any, format_report: Any, limits: Limits
) -> Proof:
    # What came of a template within its limits may be larger than a template may be.
    own = limits._replace(xml_part_bytes=max(limits.xml_part_bytes, limits.output_bytes))
    own = own._replace(output_bytes=limits.unpacked_bytes + limits.output_bytes)
    document = ZipReader(written, own)
    try:
        with _garbage_left_alone():
            return prove(template, document, read_claims(replace_log, format_report), own)
    finally:
        document.close()


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Collect no garbage for a moment: a proof makes thousands of objects, all of them needed to its end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

"""Parts with changed markup: what is read of their bytes is what parsers read; each is filled or refused."""

import random
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.factories import docx, p, r
from tests.fuzz.compiled_parts import compile_mutated, fill_and_compare
from tests.fuzz.profile import profile


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compiled")


@profile(400)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_part_with_changed_markup_is_read_as_parsers_read_it(folder: Path, seed: int) -> None:
    event(compile_mutated(random.Random(seed), folder))


_NAME = "【ORGANIZER】"
_BOX = f"<w:txbxContent>{p(_NAME)}</w:txbxContent>"
_SPANNED = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'


@pytest.mark.parametrize(
    "body",
    [
        # XML 1.0, 3.1: white space may stand before the end of any tag.
        f"<w:p>{r(_NAME)}</w:p >",
        f"<w:p>{r(_NAME)}</w:p\n>",
        f"<w:p>{r(_NAME)}</w:p\t >",
        f"<w:tbl><w:tr><w:tc><w:p>{r(_NAME)}</w:p  ></w:tc\n></w:tr ></w:tbl\t><w:p/>",
        # What the schema does not know.
        f"<w:p><w:r><w:rPr><w:t>a</w:t></w:rPr><w:t>{_NAME}</w:t></w:r></w:p>",
        f"<w:p><w:pPr><w:t>a</w:t></w:pPr><w:r><w:t>{_NAME}</w:t></w:r></w:p>",
        f"<w:p><w:r><w:t>a <w:tab/></w:t></w:r><w:r><w:t>{_NAME}</w:t></w:r></w:p>",
        f"<w:p><mc:AlternateContent>{_BOX}</mc:AlternateContent></w:p>",
        f"<w:p><mc:Choice><w:txbxContent/></mc:Choice>{_BOX}</w:p>",
        f"<w:p><mc:Choice>{_BOX}</mc:Choice><mc:AlternateContent><mc:Choice>{_BOX}</mc:Choice>"
        "</mc:AlternateContent></w:p>",
        f"<w:p><mc:AlternateContent><w:smartTag><mc:Fallback>{_BOX}</mc:Fallback></w:smartTag>"
        "</mc:AlternateContent></w:p>",
        f"<w:tbl><w:tr><w:tc><!-- --><w:sdt><w:sdtContent>{_SPANNED}</w:sdtContent></w:sdt></w:tc>"
        f"<w:tc>{p(_NAME)}</w:tc></w:tr></w:tbl>",
        f"<w:tbl><w:tr><w:tc><!-- -->{p('x')}{_SPANNED}</w:tc><w:tc>{p(_NAME)}</w:tc></w:tr></w:tbl>",
    ],
)
def test_markup_that_was_refused_as_a_wrong_result_is_filled(folder: Path, body: str) -> None:
    template = folder / "found.docx"
    template.write_bytes(docx(body))
    fill_and_compare(template, folder)

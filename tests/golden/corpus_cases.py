"""Real documents: each with words turned into placeholders and filled with the same words again."""

import os
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT
from tests.corpus.placeholders import with_placeholders
from tests.golden.case import Case, stored

_TYPE = "corpus"
# Every word that ``with_placeholders`` may replace has a field of its own.
_FIELDS = 150
_OPTIONS = {
    "with a report": {"export_suggested_policy": "true"},
    "against the default policy, strictly": {"preset": "strict"},
    "against GB/T 9704-2012": {"policy": "gbt9704-2012", "format_report": "both"},
}


def corpus_folder() -> Path:
    """The real Word files; ``DOCOPS_CORPUS`` says where they are, ../shared/corpus by default."""
    return Path(os.environ.get("DOCOPS_CORPUS") or ROOT.parent / "shared" / "corpus")


def add_document_type(folder: Path) -> None:
    """Put the document type that the corpus is filled by into ``folder``, and have the product read it."""
    words = '{ en = "x", zh = "x" }'
    head = f'name = "{_TYPE}"\ntitle = {words}\ndescription = {words}\n'
    fields = (
        f'\n[[fields]]\nkey = "f{number}"\nrequired = false\nlabel = {words}\ndescription = {words}\n'
        'example = "x"\n'
        for number in range(_FIELDS)
    )
    (folder / f"{_TYPE}.toml").write_text(head + "".join(fields), "utf-8")
    os.environ["DOCOPS_SKILLS_DIR"] = str(folder)


def corpus_cases() -> Iterator[Case]:
    """Each document as it is, and filled with each kind of format check."""
    for file in sorted(corpus_folder().glob("*/*.docx")):
        name = f"{file.parent.name}/{file.stem}"
        content = file.read_bytes()
        yield Case(f"{name} as it is", content, {}, task_type=_TYPE)
        template, values = with_placeholders(content)
        payload = {field.lower(): word for field, word in values.items()}
        for asked, options in _OPTIONS.items():
            yield Case(f"{name} filled, {asked}", stored(template), payload, options, _TYPE)

"""``out.format_report.html``: the format report as a page for people, in English or in Chinese.

Both languages are in the file, one is shown; a switch shows the other. The page has no script and loads no
other file. It shows the content of the JSON report and adds only words; the same report and facts give the
same bytes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docops_flask.engine.bilingual import LANGUAGES
from docops_flask.engine.reports.page.content import page_content
from docops_flask.engine.reports.page.facts import PageFacts
from docops_flask.engine.reports.page.words import Words

# In a clone these are links to folders at the top level, in a wheel the folders themselves.
_PACKAGE = Path(__file__).resolve().parents[3]
_SOURCES = (_PACKAGE / "templates", _PACKAGE / "static" / "css")


def render_report(report: Mapping[str, Any], facts: PageFacts) -> str:
    """Return the page for ``report``, the JSON object of ``out.format_report.json``.

    At most ``content.MAX_ISSUES`` issues are shown; the page says how many more the JSON has.
    """
    # Imported here: most renderer processes never make this page.
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_SOURCES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("format_report.html").render(
        language=facts.language,
        date=facts.date,
        pages=[page_content(report, facts, Words(language)) for language in LANGUAGES],
    )

"""``out.format_report.html``: the format report as a page for people, in English and Chinese."""

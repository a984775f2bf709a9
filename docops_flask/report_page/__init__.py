"""The pieces of ``out.format_report.html``: its words, places, sources and the picture of the page."""

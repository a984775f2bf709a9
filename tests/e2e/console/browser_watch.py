"""The errors, requests and stored data of a browser page, checked in every test of the console."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

# Violations are told as console messages of their own kind, so that none is counted as something else.
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""
_WHAT_IS_KEPT = """async () => ({
  local: Object.entries(localStorage),
  session: Object.entries(sessionStorage),
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: await caches.keys(),
  cookies: document.cookie,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
_SETTINGS = {"language", "theme", "apiBase", "options", "view", "developer", "history", "drafts", "lastDraft"}
# Which field each column fills, by the template's hash; the id of the last batch.
_SETTINGS |= {"columns", "batch"}


class BrowserWatch:
    """Listens to a context from its beginning; ``check`` fails on anything that a test did not announce."""

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        self._expected: list[str] = []
        self._own_origins: set[str] = set()
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("request", self._request)

    def expects(self, pattern: str) -> None:
        """Say that a complaint matching ``pattern`` must come: the test provokes it."""
        self._expected.append(pattern)

    def may_ask(self, origin: str) -> None:
        """Say that requests may go to ``origin``."""
        self._own_origins.add(origin)

    def check(self, page: Page) -> None:
        """Compare what happened with what the test announced; call it before the page is closed."""
        # Asked first: what the page still has to tell comes before this answer.
        kept = kept_by(page)
        unexpected = [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self._expected)
        ]
        assert unexpected == [], unexpected
        for pattern in self._expected:
            assert any(re.search(pattern, complaint) for complaint in self.complaints), pattern
        elsewhere = {request.url for request in self.requests if not self._is_own(request.url)}
        assert elsewhere == set()
        check_kept(kept)

    def _is_own(self, url: str) -> bool:
        return any(url.removeprefix("blob:").startswith(f"{own}/") for own in self._own_origins)

    def _request(self, request: Request) -> None:
        self.requests.append(request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def kept_by(page: Page) -> dict[str, Any]:
    """Everything the browser keeps for the page."""
    found: dict[str, Any] = page.evaluate(_WHAT_IS_KEPT)
    return found


def check_kept(kept: dict[str, Any]) -> None:
    """Only settings, drafts and the last runs may be kept, and only in localStorage; never a file."""
    others = {name: value for name, value in kept.items() if name != "local"}
    assert not any(others.values()), others
    for name, value in kept["local"]:
        own = name.removeprefix("docops.")
        assert own in _SETTINGS or re.fullmatch("draft\\.[0-9a-f]{64}", own), name
        # Bytes of a file, as text, as base64 or as a data URL.
        assert not re.search(r"PK\\u0003|UEsDB|data:", value)

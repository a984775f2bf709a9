"""The console as a person uses it: the steps the tests share."""

import io
import re
from pathlib import Path
from typing import Any

from docx import Document
from playwright.sync_api import Download, Locator, Page, Response, expect

from tests.e2e.console.browser_watch import BrowserWatch

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXIT_CODE = "data-exit-code"


class ConsolePage:
    """One open console."""

    def __init__(self, page: Page, watch: BrowserWatch, origin: str) -> None:
        self.page = page
        self.watch = watch
        self.origin = origin
        watch.may_ask(origin)

    def __getitem__(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def open(self, *, developer: bool = True) -> Response:
        """Open the page and wait until it knows what the server can do; show what is for developers."""
        response = self.open_unconnected()
        expect(self["#connection-state"]).to_have_attribute("data-state", "good")
        if developer:
            self["#developer"].check()
        return response

    def open_unconnected(self) -> Response:
        """Open the page and wait until it is there."""
        response = self.page.goto(f"{self.origin}/web")
        assert response is not None
        expect(self["#connection-state"]).to_be_attached()
        return response

    def choose(self, template: bytes | Path, name: str = "notice.docx") -> None:
        """Choose a template; the inspection is only begun then."""
        file: Any = (
            template if isinstance(template, Path) else {"name": name, "mimeType": DOCX, "buffer": template}
        )
        self["#template-file"].set_input_files(file)

    def inspect(self, template: bytes | Path, name: str = "notice.docx") -> None:
        """Choose a template and wait for its inspection and the form."""
        self.choose(template, name)
        expect(self[".report-summary"]).to_be_attached()
        expect(self["#ready"]).to_be_visible()

    def input(self, key: str) -> Locator:
        """The input of a payload key; of a list its first row."""
        return self[f'[data-key="{key}"] textarea'].first

    def fill(self, **payload: str | list[str]) -> None:
        """Fill the form; a list row by row, with the button that adds one."""
        for key, value in payload.items():
            if isinstance(value, str):
                self.input(key).fill(value)
                continue
            for index, item in enumerate(value):
                if index:
                    self[f"#field-{key}-add"].click()
                self[f'[data-key="{key}"] textarea'].nth(index).fill(item)

    def to(self, view: str) -> None:
        """Switch to "form" or "json"."""
        self[f'label:has(input[name="view"][value="{view}"])'].click()

    def type_json(self, text: str) -> None:
        """Replace the task's JSON text."""
        self.to("json")
        self["#task-json"].fill(text)

    def import_task(self, content: str | bytes, name: str = "task.json") -> None:
        """Import a task file."""
        buffer = content.encode() if isinstance(content, str) else content
        with self.page.expect_file_chooser() as chooser:
            self["#import-task"].click()
        chooser.value.set_files({"name": name, "mimeType": "application/json", "buffer": buffer})

    def run(self, exit_code: int = 0) -> None:
        """Run and wait for the result."""
        self["#run"].click()
        self.expect_result("run", exit_code)

    def precheck(self, exit_code: int = 0) -> None:
        """Precheck and wait for the verdict."""
        self["#precheck"].click()
        self.expect_result("precheck", exit_code)

    def expect_result(self, kind: str, exit_code: int) -> None:
        """Wait for a result of this kind and exit code."""
        result = self["#result"]
        expect(result).to_be_visible()
        expect(result).to_have_attribute("data-kind", kind)
        expect(result).to_have_attribute(EXIT_CODE, str(exit_code))
        self.expect_ready_again()

    def expect_ready_again(self) -> None:
        """Nothing runs: the buttons can be pressed."""
        expect(self["#run"]).to_be_enabled()
        expect(self["#precheck"]).to_be_enabled()
        expect(self["#cancel"]).to_be_hidden()

    def error(self, code: str) -> Locator:
        """The panel that shows an error."""
        return self[f'[data-error="{code}"]']

    def download(self, selector: str) -> tuple[str, bytes]:
        """Press what downloads something and return its name and content."""
        with self.page.expect_download() as caught:
            self[selector].first.click()
        return content_of(caught.value)

    def language(self, language: str) -> None:
        """Turn the switch to "en" or "zh"."""
        self["#language"].select_option(language)
        expect(self["html"]).to_have_attribute("lang", re.compile(f"^{language}"))

    def tab_to(self, selector: str, most: int = 120) -> None:
        """Press Tab until the focus is on what ``selector`` finds."""
        for _ in range(most):
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {selector}")


def content_of(download: Download) -> tuple[str, bytes]:
    """A finished download's name and content."""
    return download.suggested_filename, Path(download.path()).read_bytes()


def text_of(document: bytes) -> str:
    """A document's paragraphs, a line each."""
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(document)).paragraphs)

"""Reads reviewer's copies through LibreOffice's API (UNO); writes what it finds as one line of JSON a file.

Run by the system's Python as ``uno_reader`` is, with the same arguments. A line: ``file``; ``comments``, each
[author, text, the text of its range]; ``changes``, the kinds of tracked changes with their authors;
``accepted`` and ``rejected``, the paragraphs (see ``uno_reader``) after all changes were accepted, or
rejected; ``paragraphs``, those as the file has them.
"""

import json
import sys
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.uno import Exception as UnoException

# The folder of this script is searched for modules.
from uno_reader import connect, paragraphs_of  # type: ignore[import-not-found]


def main(accept: str, output: str, files: list[str]) -> None:
    """Read ``files`` and append to ``output``; a file that cannot be read has ``error`` alone."""
    desktop = connect(accept)
    with Path(output).open("a", encoding="utf-8") as stream:
        for file in files:
            try:
                found = {"file": file, **read(desktop, file)}
            except UnoException as error:
                found = {"file": file, "error": type(error).__name__}
            stream.write(json.dumps(found, ensure_ascii=False) + "\n")
            stream.flush()


def read(desktop: Any, file: str) -> dict[str, Any]:
    """Return what a file has, and what it has when its changes are accepted and when they are rejected."""
    found: dict[str, Any] = {}
    for name, command in (("paragraphs", ""), ("accepted", "Accept"), ("rejected", "Reject")):
        hidden = PropertyValue()
        hidden.Name, hidden.Value = "Hidden", True
        document = desktop.loadComponentFromURL(Path(file).as_uri(), "_blank", 0, (hidden,))
        if document is None:
            raise UnoException("not loaded", None)
        try:
            if command:
                run(document, f".uno:{command}AllTrackedChanges")
            else:
                found["comments"] = sorted(comments_of(document))
                found["changes"] = sorted(changes_of(document))
            found[name] = list(paragraphs_of(document.Text, {}))
        finally:
            document.close(True)
    return found


def run(document: Any, command: str) -> None:
    """Have LibreOffice carry out a command of its menus."""
    frame = document.CurrentController.Frame
    url = uno.createUnoStruct("com.sun.star.util.URL")
    url.Complete = command
    context = uno.getComponentContext()
    transformer = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.util.URLTransformer", context
    )
    _, url = transformer.parseStrict(url)
    frame.queryDispatch(url, "", 0).dispatch(url, ())


def comments_of(document: Any) -> list[tuple[str, str, str]]:
    """Return author, text and range of each comment."""
    fields = document.getTextFields().createEnumeration()
    found = []
    while fields.hasMoreElements():
        field = fields.nextElement()
        if field.supportsService("com.sun.star.text.textfield.Annotation"):
            found.append((field.Author, field.Content, field.Anchor.String))
    return found


def changes_of(document: Any) -> list[tuple[str, str]]:
    """Return kind and author of each tracked change."""
    changes = document.getRedlines().createEnumeration()
    found = []
    while changes.hasMoreElements():
        change = changes.nextElement()
        found.append((change.RedlineType, change.RedlineAuthor))
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])

"""``docops merge --work``: what was done is kept, whatever ends the command, and the result is the same."""

import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docops_flask.cli.main import main
from docops_flask.cli.progress import Progress
from docops_flask.engine.pdf.pdf_text import PdfText
from tests.factories import docx, p
from tests.office import PdfMaker
from tests.receipts import make_keys, verified_by_others

# So many that a command is stopped before it has done all.
ROWS = 950


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOCOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("t.docx").write_bytes(docx(p("【甲方】 【金额|#,##0.00】")))
    lines = (f"公司{number},{'soon' if number % 100 == 7 else number}" for number in range(1, ROWS + 1))
    Path("rows.csv").write_text("甲方,金额\n" + "\n".join(lines) + "\n", encoding="utf-8")


def command(*options: str) -> list[str]:
    start = [sys.executable, "-m", "docops_flask", "merge", "t.docx", "rows.csv", "--name", "【甲方】"]
    return [*start, "--work", "work", "--jobs", "1", *options]


def begun(*options: str) -> subprocess.Popen[bytes]:
    """Start a command and wait until it has done some rows, and not all."""
    process = subprocess.Popen(command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: len(segments()) >= 1)
    return process


def segments() -> list[Path]:
    return list(Path("work").glob("*/seg/*.jsonl"))


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sha256(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_a_command_that_was_killed_or_stopped_is_gone_on_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", "t.docx", "rows.csv", "--name", "【甲方】", "--out", "clean.zip"]) == 1
    killed = begun("--out", "r.zip")
    killed.kill()
    killed.communicate()
    assert not Path("r.zip").exists()
    done = len(segments())
    # A shell that starts the tests in the background has them, and what they start, ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    stopped = subprocess.Popen(command("--out", "r.zip"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    signal.signal(signal.SIGINT, before)
    wait_for(lambda: len(segments()) > done)
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate(timeout=30)
    assert (stopped.returncode, out) == (130, b"")
    assert re.fullmatch(
        rf"Stopped; \d+00 of {ROWS} rows were done. The same command goes on with them.\n", err.decode()
    )
    last = subprocess.run(command("--out", "r.zip"), capture_output=True, check=False)
    assert (last.returncode, last.stderr) == (1, b"")
    assert b"940 of 950 documents made: r.zip" in last.stdout
    assert sha256("r.zip") == sha256("clean.zip")
    assert not Path("work").exists()
    assert sorted(os.listdir()) == ["clean.zip", "r.zip", "rows.csv", "t.docx"]
    capsys.readouterr()


def test_a_folder_of_another_merge_or_with_other_files_is_not_touched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    killed = begun("--out", "r.zip")
    assert main(command("--out", "other.zip")[3:]) == 1
    assert "another docops merge is working" in capsys.readouterr().err
    killed.kill()
    killed.communicate()
    before = {path: path.read_bytes() for path in segments()}
    assert main(command("--out", "r.zip", "--lang", "en")[3:]) == 1
    assert "other files or options" in capsys.readouterr().err
    Path("rows.csv").write_text("甲方,金额\nA,1\n", encoding="utf-8")
    assert main(command("--out", "r.zip")[3:]) == 1
    assert "other files or options" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in segments()} == before
    Path("mine").mkdir(mode=0o755)
    Path("mine/note.txt").write_text("x")
    assert main(["merge", "t.docx", "rows.csv", "--out", "r.zip", "--work", "mine"]) == 1
    assert "the folder has other files" in capsys.readouterr().err
    assert os.listdir("mine") == ["note.txt"]
    assert Path("mine").stat().st_mode & 0o777 == 0o755


def test_a_merge_that_cannot_be_done_leaves_nothing_to_go_on_with(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.csv").write_text("甲方,备注\nA,x\n", encoding="utf-8")
    assert main(command("--out", "r.zip", "--json")[3:]) == 1
    assert json.loads(capsys.readouterr().out)["error_code"] == "ROWS_INVALID"
    Path("rows.csv").write_text("甲方,金额\nA,1\n", encoding="utf-8")
    assert main(command("--out", "r.zip")[3:]) == 0


def test_each_row_has_its_pdf_and_its_receipt(tmp_path: Path, pdf_maker: PdfMaker) -> None:
    assert pdf_maker
    keys = make_keys(tmp_path)
    Path("rows.csv").write_text("甲方,金额\n青岚市,1\n远帆公司,2\n", encoding="utf-8")
    options = ["--pdf", "--pdf-version", "a2b", "--signing-key", str(keys.private), "--jobs", "2"]
    assert main(["merge", "t.docx", "rows.csv", "--name", "【甲方】", "--out", "r.zip", *options]) == 0
    with zipfile.ZipFile("r.zip") as archive:
        pdf, receipt = archive.read("docs/远帆公司.pdf"), archive.read("rows/2/out.receipt.json")
    with PdfText(pdf) as opened:
        assert "远帆公司" in next(iter(opened.pages())).text
    subjects = verified_by_others(receipt, keys.public.read_bytes())["subject"]
    assert subjects[1]["digest"]["sha256"] == hashlib.sha256(pdf).hexdigest()


def test_a_terminal_shows_rows_rate_and_faults() -> None:
    main_end, terminal = pty.openpty()
    process = subprocess.Popen(command("--out", "r.zip"), stdout=subprocess.DEVNULL, stderr=terminal)
    os.close(terminal)
    shown = b"".join(_read(main_end)).decode()
    assert process.wait() == 1
    lines = [line.removeprefix("\x1b[K") for line in re.split(r"[\r\n]+", shown) if line]
    assert lines[0] == "Reading the rows"
    assert re.fullmatch(r"\[#{20}\] 950 of 950 rows, \d+/s, 10 not made", lines[-1])


def _read(descriptor: int) -> Iterator[bytes]:
    # The terminal ends with an error when its last process has closed it.
    try:
        while block := os.read(descriptor, 4096):
            yield block
    except OSError:
        return


class _Terminal:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("seconds", "done", "told"),
    [
        (1.0, 100, "[##------------------] 100 of 1,000 rows, 100/s"),
        (10.0, 100, "[##------------------] 100 of 1,000 rows, 10/s, 1 min 30 s left"),
        (1000.0, 100, "[##------------------] 100 of 1,000 rows, 6/min, 2 h 30 min left"),
        (10.0, 1000, "[####################] 1,000 of 1,000 rows, 100/s"),
    ],
)
def test_the_rate_is_that_of_the_rows_of_this_command(seconds: float, done: int, told: str) -> None:
    terminal, times = _Terminal(), [0.0, 0.0, 0.0]
    with Progress(stream=terminal, clock=lambda: times[-1]) as progress:  # type: ignore[arg-type]
        progress.show(0, 1000, 0)
        times.append(seconds)
        progress.show(done, 1000, 0)
    assert terminal.text.splitlines()[-1].rpartition("\x1b[K")[2] == told

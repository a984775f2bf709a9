"""The kinds of files that people send in place of a Word document, and what to do with each."""

from collections.abc import Mapping
from typing import NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import InvalidMediaType, InvalidTemplate

_RESAVE = "open it in Word and save it as a Word document (.docx)"
_RESAVE_ZH = "请在 Word 中打开，另存为“Word 文档 (*.docx)”"
_OLD = "of the format before 2007"


class OtherKind(NamedTuple):
    """A kind of file: its value of ``detail.found``, and a sentence about what it is and what to do."""

    found: str
    sentence: Bilingual


# By their own name, which is ``detail.kind`` where it says more than ``detail.found``.
OTHER_KINDS: Mapping[str, OtherKind] = {
    "encrypted": OtherKind(
        "encrypted",
        Bilingual(
            "this file is protected with a password: remove it in Word under File > Info > Protect Document, "
            "and save the file.",
            "该文件设有密码：请在 Word 的“文件”>“信息”>“保护文档”中取消密码并保存。",
        ),
    ),
    "encrypted_zip": OtherKind(
        "encrypted",
        Bilingual(
            "this ZIP archive is protected with a password: unpack it with the password, and send the Word "
            "document (.docx) in it.",
            "这是设有密码的压缩包（ZIP）：请输入密码解压后，使用其中的 Word 文档 (.docx)。",
        ),
    ),
    "doc": OtherKind(
        "doc",
        Bilingual(
            f"this is an Office file {_OLD} (.doc, .wps): {_RESAVE}.",
            f"这是 2007 版之前格式的 Office 文件（.doc、.wps）：{_RESAVE_ZH}。",
        ),
    ),
    "xls": OtherKind(
        "doc",
        Bilingual(
            f"this is an Excel workbook {_OLD} (.xls): copy what you need into a Word document (.docx).",
            "这是 2007 版之前格式的 Excel 工作簿（.xls）：请把所需内容复制到 Word 文档 (.docx) 中。",
        ),
    ),
    "ppt": OtherKind(
        "doc",
        Bilingual(
            f"this is a PowerPoint presentation {_OLD} (.ppt): copy what you need of it into a Word document "
            "(.docx).",
            "这是 2007 版之前格式的 PowerPoint 演示文稿（.ppt）：请把所需内容复制到 Word 文档 (.docx) 中。",
        ),
    ),
    "rtf": OtherKind(
        "rtf",
        Bilingual(
            f"this is a Rich Text file (.rtf): {_RESAVE}.", f"这是 RTF 格式的文件（.rtf）：{_RESAVE_ZH}。"
        ),
    ),
    "html": OtherKind(
        "html",
        Bilingual(
            f"this is a web page (HTML or MHT): {_RESAVE}; if you downloaded it, check that you got "
            "the document and not a page about it.",
            f"这是网页（HTML 或 MHT）：{_RESAVE_ZH}；如果是下载所得，请确认下载的是文档本身，而不是网页。",
        ),
    ),
    "odt": OtherKind(
        "odt",
        Bilingual(
            "this is an OpenDocument file (.odt, .ods, .odp): open it in LibreOffice, WPS or Word and save "
            "it as a Word document (.docx).",
            "这是 OpenDocument 文件（.odt、.ods、.odp）：请在 LibreOffice、WPS 或 Word 中打开，"
            "另存为“Word 文档 (*.docx)”。",
        ),
    ),
    "pdf": OtherKind(
        "pdf",
        Bilingual(
            "this is a PDF: send the Word document (.docx) that it was made from, or open it in Word and "
            "save it as a Word document (.docx).",
            f"这是 PDF 文件：请使用生成它的 Word 文档 (.docx)，或{_RESAVE_ZH.removeprefix('请')}。",
        ),
    ),
    "dotx": OtherKind(
        "dotx",
        Bilingual(f"this is a Word template (.dotx): {_RESAVE}.", f"这是 Word 模板（.dotx）：{_RESAVE_ZH}。"),
    ),
    "docm": OtherKind(
        "docm",
        Bilingual(
            f"this is a Word file with macros (.docm, .dotm): {_RESAVE}, which leaves the macros out.",
            f"这是带宏的 Word 文件（.docm、.dotm）：{_RESAVE_ZH}，宏不会保留。",
        ),
    ),
    "xlsx": OtherKind(
        "xlsx",
        Bilingual(
            "this is an Excel workbook, a PowerPoint presentation or another Office file that is no Word "
            "document: copy what you need of it into a Word document (.docx).",
            "这是 Excel 工作簿、PowerPoint 演示文稿或其他非 Word 的 Office 文件："
            "请把所需内容复制到 Word 文档 (.docx) 中。",
        ),
    ),
    "zip_of_files": OtherKind(
        "zip_of_files",
        Bilingual(
            "this is a ZIP archive of files: unpack it and send the Word document (.docx) in it.",
            "这是压缩包（ZIP）：请解压后使用其中的 Word 文档 (.docx)。",
        ),
    ),
    "zipped_folder": OtherKind(
        "zip_of_files",
        Bilingual(
            "this is a ZIP archive with the unpacked parts of a Word document in a folder: send the Word "
            "document (.docx) itself, or zip the contents of the folder without the folder.",
            "这是把 Word 文档解包后连同文件夹一起压缩的 ZIP：请使用 Word 文档 (.docx) 本身，"
            "或只压缩文件夹中的内容而不含文件夹。",
        ),
    ),
    "base64": OtherKind(
        "base64",
        Bilingual(
            "this is base64 text in place of the file: decode it and send the file itself.",
            "这是文件的 Base64 文本，而不是文件本身：请先解码，再使用解码得到的文件。",
        ),
    ),
    "empty": OtherKind(
        "empty",
        Bilingual(
            "this file is empty (0 bytes): save or copy it again from where it came, and send that.",
            "该文件是空的（0 字节）：请从来源处重新保存或复制后再使用。",
        ),
    ),
    "truncated": OtherKind(
        "truncated",
        Bilingual(
            "this file is cut off, its end is missing: download or copy it again from where it came, and "
            "send that.",
            "该文件不完整，缺少末尾部分：请从来源处重新下载或复制后再使用。",
        ),
    ),
    "unknown": OtherKind(
        "unknown",
        Bilingual(
            "this is not a Word document: send a file that Word or WPS saved as a Word document (.docx).",
            "这不是 Word 文档：请使用由 Word 或 WPS 另存为“Word 文档 (*.docx)”的文件。",
        ),
    ),
    "picture": OtherKind(
        "unknown",
        Bilingual(
            "this is a picture: send the Word document (.docx); a scan or a photo of it cannot be filled.",
            "这是图片：请使用 Word 文档 (.docx)；扫描件或照片无法填写。",
        ),
    ),
    "json": OtherKind(
        "unknown",
        Bilingual(
            "this is JSON text, as a task is: send the Word document (.docx) here and the JSON as the task.",
            "这是 JSON 文本（像是任务文件）：此处请使用 Word 文档 (.docx)，JSON 请作为任务上传。",
        ),
    ),
    "word_xml": OtherKind(
        "unknown",
        Bilingual(
            f"this is a Word document saved as XML: {_RESAVE}.",
            f"这是存为 XML 格式的 Word 文档：{_RESAVE_ZH}。",
        ),
    ),
    "text": OtherKind(
        "unknown",
        Bilingual(
            f"this is plain text: {_RESAVE}.",
            f"这是纯文本：{_RESAVE_ZH}。",
        ),
    ),
    "archive": OtherKind(
        "unknown",
        Bilingual(
            "this is a packed archive (RAR, 7z, gzip …): unpack it and send the Word document (.docx) in it.",
            "这是压缩包（RAR、7z、gzip 等）：请解压后使用其中的 Word 文档 (.docx)。",
        ),
    ),
    "message": OtherKind(
        "unknown",
        Bilingual(
            "this is an Outlook message (.msg): save the Word document (.docx) attached to it and send that.",
            "这是 Outlook 邮件（.msg）：请保存其中的附件 Word 文档 (.docx) 后再使用。",
        ),
    ),
    "lock_file": OtherKind(
        "unknown",
        Bilingual(
            "this is the hidden file (~$…) that Word keeps beside an open document: send the document.",
            "这是 Word 打开文档时生成的隐藏文件（~$…）：请使用文档本身。",
        ),
    ),
    "side_file": OtherKind(
        "unknown",
        Bilingual(
            "this is the hidden file (._…) that macOS keeps beside a document: send the document itself.",
            "这是 macOS 为文档生成的隐藏文件（._…）：请使用文档本身。",
        ),
    ),
    "shortcut": OtherKind(
        "unknown",
        Bilingual(
            "this is a shortcut (.lnk, .url) to a document: send the document itself.",
            "这是指向文档的快捷方式（.lnk、.url）：请使用文档本身。",
        ),
    ),
    "zeros": OtherKind(
        "unknown",
        Bilingual(
            "this file holds nothing but zero bytes, its content is lost: download or copy it again from "
            "where it came, and send that.",
            "该文件的内容全部为零字节，内容已丢失：请从来源处重新下载或复制后再使用。",
        ),
    ),
    "ofd": OtherKind(
        "unknown",
        Bilingual(
            "this is an OFD document: send the Word document (.docx) that it was made from.",
            "这是 OFD 文件：请使用生成它的 Word 文档 (.docx)。",
        ),
    ),
    "pages": OtherKind(
        "unknown",
        Bilingual(
            "this is an Apple Pages document: export it in Pages as a Word document (.docx).",
            "这是 Apple Pages 文稿：请在 Pages 中导出为 Word 文档 (.docx)。",
        ),
    ),
}


def other_media(part: str, kind: str) -> InvalidMediaType:
    """Return the refusal of a file of ``kind`` (a key of ``OTHER_KINDS``) as the part ``part``."""
    return InvalidMediaType(f"{part}: {OTHER_KINDS[kind].sentence.en}", field=part, **found_detail(kind))


def other_template(kind: str, reason: str) -> InvalidTemplate:
    """Return the refusal of a template that is a Word file, or was one, of ``kind``, for ``reason``."""
    return InvalidTemplate(f"template: {OTHER_KINDS[kind].sentence.en}", reason=reason, **found_detail(kind))


def found_detail(kind: str) -> dict[str, str]:
    """Return the members of ``detail`` that say of what ``kind`` a file is."""
    found = OTHER_KINDS[kind].found
    return {"found": found} if found == kind else {"found": found, "kind": kind}


def sentence_of(detail: Mapping[str, object]) -> Bilingual | None:
    """Return the sentence about the kind that ``detail`` of an error tells, ``None`` where it tells none."""
    kind = OTHER_KINDS.get(str(detail.get("kind", detail.get("found"))))
    return None if kind is None else kind.sentence

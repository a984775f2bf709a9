/** Chinese: what a file is that is no Word document, and the encoding of a task. The server says the same. */

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  found_encrypted: "该文件设有密码：请在 Word 的“文件”>“信息”>“保护文档”中取消密码并保存。",
  found_encrypted_zip: "这是设有密码的压缩包（ZIP）：请输入密码解压后，使用其中的 Word 文档 (.docx)。",
  found_doc:
    "这是 2007 版之前格式的 Office 文件（.doc、.wps）：请在 Word 中打开，另存为“Word 文档 (*.docx)”。",
  found_xls: "这是 2007 版之前格式的 Excel 工作簿（.xls）：请把所需内容复制到 Word 文档 (.docx) 中。",
  found_ppt: "这是 2007 版之前格式的 PowerPoint 演示文稿（.ppt）：请把所需内容复制到 Word 文档 (.docx) 中。",
  found_rtf: "这是 RTF 格式的文件（.rtf）：请在 Word 中打开，另存为“Word 文档 (*.docx)”。",
  found_html:
    "这是网页（HTML 或 MHT）：请在 Word 中打开，另存为“Word 文档 (*.docx)”；如果是下载所得，请确认下载的是文档本身，而不是网页。",
  found_odt:
    "这是 OpenDocument 文件（.odt、.ods、.odp）：请在 LibreOffice、WPS 或 Word 中打开，另存为“Word 文档 (*.docx)”。",
  found_pdf:
    "这是 PDF 文件：请使用生成它的 Word 文档 (.docx)，或在 Word 中打开，另存为“Word 文档 (*.docx)”。",
  found_dotx: "这是 Word 模板（.dotx）：请在 Word 中打开，另存为“Word 文档 (*.docx)”。",
  found_docm:
    "这是带宏的 Word 文件（.docm、.dotm）：请在 Word 中打开，另存为“Word 文档 (*.docx)”，宏不会保留。",
  found_xlsx:
    "这是 Excel 工作簿、PowerPoint 演示文稿或其他非 Word 的 Office 文件：请把所需内容复制到 Word 文档 (.docx) 中。",
  found_zip_of_files: "这是压缩包（ZIP）：请解压后使用其中的 Word 文档 (.docx)。",
  found_zipped_folder:
    "这是把 Word 文档解包后连同文件夹一起压缩的 ZIP：请使用 Word 文档 (.docx) 本身，或只压缩文件夹中的内容而不含文件夹。",
  found_base64: "这是文件的 Base64 文本，而不是文件本身：请先解码，再使用解码得到的文件。",
  found_empty: "该文件是空的（0 字节）：请从来源处重新保存或复制后再使用。",
  found_truncated: "该文件不完整，缺少末尾部分：请从来源处重新下载或复制后再使用。",
  found_unknown: "这不是 Word 文档：请使用由 Word 或 WPS 另存为“Word 文档 (*.docx)”的文件。",
  found_picture: "这是图片：请使用 Word 文档 (.docx)；扫描件或照片无法填写。",
  found_json: "这是 JSON 文本（像是任务文件）：此处请使用 Word 文档 (.docx)，JSON 请作为任务上传。",
  found_word_xml: "这是存为 XML 格式的 Word 文档：请在 Word 中打开，另存为“Word 文档 (*.docx)”。",
  found_text: "这是纯文本：请在 Word 中打开，另存为“Word 文档 (*.docx)”。",
  found_archive: "这是压缩包（RAR、7z、gzip 等）：请解压后使用其中的 Word 文档 (.docx)。",
  found_message: "这是 Outlook 邮件（.msg）：请保存其中的附件 Word 文档 (.docx) 后再使用。",
  found_lock_file: "这是 Word 打开文档时生成的隐藏文件（~$…）：请使用文档本身。",
  found_side_file: "这是 macOS 为文档生成的隐藏文件（._…）：请使用文档本身。",
  found_shortcut: "这是指向文档的快捷方式（.lnk、.url）：请使用文档本身。",
  found_zeros: "该文件的内容全部为零字节，内容已丢失：请从来源处重新下载或复制后再使用。",
  found_ofd: "这是 OFD 文件：请使用生成它的 Word 文档 (.docx)。",
  found_pages: "这是 Apple Pages 文稿：请在 Pages 中导出为 Word 文档 (.docx)。",
  other_encoding: "文件的编码是 {encoding}，而 JSON 必须使用 UTF-8：请重新保存文件，编码选择 UTF-8。",
};

/** English: what a file is that is no Word document, and the encoding of a task. The server says the same. */

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  found_encrypted:
    "This file is protected with a password: remove it in Word under File > Info > Protect Document, and save the file.",
  found_encrypted_zip:
    "This ZIP archive is protected with a password: unpack it with the password, and send the Word document (.docx) in it.",
  found_doc:
    "This is an Office file of the format before 2007 (.doc, .wps): open it in Word and save it as a Word document (.docx).",
  found_xls:
    "This is an Excel workbook of the format before 2007 (.xls): copy what you need into a Word document (.docx).",
  found_ppt:
    "This is a PowerPoint presentation of the format before 2007 (.ppt): copy what you need of it into a Word document (.docx).",
  found_rtf: "This is a Rich Text file (.rtf): open it in Word and save it as a Word document (.docx).",
  found_html:
    "This is a web page (HTML or MHT): open it in Word and save it as a Word document (.docx); if you downloaded it, check that you got the document and not a page about it.",
  found_odt:
    "This is an OpenDocument file (.odt, .ods, .odp): open it in LibreOffice, WPS or Word and save it as a Word document (.docx).",
  found_pdf:
    "This is a PDF: send the Word document (.docx) that it was made from, or open it in Word and save it as a Word document (.docx).",
  found_dotx: "This is a Word template (.dotx): open it in Word and save it as a Word document (.docx).",
  found_docm:
    "This is a Word file with macros (.docm, .dotm): open it in Word and save it as a Word document (.docx), which leaves the macros out.",
  found_xlsx:
    "This is an Excel workbook, a PowerPoint presentation or another Office file that is no Word document: copy what you need of it into a Word document (.docx).",
  found_zip_of_files: "This is a ZIP archive of files: unpack it and send the Word document (.docx) in it.",
  found_zipped_folder:
    "This is a ZIP archive with the unpacked parts of a Word document in a folder: send the Word document (.docx) itself, or zip the contents of the folder without the folder.",
  found_base64: "This is base64 text in place of the file: decode it and send the file itself.",
  found_empty: "This file is empty (0 bytes): save or copy it again from where it came, and send that.",
  found_truncated:
    "This file is cut off, its end is missing: download or copy it again from where it came, and send that.",
  found_unknown:
    "This is not a Word document: send a file that Word or WPS saved as a Word document (.docx).",
  found_picture:
    "This is a picture: send the Word document (.docx); a scan or a photo of it cannot be filled.",
  found_json:
    "This is JSON text, as a task is: send the Word document (.docx) here and the JSON as the task.",
  found_word_xml:
    "This is a Word document saved as XML: open it in Word and save it as a Word document (.docx).",
  found_text: "This is plain text: open it in Word and save it as a Word document (.docx).",
  found_archive:
    "This is a packed archive (RAR, 7z, gzip …): unpack it and send the Word document (.docx) in it.",
  found_message:
    "This is an Outlook message (.msg): save the Word document (.docx) attached to it and send that.",
  found_lock_file:
    "This is the hidden file (~$…) that Word keeps beside an open document: send the document.",
  found_side_file:
    "This is the hidden file (._…) that macOS keeps beside a document: send the document itself.",
  found_shortcut: "This is a shortcut (.lnk, .url) to a document: send the document itself.",
  found_zeros:
    "This file holds nothing but zero bytes, its content is lost: download or copy it again from where it came, and send that.",
  found_ofd: "This is an OFD document: send the Word document (.docx) that it was made from.",
  found_pages: "This is an Apple Pages document: export it in Pages as a Word document (.docx).",
  other_encoding:
    "The text is in {encoding}, and JSON has to be in UTF-8; save the file again with the encoding UTF-8.",
};

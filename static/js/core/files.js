/** Downloads a file, and the names and sizes of files. */

import { el } from "./dom.js";

/** The media type of a Word document. */
export const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/** The download has begun by then, and the memory of a large result can be freed. */
const REVOKE_AFTER_MS = 60_000;

/** Download `content` under `name`. @param {Blob} content @param {string} name */
export function download(content, name) {
  const url = URL.createObjectURL(content);
  const link = el("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}

/** A file's name without its suffix. @param {string} name */
export function baseName(name) {
  return name.replace(/\.[^.]*$/, "") || name;
}

/** A size in words. @param {number} bytes */
export function sizeInWords(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1048576) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1048576).toFixed(1)} MB`;
}

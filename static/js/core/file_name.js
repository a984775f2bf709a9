/** The name that an answer gives to its file (Content-Disposition, RFC 6266). */

const EXTENDED = /(?:^|;)\s*filename\*\s*=\s*UTF-8''([^;\s]+)/i;
const QUOTED = /(?:^|;)\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i;

/**
 * The file name of a `Content-Disposition`: `filename*` (RFC 8187) before `filename`.
 * @param {string | null} disposition
 * @returns {string} "" where there is none
 */
export function fileNameOf(disposition) {
  const extended = EXTENDED.exec(disposition ?? "");
  if (extended) {
    try {
      return decodeURIComponent(extended[1]);
    } catch {
      // No valid UTF-8: the other form is taken.
    }
  }
  const quoted = QUOTED.exec(disposition ?? "");
  return quoted ? quoted[1].replace(/\\(.)/g, "$1") : "";
}

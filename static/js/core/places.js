/** The service's addresses of places in a document (p3, t0.r1.c2.p0, header1/p0:r2) in words. */

import { t } from "./i18n.js";

const SEGMENTS = { p: "place_paragraph", t: "place_table", r: "place_row", c: "place_column" };
const STORIES = new Set(["header", "footer", "footnotes", "endnotes", "comments", "textbox"]);

/**
 * An address in words: `t0.r1.c2.p0:r1` is "table 1, row 2, column 3". The run is left out, and so is the first
 * paragraph of a cell or a note, because most have only one.
 * @param {string} path
 * @returns {string}
 */
export function placeInWords(path) {
  // A part of the package, such as word/settings.xml, has no words.
  if (/\.[a-z]+$/i.test(path)) return path;
  const address = path.split(":")[0];
  const slash = address.lastIndexOf("/");
  const stories = slash < 0 ? [] : address.slice(0, slash).split("/").map(storyInWords);
  const segments = address.slice(slash + 1).split(".");
  if (segments.length > 1 && segments.at(-1) === "p0") segments.pop();
  return [...stories, ...segments.map(segmentInWords)].join(t("place_separator"));
}

/** @param {string} story */
function storyInWords(story) {
  const match = /^([a-z]+)(\d*)((?:\.fallback)?)$/.exec(story);
  if (!match || !STORIES.has(match[1])) return story;
  const [, kind, digits] = match;
  // Text boxes are numbered from 0, headers and footers by their part (header1.xml).
  const number = digits && kind === "textbox" ? Number(digits) + 1 : digits;
  return t(`place_${kind}`, { n: number }).trim();
}

/** @param {string} segment */
function segmentInWords(segment) {
  const kind = /** @type {keyof typeof SEGMENTS} */ (segment[0]);
  const digits = segment.slice(1);
  if (segment[0] === "n" && digits) return t("place_note", { n: digits });
  if (!(kind in SEGMENTS) || !/^\d+$/.test(digits)) return segment;
  return t(SEGMENTS[kind], { n: Number(digits) + 1 });
}

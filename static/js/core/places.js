/** The service's addresses of places in a document (p3, t0.r1.c2.p0, header1/p0:r2) in words. */

import { t } from "./i18n.js";

const SEGMENTS = { p: "place_paragraph", t: "place_table", r: "place_row", c: "place_column" };
const INSIDE = { field: "place_field", ruby: "place_ruby", math: "place_math" };
const STORIES = new Set(["header", "footer", "footnotes", "endnotes", "comments", "textbox"]);

/**
 * An address in words: `t0.r1.c2.p0:r1` is "table 1, row 2, column 3". The run is left out, and so is the first
 * paragraph of a cell or a note, because most have only one. A text inside a paragraph is told: `p0:field0`. What stands
 * beside the paragraphs has the name of its part and the element there: `docProps/core.xml#dc:title`.
 * @param {string} path
 * @returns {string}
 */
export function placeInWords(path) {
  const mark = path.indexOf("#");
  if (mark >= 0) return t("place_part", { part: path.slice(0, mark), place: path.slice(mark + 1) });
  const [address, inside = ""] = path.split(":");
  const slash = address.lastIndexOf("/");
  const stories = slash < 0 ? [] : address.slice(0, slash).split("/").map(storyInWords);
  const segments = address.slice(slash + 1).split(".");
  if (segments.length > 1 && segments.at(-1) === "p0") segments.pop();
  const words = [...stories, ...segments.map(segmentInWords), ...insideInWords(inside)];
  return words.join(t("place_separator"));
}

/** @param {string} inside what an address has behind the paragraph's */
function insideInWords(inside) {
  const match = /^(field|ruby|math)(\d+)/.exec(inside);
  if (!match) return [];
  const kind = /** @type {keyof typeof INSIDE} */ (match[1]);
  return [t(INSIDE[kind], { n: Number(match[2]) + 1 })];
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

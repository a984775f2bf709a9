/** The service's addresses of places in a document (p3, t0.r1.c2.p0, header1/p0:r2) in words. */

import { t } from "./i18n.js";

const SEGMENTS = { p: "place_paragraph", t: "place_table", r: "place_row", c: "place_column" };
const INSIDE = { field: "place_field", ruby: "place_ruby", math: "place_math" };
// What a place outside paragraphs is (word/charts/chart1.xml#v[0]), by its part or by its address there.
const PARTS = /** @type {const} */ ([
  [/^word\/charts\//, "place_chart"],
  [/^word\/diagrams\//, "place_diagram"],
  [/^docProps\//, "place_properties"],
  [/\.rels#/, "place_link"],
  [/^customXml\//, "place_data"],
  [/^word\/glossary\//, "place_glossary"],
  [/\/(embeddings|activeX)\//, "place_embedded"],
  [/#textpath\[\d+\]/, "place_watermark"],
  [/@(descr|title|alt|o:title)$|#tbl(Caption|Description)\[/, "place_alternative_text"],
  [/#sdt\[/, "place_control"],
]);
const STORIES = new Set(["header", "footer", "footnotes", "endnotes", "comments", "textbox"]);

/**
 * An address in words: `t0.r1.c2.p0:r1` is "table 1, row 2, column 3". The run is left out, and so is the first
 * paragraph of a cell or a note, because most have only one. A text inside a paragraph is told: `p0:field0`. A place
 * outside paragraphs is told by what it is, or else by its part and the element there.
 * @param {string} path
 * @returns {string}
 */
export function placeInWords(path) {
  if (path.includes("#")) return partInWords(path);
  // A part of the package, such as word/settings.xml, has no words.
  if (/\.[a-z]+$/i.test(path)) return path;
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

/** @param {string} path */
function partInWords(path) {
  const known = PARTS.find(([pattern]) => pattern.test(path));
  if (known) return t(known[1]);
  const mark = path.indexOf("#");
  return t("place_part", { part: path.slice(0, mark), place: path.slice(mark + 1) });
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

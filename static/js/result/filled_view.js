/** The filled values in their sentences, each change marked. */

import { button, el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";

/** @typedef {import("../core/answers.js").ReplaceEntry} ReplaceEntry */
/** @typedef {import("../core/dom.js").Piece} Piece */

const SHOWN_AT_ONCE = 40;
const SHOWN_CHARACTERS = 1000;
/** The log has at most so many characters of context on each side. */
const CONTEXT_CHARACTERS = 60;

/** @param {import("../core/answers.js").ReplaceLog} log */
export function filledValues(log) {
  const paragraphs = [...byParagraph(log.entries).values()].filter((entries) =>
    entries.some(({ status }) => status === "replaced"),
  );
  if (!paragraphs.length) return null;
  const list = el("ul", { class: "sentences", id: "filled" });
  const more = button({ class: "quiet", onclick: () => showMore() });
  const showMore = () => {
    list.append(...paragraphs.splice(0, SHOWN_AT_ONCE).map(sentenceItem));
    more.textContent = t("show_more", { n: paragraphs.length });
    more.hidden = paragraphs.length === 0;
  };
  showMore();
  return el(
    "section",
    { class: "block", "aria-labelledby": "filled-title" },
    el("h3", { id: "filled-title" }, t("filled_title", { n: log.summary.replaced_count })),
    list,
    more,
  );
}

/** @param {ReplaceEntry[]} entries @returns {Map<string, ReplaceEntry[]>} */
function byParagraph(entries) {
  /** @type {Map<string, ReplaceEntry[]>} */
  const paragraphs = new Map();
  for (const entry of entries) {
    if (!paragraphs.has(entry.paragraph_path)) paragraphs.set(entry.paragraph_path, []);
    paragraphs.get(entry.paragraph_path)?.push(entry);
  }
  return paragraphs;
}

/** @param {ReplaceEntry[]} entries of one paragraph, in its order */
function sentenceItem(entries) {
  const path = entries[0].paragraph_path;
  return el(
    "li",
    { "data-path": path },
    el("span", { class: "place", title: path }, placeInWords(path)),
    el("p", { class: "sentence" }, sentence(entries)),
  );
}

/**
 * The paragraph's text as far as the log has it: the text between two entries is in the contexts of both. Offsets
 * count characters, not UTF-16 units.
 * @param {ReplaceEntry[]} entries
 */
export function sentence(entries) {
  /** @type {(Piece | Piece[])[]} */
  const pieces = [];
  entries.forEach((entry, index) => {
    const before = [...(entry.context?.before ?? "")];
    const previous = entries[index - 1];
    if (previous)
      pieces.push(between([...(previous.context?.after ?? "")], before, entry.start - previous.end));
    else pieces.push(before.length < entry.start ? "…" : "", before.join(""));
    pieces.push(change(entry));
  });
  const after = entries.at(-1)?.context?.after ?? "";
  pieces.push(after, [...after].length >= CONTEXT_CHARACTERS ? "…" : "");
  return pieces;
}

/** @param {string[]} after @param {string[]} before @param {number} gap characters between the two entries */
function between(after, before, gap) {
  if (gap <= after.length) return after.slice(0, gap).join("");
  const rest = gap - after.length;
  const isWhole = rest <= before.length;
  return after.join("") + (isWhole ? "" : " … ") + before.slice(isWhole ? before.length - rest : 0).join("");
}

/** @param {ReplaceEntry} entry @returns {Piece | Piece[]} */
function change({ status, original_text: original, new_text: value }) {
  if (status === "unsupported") return el("code", { class: "placeholder", "data-tone": "bad" }, original);
  if (status !== "replaced" || value === null)
    return el("code", { class: "placeholder", "data-tone": "warn" }, original);
  const shown = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  return [
    el("del", null, original),
    shown === "" ? el("ins", { class: "nothing" }, t("nothing")) : el("ins", null, shown),
  ];
}

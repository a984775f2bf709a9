/** The values in their sentences, each change marked. */

import { button, el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";

const SHOWN_AT_ONCE = 40;
const SHOWN_CHARACTERS = 1000;

/** @param {any} log out.replace_log.json */
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

/** @param {any[]} entries @returns {Map<string, any[]>} */
function byParagraph(entries) {
  const paragraphs = new Map();
  for (const entry of entries) {
    if (!paragraphs.has(entry.paragraph_path)) paragraphs.set(entry.paragraph_path, []);
    paragraphs.get(entry.paragraph_path).push(entry);
  }
  return paragraphs;
}

/** @param {any[]} entries of one paragraph, in its order */
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
 * The paragraph as far as its entries know it: what stands between two of them is known from both sides. Offsets
 * count characters, not UTF-16 units.
 * @param {any[]} entries
 */
export function sentence(entries) {
  /** @type {any[]} */
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
  // 60 characters are as many as the log holds; more may follow.
  pieces.push(after, [...after].length >= 60 ? "…" : "");
  return pieces;
}

/** @param {string[]} after @param {string[]} before @param {number} gap characters between the two entries */
function between(after, before, gap) {
  if (gap <= after.length) return after.slice(0, gap).join("");
  const rest = gap - after.length;
  const isWhole = rest <= before.length;
  return after.join("") + (isWhole ? "" : " … ") + before.slice(isWhole ? before.length - rest : 0).join("");
}

/** @param {any} entry */
function change({ status, original_text: original, new_text: value }) {
  if (status === "unsupported") return el("code", { class: "placeholder", "data-tone": "bad" }, original);
  if (status !== "replaced") return el("code", { class: "placeholder", "data-tone": "warn" }, original);
  const shown = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  return [
    el("del", null, original),
    shown === "" ? el("ins", { class: "nothing" }, t("nothing")) : el("ins", null, shown),
  ];
}

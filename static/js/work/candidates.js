/** Bracketed words that may be fields, offered with one click; and where a field stands in the template. */

import { button, el } from "../core/dom.js";
import { notice } from "../core/frame.js";
import { t } from "../core/i18n.js";

/** Tags that a reader of the sentence does not need, and the sign and the formats of those that stay. */
const OTHER_TAGS = /【\s*(?:[#＃?？^＾!！/／]|--|——|字段|FIELDS|循环|EACH|如有|如无|IF|UNLESS|完|END|否则|ELSE|间隔|BETWEEN)[^【】]*】/g;
const DETAILS = /【\s*[=＝@＠□]?\s*([^【】|｜]+?)\s*(?:[|｜][^【】]*)?】/g;

/** @param {string[]} names @param {(names: string[]) => void} onAdd makes them fields */
export function candidatesBox(names, onAdd) {
  if (!names.length) return null;
  return notice(
    "plain",
    { id: "candidates" },
    el("p", null, t("candidates_title")),
    el(
      "p",
      { class: "buttons" },
      names.slice(0, 60).map((name) =>
        button({ class: "quiet", "data-candidate": name, onclick: () => onAdd([name]) }, `+ ${name}`),
      ),
      names.length > 1 && button({ class: "quiet", id: "all-candidates", onclick: () => onAdd(names) }, t("candidates_all")),
    ),
  );
}

/** The sentence of the template in which a field stands, to be opened. @param {string} label @param {string[] | undefined} context */
export function contextOf(label, context) {
  const [before = "", after = ""] = (context ?? []).map(plain);
  if (!before && !after) return null;
  return el(
    "details",
    { class: "context" },
    el("summary", null, t("context")),
    el("p", null, before, el("mark", null, label), after),
  );
}

/** @param {string} text */
function plain(text) {
  return text.replace(OTHER_TAGS, "").replace(DETAILS, "【$1】");
}

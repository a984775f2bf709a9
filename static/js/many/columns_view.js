/** The table in which each column of the rows is matched to a field of the template. */

import { el, refill, valueOf } from "../core/dom.js";
import { chip, tableHead } from "../core/frame.js";
import { t } from "../core/i18n.js";
import { faultInWords } from "./row_words.js";

/** @typedef {import("./column_match.js").FieldChoice} FieldChoice */
/** @typedef {import("./column_match.js").Match} Match */

const LEFT_OUT = "";

/**
 * @param {Map<string, Match>} columns by header
 * @param {FieldChoice[]} choices
 * @param {(header: string, field: string | null) => void} choose
 */
export function columnsTable(columns, choices, choose) {
  return el(
    "section",
    { class: "block", "aria-labelledby": "many-columns-title" },
    el("h3", { id: "many-columns-title" }, t("columns_title")),
    el("p", { class: "hint" }, t("columns_hint")),
    el(
      "table",
      { class: "many-table" },
      tableHead(["column_header", "column_field", "column_note"]),
      el(
        "tbody",
        null,
        [...columns].map(([header, match]) => row(header, match, choices, choose)),
      ),
    ),
    el("div", { class: "columns-note" }),
  );
}

/** @param {string} header @param {Match} match @param {FieldChoice[]} choices @param {(header: string, field: string | null) => void} choose */
function row(header, { field }, choices, choose) {
  return el(
    "tr",
    { "data-header": header },
    el("th", { scope: "row" }, header),
    el(
      "td",
      { "data-head": t("column_field") },
      el(
        "select",
        {
          "aria-label": t("column_choose", { header }),
          onchange: (event) => choose(header, valueOf(event) === LEFT_OUT ? null : valueOf(event)),
        },
        el("option", { value: LEFT_OUT, selected: field === null }, t("column_left_out")),
        choices.map(({ name, label }) =>
          el(
            "option",
            { value: name, selected: name === field },
            label.includes(name) ? label : t("column_option", { label, name }),
          ),
        ),
      ),
    ),
    el("td", { "data-head": t("column_note"), class: "column-note" }),
  );
}

/**
 * Show beside each column what is to be known of it, and below which fields have none.
 * @param {Element} place
 * @param {Map<string, Match>} columns
 * @param {import("../core/answers.js").MergePrecheck} check
 * @param {FieldChoice[]} choices
 */
export function showColumnFaults(place, columns, { errors }, choices) {
  const ofHeader = errors.filter(({ row: number }) => number === 0);
  for (const line of place.querySelectorAll("tr[data-header]")) {
    const header = line.getAttribute("data-header") ?? "";
    const match = columns.get(header);
    const fault = ofHeader.find(({ column, sheet }) => column === header && sheet === undefined);
    const note = /** @type {Element} */ (line.querySelector(".column-note"));
    if (fault) refill(note, el("span", { class: "field-errors" }, faultInWords(fault.message)));
    else if (match?.isGuess) refill(note, chip("warn", t("column_guess")));
    else refill(note, match?.field === null && chip("plain", t("column_ignored")));
  }
  const used = new Set([...columns.values()].map(({ field }) => field));
  const without = choices.filter(({ name }) => !used.has(name)).map(({ label }) => label);
  const names = without.join(t("list_separator"));
  const note = place.querySelector(".columns-note");
  if (note)
    refill(note, without.length > 0 && el("p", { class: "hint" }, t("columns_without", { n: without.length, names })));
}

/** What the rows come to before anything is made: how many are complete, and what is wrong with which. */

import { button, el } from "../core/dom.js";
import { notice, tableHead } from "../core/frame.js";
import { t } from "../core/i18n.js";
import { labelOf } from "./field_choices.js";
import { faultInWords } from "./row_words.js";

/** @typedef {import("../core/answers.js").MergePrecheck} MergePrecheck */
/** @typedef {import("./column_match.js").FieldChoice} FieldChoice */
/** @typedef {{row: number, where: string, words: import("../core/dom.js").Child}} Line */

const SHOWN_AT_ONCE = 50;

/** Whether a header has a fault, because of which no row was looked at. @param {MergePrecheck} check */
export function hasHeaderFaults({ errors, row_count: count }) {
  return count === 0 && errors.some(({ row }) => row === 0);
}

/** @param {MergePrecheck} check @param {number | null} most only so many rows were checked @param {FieldChoice[]} choices */
export function checkResult(check, most, choices) {
  const lines = linesOf(check, choices);
  const { rows } = check;
  const isWhole = rows.ok === rows.total && !lines.length;
  const words = hasHeaderFaults(check)
    ? t("check_header")
    : isWhole
      ? t("check_all", { n: rows.total })
      : t("check_some", { n: rows.ok, total: rows.total });
  return [
    notice(
      isWhole ? "good" : "warn",
      { id: "many-summary", "data-ok": rows.ok, "data-total": rows.total },
      el("p", null, words),
      most !== null && el("p", { class: "hint" }, t("check_most", { n: most })),
    ),
    lines.length > 0 && faultTable(lines),
  ];
}

/** @param {MergePrecheck} check @param {FieldChoice[]} choices @returns {Line[]} */
function linesOf({ errors, missing }, choices) {
  const faults = errors
    // Those of a column are told beside it.
    .filter(({ row, column, sheet }) => row > 0 || column === null || sheet !== undefined)
    .map(({ row, column, message, sheet }) => ({
      row,
      where: [sheet && t("row_sheet", { sheet }), column].filter(Boolean).join(t("place_separator")),
      words: faultInWords(message),
    }));
  const lacking = missing.map(({ row, fields }) => ({
    row,
    where: "",
    words: t("row_missing", { names: inOrder(fields, choices).map((name) => labelOf(name, choices)).join(t("list_separator")) }),
  }));
  return [...faults, ...lacking].sort((one, other) => one.row - other.row);
}

/** In the template's order; lists and what is no choice come last. @param {string[]} names @param {FieldChoice[]} choices */
function inOrder(names, choices) {
  const placeOf = (/** @type {string} */ name) => {
    const index = choices.findIndex((choice) => choice.name === name || choice.name.startsWith(`${name}.`));
    return index < 0 ? choices.length : index;
  };
  return [...names].sort((one, other) => placeOf(one) - placeOf(other));
}

/** @param {Line[]} lines */
function faultTable(lines) {
  const body = el("tbody");
  const left = [...lines];
  const more = button({ class: "quiet", onclick: () => showMore() });
  const showMore = () => {
    body.append(
      ...left.splice(0, SHOWN_AT_ONCE).map(({ row, where, words }) =>
        el(
          "tr",
          { "data-row": row },
          el("th", { scope: "row", "data-head": t("row_number_head") }, row || t("row_header")),
          el("td", { "data-head": t("row_column") }, where),
          el("td", { "data-head": t("row_wrong") }, words),
        ),
      ),
    );
    more.textContent = t("rows_more", { n: left.length });
    more.hidden = left.length === 0;
  };
  showMore();
  return el(
    "section",
    { class: "block", id: "many-faults", "aria-labelledby": "many-faults-title" },
    el("h3", { id: "many-faults-title" }, t("faults_title")),
    el("p", { class: "hint" }, t("faults_hint")),
    el(
      "table",
      { class: "many-table" },
      tableHead(["row_number_head", "row_column", "row_wrong"]),
      body,
    ),
    more,
  );
}

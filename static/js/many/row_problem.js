/** What was wrong with a row that was made, or that gave no document. */

import { el } from "../core/dom.js";
import { hasMessage, t } from "../core/i18n.js";
import { fieldChoices, labelOf } from "./field_choices.js";
import { faultInWords } from "./row_words.js";

/** @typedef {import("./rows_job.js").RowResult} RowResult */

/** @param {RowResult} result @returns {import("../core/dom.js").Child} */
export function rowProblem({ outcome, error, missing, left }) {
  if (error) return faultsOf(error);
  if (outcome === "ok") return null;
  if (missing.length) {
    const choices = fieldChoices();
    return t("row_missing", { names: missing.map((name) => labelOf(name, choices)).join(t("list_separator")) });
  }
  return t(`row_${outcome}`, { n: left });
}

/** @param {NonNullable<RowResult["error"]>} error */
function faultsOf({ code, message, detail }) {
  const faults = Array.isArray(detail.rows)
    ? /** @type {import("../core/answers.js").RowFault[]} */ (detail.rows)
    : [];
  if (faults.length)
    return faults.map(({ column, message: words }) =>
      el("p", null, column && [el("strong", null, column), t("row_colon")], faultInWords(words)),
    );
  return hasMessage(`error_${code}`) ? t(`error_${code}`) : faultInWords(message);
}

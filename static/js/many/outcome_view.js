/** What became of the rows: the documents to download, a table of rows with what was wrong, and the way to repeat these. */

import { button, el } from "../core/dom.js";
import { download, sizeInWords } from "../core/files.js";
import { chip, notice, tableHead } from "../core/frame.js";
import { hasMessage, t } from "../core/i18n.js";
import { rowProblem } from "./row_problem.js";
import { MOST_LISTED } from "./rows_job.js";
import { faultInWords } from "./row_words.js";

/** @typedef {import("./rows_job.js").RowResult} RowResult */
/** @typedef {import("./rows_job.js").MadeRows & {kind: "merge"}} MergeOutcome */
/**
 * @typedef {object} BatchOutcome
 * @property {"batch"} kind
 * @property {string} state
 * @property {import("../core/answers.js").BatchRows} rows
 * @property {RowResult[]} results those with something wrong, the first thousand
 * @property {string[]} urls of the ZIP, or of its parts
 * @property {Record<string, unknown>} [error] why the batch failed as a whole
 */
/** @typedef {MergeOutcome | BatchOutcome} Outcome */
/** @typedef {{total: number, ok: number, failed: number}} Counts */

const SHOWN_AT_ONCE = 25;

/** @param {Outcome} outcome @param {(rows: number[]) => void} repeat */
export function outcomeView(outcome, repeat) {
  const counts = countsOf(outcome);
  const faulty = outcome.results.filter(({ outcome: what }) => what !== "ok");
  const faults = outcome.kind === "merge" ? outcome.faults : [];
  const isWhole = counts.ok === counts.total && !faults.length && !isCut(outcome);
  return el(
    "section",
    {
      id: "many-outcome",
      class: "block",
      "aria-labelledby": "many-verdict",
      "data-ok": counts.ok,
      "data-failed": counts.failed,
      "data-total": counts.total,
    },
    el(
      "div",
      { class: "verdict", "data-tone": isWhole ? "good" : "warn" },
      el("h3", { id: "many-verdict", tabindex: "-1" }, verdictOf(outcome, counts, isWhole)),
      downloads(outcome),
    ),
    problemOf(outcome),
    faults.map(({ message, sheet, row }) =>
      notice("warn", {}, el("p", null, sheet && `${t("row_sheet", { sheet })} ${row}: `, faultInWords(message))),
    ),
    faulty.length > 0 && repeatOffer(faulty, repeat),
    rowTable(faulty.length ? faulty : outcome.results, outcome, faulty.length),
    counts.total - counts.ok > faulty.length && el("p", { class: "hint" }, t("rows_listed", { n: faulty.length })),
  );
}

/** @param {Outcome} outcome @returns {Counts} */
function countsOf(outcome) {
  if (outcome.kind === "batch") {
    const { done, ok, failed } = outcome.rows;
    return { total: done, ok, failed };
  }
  const ofOutcome = (/** @type {string} */ name) => outcome.results.filter((each) => each.outcome === name).length;
  return { total: outcome.results.length, ok: ofOutcome("ok"), failed: ofOutcome("failed") };
}

/** Whether not all rows were done. @param {Outcome} outcome */
function isCut(outcome) {
  return outcome.kind === "batch" && outcome.state !== "completed";
}

/** @param {Outcome} outcome @param {Counts} counts @param {boolean} isWhole */
function verdictOf(outcome, { total, ok, failed }, isWhole) {
  if (outcome.kind === "batch" && outcome.state === "failed") return t("made_nothing");
  if (isCut(outcome)) return t("made_cancelled", { n: total });
  if (isWhole) return t("made_all", { n: ok });
  return t("made_some", { n: ok, total, left: failed });
}

/** Why a batch failed as a whole. @param {Outcome} outcome */
function problemOf(outcome) {
  if (outcome.kind !== "batch" || !outcome.error) return null;
  const { code, message } = outcome.error;
  const key = `error_${code}`;
  return notice("bad", {}, el("p", null, hasMessage(key) ? t(key) : el("span", { lang: "en" }, String(message))));
}

/** @param {Outcome} outcome */
function downloads(outcome) {
  if (outcome.kind === "merge") {
    const { zip, fileName } = outcome;
    const words = t("download_all", { size: sizeInWords(zip.size) });
    const attributes = { id: "many-download", class: "primary", onclick: () => download(zip, fileName) };
    return el("p", { class: "buttons actions" }, button(attributes, words));
  }
  if (!outcome.urls.length || !outcome.rows.done) return null;
  return el(
    "p",
    { class: "buttons actions" },
    outcome.urls.map((href, index) =>
      el(
        "a",
        { class: "as-button primary", id: index ? null : "many-download", href, download: true },
        outcome.urls.length > 1 ? t("download_part", { n: index + 1, total: outcome.urls.length }) : t("download_all_zip"),
      ),
    ),
  );
}

/** @param {RowResult[]} faulty @param {(rows: number[]) => void} repeat */
function repeatOffer(faulty, repeat) {
  const rows = faulty.slice(0, MOST_LISTED).map(({ row }) => row);
  return notice(
    "plain",
    {},
    el("p", null, t("repeat_hint")),
    button({ id: "many-again", onclick: () => repeat(rows) }, t("repeat_rows", { n: rows.length })),
  );
}

/** @param {RowResult[]} results @param {Outcome} outcome @param {number} faulty */
function rowTable(results, outcome, faulty) {
  const body = el("tbody");
  let left = [...results];
  const more = button({ class: "quiet", onclick: () => showMore() });
  const showMore = () => {
    body.append(...left.splice(0, SHOWN_AT_ONCE).map(rowOf));
    more.textContent = t("rows_more", { n: left.length });
    more.hidden = left.length === 0;
  };
  showMore();
  const showAll = () => {
    body.replaceChildren();
    left = [...outcome.results];
    all.remove();
    showMore();
    body.closest("table")?.focus();
  };
  const all = button({ id: "many-show-all", class: "quiet", onclick: showAll }, t("rows_show_all"));
  return [
    el(
      "table",
      { class: "many-table", id: "many-rows", tabindex: "-1" },
      el("caption", { class: "unseen" }, t("rows_table")),
      tableHead(["row_number_head", "row_result", "row_wrong", "row_document"]),
      body,
    ),
    more,
    outcome.kind === "merge" && faulty > 0 && faulty < outcome.results.length && all,
  ];
}

/** @param {RowResult} result */
function rowOf(result) {
  const { row, outcome, name } = result;
  const tone = outcome === "ok" ? "good" : outcome === "failed" ? "bad" : "warn";
  return el(
    "tr",
    { "data-row": row, "data-outcome": outcome },
    el("th", { scope: "row", "data-head": t("row_number_head") }, row),
    el("td", { "data-head": t("row_result") }, chip(tone, t(`outcome_${outcome}`))),
    el("td", { "data-head": t("row_wrong") }, rowProblem(result)),
    el("td", { "data-head": t("row_document"), class: "file-name" }, name),
  );
}

/** The documents of the first rows as pages, before all are made. */

import { asApiError, isWorthRetrying } from "../core/api_error.js";
import { el } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { asItIs } from "../look/as_it_is.js";
import { askForPages, freePictures } from "../look/previews.js";
import { documentIn, makeAtOnce, rowNumbers, rowsForm } from "./rows_job.js";
import { rowProblem } from "./row_problem.js";

/** @typedef {import("./rows_job.js").RowsOrder} RowsOrder */
/** @typedef {import("./rows_job.js").RowResult} RowResult */
/** @typedef {{result: RowResult, pages: import("../look/previews.js").Pages | null}} FirstRow */

const SHOWN_ROWS = 3;
/** Several lines of a file may make one document, so more lines are asked for. */
const ASKED_ROWS = 12;
const SHOWN_PAGES = 3;
const WIDTH = 600;

/** @type {AbortController | null} */
let loading = null;
/** @type {FirstRow[]} */
let rows = [];
/** @type {(() => Element) | null} */
let problem = null;

/** Show no rows any more. */
export function forgetFirstRows() {
  loading?.abort();
  loading = problem = null;
  for (const { pages } of rows) freePictures(pages?.pictures ?? []);
  rows = [];
}

/**
 * Make the first documents and their pages.
 * @param {RowsOrder} order
 * @param {number | null} most as many rows as can be made at once
 * @param {() => void} show
 * @param {number} [retries]
 */
export async function loadFirstRows(order, most, show, retries = 0) {
  forgetFirstRows();
  if (!state.meta?.supports_pdf) return;
  const mine = (loading = new AbortController());
  const watch = { signal: mine.signal };
  show();
  try {
    const asked = order.only.length ? rowNumbers(order.only.slice(0, SHOWN_ROWS)) : `1-${Math.min(most ?? ASKED_ROWS, ASKED_ROWS)}`;
    const { zip, results } = await makeAtOnce(rowsForm(order, asked), watch);
    for (const result of results.slice(0, SHOWN_ROWS)) {
      const document = result.name ? await documentIn(zip, result.name) : null;
      const pages = document && (await askForPages(formOf(document), 1, mine.signal, { most: SHOWN_PAGES, width: WIDTH }));
      if (loading !== mine) return freePictures(pages?.pictures ?? []);
      rows.push({ result, pages });
      show();
    }
  } catch (error) {
    const known = asApiError(error);
    if (loading !== mine || known.kind === "aborted") return undefined;
    await needErrorMessages(known);
    const retry = isWorthRetrying(known) ? () => loadFirstRows(order, most, show, retries + 1) : undefined;
    problem = () => errorPanel(known, { retry, retries });
  }
  if (loading !== mine) return undefined;
  loading = null;
  show();
  return undefined;
}

/** @param {Blob} document */
function formOf(document) {
  return asItIs(new File([document], "document.docx", { type: document.type }));
}

/** The rows as far as they are there. */
export function showFirstRows() {
  if (!state.meta?.supports_pdf) return state.meta && el("p", { class: "hint" }, t("first_unavailable"));
  if (!rows.length && !loading && !problem) return null;
  return el(
    "section",
    { class: "block", "aria-labelledby": "many-first-title", "data-state": loading ? "busy" : "shown", id: "many-pages" },
    el("h3", { id: "many-first-title" }, t("first_title")),
    el("div", { class: "first-rows" }, rows.map(firstRow)),
    loading && el("p", { class: "hint" }, t("first_busy")),
    problem?.(),
  );
}

/** @param {FirstRow} row */
function firstRow({ result, pages }) {
  const name = t("first_row", { row: result.row });
  return el(
    "figure",
    { class: "first-row", "data-row": result.row },
    el("figcaption", null, el("strong", null, name), " ", el("span", { class: "place" }, result.name)),
    pages
      ? el(
          "div",
          { class: "first-pages", tabindex: "0", role: "region", "aria-label": name },
          pages.pictures.map(({ url, page, width, height }) =>
            el("img", { src: url, width, height, alt: t("first_alt", { row: result.row, page, total: pages.pages }) }),
          ),
        )
      : el("p", { class: "hint" }, rowProblem(result)),
  );
}

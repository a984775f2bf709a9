/** Many documents at once: a file of rows is chosen, matched to the template's fields, checked, looked at and made. */

import { asApiError, isWorthRetrying } from "../core/api_error.js";
import { announce, byId, el, goTo, isUnfolded, needStyles, refill } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { currentLanguage, needMessages, t } from "../core/i18n.js";
import { on, state } from "../core/state.js";
import { checkResult, hasHeaderFaults } from "./check_view.js";
import { keepColumns, matchColumns } from "./column_match.js";
import { columnsTable, showColumnFaults } from "./columns_view.js";
import { fieldChoices } from "./field_choices.js";
import { fileChoice, orderSettings, repeatNote } from "./order_view.js";
import { forgetFirstRows, loadFirstRows, showFirstRows } from "./first_rows.js";
import { forgetMaking, showMaking } from "./making_view.js";
import { checkRows } from "./rows_job.js";

/** @typedef {import("./rows_job.js").RowsOrder} RowsOrder */
/** @typedef {import("../core/answers.js").MergePrecheck} MergePrecheck */
/** @typedef {{check: MergePrecheck, most: number | null, ms: number}} Checked `most`: only so many rows were checked */

const RECHECK_AFTER_MS = 400;

/** @type {RowsOrder | null} */
let order = null;
/** The rows that are done again; empty means all. They hold for a corrected file too. @type {number[]} */
let only = [];
/** @type {Checked | null} */
let checked = null;
/** @type {AbortController | null} */
let checking = null;
/** @type {(() => Element) | null} makes the message about the last check that failed */
let problem = null;
let recheck = 0;
/** What the table of columns was made for; it is made anew when that changes, and keeps the focus until then. */
let tableOf = "";
let watching = false;

/**
 * Show what makes many documents of the chosen template; hide `section` where there is none. Called again when the language changes.
 * @param {HTMLElement} section `#many`
 */
export async function showMany(section) {
  watch(section);
  section.hidden = !isPossible();
  if (section.hidden) return;
  await Promise.all([...["many", "work"].map(needMessages), needStyles("many"), needStyles("work")]);
  tableOf = "";
  section.setAttribute("aria-labelledby", "many-title");
  refill(
    section,
    el(
      "details",
      { id: "many-details", open: isUnfolded("many-details") },
      el("summary", null, el("h2", { id: "many-title" }, t("many_title"))),
      el("p", { class: "hint" }, t("many_hint")),
      fileChoice(order?.file ?? null, takeRows),
      ...["repeat", "settings", "columns", "check", "first", "making"].map((part) => el("div", { id: `many-${part}` })),
    ),
  );
  show();
}

/** Use a file of rows; of a file that was corrected only the rows to repeat are done. @param {File} file */
export async function takeRows(file) {
  const section = byId("many");
  if (section.hidden) return;
  /** @type {HTMLDetailsElement | null} */ (section.querySelector("details"))?.setAttribute("open", "");
  order = {
    file,
    columns: null,
    sheet: "",
    encoding: "",
    name: order?.name ?? "",
    only,
    pictures: order?.pictures ?? [],
  };
  forgetMaking();
  await checkAnew();
}

function isPossible() {
  return state.meta?.merge_max_rows !== undefined && state.template !== null && state.inspection !== null;
}

/** @param {HTMLElement} section */
function watch(section) {
  if (watching) return;
  watching = true;
  on(["template"], () => {
    forget();
    section.hidden = true;
  });
  on(["templateHash"], () => document.getElementById("many-details") && showStart());
  on(["skill", "options"], () => order && change({ columns: null }));
}

/** Forget the rows: they were for another template. */
function forget() {
  checking?.abort();
  clearTimeout(recheck);
  order = checked = problem = null;
  only = [];
  forgetFirstRows();
  forgetMaking();
  if (document.getElementById("many-details")) show();
}

/** @param {Partial<RowsOrder>} changes */
function change(changes) {
  if (!order) return;
  order = { ...order, ...changes };
  // The pattern of the names changes nothing that is checked.
  if (Object.keys(changes).join() === "name") {
    showStart();
    return;
  }
  clearTimeout(recheck);
  recheck = setTimeout(checkAnew, RECHECK_AFTER_MS);
}

/** @param {number} [retries] */
async function checkAnew(retries = 0) {
  checking?.abort();
  forgetFirstRows();
  const mine = (checking = new AbortController());
  problem = null;
  show();
  try {
    await checkOrder(mine);
  } catch (error) {
    const known = asApiError(error);
    if (checking !== mine || known.kind === "aborted") return;
    await needErrorMessages(known);
    checked = null;
    const retry = isWorthRetrying(known) ? () => checkAnew(retries + 1) : undefined;
    problem = () => errorPanel(known, { retry, retries });
  }
  if (checking !== mine) return;
  checking = null;
  show();
  const summary = document.getElementById("many-summary");
  if (summary) announce(summary.textContent ?? "");
  if (order && checked && !hasHeaderFaults(checked.check)) loadFirstRows(order, checked.most, show);
}

/** Check the rows; the first time once more with the columns as they were matched. @param {AbortController} mine */
async function checkOrder(mine) {
  if (!order) return;
  const begun = performance.now();
  let found = await checkRows(order, { signal: mine.signal });
  if (checking !== mine || !order) return;
  if (order.columns === null) {
    const { columns } = found.check;
    const matches = matchColumns(columns, choicesWith(found.check), state.templateHash);
    order = { ...order, columns: matches };
    const isNew = columns.some(({ header, field }) => header && (field === null || matches.get(header)?.field !== field));
    if (isNew) found = await checkRows(order, { signal: mine.signal });
  }
  if (checking === mine) checked = { ...found, ms: performance.now() - begun };
}

/** The fields of the template, and those that the headers declare. @param {MergePrecheck} check */
function choicesWith({ columns }) {
  const choices = fieldChoices();
  const known = new Set(choices.map(({ name }) => name));
  const more = columns.map(({ field }) => field).filter((field) => field !== null && !known.has(field));
  return [...choices, ...more.map((field) => ({ name: String(field), label: String(field) }))];
}

function show() {
  const isBusy = checking !== null;
  byId("many").dataset.state = problem ? "error" : isBusy ? "busy" : checked ? "checked" : "none";
  byId("rows-chosen").textContent = order?.file.name ?? t("rows_drop");
  refill(byId("many-repeat"), repeatNote(only, () => chooseRows([])));
  refill(byId("many-settings"), order && checked && orderSettings(order, checked.check, change));
  showColumns();
  refill(byId("many-check"), problem?.(), isBusy && el("p", { class: "hint" }, t("rows_checking")), !isBusy && shownCheck());
  refill(byId("many-first"), !isBusy && showFirstRows());
  showStart();
}

/** Show what makes the documents, and what it has made. */
function showStart() {
  showMaking(byId("many-making"), !checking && !problem ? order : null, checked, repeat);
}

function shownCheck() {
  return order && checked && checkResult(checked.check, checked.most, choicesWith(checked.check));
}

function showColumns() {
  const place = byId("many-columns");
  const columns = order?.columns;
  if (!columns?.size || !checked) {
    tableOf = "";
    refill(place);
    return;
  }
  const key = JSON.stringify([order?.file.name, order?.sheet, [...columns.keys()], currentLanguage()]);
  if (key !== tableOf) {
    tableOf = key;
    refill(place, columnsTable(columns, choicesWith(checked.check), chooseField));
  }
  showColumnFaults(place, columns, checked.check, choicesWith(checked.check));
}

/** @param {string} header @param {string | null} field */
function chooseField(header, field) {
  if (!order?.columns) return;
  const columns = new Map(order.columns).set(header, { field, isGuess: false });
  keepColumns(state.templateHash, columns);
  change({ columns });
}

/** Do only some rows again, from this file or from a corrected one. @param {number[]} rows */
function repeat(rows) {
  forgetMaking();
  chooseRows(rows);
  goTo(byId("many-repeat").querySelector("p") ?? byId("many"));
}

/** @param {number[]} rows */
function chooseRows(rows) {
  only = rows;
  change({ only });
  show();
}

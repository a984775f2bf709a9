/** Makes the documents of the rows, with progress, time left and a way to cancel; then what became of each. */

import { ApiError, asApiError, isWorthRetrying } from "../core/api_error.js";
import { announce, button, byId, el, goTo, refill } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { notice } from "../core/frame.js";
import { needMessages, t } from "../core/i18n.js";
import { hasHeaderFaults } from "./check_view.js";
import { batchOutcome, followBatch, forgetBatch, keepBatch, keptBatch } from "./following.js";
import { outcomeView } from "./outcome_view.js";
import { batchStatus, beginBatch, cancelBatch, makeAtOnce, rowsForm } from "./rows_job.js";

/** @typedef {import("./rows_job.js").RowsOrder} RowsOrder */
/** @typedef {import("./many_view.js").Checked} Checked */
/** @typedef {import("./outcome_view.js").Outcome} Outcome */
/** @typedef {{controller: AbortController, begunAt: number, sent: number, batch: import("../core/answers.js").Batch | null, base: {done: number, at: number}, clock: number}} Making `base`: how many rows were done when the page began to look */

/** Making documents takes about so much longer than checking their rows. */
const LONGER_THAN_CHECK = 1.5;
/** Where the time is only an estimate, the bar waits at this part for the answer. */
const MOST_ESTIMATED = 0.95;

/** @type {Making | null} */
let making = null;
/** @type {(() => Element) | null} */
let message = null;
/** @type {Outcome | null} */
let outcome = null;
/** What is shown now. @type {{place: HTMLElement, order: RowsOrder | null, checked: Checked | null, repeat: (rows: number[]) => void} | null} */
let shown = null;

/** Cancel what is made and forget what was made. */
export function forgetMaking() {
  making?.controller.abort();
  if (making) clearInterval(making.clock);
  making = message = outcome = null;
}

/**
 * @param {HTMLElement} place
 * @param {RowsOrder | null} order `null` while nothing can be made
 * @param {Checked | null} checked
 * @param {(rows: number[]) => void} repeat does only some rows again
 */
export function showMaking(place, order, checked, repeat) {
  shown = { place, order, checked, repeat };
  show();
}

function show() {
  if (!shown) return;
  const { place, order, checked, repeat } = shown;
  place.dataset.state = making ? "busy" : outcome ? "made" : "none";
  const canMake = order && checked && !hasHeaderFaults(checked.check) && checked.check.row_count > 0;
  const kept = order || making || outcome || message ? null : keptBatch();
  refill(
    place,
    kept && keptOffer(kept),
    canMake && !making && startButton(order, checked),
    making && progress(),
    !making && message?.(),
    outcome && !making && outcomeView(outcome, repeat),
  );
  showProgress();
}

/** @param {import("./following.js").KeptBatch} kept */
function keptOffer(kept) {
  const words = t("batch_kept", { name: kept.fileName });
  const show = button({ id: "many-go-on", onclick: () => goOn(kept) }, t("batch_show"));
  return notice("plain", {}, el("p", null, words), show);
}

/** @param {RowsOrder} order @param {Checked} checked */
function startButton(order, { check, most }) {
  const words = most === null ? t("make_rows", { n: check.row_count }) : t("make_all_rows");
  const attributes = { id: "many-start", class: outcome ? "" : "primary", onclick: () => begin(order) };
  return el("p", { class: "buttons actions" }, button(attributes, words));
}

/** @param {RowsOrder} order @param {number} [retries] @param {string} [key] of a batch that may have begun */
async function begin(order, retries = 0, key = newKey()) {
  const retry = () => begin(order, retries + 1, key);
  await work(
    (mine) => make(order, mine, key),
    (error) => errorPanel(error, { retry: isWorthRetrying(error) ? retry : undefined, retries }),
  );
}

/** Go on with a batch that was begun before the page was loaded. @param {import("./following.js").KeptBatch} kept */
async function goOn(kept) {
  await work(
    async (mine) => follow(await batchStatus(kept.id), mine),
    (error) => {
      if (error.status !== 404) return errorPanel(error, { retry: () => goOn(kept) });
      forgetBatch();
      return notice("plain", {}, el("p", null, t("batch_gone")));
    },
  );
}

/**
 * Do what brings an outcome, and show its progress.
 * @param {(mine: Making) => Promise<Outcome>} bring
 * @param {(error: ApiError) => Element} panel
 */
async function work(bring, panel) {
  if (making) return;
  message = outcome = null;
  const mine = (making = {
    controller: new AbortController(),
    begunAt: performance.now(),
    sent: 0,
    batch: null,
    base: { done: 0, at: performance.now() },
    clock: setInterval(showProgress, 500),
  });
  show();
  byId("many-cancel").focus();
  announce(t("making_rows"));
  addEventListener("beforeunload", askBeforeLeaving);
  try {
    const found = await bring(mine);
    if (making === mine) outcome = found;
  } catch (error) {
    const known = asApiError(error);
    await Promise.all([needErrorMessages(known), needMessages("work")]);
    if (making === mine) message = known.kind === "aborted" ? cancelled : () => panel(known);
    if (known.kind === "aborted") announce(t("cancelled"));
  } finally {
    clearInterval(mine.clock);
    removeEventListener("beforeunload", askBeforeLeaving);
  }
  if (making !== mine) return;
  making = null;
  show();
  const verdict = document.getElementById("many-verdict");
  if (verdict) goTo(verdict, "start");
  if (verdict) announce(verdict.textContent ?? "");
}

/** A merge ends with the page. A batch does not; its page finds it again. @param {Event} event */
function askBeforeLeaving(event) {
  if (making && !(making.batch && keptBatch())) event.preventDefault();
}

function cancelled() {
  return notice("plain", { id: "many-cancelled" }, t("cancelled"));
}

/** @param {RowsOrder} order @param {Making} mine @param {string} key @returns {Promise<Outcome>} */
async function make(order, mine, key) {
  const watch = {
    signal: mine.controller.signal,
    onProgress: (/** @type {number} */ sent, /** @type {number} */ total) => (mine.sent = total ? sent / total : 0),
  };
  if (shown?.checked?.most === null) return { kind: "merge", ...(await makeAtOnce(rowsForm(order), watch)) };
  const batch = await beginBatch(rowsForm(order), key, watch);
  keepBatch(batch.id, order.file.name);
  return follow(batch, mine);
}

/** @param {import("../core/answers.js").Batch} batch @param {Making} mine @returns {Promise<Outcome>} */
async function follow(batch, mine) {
  mine.batch = batch;
  mine.base = { done: batch.rows.done, at: performance.now() };
  show();
  const ended = await followBatch(batch, mine.controller.signal, (latest) => {
    mine.batch = latest;
    showProgress();
  });
  return batchOutcome(ended);
}

/** A key of printable ASCII characters that no other batch has. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function progress() {
  return el(
    "div",
    { class: "notice", id: "many-progress" },
    el(
      "p",
      { class: "progress-line" },
      el("span", { id: "many-progress-words" }),
      el("progress", { id: "many-progress-bar", max: 1, "aria-label": t("making_rows") }),
      el("span", { id: "many-time-left" }),
    ),
    button({ id: "many-cancel", onclick: cancel }, t("cancel")),
  );
}

/** A batch that is cancelled keeps the documents that are made. */
async function cancel() {
  const mine = making;
  if (!mine) return;
  /** @type {HTMLButtonElement} */ (byId("many-cancel")).disabled = true;
  if (!mine.batch) return mine.controller.abort();
  try {
    await cancelBatch(mine.batch.id);
  } catch (error) {
    // What it says is told when its end is waited for.
    if (!(error instanceof ApiError)) throw error;
    mine.controller.abort();
  }
  return undefined;
}

function showProgress() {
  const words = document.getElementById("many-progress-words");
  if (!words || !making) return;
  const bar = /** @type {HTMLProgressElement} */ (byId("many-progress-bar"));
  const { part, text } = progressOf(making);
  if (part === null) bar.removeAttribute("value");
  else bar.value = part;
  words.textContent = text;
  byId("many-time-left").textContent = timeLeft(making, part);
}

/** @param {Making} making @returns {{part: number | null, text: string}} */
function progressOf({ batch, sent, begunAt }) {
  if (batch) {
    const { done, total } = batch.rows;
    return total === null
      ? { part: null, text: t("reading_rows") }
      : { part: total ? done / total : 0, text: t("made_rows", { n: done, total }) };
  }
  if (sent < 1) return { part: null, text: t("sending", { percent: Math.floor(sent * 100) }) };
  const expected = (shown?.checked?.ms ?? 0) * LONGER_THAN_CHECK;
  const part = expected ? Math.min((performance.now() - begunAt) / expected, MOST_ESTIMATED) : null;
  return { part, text: t("making_rows") };
}

/** @param {Making} making @param {number | null} part */
function timeLeft({ begunAt, batch, base }, part) {
  if (!part || part >= MOST_ESTIMATED) return "";
  const elapsed = performance.now() - (batch ? base.at : begunAt);
  const { done = 0, total = 0 } = batch?.rows ?? {};
  const rate = batch ? (done - base.done) / (total || 1) : part;
  if (rate <= 0) return "";
  const seconds = Math.ceil((elapsed / rate) * (1 - part) / 1000);
  return seconds < 90 ? t("seconds_left", { n: seconds }) : t("minutes_left", { n: Math.ceil(seconds / 60) });
}

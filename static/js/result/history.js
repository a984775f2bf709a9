/** The list of the last runs, kept in the browser; the choice to remember values; deleting all of it. */

import { copyButton } from "../core/copy.js";
import { announce, button, byId, el, refill } from "../core/dom.js";
import { chip } from "../core/frame.js";
import { browserLanguage, duration, inLanguage, setLanguage, t } from "../core/i18n.js";
import { forgetSettings, recall, remember } from "../core/settings.js";
import { on, state } from "../core/state.js";

const NAME = "history";
const MOST_RUNS = 10;

/**
 * @typedef {object} PastRun
 * @property {string} time ISO 8601
 * @property {string} skill
 * @property {number | null} exitCode `null` when the run failed
 * @property {number} [left] how many placeholders are still in the document
 * @property {string} errorCode
 * @property {string} requestId
 * @property {number} ms
 */

/** @type {import("../core/state.js").Outcome | null} the outcome that was kept last */
let kept = null;

/** Keep a run that has ended; prechecks are not kept. @param {import("../core/state.js").Outcome} outcome */
export function keepHistory(outcome) {
  const isPrecheck = outcome.kind === "precheck" || (outcome.kind === "error" && outcome.of === "precheck");
  if (isPrecheck || outcome === kept) return;
  kept = outcome;
  addRun({
    time: new Date().toISOString(),
    skill: outcome.job.skill,
    ...howItEnded(outcome),
    ms: outcome.ms,
  });
  showHistory();
}

/** @param {import("../core/state.js").RunOutcome | import("../core/state.js").ErrorOutcome} outcome */
function howItEnded(outcome) {
  if (outcome.kind === "run")
    return {
      exitCode: outcome.exitCode,
      left: outcome.left,
      errorCode: "",
      requestId: outcome.requestId,
    };
  const { code, diagnosis, kind, requestId } = outcome.error;
  return { exitCode: null, errorCode: code || diagnosis || kind, requestId };
}

/** Show the section; called again when the language changes. */
export function showHistory() {
  const runs = pastRuns();
  const section = byId("history");
  section.setAttribute("aria-labelledby", "history-title");
  refill(
    section,
    el("h2", { id: "history-title" }, t("history_title")),
    runs.length
      ? el("ul", { class: "rows", id: "history-runs" }, runs.map(runItem))
      : el("p", { class: "hint" }, t("history_empty")),
    el(
      "p",
      null,
      button({ id: "forget", onclick: forget }, t("forget")),
      " ",
      el("span", { class: "hint" }, t("forget_hint")),
    ),
  );
}

/** Update the section when the state changes. */
export function watchHistory() {
  on(["meta"], showHistory);
}

/** The message of how a run ended. @param {PastRun} run */
function endOf({ exitCode, left }) {
  if (exitCode === null) return "exit_none";
  return exitCode === 0 && left ? "exit_0_left" : `exit_${exitCode}`;
}

/** @param {PastRun} run */
function runItem(run) {
  const isOpen = run.skill === "open" && state.meta?.supports_open;
  const title =
    inLanguage(state.meta?.task_payload_schemas[run.skill]?.title) ||
    (isOpen ? t("skill_open") : run.skill) ||
    "–";
  const time = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(run.time));
  const isDone = run.exitCode === 0 && !run.left;
  const tone = isDone ? "good" : run.exitCode === null ? "bad" : "warn";
  return el(
    "li",
    null,
    el(
      "span",
      null,
      el("time", { datetime: run.time }, time),
      ` ${title} `,
      chip(tone, t(endOf(run), { n: run.left })),
      run.errorCode && [" ", el("code", { class: "soft" }, run.errorCode)],
    ),
    el(
      "span",
      { class: "soft" },
      duration(run.ms),
      run.requestId && [
        " ",
        el("code", null, run.requestId.slice(0, 8)),
        " ",
        copyButton({ "aria-label": t("copy_request_id") }, t("copy"), () => run.requestId),
      ],
    ),
  );
}

async function forget() {
  forgetSettings();
  const { forgetDrafts } = await import("../work/skill_choice.js");
  forgetDrafts();
  // This also shows everything again, with the defaults.
  await setLanguage(browserLanguage());
  announce(t("forgotten"));
  byId("forget").focus();
}

/** The last runs, the latest first. @returns {PastRun[]} */
function pastRuns() {
  const kept = recall(NAME);
  return Array.isArray(kept) ? kept.filter((run) => typeof run?.time === "string").slice(0, MOST_RUNS) : [];
}

/** @param {PastRun} run */
function addRun(run) {
  remember(NAME, [run, ...pastRuns()].slice(0, MOST_RUNS));
}

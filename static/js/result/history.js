/** The last runs, what is remembered, and the button that forgets everything. */

import { copyButton } from "../core/copy.js";
import { announce, button, byId, el, refill } from "../core/dom.js";
import { chip } from "../core/frame.js";
import { browserLanguage, inLanguage, setLanguage, t } from "../core/i18n.js";
import { forgetSettings, recall, remember } from "../core/settings.js";
import { on, state, update } from "../core/state.js";

const NAME = "history";
const MOST_RUNS = 10;

/**
 * @typedef {object} PastRun
 * @property {string} time ISO 8601
 * @property {string} skill
 * @property {number | null} exitCode `null` when there was no result
 * @property {string} errorCode
 * @property {string} requestId
 * @property {number} ms
 * @property {string} [task] the task's JSON, only when values are remembered
 */

/** @type {any} the outcome that was kept last */
let kept = null;

/** Keep a run that ended. @param {any} outcome */
export function keepHistory(outcome) {
  const isRun = outcome.kind === "run" || (outcome.kind === "error" && outcome.of === "run");
  if (!isRun || outcome === kept) return;
  kept = outcome;
  addRun({
    time: new Date().toISOString(),
    skill: outcome.job.skill,
    exitCode: outcome.exitCode ?? null,
    errorCode: outcome.error ? outcome.error.code || outcome.error.diagnosis || outcome.error.kind : "",
    requestId: outcome.requestId ?? outcome.error?.requestId ?? "",
    ms: outcome.ms,
    ...(state.rememberValues ? { task: outcome.job.task } : {}),
  });
  showHistory();
}

/** Show the section; called anew when the language changes. */
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
      "label",
      { class: "choice" },
      el("input", {
        type: "checkbox",
        id: "remember-values",
        checked: state.rememberValues,
        onchange: rememberOrNot,
      }),
      el("span", null, t("remember_values"), el("span", { class: "hint" }, t("remember_values_hint"))),
    ),
    el(
      "p",
      null,
      button({ id: "forget", onclick: forget }, t("forget")),
      " ",
      el("span", { class: "hint" }, t("forget_hint")),
    ),
  );
}

/** Keep the section in line with the state. */
export function watchHistory() {
  on(["meta"], showHistory);
}

/** @param {PastRun} run */
function runItem(run) {
  const title = inLanguage(state.meta?.task_payload_schemas[run.skill]?.title) || run.skill || "–";
  const time = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(run.time));
  const tone = run.exitCode === 0 ? "good" : run.exitCode === null ? "bad" : "warn";
  return el(
    "li",
    null,
    el(
      "span",
      null,
      el("time", { datetime: run.time }, time),
      ` ${title} `,
      chip(tone, t(run.exitCode === null ? "exit_none" : `exit_${run.exitCode}`)),
      run.errorCode && [" ", el("code", { class: "soft" }, run.errorCode)],
    ),
    el(
      "span",
      { class: "soft" },
      t("seconds", { n: (run.ms / 1000).toFixed(1) }),
      run.requestId && [
        " ",
        el("code", null, run.requestId.slice(0, 8)),
        " ",
        copyButton({ "aria-label": t("copy_request_id") }, t("copy"), () => run.requestId),
      ],
      run.task !== undefined && [
        " ",
        button({ class: "quiet", onclick: () => useAgain(run.task ?? "") }, t("use_again")),
      ],
    ),
  );
}

/** @param {string} task */
async function useAgain(task) {
  const [{ takeText }, { showView }] = await Promise.all([
    import("../work/skill_choice.js"),
    import("../work/content_view.js"),
  ]);
  takeText(task);
  // A workbench that opens now shows the text by itself.
  if (state.working) await showView();
  update({ working: true });
  announce(t("imported"));
}

/** @param {any} event */
function rememberOrNot(event) {
  update({ rememberValues: event.target.checked });
  if (!state.rememberValues) {
    forgetValues();
    showHistory();
    byId("remember-values").focus();
  }
}

async function forget() {
  forgetSettings();
  const { forgetDrafts } = await import("../work/skill_choice.js");
  forgetDrafts();
  // Everything is shown anew, in the browser's language and with the defaults.
  await setLanguage(browserLanguage());
  announce(t("forgotten"));
  byId("forget").focus();
}

/** The last runs, the latest first. @returns {PastRun[]} */
function pastRuns() {
  const kept = recall(NAME, []);
  return Array.isArray(kept) ? kept.filter((run) => typeof run?.time === "string").slice(0, MOST_RUNS) : [];
}

/** @param {PastRun} run */
function addRun(run) {
  remember(NAME, [run, ...pastRuns()].slice(0, MOST_RUNS));
}

/** Keep the runs and forget their values. */
function forgetValues() {
  remember(
    NAME,
    pastRuns().map(({ task, ...run }) => run),
  );
}

/** The last documents, kept in the browser; each opens what was typed for it. The switch for drafts; deleting everything. */

import { copyButton } from "../core/copy.js";
import { announce, button, byId, el, goTo, refill } from "../core/dom.js";
import { chip } from "../core/frame.js";
import { browserLanguage, duration, inLanguage, setLanguage, t, timeInWords } from "../core/i18n.js";
import { allowsDrafts, forgetNames, forgetSettings, keepsDrafts, recall, remember } from "../core/settings.js";
import { on, state, update } from "../core/state.js";
import { titleOfTemplate } from "../core/template.js";
import { verdictInWords, verdictOf } from "./verdict.js";

const NAME = "history";
const MOST_RUNS = 10;
const TITLE_CHARACTERS = 60;

/**
 * @typedef {object} PastRun
 * @property {string} time ISO 8601
 * @property {string} skill
 * @property {string} template its title
 * @property {import("./verdict.js").Verdict | null} verdict `null` when there is no document
 * @property {string} errorCode
 * @property {string} requestId
 * @property {number} ms
 * @property {string} [title] of the document; with `hash` and `task` only while drafts are kept
 * @property {string} [hash] of the template
 * @property {string} [task] what was typed
 */

/** @type {import("../core/state.js").Outcome | null} the outcome that was kept last */
let kept = null;

/** Keep a run that has ended; checks are not kept. @param {import("../core/state.js").Outcome} outcome */
export function keepHistory(outcome) {
  const isPrecheck = outcome.kind === "precheck" || (outcome.kind === "error" && outcome.of === "precheck");
  if (isPrecheck || outcome === kept) return;
  kept = outcome;
  const { job } = outcome;
  const isOfFile = job.template instanceof File;
  addRun({
    time: new Date().toISOString(),
    skill: job.skill,
    template: keepsDrafts() || !isOfFile ? titleOfTemplate(job.template) : "",
    ...howItEnded(outcome),
    ms: outcome.ms,
    ...(keepsDrafts() && state.templateHash
      ? { title: titleIn(job.task), hash: state.templateHash, task: job.task }
      : {}),
  });
  showHistory();
}

/** @param {import("../core/state.js").RunOutcome | import("../core/state.js").ErrorOutcome} outcome */
function howItEnded(outcome) {
  if (outcome.kind === "run") return { verdict: verdictOf(outcome), errorCode: "", requestId: outcome.requestId };
  const { code, diagnosis, kind, requestId } = outcome.error;
  return { verdict: null, errorCode: code || diagnosis || kind, requestId };
}

/** What a person would call the document: the first text of its values. @param {string} task */
function titleIn(task) {
  try {
    const { payload } = JSON.parse(task);
    const text = Object.values(payload).find((value) => typeof value === "string" && value.trim() !== "");
    return typeof text === "string" ? text.trim().split("\n")[0].slice(0, TITLE_CHARACTERS) : "";
  } catch {
    return "";
  }
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
    allowsDrafts() ? draftsSwitch() : el("p", { class: "hint", id: "drafts-off" }, t("drafts_not_here")),
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

function draftsSwitch() {
  return el(
    "label",
    { class: "choice" },
    el("input", { type: "checkbox", id: "keep-drafts", checked: keepsDrafts(), onchange: keepOrNot }),
    el("span", null, t("keep_drafts"), el("span", { class: "hint" }, t("keep_drafts_hint"))),
  );
}

/** @param {PastRun} run */
function runItem(run) {
  const type = inLanguage(state.meta?.task_payload_schemas[run.skill]?.title);
  const name = [run.title, run.template || type].filter(Boolean).join(" · ");
  const tone = run.verdict ? run.verdict.tone : "bad";
  return el(
    "li",
    null,
    el(
      "span",
      null,
      el("time", { datetime: run.time }, timeInWords(run.time)),
      name && [" ", el("strong", { class: "run-title" }, name)],
      " ",
      chip(tone, run.verdict ? verdictInWords(run.verdict) : t("exit_none")),
      run.errorCode && [" ", el("code", { class: "soft for-developers" }, run.errorCode)],
    ),
    el(
      "span",
      { class: "soft" },
      el(
        "span",
        { class: "for-developers" },
        duration(run.ms),
        run.requestId && [
          " ",
          el("code", null, run.requestId.slice(0, 8)),
          " ",
          copyButton({ "aria-label": t("copy_request_id") }, t("copy"), () => run.requestId),
        ],
      ),
      run.task !== undefined &&
        run.hash && [" ", button({ class: "quiet open-draft", onclick: () => openAgain(run) }, t("use_again"))],
    ),
  );
}

/** Open the form with what was typed for a document. @param {PastRun} run */
async function openAgain({ hash = "", task = "", skill }) {
  const [{ openDraft }, { chooseTemplate }] = await Promise.all([
    import("../work/drafts.js"),
    import("../work/template_view.js"),
  ]);
  const draft = openDraft(hash, { text: task, skill });
  if (!draft) {
    announce(t("draft_gone"));
    return;
  }
  const entry = state.meta?.templates?.find(({ name }) => name === draft.library);
  if (draft.library && entry && !state.template)
    chooseTemplate({ name: entry.name, title: entry.title, sha256: entry.template_sha256 });
  announce(t("draft_opened"));
  goTo(byId("step-template"), "start");
}

/** @param {Event} event */
async function keepOrNot({ target }) {
  const isOn = /** @type {HTMLInputElement} */ (target).checked;
  remember("drafts", isOn);
  if (!isOn) {
    forgetDrafts();
    remember(NAME, pastRuns().map(({ task, title, hash, ...run }) => ({ ...run, template: "" })));
  }
  showHistory();
  byId("keep-drafts").focus();
  if (isOn) (await import("../work/drafts.js")).keepDraft();
}

/** Delete what was typed for all templates; on the page it stays. */
function forgetDrafts() {
  forgetNames((name) => name.startsWith("draft.") || name === "lastDraft");
  update({ draft: "off", restored: null });
}

async function forget() {
  const { forgetTypes } = await import("../work/skill_choice.js");
  forgetDrafts();
  forgetTypes();
  forgetSettings();
  // This also shows everything again, with the defaults.
  await setLanguage(browserLanguage());
  announce(t("forgotten"));
  byId("forget").focus();
}

/** The last runs, the latest first. @returns {PastRun[]} */
function pastRuns() {
  const found = recall(NAME);
  const isRun = (/** @type {any} */ run) => typeof run?.time === "string" && (run.verdict === null || typeof run.verdict === "object");
  return Array.isArray(found) ? found.filter(isRun).slice(0, MOST_RUNS) : [];
}

/** A failed attempt gives way to the next one with the same template and values. @param {PastRun} run */
function addRun(run) {
  const [last, ...earlier] = pastRuns();
  const isRetry =
    last?.verdict === null && last.template === run.template && last.hash === run.hash && last.task === run.task;
  const before = last && !isRetry ? [last, ...earlier] : earlier;
  const runs = [run, ...before].slice(0, MOST_RUNS);
  // Without room for what was typed, the list is kept without it.
  if (!remember(NAME, runs)) remember(NAME, runs.map(({ task, hash, ...rest }) => rest));
}

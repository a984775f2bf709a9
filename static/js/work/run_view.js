/** Step 3: precheck and run, with progress, elapsed time and a way to cancel. */

import { apiUrl } from "../core/api.js";
import { asApiError, isWorthRetrying } from "../core/api_error.js";
import { copyText } from "../core/copy.js";
import { announce, button, byId, el, goTo, refill } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { notice, showStep } from "../core/frame.js";
import { inLanguage, t } from "../core/i18n.js";
import { on, state, update } from "../core/state.js";
import { titleOfTemplate } from "../core/template.js";
import { upload, uploadForJson } from "../core/upload.js";
import { currentJob, jobForm } from "./job.js";
import { optionsView, showOptions, showPolicyError, watchOptions } from "./options_view.js";
import { OPEN } from "./open_fields.js";
import { fieldsOf, placeholderOf } from "./skill_choice.js";
import { readTask } from "./task.js";
import { faultOf } from "./value_faults.js";

/** @typedef {import("../core/api_error.js").ApiError} ApiError */

/** @typedef {"run" | "precheck"} Kind */
/** @typedef {{kind: Kind, job: import("../core/state.js").Job, controller: AbortController, startedAt: number, phase: string, sent: number, clock: number}} Work */

/** So many of the fields that are open are named. */
const NAMED_FIELDS = 6;

/** @type {Work | null} */
let work = null;
/** @type {(() => Element) | null} makes the message about the last attempt */
let message = null;

/** Show the step; called again when the language changes. */
export function showRunStep() {
  showStep(
    "step-run",
    3,
    el("div", { class: "for-developers" }, optionsView()),
    el("p", { id: "ready" }),
    el(
      "div",
      { class: "buttons actions" },
      button({ id: "run", class: "primary", onclick: () => begin("run") }, t("run")),
      button({ id: "precheck", onclick: () => begin("precheck") }, t("precheck")),
      button({ id: "cancel", hidden: true, onclick: () => work?.controller.abort() }, t("cancel")),
      button({ id: "copy-curl", class: "quiet for-developers", onclick: copyCurl }, t("copy_curl")),
    ),
    el("div", { id: "progress" }),
    el("div", { id: "run-message" }),
    el("div", { id: "curl" }),
  );
  showOptions();
  showReady();
  showWork();
}

/** Update the step when the state changes. */
export function watchRunStep() {
  watchOptions();
  on(["template", "inspection", "text", "skill", "meta"], showReady);
}

/** @param {Kind} kind @param {number} [retries] */
async function begin(kind, retries = 0) {
  if (work) return;
  message = null;
  update({ outcome: null, taskErrors: [] });
  const lack = firstLack();
  if (lack) return showLack(lack);
  const controller = new AbortController();
  const mine = (work = {
    kind,
    job: currentJob(),
    controller,
    startedAt: performance.now(),
    phase: "sending",
    sent: 0,
    clock: 0,
  });
  mine.clock = setInterval(showElapsed, 500);
  showWork();
  byId("cancel").focus();
  announce(t(kind === "run" ? "running" : "prechecking"));
  try {
    await end(mine);
  } catch (error) {
    const known = asApiError(error);
    await needErrorMessages(known);
    fail(mine, known, retries);
  } finally {
    clearInterval(mine.clock);
    work = null;
    showWork();
    if (document.activeElement === document.body) byId(kind).focus();
  }
}

/** Send the job and make its answer the outcome. @param {Work} mine */
async function end(mine) {
  const { kind, job, controller } = mine;
  const onProgress = (/** @type {number} */ sent, /** @type {number} */ total) => {
    mine.sent = total ? sent / total : 0;
    if (mine.sent >= 1) mine.phase = "working";
    showWork();
  };
  const watch = { signal: controller.signal, onProgress };
  if (kind === "precheck") {
    const precheck = await uploadForJson("/v1/precheck", jobForm(job), watch);
    const verdict = /** @type {import("../core/answers.js").Precheck} */ (precheck);
    update({ outcome: { kind, job, verdict } });
    return;
  }
  const answer = await upload("/v1/run", jobForm(job), watch);
  const ms = Math.round(performance.now() - mine.startedAt);
  const { readRun } = await import("../result/run_result.js");
  update({ outcome: { kind, job, ms, ...(await readRun(answer)) } });
}

/** @param {Work} mine @param {ApiError} error @param {number} retries */
function fail(mine, error, retries) {
  if (error.kind === "aborted") {
    showMessage(() => notice("plain", { id: "cancelled" }, t("cancelled")), t("cancelled"));
    return;
  }
  const ms = Math.round(performance.now() - mine.startedAt);
  const retry = () => begin(mine.kind, retries + 1);
  showMessage(() => errorPanel(error, { retry: isWorthRetrying(error) ? retry : undefined, retries }));
  update({ outcome: { kind: "error", of: mine.kind, job: mine.job, ms, error } });
  showTaskErrors(error);
}

/** Show the server's errors about the task or the policy where they were typed. @param {ApiError} error */
function showTaskErrors({ code, detail, serverMessage }) {
  if (detail.field === "policy_yaml") {
    showPolicyError(serverMessage);
    return;
  }
  if (code === "INVALID_JSON") {
    update({
      view: "json",
      taskErrors: [{ path: "", message: serverMessage, line: detail.line, column: detail.column }],
    });
    return;
  }
  if (!Array.isArray(detail.errors)) return;
  update({ taskErrors: detail.errors });
  const wrong = document.querySelector(
    '#task-form [aria-invalid="true"], #task-form [data-key]:has(.field-errors > span) button, .fault button',
  );
  if (wrong instanceof HTMLElement) goTo(wrong);
}

/** The first input that is missing before anything can be sent. @returns {"template" | "skill" | "json" | "task" | null} */
function firstLack() {
  if (!state.template) return "template";
  if (state.text.trim() === "") return "skill";
  const task = readTask(state.text);
  if (task.error) return "json";
  return task.isTask ? null : "task";
}

/** @param {"template" | "skill" | "json" | "task"} lack */
function showLack(lack) {
  const words = t(`lack_${lack}`);
  showMessage(() => notice("warn", { "data-lack": lack }, words), words);
  if (lack === "json" || lack === "task") update({ view: "json" });
  const target = { template: "template-file", skill: "skill", json: "task-json", task: "task-json" }[lack];
  // The JSON view may still be loading.
  setTimeout(() => goTo(document.getElementById(target) ?? byId("step-content")), 50);
}

/** @param {() => Element} make @param {string} [words] for screen readers, where making the element announces nothing */
function showMessage(make, words) {
  message = make;
  showWork();
  if (words) announce(words);
}

function showReady() {
  const lack = firstLack();
  // The template is being inspected, or is none: nothing can be said of its fields.
  if (!lack && !state.inspection) return refill(byId("ready"));
  const missing = lack ? [] : missingRequired();
  const words = lack
    ? t(`lack_${lack}`)
    : missing.length
      ? t("ready_missing", { n: missing.length, names: namesOf(missing) })
      : t("ready");
  return refill(
    byId("ready"),
    el("span", { class: "chip", "data-tone": lack || missing.length ? "warn" : "good" }, words),
  );
}

/** Some of the labels. @param {string[]} labels */
function namesOf(labels) {
  const more = labels.length > NAMED_FIELDS ? " …" : "";
  return labels.slice(0, NAMED_FIELDS).join(t("list_separator")) + more;
}

/** Labels of the required fields that the template has and that are empty in the task. @returns {string[]} */
function missingRequired() {
  const { payload } = readTask(state.text);
  const wanted = new Set((state.inspection?.fields ?? []).map(({ name }) => name));
  const isOpen = state.skill === OPEN;
  const isEmpty = (/** @type {import("./open_fields.js").Field} */ field, /** @type {unknown} */ value) =>
    value === undefined || value === null || (!isOpen && !String(value).trim()) || faultOf(field, value) !== "";
  return Object.entries(fieldsOf(state.skill))
    .filter(
      ([key, field]) =>
        field.required && (isOpen || wanted.has(placeholderOf(key, field))) && isEmpty(field, payload[key]),
    )
    .map(([key, field]) => inLanguage(field.label) || key);
}

function showWork() {
  for (const id of ["run", "precheck"]) /** @type {HTMLButtonElement} */ (byId(id)).disabled = work !== null;
  byId("cancel").hidden = work === null;
  byId("run").textContent = t(work?.kind === "run" ? "running" : "run");
  refill(byId("run-message"), !work && message?.());
  if (!work) {
    refill(byId("progress"));
    return;
  }
  if (!document.getElementById("progress-bar")) {
    refill(
      byId("progress"),
      el(
        "p",
        { class: "progress-line" },
        el("span", { id: "progress-words" }),
        el("progress", { id: "progress-bar", max: 1, "aria-label": t("uploading") }),
        el("span", { id: "elapsed" }),
      ),
    );
  }
  const bar = /** @type {HTMLProgressElement} */ (byId("progress-bar"));
  if (work.phase === "sending") bar.value = work.sent;
  else bar.removeAttribute("value");
  byId("progress-words").textContent =
    work.phase === "sending" ? t("sending", { percent: Math.floor(work.sent * 100) }) : t("working");
  showElapsed();
}

function showElapsed() {
  const elapsed = document.getElementById("elapsed");
  if (elapsed && work)
    elapsed.textContent = t("elapsed", { seconds: Math.floor((performance.now() - work.startedAt) / 1000) });
}

async function copyCurl() {
  const lack = firstLack();
  if (lack) return showLack(lack);
  const { curlCommand } = await import("./curl.js");
  const needsUser =
    state.credentials !== null || (!state.apiBase && "credentials" in document.documentElement.dataset);
  const command = curlCommand(currentJob(), apiUrl("/v1/run"), needsUser);
  const words = (await copyText(command)) ? t("curl_copied") : t("copy_failed");
  announce(words);
  const hint = t(needsUser ? "curl_hint_user" : "curl_hint", { file: state.template ? titleOfTemplate(state.template) : "" });
  return refill(
    byId("curl"),
    el(
      "details",
      { open: true },
      el("summary", null, words),
      el("p", { class: "hint" }, hint),
      el("pre", { id: "curl-text", tabindex: "0", role: "region", "aria-label": "curl" }, command),
    ),
  );
}

/** Starts the page: settings, language, the first view and the server's meta; other modules are loaded when needed. */

import { loadMeta } from "./core/api.js";
import { watchPolicy } from "./core/connection.js";
import { button, byId, el, fill, refill } from "./core/dom.js";
import { partFailed, stepBody } from "./core/frame.js";
import { showHeader, watchHeader } from "./core/header_view.js";
import { browserLanguage, needMessages, onLanguage, setLanguage, t } from "./core/i18n.js";
import { keepsAnything, recallSettings, settings, watchSettings } from "./core/settings.js";
import { on, state, update } from "./core/state.js";
import { chooseTemplate, showTemplateStep, watchTemplateStep } from "./work/template_view.js";

/** @type {typeof import("./work/workbench.js") | null} */
let workbench = null;
/** @type {Promise<void> | null} */
let opening = null;
/** @type {typeof import("./result/history.js") | null} */
let history = null;

async function start() {
  watchPolicy();
  recallSettings();
  const hasHistory = keepsAnything();
  onLanguage(showEverything);
  await setLanguage(settings.language || browserLanguage());
  for (const watch of [watchSettings, watchHeader, watchTemplateStep]) watch();
  on(["outcome"], showOutcome);
  on(["working"], () => state.working && openWork());
  takeDroppedFiles();
  if (hasHistory) openHistory();
  await loadMeta();
}

function showEverything() {
  document.getElementById("loading")?.remove();
  byId("skip").textContent = t("skip");
  showHeader();
  showTemplateStep();
  if (workbench) workbench.showWork();
  else showLaterSteps();
  history?.showHistory();
  showOutcome();
  refill(byId("bottom"), el("p", null, t("footer", { version: document.documentElement.dataset.version })));
}

/** Steps 2 and 3 before they are opened. @param {Element | null} [message] */
function showLaterSteps(message = null) {
  const begin = button(
    { id: "start-without-template", class: "quiet", onclick: startWithout },
    t("start_without_template"),
  );
  refill(
    stepBody("step-content", 2),
    message,
    el("p", { class: "soft" }, t("step_later")),
    el("p", null, begin),
  );
  refill(stepBody("step-run", 3), el("p", { class: "soft" }, t("step_later")));
}

async function startWithout() {
  update({ working: true });
  await openWork();
  byId("skill").focus();
}

/** Open steps 2 and 3, once. @returns {Promise<void>} */
function openWork() {
  opening ??= loadWork();
  return opening;
}

async function loadWork() {
  try {
    const module = await import("./work/workbench.js");
    await module.openWork();
    workbench = module;
    await openHistory();
  } catch (error) {
    opening = null;
    update({ working: false });
    showLaterSteps(partFailed());
    throw error;
  }
}

async function openHistory() {
  if (history) return;
  const [module] = await Promise.all([import("./result/history.js"), needMessages("work")]);
  history = module;
  history.showHistory();
  history.watchHistory();
}

/** Show the outcome; the modules for it are loaded with the first result. */
async function showOutcome() {
  const { outcome } = state;
  const section = byId("result");
  section.hidden = !outcome || outcome.kind === "error";
  if (!outcome) return;
  history?.keepHistory(outcome);
  if (outcome.kind === "error") return;
  const { showResult } = await import("./result/result_view.js");
  if (state.outcome === outcome) await showResult(section, outcome);
}

/** Accept a template or task dropped anywhere: the browser would open a file that the page does not accept. */
function takeDroppedFiles() {
  const zone = document.documentElement;
  addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.toggleAttribute("data-dragging", event.dataTransfer?.types.includes("Files") ?? false);
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.removeAttribute("data-dragging");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    zone.removeAttribute("data-dragging");
    for (const file of event.dataTransfer?.files ?? []) take(file);
  });
}

/** @param {File} file */
async function take(file) {
  if (!/\.json$/i.test(file.name)) {
    chooseTemplate(file);
    return;
  }
  await openWork();
  const { importTask } = await import("./work/content_view.js");
  await importTask(file);
}

start().catch((error) => {
  // The file with the messages may have failed to load, so this message is here in both languages.
  const words = "This page could not be loaded; please reload it. 页面未能加载，请刷新。";
  fill(byId("main"), el("p", { class: "notice", "data-tone": "bad" }, words));
  throw error;
});

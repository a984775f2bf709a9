/** Starts the page: settings, language, the first view and the server's meta; other modules are loaded when needed. */

import { loadMeta } from "./core/api.js";
import { watchPolicy } from "./core/connection.js";
import { button, byId, el, fill, refill } from "./core/dom.js";
import { partFailed } from "./core/frame.js";
import { showHeader, watchHeader } from "./core/header_view.js";
import { browserLanguage, needMessages, onLanguage, setLanguage, t } from "./core/i18n.js";
import { allowsDrafts, keepDeveloper, keepsAnything, recall, recallSettings, settings, watchSettings } from "./core/settings.js";
import { on, state, update } from "./core/state.js";
import { takesOwnTemplates } from "./core/template.js";
import { chooseTemplate, showTemplateStep, watchTemplateStep } from "./work/template_view.js";

/** Names of files of rows; those that the service cannot read are told as what they are. */
const ROWS = /\.(xlsx?|et|csv|tsv|jsonl)$/i;

/** @type {typeof import("./work/workbench.js") | null} */
let workbench = null;
/** @type {Promise<void> | null} */
let opening = null;
/** @type {typeof import("./result/history.js") | null} */
let history = null;
/** The parts that are loaded when there is something to show in them, by their sections. @type {Map<string, () => Promise<unknown>>} */
const parts = new Map();

async function start() {
  watchPolicy();
  recallSettings();
  const hasHistory = keepsAnything();
  onLanguage(showEverything);
  await setLanguage(settings.language || browserLanguage());
  for (const watch of [watchSettings, watchHeader, watchTemplateStep]) watch();
  on(["outcome"], showOutcome);
  on(["working"], () => state.working && openWork());
  on(["meta"], () => (state.meta?.templates?.length || !takesOwnTemplates()) && openPart("gallery"));
  on(["inspection"], () => state.inspection && openPart("many"));
  takeDroppedFiles();
  if (hasHistory) openHistory();
  await loadMeta();
  await openLastDraft();
}

/** Show the draft of the last visit; a template of the library is chosen for it, a file has to be chosen by hand. */
async function openLastDraft() {
  if (state.template || !recall("lastDraft")) return;
  const drafts = await import("./work/drafts.js");
  // A template may have been chosen meanwhile.
  if (state.template) return;
  const draft = drafts.openLastDraft();
  const entry = state.meta?.templates?.find(({ name }) => name === draft?.library);
  if (draft?.library && entry) chooseTemplate({ name: entry.name, title: entry.title, sha256: entry.template_sha256 });
}

function showEverything() {
  document.getElementById("loading")?.remove();
  byId("skip").textContent = t("skip");
  showHeader();
  showTemplateStep();
  showWithoutTemplate();
  workbench?.showWork();
  history?.showHistory();
  for (const show of parts.values()) show();
  showOutcome();
  refill(
    byId("bottom"),
    developerSwitch(),
    el("p", null, t(allowsDrafts() ? "footer" : "footer_no_drafts", { version: document.documentElement.dataset.version })),
  );
}

/** The switch that shows JSON, options, addresses and ids. */
function developerSwitch() {
  const box = el("input", { type: "checkbox", id: "developer", checked: state.developer });
  box.addEventListener("change", () => keepDeveloper(box.checked));
  return el(
    "label",
    { class: "choice" },
    box,
    el("span", null, t("developer"), el("span", { class: "hint" }, t("developer_hint"))),
  );
}

/** Developers may write a task before there is a template. @param {Element | null} [message] */
function showWithoutTemplate(message = null) {
  if (workbench) return;
  const begin = button(
    { id: "start-without-template", class: "quiet for-developers", onclick: startWithout },
    t("start_without_template"),
  );
  refill(byId("step-later"), message, begin);
}

async function startWithout() {
  update({ working: true });
  await openWork();
  byId("skill").focus();
}

/** Load a part that has a section and show it. @param {"gallery" | "many"} name */
async function openPart(name) {
  const section = byId(name);
  try {
    if (!parts.has(name)) {
      const module = name === "gallery" ? await import("./gallery/gallery_view.js") : await import("./many/many_view.js");
      const show = "showGallery" in module ? module.showGallery : module.showMany;
      parts.set(name, () => show(section));
    }
    await parts.get(name)?.();
  } catch (error) {
    section.hidden = false;
    refill(section, partFailed());
    throw error;
  }
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
    refill(byId("step-later"));
    await openHistory();
  } catch (error) {
    opening = null;
    update({ working: false });
    showWithoutTemplate(partFailed());
    throw error;
  }
}

async function openHistory() {
  if (history) return;
  const [module] = await Promise.all([import("./result/history.js"), needMessages("work"), needMessages("runs")]);
  history = module;
  history.showHistory();
  history.watchHistory();
}

/** Show the outcome; the modules for it are loaded with the first result. */
async function showOutcome() {
  const { outcome } = state;
  const isShown = outcome !== null && outcome.kind !== "error";
  byId("result").hidden = !isShown;
  byId("result-details").hidden = !isShown;
  if (outcome?.kind !== "run") byId("look").hidden = true;
  if (!outcome) return;
  history?.keepHistory(outcome);
  if (outcome.kind === "error") return;
  const { showResult } = await import("./result/result_view.js");
  if (state.outcome !== outcome) return;
  await showResult(outcome);
  if (outcome.kind !== "run") return;
  const { showLook } = await import("./look/look_view.js");
  if (state.outcome === outcome) await showLook(byId("look"), outcome);
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
  if (ROWS.test(file.name) && state.inspection) {
    const { takeRows } = await import("./many/many_view.js");
    await takeRows(file);
    return;
  }
  if (!/\.json$/i.test(file.name)) {
    if (takesOwnTemplates()) chooseTemplate(file);
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

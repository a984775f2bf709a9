/** Starts the page: language, settings, views, and what this server can do. */

import { watchPolicy } from "./connection.js";
import { showContentStep, importTask, watchContentStep } from "./content_view.js";
import { byId, el, fill, refill } from "./dom.js";
import { watchForm } from "./form_view.js";
import { showHeader, watchHeader } from "./header_view.js";
import { keepHistory, showHistory, watchHistory } from "./history_view.js";
import { browserLanguage, onLanguage, setLanguage, t } from "./i18n.js";
import { loadMeta } from "./meta.js";
import { watchOptions } from "./options_view.js";
import { showRunStep, watchRunStep } from "./run_view.js";
import { recallSettings, settings, watchSettings } from "./settings.js";
import { on, state } from "./state.js";
import { chooseTemplate, showTemplateStep, watchTemplateStep } from "./template_view.js";

async function start() {
  watchPolicy();
  recallSettings();
  onLanguage(showEverything);
  await setLanguage(settings.language || browserLanguage());
  for (const watch of [watchSettings, watchHeader, watchTemplateStep, watchContentStep, watchForm, watchOptions, watchRunStep, watchHistory]) watch();
  on(["outcome"], showOutcome);
  takeDroppedFiles();
  await loadMeta();
}

function showEverything() {
  byId("skip").textContent = t("skip");
  showHeader();
  showTemplateStep();
  showContentStep();
  showRunStep();
  showHistory();
  showOutcome();
  refill(byId("bottom"), el("p", null, t("footer", { version: document.documentElement.dataset.version })));
}

/** The result's views come when there is a result. */
async function showOutcome() {
  const { outcome } = state;
  const section = byId("result");
  section.hidden = !outcome || outcome.kind === "error";
  if (!outcome) return;
  keepHistory(outcome);
  if (outcome.kind === "error") return;
  const { showResult } = await import("./result_view.js");
  if (state.outcome === outcome) await showResult(section, outcome);
}

/** A file dropped anywhere is the template or the task; dropped beside, the browser would leave the page for it. */
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
    for (const file of event.dataTransfer?.files ?? []) {
      if (/\.json$/i.test(file.name)) importTask(file);
      else chooseTemplate(file);
    }
  });
}

start().catch((error) => {
  // Without its sentences the page cannot say it in two languages.
  fill(byId("main"), el("p", { class: "notice", "data-tone": "bad" }, "This page could not be loaded; please reload it. 页面未能加载，请刷新。"));
  throw error;
});

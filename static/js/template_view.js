/** Step 1: choose or drop a template; it is inspected at once. */

import { fetchStarterTemplate } from "./api.js";
import { ApiError } from "./api_error.js";
import { announce, button, byId, el, refill } from "./dom.js";
import { download, sizeInWords } from "./downloads.js";
import { errorPanel } from "./error_view.js";
import { notice, stepBody } from "./frame.js";
import { inLanguage, LANGUAGES, t } from "./i18n.js";
import { on, state, update } from "./state.js";
import { templateReport } from "./template_report.js";
import { uploadForJson } from "./upload.js";

/** Files from here on show how far their upload is. */
const SHOW_PROGRESS_FROM_BYTES = 512 * 1024;

/** @type {AbortController | null} */
let inspecting = null;
/** @type {(() => Element) | null} makes what stands in place of the report: progress, an error */
let interim = null;

/** Show the step; called anew when the language changes. */
export function showTemplateStep() {
  const input = el("input", { id: "template-file", type: "file", accept: ".docx", "aria-describedby": "template-chosen" });
  input.addEventListener("change", () => {
    if (input.files?.[0]) chooseTemplate(input.files[0]);
    // So that the same file, saved again, can be chosen again.
    input.value = "";
  });
  refill(
    stepBody("step-template", 1),
    el(
      "label",
      { class: "drop-zone", for: "template-file" },
      input,
      el("span", { id: "template-chosen" }),
      el("span", { class: "as-button" }, t("template_choose")),
    ),
    el("div", { id: "template-report" }),
    el("div", { id: "starters" }),
  );
  showChosen();
  showReport();
  showStarters();
}

/** Keep the step in line with the state. */
export function watchTemplateStep() {
  on(["template"], showChosen);
  on(["inspection", "skill", "meta"], showReport);
  on(["meta"], showStarters);
}

/** Take a file as the template and have it inspected. @param {File} file */
export function chooseTemplate(file) {
  interim = null;
  update({ template: file, inspection: null, outcome: null });
  inspect(file, 0);
}

/** Stop an inspection that is under way. */
function stopInspecting() {
  inspecting?.abort();
  inspecting = null;
}

/** @param {File} file @param {number} retries */
async function inspect(file, retries) {
  stopInspecting();
  if (!/\.docx$/i.test(file.name)) {
    showInterim(notDocx);
    announce(t("template_not_docx"));
    return;
  }
  const mine = (inspecting = new AbortController());
  const form = new FormData();
  form.append("template", file);
  try {
    const watch = { signal: mine.signal, onProgress: showProgress(file) };
    const inspection = await uploadForJson("/v1/inspect", form, watch);
    if (inspecting !== mine) return;
    interim = null;
    update({ inspection });
    announce(t("template_inspected", { n: inspection.fields.length }));
  } catch (error) {
    if (inspecting !== mine) return;
    const told = error instanceof ApiError ? error : new ApiError("unreadable");
    if (told.kind !== "aborted") {
      showInterim(() => errorPanel(told, { retry: () => inspect(file, retries + 1), retries }));
    }
  } finally {
    if (inspecting === mine) inspecting = null;
  }
}

/** @param {File} file */
function showProgress(file) {
  let bar = el("progress");
  showInterim(() => {
    bar = el("progress", { max: 1, value: bar.value, "aria-label": t("uploading") });
    const words = el("span", null, t("template_inspecting"));
    return el("p", { class: "progress-line", id: "template-progress" }, words, file.size >= SHOW_PROGRESS_FROM_BYTES && bar);
  });
  return (/** @type {number} */ sent, /** @type {number} */ total) => (bar.value = total ? sent / total : 0);
}

function notDocx() {
  return notice(
    "bad",
    { "data-error": "not_docx" },
    el("p", { class: "notice-title" }, t("template_not_docx")),
    el("p", null, t("template_not_docx_advice")),
  );
}

/** @param {() => Element} make */
function showInterim(make) {
  interim = make;
  showReport();
}

function showChosen() {
  const file = state.template;
  refill(
    byId("template-chosen"),
    file
      ? [el("strong", { class: "file-name" }, file.name), " ", el("span", { class: "soft" }, sizeInWords(file.size))]
      : el("span", null, t("template_drop")),
  );
}

function showReport() {
  const report = byId("template-report");
  if (interim) refill(report, interim());
  else if (state.inspection) refill(report, ...templateReport(state.inspection, state.meta, state.skill));
  else refill(report);
}

/** The starter templates: one line a document type, one button a language. */
function showStarters() {
  const schemas = Object.entries(state.meta?.task_payload_schemas ?? {});
  if (!schemas.length) return refill(byId("starters"));
  return refill(
    byId("starters"),
    el(
      "details",
      null,
      el("summary", null, t("starters_title")),
      el("p", { class: "hint" }, t("starters_hint")),
      el("ul", { class: "rows" }, schemas.map(([skill, schema]) => starterRow(skill, inLanguage(schema.title) || skill))),
      el("div", { id: "starters-error" }),
    ),
  );
}

/** @param {string} skill @param {string} title */
function starterRow(skill, title) {
  const choices = Object.entries(LANGUAGES).map(([language, name]) =>
    button(
      {
        class: "quiet",
        lang: language === "zh" ? "zh-CN" : "en",
        "data-starter": `${skill}.${language}`,
        "aria-label": `${title}, ${name}`,
        onclick: () => downloadStarter(skill, language),
      },
      name,
    ),
  );
  return el("li", null, el("span", null, title), el("span", { class: "buttons" }, choices));
}

/** @param {string} skill @param {string} language */
async function downloadStarter(skill, language) {
  const errors = byId("starters-error");
  refill(errors);
  try {
    download(await fetchStarterTemplate(skill, language), `${skill}_${language}.docx`);
    announce(t("downloaded"));
  } catch (error) {
    refill(errors, errorPanel(error instanceof ApiError ? error : new ApiError("unreadable")));
  }
}

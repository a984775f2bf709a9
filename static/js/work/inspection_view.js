/** Inspects the template on the server and shows the progress, then the report or the error. */

import { fetchLabels } from "../core/api.js";
import { asApiError, isWorthRetrying } from "../core/api_error.js";
import { announce, byId, el, needStyles, refill } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { needMessages, t } from "../core/i18n.js";
import { state, update } from "../core/state.js";
import { appendTemplate } from "../core/template.js";
import { uploadForJson } from "../core/upload.js";
import { takeUpDraft } from "./drafts.js";
import { hashOf } from "./template_hash.js";
import { templateReport } from "./template_report.js";

/** Uploads of this size and above show their progress. */
const SHOW_PROGRESS_FROM_BYTES = 512 * 1024;

/** @type {AbortController | null} */
let inspecting = null;
/** @type {(() => Element) | null} makes what is shown instead of the report: progress or an error */
let interim = null;

/** Cancel a running inspection. */
function stopInspecting() {
  inspecting?.abort();
  inspecting = null;
}

/** Inspect a template. @param {import("../core/state.js").Template} template @param {number} [retries] */
export async function inspect(template, retries = 0) {
  stopInspecting();
  await Promise.all([needMessages("work"), needStyles("work")]);
  const mine = (inspecting = new AbortController());
  const hashing = hashOf(template);
  const naming = labelsOf(template);
  const form = new FormData();
  appendTemplate(form, template);
  try {
    const watch = { signal: mine.signal, onProgress: showProgress(template) };
    const answer = await uploadForJson("/v1/inspect", form, watch);
    const inspection = /** @type {import("../core/answers.js").Inspection} */ (answer);
    const templateHash = await hashing;
    if (inspecting !== mine) return;
    interim = null;
    update({ inspection, templateHash, labels: await naming });
    takeUpDraft(templateHash);
    announce(t("template_inspected", { n: inspection.fields.length }));
  } catch (error) {
    if (inspecting !== mine) return;
    const known = asApiError(error);
    if (known.kind === "aborted") return;
    await needErrorMessages(known);
    if (inspecting !== mine) return;
    const retry = isWorthRetrying(known) ? () => inspect(template, retries + 1) : undefined;
    showInterim(() => errorPanel(known, { retry, retries }));
  } finally {
    if (inspecting === mine) inspecting = null;
  }
}

/**
 * What the library calls the fields of its template; the page works without.
 * @param {import("../core/state.js").Template} template
 * @returns {Promise<ReadonlyMap<string, import("../core/answers.js").Label>>}
 */
async function labelsOf(template) {
  if (template instanceof File) return new Map();
  try {
    return await fetchLabels(template.name);
  } catch {
    return new Map();
  }
}

/** @param {import("../core/state.js").Template} template */
function showProgress(template) {
  let bar = el("progress");
  showInterim(() => {
    bar = el("progress", { max: 1, value: bar.value, "aria-label": t("uploading") });
    const words = el("span", null, t("template_inspecting"));
    return el(
      "p",
      { class: "progress-line", id: "template-progress" },
      words,
      template instanceof File && template.size >= SHOW_PROGRESS_FROM_BYTES && bar,
    );
  });
  return (/** @type {number} */ sent, /** @type {number} */ total) => (bar.value = total ? sent / total : 0);
}

/** @param {() => Element} make */
function showInterim(make) {
  interim = make;
  showReport();
}

/** Show what is known about the template; called again when the language changes. */
export function showReport() {
  const report = byId("template-report");
  if (interim) refill(report, interim());
  else if (state.inspection) refill(report, ...templateReport(state.inspection, state.meta, state.skill));
  else refill(report);
}

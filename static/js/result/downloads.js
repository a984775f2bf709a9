/** The buttons that download the document of a run, as Word file and as PDF, under the names that the service gives. */

import { asApiError, isWorthRetrying } from "../core/api_error.js";
import { announce, button, el, refill } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { fileNameOf } from "../core/file_name.js";
import { download } from "../core/files.js";
import { needMessages, t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { baseNameOf } from "../core/template.js";
import { upload } from "../core/upload.js";
import { jobForm } from "../work/job.js";

/** @typedef {import("../core/state.js").RunOutcome} RunOutcome */

/** The PDFs that were made. @type {WeakMap<RunOutcome, {content: Blob, name: string}>} */
const made = new WeakMap();

/**
 * The buttons, and a place for the error of a PDF; the PDF is made when it is asked for.
 * @param {RunOutcome} run
 */
export function documentDownloads(run) {
  const problem = el("div", { class: "pdf-problem" });
  const pdf = button({ id: "download-pdf", onclick: () => downloadPdf(run, pdf, problem) }, t("download_pdf"));
  const word = button(
    { id: "download-document", class: "primary", onclick: () => download(run.document, `${nameOf(run)}.docx`) },
    t("download_word"),
  );
  return { buttons: [word, state.meta?.supports_pdf && pdf], problem };
}

/**
 * The name of the document: the one that the service gives, else that of the template with a word behind it.
 * @param {RunOutcome} run
 */
function nameOf({ fileName, job }) {
  return fileName || `${baseNameOf(job.template)}-filled`;
}

/** @param {RunOutcome} run @param {HTMLButtonElement} pdf @param {HTMLElement} problem @param {number} [retries] */
async function downloadPdf(run, pdf, problem, retries = 0) {
  refill(problem);
  pdf.disabled = true;
  pdf.textContent = t("making_pdf");
  announce(t("making_pdf"));
  try {
    const file = made.get(run) ?? (await makePdf(run));
    made.set(run, file);
    download(file.content, file.name);
    announce(t("downloaded"));
  } catch (error) {
    const known = asApiError(error);
    await Promise.all([needErrorMessages(known), needMessages("work")]);
    const retry = () => downloadPdf(run, pdf, problem, retries + 1);
    refill(problem, errorPanel(known, { retry: isWorthRetrying(known) ? retry : undefined, retries }));
  }
  pdf.disabled = false;
  pdf.textContent = t("download_pdf");
}

/** @param {RunOutcome} run */
async function makePdf(run) {
  const form = jobForm(run.job);
  form.append("output", "pdf");
  const { body, header } = await upload("/v1/run", form, { signal: new AbortController().signal });
  const given = run.fileName && fileNameOf(header("Content-Disposition"));
  return { content: body, name: given || `${nameOf(run)}.pdf` };
}

/** The buttons that download the document of a run, as Word file, PDF and reviewer's copy, under the names that the service gives. */

import { asApiError, isWorthRetrying } from "../core/api_error.js";
import { announce, button, el, refill } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { fileNameOf } from "../core/file_name.js";
import { DOCX, download } from "../core/files.js";
import { needMessages, t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { baseNameOf } from "../core/template.js";
import { upload } from "../core/upload.js";
import { jobForm } from "../work/job.js";
import { listMembers, MAX_DOCUMENT_BYTES, readMember, ZipError } from "./zip_reader.js";

/** @typedef {import("../core/state.js").RunOutcome} RunOutcome */

/** @typedef {{content: Blob, name: string}} Made */

/**
 * What is made when it is asked for: its words, how it is made, and those that were made.
 * @typedef {{label: string, busy: string, make: (run: RunOutcome) => Promise<Made>, made: WeakMap<RunOutcome, Made>}} Kind
 */
/** @type {Kind} */
const PDF = { label: "download_pdf", busy: "making_pdf", make: makePdf, made: new WeakMap() };
/** @type {Kind} */
const REVIEW = { label: "download_review", busy: "making_review", make: makeReview, made: new WeakMap() };

/**
 * The buttons, and a place for the error of a file; PDF and reviewer's copy are made when they are asked for.
 * @param {RunOutcome} run
 */
export function documentDownloads(run) {
  const problem = el("div", { class: "pdf-problem" });
  const pdf = button({ id: "download-pdf", onclick: () => downloadMade(PDF, run, pdf, problem) }, t(PDF.label));
  const review = button(
    { id: "download-review", onclick: () => downloadMade(REVIEW, run, review, problem) },
    t(REVIEW.label),
  );
  const word = button(
    { id: "download-document", class: "primary", onclick: () => download(run.document, `${nameOf(run)}.docx`) },
    t("download_word"),
  );
  return { buttons: [word, state.meta?.supports_pdf && pdf, review], problem };
}

/**
 * The name of the document: the one that the service gives, else that of the template with a word behind it.
 * @param {RunOutcome} run
 */
function nameOf({ fileName, job }) {
  return fileName || `${baseNameOf(job.template)}-filled`;
}

/** @param {Kind} kind @param {RunOutcome} run @param {HTMLButtonElement} pressed @param {HTMLElement} problem @param {number} [retries] */
async function downloadMade(kind, run, pressed, problem, retries = 0) {
  refill(problem);
  pressed.disabled = true;
  pressed.textContent = t(kind.busy);
  announce(t(kind.busy));
  try {
    const file = kind.made.get(run) ?? (await kind.make(run));
    kind.made.set(run, file);
    download(file.content, file.name);
    announce(t("downloaded"));
  } catch (error) {
    const known = asApiError(error);
    await Promise.all([needErrorMessages(known), needMessages("work")]);
    const retry = () => downloadMade(kind, run, pressed, problem, retries + 1);
    refill(problem, errorPanel(known, { retry: isWorthRetrying(known) ? retry : undefined, retries }));
  }
  pressed.disabled = false;
  pressed.textContent = t(kind.label);
}

/** @param {RunOutcome} run @param {string} field @param {string} value */
function repeat(run, field, value) {
  const form = jobForm(run.job);
  form.append(field, value);
  return upload("/v1/run", form, { signal: new AbortController().signal });
}

/** @param {RunOutcome} run */
async function makePdf(run) {
  const { body, header } = await repeat(run, "output", "pdf");
  const given = run.fileName && fileNameOf(header("Content-Disposition"));
  return { content: body, name: given || `${nameOf(run)}.pdf` };
}

/** @param {RunOutcome} run */
async function makeReview(run) {
  const { body } = await repeat(run, "review", "comments");
  const copy = (await listMembers(body)).get("out.review.docx");
  if (!copy) throw new ZipError("members");
  return { content: await readMember(body, copy, MAX_DOCUMENT_BYTES, DOCX), name: `${nameOf(run)}-${t("review_suffix")}.docx` };
}

/** Shows the result: the verdict, what is missing or cannot be filled, the filled values and the format issues. */

import { announce, button, byId, el, goTo, isUnfolded, needStyles, refill } from "../core/dom.js";
import { requestId } from "../core/error_view.js";
import { download, sizeInWords } from "../core/files.js";
import { notice } from "../core/frame.js";
import { duration, hasMessage, needMessages, t } from "../core/i18n.js";
import { on, state } from "../core/state.js";
import { baseNameOf } from "../core/template.js";
import { currentJob } from "../work/job.js";
import { documentDownloads } from "./downloads.js";
import { filledValues } from "./filled_view.js";
import { formatResult } from "./format_view.js";
import { missingFields, undeclaredWords, unsupported, unsupportedOf, unusedKeys } from "./open_lists.js";
import { verdictInWords, verdictOf, verdictOfCheck } from "./verdict.js";

/** @typedef {import("../core/state.js").RunOutcome} RunOutcome */
/** @typedef {import("../core/answers.js").MissingFields} MissingFields */

const FORMAT_FAILED = 4;
/** @type {import("../core/state.js").Outcome | null} the outcome that was shown last */
let shown = null;
let watching = false;

/** Show an outcome: what to know first in `#result`, the rest in `#result-details`. @param {RunOutcome | import("../core/state.js").PrecheckOutcome} outcome */
export async function showResult(outcome) {
  await Promise.all([needMessages("result"), needMessages("runs"), needStyles("result")]);
  const section = byId("result");
  const parts = outcome.kind === "run" ? runParts(outcome) : precheckParts(outcome.verdict);
  section.setAttribute("aria-labelledby", "verdict");
  section.dataset.exitCode = String(
    outcome.kind === "run" ? outcome.exitCode : outcome.verdict.expected_exit_code,
  );
  section.dataset.kind = outcome.kind;
  // Nothing is shown in green where the document is not finished.
  section.dataset.left = String(
    outcome.kind === "run" ? outcome.left : (outcome.verdict.summary.left_count ?? 0),
  );
  refill(section, ...parts);
  refill(byId("result-details"), outcome.kind === "run" ? runDetails(outcome) : precheckDetails(outcome.verdict));
  watchChanges();
  if (shown === outcome) return;
  shown = outcome;
  const verdict = /** @type {HTMLElement} */ (section.querySelector("#verdict"));
  goTo(verdict, "start");
  announce(verdict.textContent ?? "");
}

/** @param {RunOutcome} run */
function runParts(run) {
  const missing = run.missing ?? { missing_required: [], missing_optional: [] };
  const verdict = verdictOf(run);
  return [
    verdictPanel(verdictInWords(verdict), verdict, runSummary(run, missing), downloads(run)),
    staleNote(),
    ...(run.log?.warnings ?? []).map(runWarning),
    missingFields(missing),
    unusedKeys(missing.unused ?? []),
    undeclaredWords(missing.undeclared ?? []),
    unsupported(unsupportedOf(run.log)),
  ];
}

/** The filled values, the format and the facts; folded where the pages are shown. @param {RunOutcome} run */
function runDetails(run) {
  const tooLarge = () => notice("plain", {}, t("too_large_to_show"));
  const format = run.format ? formatResult(run.format, run.log) : tooLarge();
  const filled = run.log ? filledValues(run.log) : tooLarge();
  return el(
    "details",
    { id: "details", open: unfolded(run, "details", state.developer || !state.meta?.supports_pdf) },
    el("summary", null, t("details_title")),
    // First what the verdict is about.
    ...(run.exitCode === FORMAT_FAILED ? [format, filled] : [filled, format]),
    el("div", { class: "for-developers" }, run.requestId && requestId(run.requestId), facts(run)),
  );
}

/**
 * Whether the `details` with this id is open: `first` for a new run; as the person left it where the run is shown again.
 * @param {RunOutcome} run
 * @param {string} id
 * @param {boolean} first
 */
function unfolded(run, id, first) {
  return run === shown ? isUnfolded(id, first) : first;
}

/** @param {import("../core/answers.js").Precheck} verdict */
function precheckDetails({ request_id: id }) {
  return id ? el("div", { class: "for-developers" }, requestId(id)) : null;
}

/** @param {import("../core/answers.js").RunWarning} warning */
function runWarning({ code, message, place, field = "", length = 0, limit = 0 }) {
  const key = `warning_${code}`;
  return notice(
    "warn",
    { "data-warning": code },
    el(
      "p",
      null,
      hasMessage(key) ? t(key, { field, length, limit }) : message,
      // A signature is one, and nobody knows its part; of files there may be many.
      place && code !== "SIGNATURE_VOID" && [" ", el("span", { class: "place" }, place)],
    ),
  );
}

/** @param {import("../core/answers.js").Precheck} verdict */
function precheckParts(verdict) {
  const found = verdictOfCheck(verdict);
  return [
    verdictPanel(t("verdict_check", { verdict: verdictInWords(found) }), found, t("verdict_check_hint"), null),
    staleNote(),
    ...(verdict.warnings ?? []).map(runWarning),
    missingFields(verdict),
    unusedKeys(verdict.unused ?? []),
    undeclaredWords(verdict.undeclared ?? []),
    unsupported(verdict.unsupported, verdict.summary.unsupported_count),
  ];
}

/** @param {string} words @param {import("./verdict.js").Verdict} verdict @param {string} summary @param {Element | null} actions */
function verdictPanel(words, { tone }, summary, actions) {
  return el(
    "div",
    { class: "verdict", "data-tone": tone },
    el("h2", { id: "verdict", tabindex: "-1" }, words),
    summary && el("p", null, summary),
    actions,
  );
}

/** @param {RunOutcome} run @param {MissingFields} missing */
function runSummary(run, missing) {
  const counts = run.log?.summary;
  const sentences = counts
    ? [
        run.left
          ? t("summary_left", { n: counts.replaced_count, left: run.left })
          : t("summary_filled", { n: counts.replaced_count, total: counts.total_placeholders }),
      ]
    : [];
  const lacking = missing.missing_required.length;
  // The verdict names the most serious problem only; the others are listed here.
  if (run.exitCode !== 2 && lacking) sentences.push(t("summary_missing", { n: lacking }));
  if (run.exitCode !== 3 && counts?.had_unsupported)
    sentences.push(t("summary_unsupported", { n: counts.unsupported_count }));
  if (missing.missing_optional.length)
    sentences.push(t("summary_optional", { n: missing.missing_optional.length }));
  if (run.format?.fixed_count) sentences.push(t("summary_fixed", { n: run.format.fixed_count }));
  return sentences.join(t("sentence_separator"));
}

/** @param {RunOutcome} run */
function downloads(run) {
  const { buttons, problem } = documentDownloads(run);
  const zipName = `${run.fileName || baseNameOf(run.job.template)}-docops.zip`;
  return el(
    "div",
    null,
    el(
      "p",
      { class: "buttons actions", id: "downloads" },
      buttons,
      button(
        { id: "download-zip", class: "for-developers", onclick: () => download(run.zip, zipName) },
        t("download_zip", { size: sizeInWords(run.zip.size) }),
      ),
    ),
    problem,
  );
}

function staleNote() {
  return el(
    "p",
    { id: "stale", class: "notice inline", "data-tone": "plain", hidden: !isStale() },
    t("stale"),
  );
}

function isStale() {
  const job = state.outcome?.job;
  if (!job) return false;
  if (!state.template || job.template !== state.template) return true;
  const now = currentJob();
  // The language of the page is no input.
  const inputs = (/** @type {[string, string][]} */ fields) => JSON.stringify(fields.filter(([name]) => name !== "lang"));
  const sameFields = inputs(now.fields) === inputs(job.fields);
  return now.task !== job.task || !sameFields || !sameFiles(now.assets, job.assets);
}

/** @param {File[]} these @param {File[]} those */
function sameFiles(these, those) {
  return these.length === those.length && these.every((file, index) => file === those[index]);
}

function watchChanges() {
  if (watching) return;
  watching = true;
  on(["text", "template", "options", "assets", "view"], () => {
    const note = document.getElementById("stale");
    if (note) note.hidden = !isStale();
  });
}

/** Timings, the settings used, the server's version. @param {RunOutcome} run */
function facts(run) {
  const { timing = {}, effective = {}, build } = run.api ?? {};
  const rows = [
    [t("fact_total"), duration(run.ms)],
    ...["queue_wait_ms", "subprocess_ms", "zip_ms", "total_ms"].map((name) => [
      t(`fact_${name}`),
      timing[name] === undefined ? "–" : duration(timing[name]),
    ]),
    ...Object.entries(effective).map(([name, value]) => [
      name === "preset" ? t("fact_preset") : hasMessage(`${name}_label`) ? t(`${name}_label`) : name,
      hasMessage(`${name}_${value}`) ? t(`${name}_${value}`) : value,
    ]),
    [t("fact_build"), `${build?.version ?? "?"} (${build?.commit ?? "?"})`],
    [t("fact_members"), run.members.join(", ")],
  ];
  return el(
    "details",
    { class: "block", id: "facts", open: unfolded(run, "facts", false) },
    el("summary", null, t("facts_title")),
    el(
      "dl",
      { class: "facts" },
      rows.map(([name, value]) => [el("dt", null, name), el("dd", null, value)]),
    ),
  );
}

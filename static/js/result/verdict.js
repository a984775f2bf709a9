/** The verdict on a document as people mean it: what is open first, then what is misformatted. */

import { t } from "../core/i18n.js";

/** @typedef {import("../core/state.js").RunOutcome} RunOutcome */
/** @typedef {import("../core/answers.js").RunWarning} RunWarning */

/**
 * @typedef {object} Verdict
 * @property {"good" | "warn" | "bad"} tone "good" only where nothing is left and nothing failed
 * @property {number} open how many fields are still to be filled, each counted once wherever it stands
 * @property {number} broken how many places cannot be filled before the template is corrected
 * @property {number} asText how many bracketed words stay as text
 * @property {number} unread how many files inside the template were not searched
 * @property {number} remarks on the format
 * @property {boolean} failed whether the format check that was asked for has failed
 */

const FORMAT_FAILED = 4;
const OPEN = 2;

/** @param {RunOutcome} run @returns {Verdict} */
export function verdictOf({ exitCode, left, log, missing, format }) {
  const broken = log?.summary.unsupported_count ?? 0;
  return withTone({
    open: openFields(left - broken, exitCode, missing),
    broken,
    asText: missing?.undeclared?.length ?? 0,
    unread: unreadFiles(log?.warnings),
    remarks: remarksOn(format),
    failed: exitCode === FORMAT_FAILED,
  });
}

/** The verdict on what a run would make; the format is not looked at. @param {import("../core/answers.js").Precheck} check @returns {Verdict} */
export function verdictOfCheck(check) {
  const { expected_exit_code: exitCode, summary, undeclared, warnings } = check;
  const broken = summary.unsupported_count;
  return withTone({
    open: openFields((summary.left_count ?? 0) - broken, exitCode, check),
    broken,
    asText: undeclared?.length ?? 0,
    unread: unreadFiles(warnings),
    remarks: 0,
    failed: false,
  });
}

/**
 * A required field without a place in the document is open, too.
 * @param {number} places that are left in the document
 * @param {number} exitCode
 * @param {Pick<import("../core/answers.js").MissingFields, "missing_required" | "missing"> | null} missing
 */
function openFields(places, exitCode, missing) {
  const required = missing?.missing_required ?? [];
  if (places <= 0) return exitCode === OPEN ? required.length : 0;
  const names = new Set([...required, ...(missing?.missing ?? []).map(({ field }) => field)]);
  return names.size || places;
}

/** @param {RunWarning[]} [warnings] */
function unreadFiles(warnings = []) {
  return warnings.filter(({ code }) => code.startsWith("NOT_SEARCHED")).length;
}

/** How many findings on the format a person should look at. @param {import("../core/answers.js").FormatReport | null} report */
export function remarksOn(report) {
  return (report?.issues ?? []).filter((issue) => !issue.fixed && !isForInformation(issue)).length;
}

/** What the document does not set is told for information. @param {import("../core/answers.js").FormatIssue} issue */
function isForInformation({ severity, reason, actual }) {
  const isUnstated = actual === null || String(actual).startsWith("theme:");
  return severity === "warn" && reason !== "layout" && isUnstated;
}

/** @param {Omit<Verdict, "tone">} verdict @returns {Verdict} */
function withTone(verdict) {
  const { open, broken, asText, unread, remarks, failed } = verdict;
  const isGood = !open && !broken && !asText && !unread && !remarks && !failed;
  return { tone: isGood ? "good" : broken || failed ? "bad" : "warn", ...verdict };
}

/** The verdict in one line: "5 fields still open", "Ready, 2 remarks on the format", "Ready". @param {Verdict} verdict */
export function verdictInWords({ open, broken, asText, unread, remarks, failed }) {
  if (open && broken) return t("verdict_open_and_broken", { n: open, left: broken });
  if (open) return t("verdict_open", { n: open });
  if (broken) return t("verdict_broken", { n: broken });
  if (failed) return t("verdict_failed", { n: remarks });
  if (unread) return t("verdict_unread", { n: unread });
  if (asText) return t("verdict_as_text", { n: asText });
  if (remarks) return t("verdict_remarks", { n: remarks });
  return t("verdict_ready");
}

/** The last runs, kept in the browser; values only where the person asked for it. */

import { recall, remember } from "./preferences.js";

const NAME = "history";
export const MOST_RUNS = 10;

/**
 * @typedef {object} PastRun
 * @property {string} time ISO 8601
 * @property {string} skill
 * @property {number | null} exitCode `null` when there was no result
 * @property {string} errorCode
 * @property {string} requestId
 * @property {number} ms
 * @property {string} [task] the task's JSON, only when values are remembered
 */

/** The last runs, the latest first. @returns {PastRun[]} */
export function pastRuns() {
  const kept = recall(NAME, []);
  return Array.isArray(kept) ? kept.filter((run) => typeof run?.time === "string").slice(0, MOST_RUNS) : [];
}

/** @param {PastRun} run */
export function addRun(run) {
  remember(NAME, [run, ...pastRuns()].slice(0, MOST_RUNS));
}

/** Keep the runs and forget their values. */
export function forgetValues() {
  remember(
    NAME,
    pastRuns().map(({ task, ...run }) => run),
  );
}

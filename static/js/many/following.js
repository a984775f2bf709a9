/** Follows a batch to its end, also after a reload, and tells what became of its rows. */

import { apiUrl } from "../core/api.js";
import { ApiError } from "../core/api_error.js";
import { forgetNames, keepsDrafts, recall, remember } from "../core/settings.js";
import { state } from "../core/state.js";
import { batchStatus, rowsOfBatch } from "./rows_job.js";

/** @typedef {import("../core/answers.js").Batch} Batch */

const ASK_AFTER_MS = 1500;
/** A server that restarts is away for a while; the batch goes on by itself then. */
const MOST_FAILURES = 40;
const FAULTY = /** @type {const} */ (["failed", "missing_required", "unsupported", "strict_failed"]);

/** In `localStorage`: the last batch; the server has it for a day. */
const KEPT_UNDER = "batch";

/** @typedef {{id: string, hash: string, fileName: string, apiBase: string}} KeptBatch of the template with this hash */

/** Keep a batch of the chosen template, so that it is found again. @param {string} id @param {string} fileName of the rows */
export function keepBatch(id, fileName) {
  const { templateHash: hash, apiBase } = state;
  if (hash && keepsDrafts()) remember(KEPT_UNDER, { id, hash, fileName, apiBase });
}

/** The kept batch, if it is one of the chosen template. @returns {KeptBatch | null} */
export function keptBatch() {
  const kept = /** @type {Partial<KeptBatch> | null | undefined} */ (recall(KEPT_UNDER));
  if (!kept || !state.templateHash || kept.hash !== state.templateHash) return null;
  const { id, hash, fileName, apiBase } = kept;
  const isBatch = /^[0-9a-f]{32}$/.test(String(id)) && typeof fileName === "string" && apiBase === state.apiBase;
  return isBatch ? { id: String(id), hash, fileName: String(fileName), apiBase: String(apiBase) } : null;
}

/** Forget the kept batch. */
export function forgetBatch() {
  forgetNames((name) => name === KEPT_UNDER);
}

/**
 * Ask for the status until the batch has ended.
 * @param {Batch} batch
 * @param {AbortSignal} signal
 * @param {(batch: Batch) => void} tell
 * @returns {Promise<Batch>}
 */
export async function followBatch(batch, signal, tell) {
  let latest = batch;
  for (let failures = 0; latest.exit_code === null && latest.state !== "failed"; ) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AFTER_MS));
    if (signal.aborted) throw new ApiError("aborted");
    try {
      latest = await batchStatus(batch.id);
      failures = 0;
      tell(latest);
    } catch (error) {
      failures += 1;
      const isGone = error instanceof ApiError && error.kind === "answer" && error.status < 500 && error.status !== 429;
      if (isGone || failures > MOST_FAILURES) throw error;
    }
  }
  return latest;
}

/** @param {Batch} batch @returns {Promise<import("./outcome_view.js").Outcome>} */
export async function batchOutcome(batch) {
  const { id, rows, parts, state, error } = batch;
  const results = await rowsOfBatch(
    id,
    FAULTY.filter((outcome) => rows[outcome] > 0),
  );
  const url = apiUrl(`/v1/batches/${id}/result.zip`);
  const urls = parts > 1 ? Array.from({ length: parts }, (_, index) => `${url}?part=${index + 1}`) : [url];
  return { kind: "batch", state, rows, results, urls: state === "failed" ? [] : urls, error };
}

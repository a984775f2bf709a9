/** Sends a form with its files, with progress and a way to cancel. */

import { apiUrl, credentialHeaders } from "./api.js";
import { ApiError, errorFromAnswer } from "./api_error.js";
import { diagnose } from "./connection.js";

/** No data for so long means that the connection is lost; a server sends nothing while it works on a job. */
const SILENCE_MS = 15 * 60_000;

/**
 * @typedef {object} Answer
 * @property {Blob} body
 * @property {(name: string) => string | null} header
 */

/**
 * POST `form` to a path of the API.
 * @param {string} path
 * @param {FormData} form
 * @param {{signal: AbortSignal, onProgress?: (sent: number, total: number) => void, headers?: Record<string, string>}} watch
 * @returns {Promise<Answer>}
 * @throws {ApiError}
 */
export async function upload(path, form, { signal, onProgress, headers }) {
  const request = new XMLHttpRequest();
  const url = apiUrl(path);
  const silence = silenceTimer();
  /** @type {"loaded" | "network" | "aborted" | "silent"} */
  const outcome = await new Promise((resolve) => {
    silence.over = () => resolve("silent");
    request.upload.onprogress = (event) => {
      silence.restart();
      onProgress?.(event.loaded, event.total);
    };
    request.onprogress = () => silence.restart();
    request.onload = () => resolve("loaded");
    request.onerror = () => resolve("network");
    signal.addEventListener("abort", () => resolve("aborted"));
    request.open("POST", url);
    request.responseType = "blob";
    for (const [name, value] of Object.entries({ ...credentialHeaders(), ...headers })) request.setRequestHeader(name, value);
    if (signal.aborted) resolve("aborted");
    else request.send(form);
  });
  silence.stop();
  if (outcome !== "loaded") request.abort();
  if (outcome === "network") throw await networkError(url, form);
  if (outcome !== "loaded") throw new ApiError(outcome);
  return answerOf(request);
}

/**
 * POST `form` and read the answer as JSON.
 * @param {string} path
 * @param {FormData} form
 * @param {Parameters<typeof upload>[2]} watch
 * @returns {Promise<unknown>} an object of the type that `path` is documented to answer with
 * @throws {ApiError}
 */
export async function uploadForJson(path, form, watch) {
  const answer = await upload(path, form, watch);
  const body = await answer.body.text();
  try {
    const parsed = JSON.parse(body);
    if (typeof parsed === "object" && parsed) return parsed;
  } catch {
    // Handled below, as an answer that is not an object.
  }
  throw new ApiError("unreadable", { status: 200, requestId: answer.header("X-Docops-Request-Id") ?? "" });
}

/** @param {XMLHttpRequest} request @returns {Promise<Answer>} */
async function answerOf(request) {
  /** @param {string} name */
  const header = (name) => request.getResponseHeader(name);
  const body = request.response instanceof Blob ? request.response : new Blob();
  if (request.status < 200 || request.status > 299) throw errorFromAnswer(request.status, await body.text(), header);
  return { body, header };
}

/** The browser reports a file that was saved again or moved since it was chosen as a network error, too. */
async function networkError(/** @type {string} */ url, /** @type {FormData} */ form) {
  for (const value of form.values()) {
    if (value instanceof File && !(await isReadable(value)))
      return new ApiError("network", { cause: "file_changed" });
  }
  return new ApiError("network", { cause: await diagnose(url) });
}

/** @param {File} file */
function isReadable(file) {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

/** A timer that calls `over` when it is not restarted for `SILENCE_MS`. */
function silenceTimer() {
  let timer = 0;
  const clock = {
    over: () => {},
    stop: () => clearTimeout(timer),
    restart: () => {
      clearTimeout(timer);
      timer = setTimeout(() => clock.over(), SILENCE_MS);
    },
  };
  clock.restart();
  return clock;
}

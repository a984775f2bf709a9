/** Sends a form with its files; tells how far the upload is and can be cancelled. */

import { apiUrl, credentialHeaders } from "./api.js";
import { ApiError, errorFromAnswer } from "./api_error.js";
import { diagnose } from "./connection.js";

/** A server says nothing while it works; longer than this, nobody is there any more. */
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
 * @param {{signal: AbortSignal, onProgress?: (sent: number, total: number) => void}} watch
 * @returns {Promise<Answer>}
 * @throws {ApiError}
 */
export async function upload(path, form, { signal, onProgress }) {
  const request = new XMLHttpRequest();
  const url = apiUrl(path);
  const silence = silenceTimer();
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
    for (const [name, value] of Object.entries(credentialHeaders())) request.setRequestHeader(name, value);
    if (signal.aborted) resolve("aborted");
    else request.send(form);
  });
  silence.stop();
  if (outcome !== "loaded") request.abort();
  if (outcome === "network") throw await networkError(url, form);
  if (outcome !== "loaded") throw new ApiError(outcome);
  return answerOf(request);
}

/** Post a form and take the answer as JSON. @param {Parameters<typeof upload>} send @returns {Promise<any>} */
export async function uploadForJson(...send) {
  const answer = await upload(...send);
  const body = await answer.body.text();
  try {
    const told = JSON.parse(body);
    if (typeof told === "object" && told) return told;
  } catch {
    // Told below.
  }
  throw new ApiError("unreadable", { status: 200, requestId: answer.header("X-Docops-Request-Id") ?? "" });
}

/** @param {XMLHttpRequest} request @returns {Promise<Answer>} */
async function answerOf(request) {
  /** @param {string} name */
  const header = (name) => request.getResponseHeader(name);
  const body = request.response instanceof Blob ? request.response : new Blob();
  if (request.status !== 200) throw errorFromAnswer(request.status, await body.text(), header);
  return { body, header };
}

/** A file that was saved again or moved since it was chosen cannot be read, which looks like a network error. */
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

/** Calls `over` when it is not restarted for too long. */
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

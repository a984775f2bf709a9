/** The service's URLs, and its meta data (`/v1/meta`). */

import { ApiError, asApiError, errorFromAnswer } from "./api_error.js";
import { diagnose } from "./connection.js";
import { state, update } from "./state.js";

const META_TIMEOUT_MS = 30_000;

/** The number of the latest call; the answers to earlier ones are ignored. */
let latest = 0;

/** The full address of a path of the API. @param {string} path */
export function apiUrl(path) {
  const own = location.origin + (document.documentElement.dataset.apiBase ?? "");
  return (state.apiBase || own) + path;
}

/** Headers with the typed user and password, if any. @returns {Record<string, string>} */
export function credentialHeaders() {
  if (!state.credentials) return {};
  const { user, password } = state.credentials;
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

/** Get the server's meta data and put it, or the error, into the state. */
export async function loadMeta() {
  const mine = ++latest;
  update({ metaBusy: true, metaError: null });
  try {
    const meta = await fetchMeta();
    if (mine === latest) update({ meta, metaBusy: false });
  } catch (error) {
    const metaError = asApiError(error);
    if (mine === latest) update({ meta: null, metaError, metaBusy: false });
  }
}

/**
 * @returns {Promise<import("./answers.js").ServerMeta>}
 * @throws {ApiError}
 */
async function fetchMeta() {
  const response = await ask("/v1/meta");
  const meta = await response.json().catch(() => null);
  if (typeof meta?.task_payload_schemas !== "object" || !Array.isArray(meta.supported_skills)) {
    throw new ApiError("unreadable", { status: response.status });
  }
  return meta;
}

/**
 * Get a starter template.
 * @param {string} skill
 * @param {string} language
 * @param {string} organ
 * @param {string} date
 * @returns {Promise<Blob>}
 * @throws {ApiError}
 */
export async function fetchStarterTemplate(skill, language, organ, date) {
  const query = new URLSearchParams({ lang: language, organ, date });
  return (await ask(`/v1/skills/${encodeURIComponent(skill)}/template.docx?${query}`)).blob();
}

/**
 * What the library calls the fields of a template, by their names.
 * @param {string} name
 * @returns {Promise<Map<string, import("./answers.js").Label>>}
 * @throws {ApiError}
 */
export async function fetchLabels(name) {
  const { fields } = await (await ask(`/v1/templates/${encodeURIComponent(name)}`)).json();
  /** @type {{name: string, label: import("./answers.js").Label | null}[]} */
  const named = Array.isArray(fields) ? fields : [];
  return new Map(named.flatMap((field) => (field.label ? [[field.name, field.label]] : [])));
}

/**
 * Send a request without a body.
 * @param {string} path
 * @param {"GET" | "POST" | "DELETE"} [method]
 * @returns {Promise<Response>} one that succeeded
 * @throws {ApiError}
 */
export async function ask(path, method = "GET") {
  const url = apiUrl(path);
  const signal = AbortSignal.timeout(META_TIMEOUT_MS);
  const response = await fetch(url, { method, headers: credentialHeaders(), signal }).catch(async (error) => {
    if (error.name === "TimeoutError") throw new ApiError("silent");
    throw new ApiError("network", { cause: await diagnose(url) });
  });
  if (response.ok) return response;
  const body = await response.text().catch(() => "");
  throw errorFromAnswer(response.status, body, (name) => response.headers.get(name));
}

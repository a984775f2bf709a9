/** Errors of requests: what the server answered, or why there was no answer. */

/**
 * @typedef {"answer" | "network" | "aborted" | "silent" | "unreadable" | "unexpected"} Kind
 * `answer`: the server rejected the request with a reason; `network`: no answer; `aborted`: the user cancelled;
 * `silent`: no data for too long; `unreadable`: the answer is not one of this service; `unexpected`: a bug of this page.
 */

const DEFAULT_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 3600;

export class ApiError extends Error {
  /**
   * @param {Kind} kind
   * @param {{status?: number, code?: string, message?: string,
   *   detail?: import("./answers.js").ErrorDetail, requestId?: string,
   *   retryAfterSeconds?: number | null, cause?: string}} [facts]
   */
  constructor(kind, facts = {}) {
    super(facts.message || kind);
    this.kind = kind;
    this.status = facts.status ?? 0;
    this.code = facts.code ?? "";
    this.serverMessage = facts.message ?? "";
    /** @type {import("./answers.js").ErrorDetail} */
    this.detail = facts.detail ?? {};
    this.requestId = facts.requestId ?? "";
    /** Seconds to wait before trying again; `null` where trying again does not help. */
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
    /** Why there was no answer, as `connection.js` found out. */
    this.diagnosis = facts.cause ?? "";
  }
}

/** `error` itself if it is an `ApiError`; any other is a bug of this page and goes to the browser's console. @param {unknown} error */
export function asApiError(error) {
  if (error instanceof ApiError) return error;
  reportError(error);
  return new ApiError("unexpected");
}

/** Whether the same request may succeed later. @param {ApiError} error */
export function isWorthRetrying(error) {
  return (
    error.kind !== "answer" || error.retryAfterSeconds !== null || error.status === 408 || error.status >= 500
  );
}

/**
 * The error in an answer.
 * @param {number} status
 * @param {string} body
 * @param {(name: string) => string | null} header
 * @returns {ApiError}
 */
export function errorFromAnswer(status, body, header) {
  const parsed = asErrorBody(body);
  const facts = {
    status,
    requestId: parsed?.detail?.request_id ?? header("X-Docops-Request-Id") ?? "",
    retryAfterSeconds: retryAfter(status, header("Retry-After")),
  };
  if (!parsed) return new ApiError("unreadable", facts);
  return new ApiError("answer", {
    ...facts,
    code: parsed.error_code,
    message: parsed.message,
    detail: parsed.detail,
  });
}

/** @param {string} body @returns {import("./answers.js").ErrorBody | null} `null` when it is not an error of this service */
function asErrorBody(body) {
  try {
    const parsed = JSON.parse(body);
    const isError = typeof parsed?.error_code === "string" && typeof parsed.message === "string";
    return isError && typeof parsed.detail === "object" && parsed.detail ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * Seconds to wait, from a header with seconds or a date (RFC 9110, 10.2.3); `null` where the status asks for no wait.
 * @param {number} status
 * @param {string | null} value
 */
function retryAfter(status, value) {
  if (status !== 429 && status !== 503) return null;
  if (value === null || value.trim() === "") return DEFAULT_RETRY_SECONDS;
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  if (!Number.isFinite(seconds)) return DEFAULT_RETRY_SECONDS;
  return Math.min(Math.max(1, Math.ceil(seconds)), LONGEST_RETRY_SECONDS);
}

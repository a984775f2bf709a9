/** Why a request brought no result: what the server said, or why it said nothing. */

/**
 * @typedef {"answer" | "network" | "aborted" | "silent" | "unreadable" | "unexpected"} Kind
 * `answer`: the server refused and said why; `network`: no answer came; `aborted`: the person cancelled;
 * `silent`: nothing moved for too long; `unreadable`: an answer that is none of this service; `unexpected`: a mistake of
 * this page.
 */

const DEFAULT_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 3600;

export class ApiError extends Error {
  /**
   * @param {Kind} kind
   * @param {{status?: number, code?: string, message?: string, detail?: any, requestId?: string,
   *   retryAfterSeconds?: number | null, cause?: string}} [facts]
   */
  constructor(kind, facts = {}) {
    super(facts.message || kind);
    this.kind = kind;
    this.status = facts.status ?? 0;
    this.code = facts.code ?? "";
    this.serverMessage = facts.message ?? "";
    this.detail = facts.detail ?? {};
    this.requestId = facts.requestId ?? "";
    /** Seconds after which it is worth trying again; `null` when it is not. */
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
    /** What `connection.js` found out about a request without an answer. */
    this.diagnosis = facts.cause ?? "";
  }
}

/** `error` itself, or, of any other, a mistake of this page, which the browser's console tells. @param {unknown} error */
export function asApiError(error) {
  if (error instanceof ApiError) return error;
  reportError(error);
  return new ApiError("unexpected");
}

/**
 * The error an answer tells.
 * @param {number} status
 * @param {string} body
 * @param {(name: string) => string | null} header
 * @returns {ApiError}
 */
export function errorFromAnswer(status, body, header) {
  const told = asErrorBody(body);
  const facts = {
    status,
    requestId: told?.detail?.request_id ?? header("X-Docops-Request-Id") ?? "",
    retryAfterSeconds: retryAfter(status, header("Retry-After")),
  };
  if (!told) return new ApiError("unreadable", facts);
  return new ApiError("answer", {
    ...facts,
    code: told.error_code,
    message: told.message,
    detail: told.detail,
  });
}

/** @param {string} body */
function asErrorBody(body) {
  try {
    const told = JSON.parse(body);
    const isError = typeof told?.error_code === "string" && typeof told.message === "string";
    return isError && typeof told.detail === "object" && told.detail ? told : null;
  } catch {
    return null;
  }
}

/**
 * Seconds, or the date (RFC 9110, 10.2.3), of a server that has no room now.
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

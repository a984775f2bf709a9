/** What the page knows; views read it and are told when a part of it changes. */

/**
 * @typedef {object} Options
 * @property {string} preset a preset's name, or "custom"
 * @property {boolean} strict
 * @property {string} format_mode
 * @property {string} format_baseline
 * @property {string} format_fix_mode
 * @property {string} format_report
 * @property {string} policy the name of a policy of the server
 * @property {string} policy_yaml
 * @property {boolean} export_suggested_policy
 */

export const DEFAULT_POLICY = "default";

/** @type {Readonly<Options>} */
export const DEFAULT_OPTIONS = Object.freeze({
  preset: "quick",
  strict: false,
  format_mode: "report",
  format_baseline: "template",
  format_fix_mode: "safe",
  format_report: "both",
  policy: DEFAULT_POLICY,
  policy_yaml: "",
  export_suggested_policy: false,
});

export const state = {
  /** Origin and prefix of the API; "" is the server this page came from. */
  apiBase: "",
  /** @type {{user: string, password: string} | null} kept in memory alone */
  credentials: null,
  /** @type {any} the answer of /v1/meta */
  meta: null,
  /** @type {import("./api_error.js").ApiError | null} */
  metaError: null,
  metaBusy: false,
  /** Whether content and run are open; they are loaded when they are needed. */
  working: false,
  /** @type {File | null} */
  template: null,
  /** @type {any} the answer of /v1/inspect for the template */
  inspection: null,
  /** The document type that was chosen. */
  skill: "",
  /** The task as JSON text: form and JSON view show this one thing. */
  text: "",
  /** @type {"form" | "json"} */
  view: "form",
  /** @type {{path: string, message: string, line?: number, column?: number}[]} what the server found wrong with the task */
  taskErrors: [],
  /** @type {Options} */
  options: { ...DEFAULT_OPTIONS },
  rememberValues: false,
  /** @type {any} what the last run or precheck came to */
  outcome: null,
};

/** @typedef {keyof typeof state} Key */

/** @type {Map<string, Set<() => void>>} */
const listeners = new Map();

/** Call `listener` after any of `keys` changed. @param {Key[]} keys @param {() => void} listener */
export function on(keys, listener) {
  for (const key of keys) {
    if (!listeners.has(key)) listeners.set(key, new Set());
    listeners.get(key)?.add(listener);
  }
}

/** Change parts of the state and tell each listener once. @param {Partial<typeof state>} changes */
export function update(changes) {
  /** @type {Set<() => void>} */
  const concerned = new Set();
  for (const [key, value] of Object.entries(changes)) {
    if (/** @type {any} */ (state)[key] === value) continue;
    /** @type {any} */ (state)[key] = value;
    for (const listener of listeners.get(key) ?? []) concerned.add(listener);
  }
  for (const listener of concerned) listener();
}

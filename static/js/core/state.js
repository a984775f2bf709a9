/** The page's state; views read it and are called when a part of it changes. */

/** @typedef {import("./answers.js").SchemaError & {line?: number, column?: number}} TaskError `path` is "" where only a line is known */

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
 * @property {boolean} strip_comments
 * @property {boolean} drop_signature
 * @property {boolean} allow_unused whether a task without a document type may have keys that no tag takes
 */

/**
 * @typedef {object} LibraryTemplate a template of the server's library, which jobs name
 * @property {string} name
 * @property {import("./answers.js").Label} title
 * @property {string} sha256
 */
/** @typedef {File | LibraryTemplate} Template */

/**
 * @typedef {object} Job a job as it is sent
 * @property {Template} template
 * @property {string} task JSON text
 * @property {string} skill
 * @property {[string, string][]} fields the form fields, in the contract's order
 * @property {File[]} assets the pictures that the task names
 */

/**
 * @typedef {object} RunOutcome a run that brought a result; a report that is too large to show is `null`
 * @property {"run"} kind
 * @property {Job} job
 * @property {number} ms from sending to the whole answer
 * @property {Blob} zip
 * @property {Blob} document
 * @property {string[]} members names of what the ZIP contains
 * @property {number} exitCode
 * @property {number} left how many placeholders are still in the document
 * @property {string} requestId
 * @property {string} fileName the name that the task gives to the file, without an extension; "" for none
 * @property {import("./answers.js").ReplaceLog | null} log
 * @property {import("./answers.js").MissingFields | null} missing
 * @property {import("./answers.js").FormatReport | null} format
 * @property {import("./answers.js").ApiResult | null} api
 */

/** @typedef {{kind: "precheck", job: Job, verdict: import("./answers.js").Precheck}} PrecheckOutcome */
/** @typedef {{kind: "error", of: "run" | "precheck", job: Job, ms: number, error: import("./api_error.js").ApiError}} ErrorOutcome */
/** @typedef {RunOutcome | PrecheckOutcome | ErrorOutcome} Outcome */

/**
 * @typedef {object} State
 * @property {string} apiBase origin and prefix of the API; "" is the server this page came from
 * @property {{user: string, password: string} | null} credentials kept in memory only
 * @property {import("./answers.js").ServerMeta | null} meta
 * @property {import("./api_error.js").ApiError | null} metaError
 * @property {boolean} metaBusy
 * @property {boolean} working whether the steps content and run are open; they are loaded when needed
 * @property {Template | null} template
 * @property {string} templateHash SHA-256 of the template, in hexadecimal digits; "" until it is known
 * @property {ReadonlyMap<string, File>} assets pictures that values of the task name, by file name
 * @property {import("./answers.js").Inspection | null} inspection of the template
 * @property {ReadonlyMap<string, import("./answers.js").Label>} labels what a library calls the fields of its template, by path
 * @property {ReadonlySet<string>} shownCandidates bracketed words that have an input, by name
 * @property {string} skill the chosen document type
 * @property {string} text the task as JSON text; the form and the JSON view both show it
 * @property {"form" | "json"} view
 * @property {TaskError[]} taskErrors what the server found wrong with the task
 * @property {Options} options
 * @property {"kept" | "full" | "off"} draft whether what is typed is kept in this browser
 * @property {string} draftTitle the title of the template whose draft is shown, where its file is not chosen yet
 * @property {{time: string, hasPictures: boolean} | null} restored the draft that is shown: ISO 8601
 * @property {boolean} developer whether the page shows what is for developers
 * @property {Outcome | null} outcome of the last run or precheck
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
  strip_comments: false,
  drop_signature: false,
  allow_unused: false,
});

/** @type {State} */
export const state = {
  apiBase: "",
  credentials: null,
  meta: null,
  metaError: null,
  metaBusy: false,
  working: false,
  template: null,
  templateHash: "",
  assets: new Map(),
  labels: new Map(),
  shownCandidates: new Set(),
  inspection: null,
  skill: "",
  text: "",
  view: "form",
  taskErrors: [],
  options: { ...DEFAULT_OPTIONS },
  draft: "off",
  draftTitle: "",
  restored: null,
  developer: false,
  outcome: null,
};

/** @typedef {keyof State} Key */

/** @type {Map<Key, Set<() => void>>} */
const listeners = new Map();

/** Call `listener` after any of `keys` changed. @param {Key[]} keys @param {() => void} listener */
export function on(keys, listener) {
  for (const key of keys) {
    if (!listeners.has(key)) listeners.set(key, new Set());
    listeners.get(key)?.add(listener);
  }
}

/** Change parts of the state and call each listener once. @param {Partial<State>} changes */
export function update(changes) {
  const keys = /** @type {Key[]} */ (Object.keys(changes)).filter((key) => changes[key] !== state[key]);
  Object.assign(state, changes);
  const concerned = new Set(keys.flatMap((key) => [...(listeners.get(key) ?? [])]));
  for (const listener of concerned) listener();
}

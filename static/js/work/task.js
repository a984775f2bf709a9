/** The task: one JSON text, of which a value is changed in place, so that nothing else in it is lost. */

import { memberPath, readJson } from "./json_text.js";
import { OPEN } from "./open_fields.js";

/**
 * @typedef {object} Task
 * @property {import("./json_text.js").JsonError | null} error why the text is not valid JSON
 * @property {boolean} isTask the text is `{"task_type": …, "payload": {…}}`, perhaps without a type or with more
 * @property {string} type `OPEN` where it has none
 * @property {Record<string, unknown>} payload
 * @property {Record<string, unknown>} others members beside task_type and payload
 * @property {import("./json_text.js").JsonText} json
 */

const PAYLOAD = "$.payload";

/** @type {{text: string, task: Task} | null} */
let last = null;

/** Read the task's text. @param {string} text @returns {Task} */
export function readTask(text) {
  if (last?.text !== text) last = { text, task: asTask(readJson(text)) };
  return last.task;
}

/** The text of a task without values. @param {string} skill */
export function emptyTask(skill) {
  if (skill === OPEN) return '{\n  "payload": {}\n}\n';
  return `{\n  "task_type": ${JSON.stringify(skill)},\n  "payload": {}\n}\n`;
}

/**
 * The text with another value for a payload key; `undefined` removes the key.
 * @param {string} text of a task (`isTask`)
 * @param {string} key
 * @param {unknown} value
 */
export function withValue(text, key, value) {
  const { json, payload } = readTask(text);
  const span = json.spans.get(memberPath(PAYLOAD, key));
  const isThere = key in payload && span;
  if (value === undefined) return isThere ? withoutMember(text, span) : text;
  if (isThere)
    return (
      text.slice(0, span.start) + written(value, indentBefore(text, span.keyStart)) + text.slice(span.end)
    );
  return withNewMember(text, key, value);
}

/**
 * How a value of the payload is written in the text, its lines indented as if it began one; "" where it has none.
 * @param {string} text @param {string} key
 */
export function writtenValue(text, key) {
  const span = readTask(text).json.spans.get(memberPath(PAYLOAD, key));
  if (!span) return "";
  const indent = indentBefore(text, span.keyStart) ?? "";
  return text.slice(span.start, span.end).replaceAll(`\n${indent}`, "\n");
}

/** The text without a member beside task_type and payload. @param {string} text @param {string} key */
export function withoutOther(text, key) {
  const span = readTask(text).json.spans.get(memberPath("$", key));
  return span ? withoutMember(text, span) : text;
}

/** @param {import("./json_text.js").JsonText} json @returns {Task} */
function asTask(json) {
  const { value, error } = json;
  if (isObject(value)) {
    const { task_type: type = OPEN, payload, ...others } = value;
    if (typeof type === "string" && isObject(payload))
      return { json, error, isTask: true, type, payload, others };
  }
  return { json, error, isTask: false, type: "", payload: {}, others: {} };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {string} text @param {string} key @param {unknown} value */
function withNewMember(text, key, value) {
  const { json, payload } = readTask(text);
  const container = /** @type {import("./json_text.js").Span} */ (json.spans.get(PAYLOAD));
  const keys = Object.keys(payload);
  const lastSpan = keys.length ? json.spans.get(memberPath(PAYLOAD, keys[keys.length - 1])) : undefined;
  if (lastSpan) {
    const indent = indentBefore(text, lastSpan.keyStart);
    const separator = indent === null ? ", " : `,\n${indent}`;
    return text.slice(0, lastSpan.end) + separator + member(key, value, indent) + text.slice(lastSpan.end);
  }
  const outer = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", container.start) + 1))?.[0] ?? "";
  const indent = `${outer}  `;
  const body = `{\n${indent}${member(key, value, indent)}\n${outer}}`;
  return text.slice(0, container.start) + body + text.slice(container.end);
}

/** @param {string} text @param {import("./json_text.js").Span} span */
function withoutMember(text, span) {
  const before = text.slice(0, span.keyStart);
  const after = text.slice(span.end);
  const comma = /^\s*,/.exec(after);
  if (comma) return before + after.slice(comma[0].length).replace(/^\s*/, "");
  return before.replace(/,?\s*$/, "") + after;
}

/** @param {string} key @param {unknown} value @param {string | null} indent */
function member(key, value, indent) {
  return `${JSON.stringify(key)}: ${written(value, indent)}`;
}

/** A value as JSON, its lines indented like the line it begins on. @param {unknown} value @param {string | null} indent */
function written(value, indent) {
  if (indent === null) return JSON.stringify(value);
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`);
}

/** The indentation of a key that is the first of its line; `null` when it is not. */
function indentBefore(/** @type {string} */ text, /** @type {number} */ at) {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  const isFirstLine = text.lastIndexOf("\n", at - 1) < 0;
  return /^[ \t]*$/.test(line) && !isFirstLine ? line : null;
}

/** The fields of a task without a document type: those of the template, told from the schema of its inspection. */

import { state } from "../core/state.js";

/** @typedef {import("../core/answers.js").PayloadField & {isUndeclared?: boolean}} Field `isUndeclared`: it is text until it gets a value */
/** @typedef {Record<string, unknown>} Schema a JSON Schema, or a part of one */

/** The `task_type` of such a task; a task without one is such a task too. */
export const OPEN = "open";

/** Whether the server takes such tasks, and has no document type of that name. */
export function takesOpenTasks() {
  return state.meta?.supports_open === true && !(OPEN in state.meta.task_payload_schemas);
}

/**
 * The fields of the template by their names: one text or a list of texts each; all other values are JSON.
 * @returns {Record<string, Field>}
 */
export function openFields() {
  const properties = asObject(asObject(state.inspection?.schema).properties);
  const sample = asObject(asObject(state.inspection?.sample_task).payload);
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, fieldOf(name, asObject(schema), sample[name])]),
  );
}

/** @param {string} name @param {Schema} schema @param {unknown} sample @returns {Field} */
function fieldOf(name, schema, sample) {
  return {
    type: inputOf(schema),
    required: schema["x-docops-required"] === true,
    label: { en: name, zh: name },
    description: { en: "", zh: "" },
    example: Array.isArray(sample) && sample.every(isScalar) ? sample.map(String) : exampleOf(sample),
    placeholder: name,
    isUndeclared: schema["x-docops-undeclared"] === true,
  };
}

/** The input for the values of a schema: "text", "list" or "json". @param {Schema} schema */
function inputOf(schema) {
  if (typesOf(schema).includes("string")) return "text";
  const isList = typesOf(schema).includes("array");
  return isList && typesOf(asObject(schema.items)).includes("string") ? "list" : "json";
}

/** @param {Schema} schema @returns {unknown[]} */
function typesOf({ type }) {
  return Array.isArray(type) ? type : [type];
}

/** @param {unknown} sample */
function exampleOf(sample) {
  if (sample === undefined) return "";
  return isScalar(sample) ? String(sample) : JSON.stringify(sample);
}

/** @param {unknown} value */
function isScalar(value) {
  return typeof value === "string" || typeof value === "number";
}

/** @param {unknown} value @returns {Schema} an empty one where it is no object */
function asObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? /** @type {Schema} */ (value)
    : {};
}

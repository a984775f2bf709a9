/** The fields of a task without a document type: those of the template, told from the schema of its inspection. */

import { state } from "../core/state.js";

/**
 * A field of the form. `type` is "text" or "list" (texts) for document types; for a template's own fields also
 * "number", "date", "datetime", "bool", "choice", "picture", "document", "table" (a list of objects), "object" and "json".
 * @typedef {import("../core/answers.js").PayloadField & FieldOfTemplate} Field
 */
/**
 * @typedef {object} FieldOfTemplate
 * @property {boolean} [isUndeclared] it is text until it gets a value
 * @property {string} [format] the first format of its tag, such as 日期 or #,##0.00
 * @property {string[]} [context] the text before and after it in the template
 * @property {string[]} [choices] what conditions of the template compare it with
 * @property {Record<string, Field>} [items] of a table or an object: its fields
 */
/** @typedef {Record<string, unknown>} Schema a JSON Schema, or a part of one */

/** The `task_type` of such a task; a task without one is such a task too. */
export const OPEN = "open";

/** Whether the server takes such tasks, and has no document type of that name. */
export function takesOpenTasks() {
  return state.meta?.supports_open === true && !(OPEN in state.meta.task_payload_schemas);
}

/** @type {{inspection: unknown, labels: unknown, fields: Record<string, Field>}} */
let last = { inspection: null, labels: null, fields: {} };

/** The fields of the template by their names. @returns {Record<string, Field>} */
export function openFields() {
  const { inspection, labels } = state;
  if (last.inspection !== inspection || last.labels !== labels) {
    const sample = asObject(asObject(inspection?.sample_task).payload);
    last = { inspection, labels, fields: fieldsIn(asObject(inspection?.schema), sample, "") };
  }
  return last.fields;
}

/** @param {Schema} schema of an object @param {Schema} sample @param {string} path of the object, with a dot behind it @returns {Record<string, Field>} */
function fieldsIn(schema, sample, path) {
  const fields = Object.entries(asObject(schema.properties)).map(([name, each]) =>
    /** @type {[string, Field]} */ ([name, fieldOf(name, asObject(each), sample[name], path)]),
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, distinct(name, field, fields)]));
}

/** A field whose label is that of no other: two fields below one heading have their names behind it. @param {string} name @param {Field} field @param {[string, Field][]} all @returns {Field} */
function distinct(name, field, all) {
  const { en, zh } = field.label;
  if (zh === name || all.filter(([, { label }]) => label.zh === zh).length < 2) return field;
  return { ...field, label: { en: `${en} (${name})`, zh: `${zh}（${name}）` } };
}

/** @param {string} name @param {Schema} schema @param {unknown} sample @param {string} path @returns {Field} */
function fieldOf(name, schema, sample, path) {
  const type = typeOf(schema);
  const title = typeof schema.title === "string" ? schema.title : readable(name);
  /** @type {Field} */
  const field = {
    type,
    required: schema["x-docops-required"] === true,
    label: state.labels.get(path + name) ?? { en: title, zh: title },
    description: { en: "", zh: "" },
    example: exampleOf(type, sample),
    placeholder: name,
    isUndeclared: schema["x-docops-undeclared"] === true,
    format: typeof schema["x-docops-format"] === "string" ? schema["x-docops-format"] : "",
    context: textsOf(schema["x-docops-context"]),
    choices: textsOf(schema.examples),
  };
  if (type === "table") {
    const [first] = Array.isArray(sample) ? sample : [];
    field.items = fieldsIn(asObject(schema.items), asObject(first), "");
  }
  if (type === "object") field.items = fieldsIn(schema, asObject(sample), `${path}${name}.`);
  return field;
}

/** The kind of input for the values of a schema. @param {Schema} schema */
function typeOf(schema) {
  const types = typesOf(schema);
  const items = asObject(schema.items);
  if (Array.isArray(schema.oneOf)) return "picture";
  if (schema["x-docops-rich"] === true) return "rich";
  if (schema["x-docops-document"] === true) return "document";
  if (types.includes("array")) {
    if ("properties" in items) return "table";
    return typesOf(items).some((type) => type === "string" || type === "number") ? "list" : "json";
  }
  if (types.includes("object")) return "properties" in schema ? "object" : "json";
  if (Array.isArray(schema.anyOf)) return /[Hms]/.test(String(schema["x-docops-format"])) ? "datetime" : "date";
  if (types[0] === "number") return "number";
  if (types.includes("string")) return types.includes("boolean") ? "choice" : "text";
  // A name that nothing but a condition uses may have any value.
  return types.includes("boolean") || types[0] === undefined ? "bool" : "json";
}

/** @param {Schema} schema @returns {unknown[]} */
function typesOf({ type }) {
  return Array.isArray(type) ? type : [type];
}

/** What a person calls a name: MEETING_TITLE is "Meeting title". @param {string} name */
function readable(name) {
  if (!/^[A-Z0-9_]+$/i.test(name)) return name;
  const words = name.replaceAll("_", " ").trim().toLowerCase();
  return words ? words[0].toUpperCase() + words.slice(1) : name;
}

/** @param {string} type @param {unknown} sample @returns {string | string[]} */
function exampleOf(type, sample) {
  if (type === "list" && Array.isArray(sample)) return sample.map(String);
  if (type === "number" && typeof sample === "number") return String(sample);
  return type === "json" && sample !== undefined ? JSON.stringify(sample) : "";
}

/** @param {unknown} value @returns {string[]} */
function textsOf(value) {
  return Array.isArray(value) ? value.map(String) : [];
}

/** @param {unknown} value @returns {Schema} an empty one where it is no object */
function asObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? /** @type {Schema} */ (value)
    : {};
}

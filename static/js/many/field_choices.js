/** The fields of the chosen template that a column can fill. */

import { inLanguage, t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { OPEN } from "../work/open_fields.js";
import { fieldsOf } from "../work/skill_choice.js";

/** @typedef {import("./column_match.js").FieldChoice} FieldChoice */
/** @typedef {Record<string, unknown>} Schema a JSON Schema, or a part of one */

/** The document type of the rows; "" where the template itself says what a row has to hold. */
export function typeOfRows() {
  return state.skill === OPEN ? "" : state.skill;
}

/** @returns {FieldChoice[]} in the template's order; values in lists and objects by their path (采购项.品名) */
export function fieldChoices() {
  if (!typeOfRows()) return choicesIn(asSchema(state.inspection?.schema), [], []);
  const inTemplate = new Set((state.inspection?.fields ?? []).map(({ name }) => name));
  return Object.entries(fieldsOf(state.skill))
    .filter(([key, { placeholder = key.toUpperCase() }]) => inTemplate.has(placeholder))
    .map(([key, field]) => ({ name: key, label: inLanguage(field.label) || key }));
}

/** Whether rows can name pictures or documents, which are sent beside them. */
export function takesPictures() {
  return !typeOfRows() && /"contentEncoding"|"x-docops-document"/.test(JSON.stringify(state.inspection?.schema ?? {}));
}

/** What people call a field: its label, with the list that it lies in. @param {string} name @param {FieldChoice[]} choices */
export function labelOf(name, choices) {
  return choices.find((choice) => choice.name === name)?.label ?? name;
}

/** @param {Schema} schema @param {string[]} path @param {string[]} labels @returns {FieldChoice[]} */
function choicesIn(schema, path, labels) {
  const inner = Object.entries(asSchema(schema.properties)).map(([name, each]) => {
    const value = asSchema(each);
    return { name, value, title: typeof value.title === "string" ? value.title : name };
  });
  return inner.flatMap(({ name, value, title }) => {
    const own = [...path, name];
    const isShared = title !== name && inner.filter((each) => each.title === title).length > 1;
    const words = [...labels, isShared ? t("column_option", { label: title, name }) : title];
    const nested = asSchema(value.properties ? value : value.items);
    if (nested.properties) return choicesIn(nested, own, words);
    return [{ name: own.join("."), label: words.join(" / ") }];
  });
}

/** @param {unknown} value @returns {Schema} */
function asSchema(value) {
  return typeof value === "object" && value !== null ? /** @type {Schema} */ (value) : {};
}

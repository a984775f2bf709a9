/** The input of a field, by the type of its values. */

import { el } from "../core/dom.js";
import { inLanguage, t } from "../core/i18n.js";
import { documentInput } from "./document_input.js";
import { jsonInput, listInput, textInput } from "./form_inputs.js";
import { pictureInput } from "./picture_input.js";
import { tableInput } from "./table_input.js";
import { choiceInput, dateInput, numberInput, yesNoInput } from "./typed_inputs.js";
import { isObject } from "./value_faults.js";

/** @typedef {import("./open_fields.js").Field} Field */
/** @typedef {import("./typed_inputs.js").About} About */

/**
 * @param {Field} field
 * @param {unknown} value one that `isShowable`
 * @param {About} about
 * @param {(value: unknown) => void} onValue called with the new value, `undefined` for none
 * @returns {HTMLElement}
 */
export function editor(field, value, about, onValue) {
  switch (field.type) {
    case "number":
      return numberInput(field, value, about, onValue);
    case "date":
    case "datetime":
      return dateInput(field, value, about, onValue);
    case "bool":
      return yesNoInput(value, about, onValue);
    case "choice":
      return choiceInput(field, value, about, onValue);
    case "picture":
      return pictureInput(value, about, onValue);
    case "document":
      return documentInput(value, about, onValue);
    case "list":
      return listInput(Array.isArray(value) ? value.map(String) : [], { ...about, example: field.example }, (texts) =>
        onValue(texts.length ? texts : undefined),
      );
    case "table":
      return tableInput(field, Array.isArray(value) ? value : [], about, onValue, editor);
    case "object":
      return members(field, isObject(value) ? value : {}, about, onValue);
    case "json":
      return jsonInput(value === undefined ? "" : JSON.stringify(value), { ...about, example: field.example }, (next, error) =>
        onValue(error ? undefined : next),
      );
    default:
      return textInput(value === undefined || value === null ? "" : String(value), { ...about, example: field.example }, (text) =>
        onValue(text === "" ? undefined : text),
      );
  }
}

/** Whether the input of a field can show a value. @param {Field} field @param {unknown} value @returns {boolean} */
export function isShowable(field, value) {
  if (value === undefined || value === null || field.type === "json") return true;
  const isText = typeof value === "string" || typeof value === "number";
  if (field.type === "bool") return typeof value === "boolean";
  if (["picture", "document", "object"].includes(field.type)) return isObject(value);
  if (field.type === "list") return Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number");
  if (field.type !== "table") return isText || (field.type === "choice" && typeof value === "boolean");
  const { items = {} } = field;
  return Array.isArray(value) && value.every((row) => isObject(row) && Object.entries(row).every(([key, inner]) => !(key in items) || isShowable(items[key], inner)));
}

/** The fields of an object, below each other. @param {Field} field @param {Record<string, unknown>} value @param {About} about @param {(value: unknown) => void} onValue */
function members(field, value, about, onValue) {
  const kept = { ...value };
  return el(
    "div",
    { class: "members" },
    Object.entries(field.items ?? {}).map(([key, each]) => {
      const label = inLanguage(each.label) || key;
      const input = editor(each, kept[key], { label, describedBy: about.describedBy }, (next) => {
        if (next === undefined) delete kept[key];
        else kept[key] = next;
        onValue(Object.keys(kept).length ? { ...kept } : undefined);
      });
      return el("div", { class: "card-field", "data-column": key }, el("span", { class: "card-label", "aria-hidden": "true" }, label, each.required && el("span", { class: "required" }, t("required"))), input);
    }),
  );
}

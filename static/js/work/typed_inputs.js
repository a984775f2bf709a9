/** Inputs by the type of a value: number, date, yes or no, one of several words. */

import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { pastedRows, rowsOfHtml } from "./clipboard_table.js";
import { printedDate } from "./dates.js";
import { asSent } from "./value_faults.js";

/** @typedef {import("./open_fields.js").Field} Field */
/**
 * @typedef {object} About
 * @property {string} [id]
 * @property {string} [label] its accessible name, where no label element points to it
 * @property {string} [describedBy]
 * @property {boolean} [required]
 */
/** @typedef {(value: unknown) => void} OnValue called with the new value, `undefined` for none */

/** The common attributes of an input. @param {About} about */
export function attributesOf({ id, label, describedBy, required }) {
  return {
    id,
    "aria-label": label,
    "aria-describedby": describedBy,
    "aria-required": required ? "true" : null,
  };
}

/** An input for a number; digits are grouped by the template's format, not here. @param {Field} field @param {unknown} value @param {About} about @param {OnValue} onValue */
export function numberInput(field, value, about, onValue) {
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    class: "number",
    placeholder: typeof field.example === "string" && field.example && about.id ? t("example", { example: field.example }) : null,
    value: value === undefined || value === null ? "" : String(value),
    ...attributesOf(about),
  });
  const take = () => onValue(input.value.trim() === "" ? undefined : asSent(field, input.value));
  input.addEventListener("input", take);
  // What was typed is shown as it is sent when the input is left.
  input.addEventListener("change", () => (input.value = asSent(field, input.value)));
  pasteClean(input);
  return input;
}

/**
 * The browser's own date picker. A value that is no date, as from a file, is shown as text, so that nothing is lost.
 * @param {Field} field @param {unknown} value @param {About} about @param {OnValue} onValue
 */
export function dateInput(field, value, about, onValue) {
  const hasTime = field.type === "datetime";
  const text = typeof value === "string" ? asSent(field, value) : value === undefined || value === null ? "" : String(value);
  const isDate = text === "" || (hasTime ? /T/.test(text) : /^\d{4}-\d\d-\d\d$/.test(text));
  const input = el("input", {
    type: !isDate ? "text" : hasTime ? "datetime-local" : "date",
    value: text,
    ...attributesOf(about),
  });
  const printed = el("span", { class: "printed hint" });
  const show = () => {
    printed.textContent = input.value && field.format ? t("printed_as", { text: printedDate(asSent(field, input.value), field.format) }) : "";
  };
  input.addEventListener("input", () => {
    show();
    onValue(input.value === "" ? undefined : asSent(field, input.value));
  });
  input.addEventListener("paste", (event) => {
    const [[pasted = ""] = []] = pastedRows(event.clipboardData);
    const iso = asSent(field, pasted);
    if (!/^\d{4}-/.test(iso) || input.type === "text") return;
    event.preventDefault();
    input.value = iso;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  show();
  return about.id ? el("div", { class: "dated" }, input, printed) : input;
}

/** Yes, no, or nothing yet. @param {unknown} value @param {About} about @param {OnValue} onValue */
export function yesNoInput(value, about, onValue) {
  const shown = value === true || value === false ? String(value) : "";
  const select = el(
    "select",
    attributesOf(about),
    ["", "true", "false"].map((each) =>
      el("option", { value: each, selected: each === shown }, t(`bool_${each || "open"}`)),
    ),
  );
  select.addEventListener("change", () => onValue(select.value === "" ? undefined : select.value === "true"));
  return select;
}

/** A text for which the template names words. @param {Field} field @param {unknown} value @param {About} about @param {OnValue} onValue */
export function choiceInput(field, value, about, onValue) {
  choiceLists += 1;
  const list = `choices-${choiceLists}`;
  const input = el("input", {
    type: "text",
    list,
    autocomplete: "off",
    value: value === undefined || value === null ? "" : String(value),
    ...attributesOf(about),
  });
  input.addEventListener("input", () => onValue(input.value === "" ? undefined : input.value));
  pasteClean(input);
  return el(
    "div",
    { class: "chosen" },
    input,
    el("datalist", { id: list }, (field.choices ?? []).map((choice) => el("option", { value: choice }))),
  );
}

let choiceLists = 0;

/**
 * Paste a cell of a spreadsheet as its text: without the line end that spreadsheets add, and without quotation marks.
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 */
export function pasteClean(input) {
  input.addEventListener("paste", (event) => {
    const clipboard = /** @type {ClipboardEvent} */ (event).clipboardData;
    const rows = pastedRows(clipboard);
    if (event.defaultPrevented || !rows.length) return;
    event.preventDefault();
    insertText(input, pastedText(rows, clipboard));
  });
}

/** @param {import("./clipboard_table.js").Rows} rows @param {DataTransfer | null} clipboard */
function pastedText(rows, clipboard) {
  if (rows.length === 1 && rows[0].length === 1) return rows[0][0];
  const isTable = rowsOfHtml(clipboard?.getData("text/html") ?? "").length > 0;
  if (isTable) return rows.map((row) => row.join(" ")).join("\n");
  return (clipboard?.getData("text/plain") ?? "").replace(/\r\n?/g, "\n").replace(/\n$/, "");
}

/** Put a text where the caret is, as if it were typed. @param {HTMLInputElement | HTMLTextAreaElement} input @param {string} text */
export function insertText(input, text) {
  input.focus();
  // So it can be taken back with Ctrl+Z, as what is typed.
  if (document.execCommand("insertText", false, text)) return;
  input.setRangeText(text, input.selectionStart ?? input.value.length, input.selectionEnd ?? input.value.length, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The inputs of the form: a text area that grows with its text, and a list with rows to add and remove. */

import { button, el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { readJson } from "./json_text.js";

/**
 * @typedef {object} Input
 * @property {string} id
 * @property {string} describedBy
 * @property {boolean} required
 * @property {string | string[]} example
 * @property {(value: string | string[]) => void} onValue called with the new value, "" or [] when there is none
 */

/** An input for one text, with its line breaks. @param {Input} input @param {string} value */
export function textInput({ id, describedBy, required, example, onValue }, value) {
  const area = growingArea(
    { id, "aria-describedby": describedBy, "aria-required": required && "true", placeholder: hint(example) },
    value,
  );
  area.addEventListener("input", () => onValue(area.value));
  return area;
}

/**
 * An input for a value that is no text and no list of texts, as JSON.
 * @param {Omit<Input, "onValue">} input @param {string} value
 * @param {(value: unknown, error: import("./json_text.js").JsonError | null) => void} onValue called with the new
 *   value, `undefined` for none, or with what is wrong with the JSON
 */
export function jsonInput({ id, describedBy, required, example }, value, onValue) {
  const area = growingArea(
    {
      id,
      class: "code",
      spellcheck: "false",
      autocapitalize: "off",
      "aria-describedby": describedBy,
      "aria-required": required && "true",
      placeholder: hint(example),
    },
    value,
  );
  area.addEventListener("input", () => {
    if (area.value.trim() === "") return onValue(undefined, null);
    const { value: read, error } = readJson(area.value);
    return onValue(read, error);
  });
  return area;
}

/** An input for a list of texts. @param {Input} input @param {string[]} value */
export function listInput({ id, describedBy, required, example, onValue }, value) {
  const rows = el("ol", { class: "list-rows" });
  const examples = Array.isArray(example) ? example : [];
  const onChange = () =>
    onValue(
      areasOf(rows)
        .map((area) => area.value)
        .filter((text) => text !== ""),
    );
  const add = (/** @type {string} */ text, /** @type {HTMLElement | null} */ after = null) => {
    const row = listRow(
      rows,
      text,
      { describedBy, required, example: examples[rows.children.length] },
      onChange,
      () => add("", row).focus(),
    );
    if (after) after.after(row);
    else rows.append(row);
    number(rows);
    return areasOf(row)[0];
  };
  for (const text of value.length ? value : [""]) add(text);
  const more = button(
    { class: "quiet add-row", id: `${id}-add`, onclick: () => add("").focus() },
    t("add_row"),
  );
  return el("div", { class: "list-input" }, rows, more);
}

/**
 * @param {HTMLElement} rows @param {string} text
 * @param {{describedBy: string, required: boolean, example: string | undefined}} about
 * @param {() => void} onChange @param {() => void} addNext
 */
function listRow(rows, text, { describedBy, required, example }, onChange, addNext) {
  const area = growingArea(
    { "aria-describedby": describedBy, "aria-required": required && "true", placeholder: hint(example) },
    text,
  );
  area.addEventListener("input", onChange);
  area.addEventListener("keydown", (event) => {
    // Enter confirms a word while an input method composes; with Shift it is a line break in the entry.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    addNext();
  });
  const remove = button({ class: "quiet remove-row", onclick: () => removeRow(rows, row, onChange) }, "×");
  const row = el("li", null, area, remove);
  return row;
}

/** @param {HTMLElement} rows @param {HTMLElement} row @param {() => void} onChange */
function removeRow(rows, row, onChange) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (next) row.remove();
  else areasOf(row)[0].value = "";
  number(rows);
  onChange();
  areasOf(next ?? row)[0].focus();
}

/** Number the rows for screen readers, after any was added or removed. @param {HTMLElement} rows */
function number(rows) {
  [...rows.children].forEach((row, index) => {
    areasOf(row)[0].setAttribute("aria-label", t("row_label", { n: index + 1 }));
    row.querySelector("button")?.setAttribute("aria-label", t("remove_row", { n: index + 1 }));
  });
}

/** @param {Element} element @returns {HTMLTextAreaElement[]} */
function areasOf(element) {
  return [...element.querySelectorAll("textarea")];
}

/** @param {import("../core/dom.js").Attributes} attributes @param {string} value */
function growingArea(attributes, value) {
  const area = el("textarea", { rows: 1, ...attributes, value });
  const grow = () => {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", grow);
  area.addEventListener("focus", grow);
  return area;
}

/** @param {string | string[] | undefined} example */
function hint(example) {
  return typeof example === "string" && example ? t("example", { example }) : null;
}

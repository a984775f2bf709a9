/** The inputs of the form for texts: a text area that grows with its text, a list with rows to add and remove, JSON. */

import { announce, button, el } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { pastedRows } from "./clipboard_table.js";
import { readJson } from "./json_text.js";
import { attributesOf, insertText, pasteClean } from "./typed_inputs.js";

/** @typedef {import("./typed_inputs.js").About} About */

/** An input for one text, with its line breaks. @param {string} value @param {About & {example?: string | string[]}} about @param {(value: string) => void} onValue "" for none */
export function textInput(value, about, onValue) {
  const area = growingArea({ ...attributesOf(about), placeholder: hint(about.example) }, value);
  area.addEventListener("input", () => onValue(area.value));
  pasteClean(area);
  return area;
}

/**
 * An input for a value that has no other input, as JSON.
 * @param {string} value @param {About & {example?: string | string[]}} about
 * @param {(value: unknown, error: import("./json_text.js").JsonError | null) => void} onValue called with the new
 *   value, `undefined` for none, or with what is wrong with the JSON
 */
export function jsonInput(value, about, onValue) {
  const area = growingArea(
    {
      ...attributesOf(about),
      class: "code",
      spellcheck: "false",
      autocapitalize: "off",
      placeholder: hint(about.example),
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

/**
 * An input for a list of texts.
 * @param {string[]} value
 * @param {About & {example?: string | string[]}} about
 * @param {(value: string[]) => void} onValue [] for none
 */
export function listInput(value, about, onValue) {
  const rows = el("ol", { class: "list-rows" });
  const examples = Array.isArray(about.example) ? about.example : [];
  const name = about.label ? `${about.label}, ` : "";
  const onChange = () =>
    onValue(
      areasOf(rows)
        .map((area) => area.value)
        .filter((text) => text !== ""),
    );
  /** Number the rows for screen readers, after any was added or removed. */
  const number = () =>
    [...rows.children].forEach((row, index) => {
      areasOf(row)[0].setAttribute("aria-label", name + t("row_label", { n: index + 1 }));
      row.querySelector("button")?.setAttribute("aria-label", name + t("remove_row", { n: index + 1 }));
    });
  const add = (/** @type {string} */ text, /** @type {Element | null} */ after = null) => {
    const row = listRow(text, { ...about, id: undefined, label: undefined, example: examples[rows.children.length] });
    if (after) after.after(row);
    else rows.append(row);
    number();
    return areasOf(row)[0];
  };
  const remove = (/** @type {Element} */ row) => {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    if (next) row.remove();
    else areasOf(row)[0].value = "";
    number();
    onChange();
    areasOf(next ?? row)[0].focus();
  };
  rows.addEventListener("input", onChange);
  rows.addEventListener("click", (event) => {
    const row = rowOf(event, rows);
    if (row && /** @type {Element} */ (event.target).closest(".remove-row")) remove(row);
  });
  rows.addEventListener("keydown", (event) => {
    const row = rowOf(event, rows);
    // Enter confirms a word while an input method composes; with Shift it is a line break in the entry.
    if (!row || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    add("", row).focus();
  });
  // A pasted column is as many entries.
  rows.addEventListener("paste", (event) => {
    const texts = pastedRows(event.clipboardData).map((cells) => cells.filter(Boolean).join(" "));
    let row = rowOf(event, rows);
    if (!row || !(event.target instanceof HTMLTextAreaElement)) return;
    if (!texts.length) return;
    event.preventDefault();
    insertText(event.target, texts[0]);
    for (const text of texts.slice(1)) row = add(text, row).closest("li");
    if (texts.length > 1) announce(t("pasted_rows", { n: texts.length }));
    onChange();
  });
  for (const text of value.length ? value : [""]) add(text);
  const more = button(
    { class: "quiet add-row", id: about.id && `${about.id}-add`, onclick: () => add("").focus() },
    t("add_row"),
  );
  return el("div", { class: "list-input" }, rows, more);
}

/** The row in which an event happened. @param {Event} event @param {Element} rows */
function rowOf({ target }, rows) {
  const row = target instanceof Element ? target.closest("li") : null;
  return row?.parentElement === rows ? row : null;
}

/** @param {string} text @param {About & {example?: string}} about */
function listRow(text, about) {
  const area = growingArea({ ...attributesOf(about), placeholder: hint(about.example) }, text);
  return el("li", null, area, button({ class: "quiet remove-row" }, "×"));
}

/** @param {Element} element @returns {HTMLTextAreaElement[]} */
function areasOf(element) {
  return [...element.querySelectorAll("textarea")];
}

/** @param {import("../core/dom.js").Attributes} attributes @param {string} value */
export function growingArea(attributes, value) {
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

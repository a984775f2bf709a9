/** A list of objects: a table with a column for each field, or a card for each item where fields have parts of their own. */

import { announce, button, el, refill } from "../core/dom.js";
import { inLanguage, t } from "../core/i18n.js";
import { pastedRows } from "./clipboard_table.js";
import { fillRows, withoutHeading } from "./table_paste.js";
import { faultOf, isEmptyValue, isObject } from "./value_faults.js";

/** @typedef {import("./open_fields.js").Field} Field */
/** @typedef {import("./typed_inputs.js").About} About */
/** @typedef {Record<string, unknown>} Row */
/** @typedef {(field: Field, value: unknown, about: About, onValue: (value: unknown) => void) => HTMLElement} MakeEditor */

/** Fields that need more room than a cell has. */
const IN_CARDS = new Set(["table", "object", "list", "picture", "document", "json"]);
const SHOWN_FAULTS = 5;

/**
 * @param {Field} field
 * @param {unknown[]} value
 * @param {About} about
 * @param {(value: Row[] | undefined) => void} onValue called with the rows that have a value; `undefined` for none
 * @param {MakeEditor} makeEditor makes the input of a field in a row
 */
export function tableInput(field, value, about, onValue, makeEditor) {
  const items = field.items ?? {};
  const columns = Object.entries(items);
  const isTable = !columns.some(([, each]) => IN_CARDS.has(each.type));
  /** @type {Row[]} */
  let rows = value.length ? value.map((row) => (isObject(row) ? { ...row } : {})) : [{}];
  const body = el(isTable ? "tbody" : "div", { class: isTable ? null : "cards" });
  const faults = el("div", { class: "field-errors" });
  const undo = el("p", { class: "undo", role: "status" });

  /** Give the rows that have a value to the task. */
  const tell = () => {
    const given = rows.filter((row) => !isEmptyValue(row));
    onValue(given.length ? given : undefined);
    showFaults();
  };
  const showFaults = () => {
    const found = rows.flatMap((row, index) =>
      columns.map(([key, each]) => {
        const fault = faultOf(each, row[key]);
        const input = inputAt(index, key);
        if (fault) input?.setAttribute("aria-invalid", "true");
        else input?.removeAttribute("aria-invalid");
        return fault && t("fault_in_row", { n: index + 1, label: labelOf(key, each), fault: t(fault) });
      }),
    );
    const words = found.filter(Boolean);
    const more = words.length - SHOWN_FAULTS;
    refill(
      faults,
      words.slice(0, SHOWN_FAULTS).map((each) => el("span", null, each)),
      more > 0 && el("span", null, t("faults_more", { n: more })),
    );
  };
  /** @param {number} index @param {string} key @returns {HTMLElement | null} */
  const inputAt = (index, key) =>
    [...(body.children[index]?.querySelectorAll("[data-column]") ?? [])]
      .find((cell) => /** @type {HTMLElement} */ (cell).dataset.column === key)
      ?.querySelector("input, textarea, select") ?? null;
  /** Show all rows, and put the focus into one. @param {number} [index] @param {string} [key] */
  const show = (index, key = columns[0]?.[0]) => {
    refill(body, rows.map(rowElement));
    showFaults();
    if (index !== undefined) inputAt(Math.min(index, rows.length - 1), key)?.focus();
  };
  /** Change the rows so that it can be taken back. @param {Row[]} next @param {string} words @param {number} index to have the focus @param {string} [key] */
  const change = (next, words, index, key) => {
    const before = rows;
    rows = next.length ? next : [{}];
    show(index, key);
    tell();
    const back = () => {
      rows = before;
      refill(undo);
      show(index, key);
      tell();
      announce(t("undone"));
    };
    refill(undo, words, " ", button({ class: "quiet undo-button", onclick: back }, t("undo")));
  };
  const add = () => {
    rows = [...rows, {}];
    body.append(rowElement(rows[rows.length - 1], rows.length - 1));
    inputAt(rows.length - 1, columns[0]?.[0])?.focus();
  };
  /** @param {number} index @param {number} by */
  const move = (index, by) => {
    const to = index + by;
    if (to < 0 || to >= rows.length) return;
    const next = [...rows];
    [next[index], next[to]] = [next[to], next[index]];
    rows = next;
    show();
    tell();
    announce(t("row_moved", { n: to + 1 }));
    const name = by < 0 ? ".move-up" : ".move-down";
    /** @type {HTMLElement | null | undefined} */ (body.children[to]?.querySelector(name))?.focus();
  };
  /** @param {number} index */
  const tools = (index) =>
    el(
      "span",
      { class: "row-tools" },
      toolButton("move-up", "↑", "row_up", index, () => move(index, -1)),
      toolButton("move-down", "↓", "row_down", index, () => move(index, 1)),
      toolButton("duplicate-row", t("copy"), "row_duplicate", index, () =>
        change([...rows.slice(0, index + 1), { ...rows[index] }, ...rows.slice(index + 1)], t("row_duplicated"), index + 1),
      ),
      toolButton("remove-row", "×", "remove_row", index, () =>
        change(rows.filter((_, each) => each !== index), t("row_removed", { n: index + 1 }), index),
      ),
    );
  /** @param {Row} row @param {number} index @param {string} key @param {Field} each */
  const cellEditor = (row, index, key, each) => {
    const label = t("cell_label", { label: labelOf(key, each), n: index + 1 });
    return makeEditor(each, row[key], { label }, (next) => {
      if (isEmptyValue(next) && !Array.isArray(next)) delete row[key];
      else row[key] = next;
      tell();
    });
  };
  /** @param {Row} row @param {number} index */
  const tableRow = (row, index) =>
    el(
      "tr",
      null,
      el("th", { scope: "row" }, index + 1),
      columns.map(([key, each]) =>
        el("td", { "data-column": key, "data-head": labelOf(key, each) }, cellEditor(row, index, key, each)),
      ),
      el("td", { class: "row-end" }, tools(index)),
    );
  /** @param {Row} row @param {number} index */
  const card = (row, index) =>
    el(
      "fieldset",
      { class: "card" },
      el("legend", null, t("row_label", { n: index + 1 })),
      columns.map(([key, each]) =>
        el(
          "div",
          { class: "card-field", "data-column": key },
          el("span", { class: "card-label", "aria-hidden": "true" }, labelOf(key, each)),
          cellEditor(row, index, key, each),
        ),
      ),
      tools(index),
    );

  /** @type {(row: Row, index: number) => HTMLElement} */
  const rowElement = isTable ? tableRow : card;

  // Before the inputs see it: what a spreadsheet has copied goes into as many cells.
  body.addEventListener("paste", (event) => paste(/** @type {ClipboardEvent} */ (event)), { capture: true });
  body.addEventListener("keydown", (event) => walk(/** @type {KeyboardEvent} */ (event)));
  /** @param {ClipboardEvent} event */
  const paste = (event) => {
    const at = placeOf(event.target);
    if (!at || !isTable) return;
    const { clipboardData } = event;
    const { cells, keys } = withoutHeading(pastedRows(clipboardData), columns.slice(at.column), columns, labelOf);
    if (cells.length < 2 && (cells[0]?.length ?? 0) < 2) return;
    event.preventDefault();
    event.stopPropagation();
    const { filled, lost } = fillRows(rows, at.row, cells, keys, items);
    const words = t("pasted_rows", { n: cells.length }) + (lost ? ` ${t("pasted_lost", { n: lost })}` : "");
    change(filled, words, at.row, keys[0]);
    announce(words);
  };
  /** @param {KeyboardEvent} event */
  const walk = (event) => {
    const at = placeOf(event.target);
    if (!at || !isTable || event.isComposing || event.shiftKey || event.altKey) return;
    const { target } = event;
    if (target instanceof HTMLButtonElement || target instanceof HTMLSelectElement) return;
    const input = /** @type {HTMLInputElement} */ (target);
    const isOfText = input.type !== "date" && input.type !== "datetime-local" && !input.value.includes("\n");
    const by = event.key === "Enter" || (event.key === "ArrowDown" && isOfText) ? 1 : event.key === "ArrowUp" && isOfText ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const key = columns[at.column][0];
    if (at.row + by === rows.length && event.key === "Enter") {
      rows = [...rows, {}];
      body.append(rowElement(rows[rows.length - 1], rows.length - 1));
    }
    inputAt(at.row + by, key)?.focus();
  };
  /** Row and column of an input. @param {EventTarget | null} target */
  const placeOf = (target) => {
    const cell = target instanceof Element ? target.closest("[data-column]") : null;
    const row = cell?.closest("tr");
    if (!cell || row?.parentElement !== body) return null;
    const key = /** @type {HTMLElement} */ (cell).dataset.column;
    return { row: [...body.children].indexOf(row), column: columns.findIndex(([each]) => each === key) };
  };

  show();
  return el(
    "div",
    { class: "rows-input" },
    isTable
      ? el("div", { class: "grid-scroll" }, el("table", { class: "grid", "aria-label": about.label ?? null, "aria-describedby": about.describedBy }, heading(columns), body))
      : body,
    faults,
    undo,
    el(
      "p",
      { class: "buttons" },
      button({ class: "quiet add-row", id: about.id && `${about.id}-add`, onclick: add }, t("add_row")),
      isTable && el("span", { class: "hint" }, t("paste_hint")),
    ),
  );
}

/** @param {string} name @param {string} sign @param {string} key of its label @param {number} index @param {() => void} onclick */
function toolButton(name, sign, key, index, onclick) {
  const words = t(key, { n: index + 1 });
  return button({ class: `quiet tool ${name}`, "aria-label": words, title: words, onclick }, sign);
}

/** @param {[string, Field][]} columns */
function heading(columns) {
  return el(
    "thead",
    null,
    el(
      "tr",
      null,
      el("th", { scope: "col" }, el("span", { class: "unseen" }, t("row_number"))),
      columns.map(([key, each]) => el("th", { scope: "col" }, labelOf(key, each))),
      el("td", null),
    ),
  );
}

/** @param {string} key @param {Field} field */
function labelOf(key, field) {
  return inLanguage(field.label) || key;
}


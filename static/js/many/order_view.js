/** What is asked of the rows: the file, its sheet and encoding, the names of the documents, pictures, the rows to repeat. */

import { button, el, valueOf } from "../core/dom.js";
import { notice } from "../core/frame.js";
import { t } from "../core/i18n.js";
import { fieldChoices, labelOf, takesPictures } from "./field_choices.js";
import { rowNumbers } from "./rows_job.js";
import { rowsInWords } from "./row_words.js";

/** @typedef {import("./rows_job.js").RowsOrder} RowsOrder */
/** @typedef {(changes: Partial<RowsOrder>) => void} Change */

const ENCODINGS = ["", "gb18030", "utf-8", "utf-16", "big5", "windows-1252"];
const IS_TEXT = /\.(csv|tsv|txt)$/i;

/** @param {File | null} file @param {(file: File) => void} take */
export function fileChoice(file, take) {
  const input = el("input", { id: "rows-file", type: "file", accept: ".xlsx,.csv,.tsv,.jsonl" });
  input.addEventListener("change", () => {
    if (input.files?.[0]) take(input.files[0]);
    // Without this, choosing the same file again would be no change.
    input.value = "";
  });
  return el(
    "label",
    { class: "drop-zone", for: "rows-file" },
    input,
    el("span", { id: "rows-chosen", class: "file-name" }, file?.name ?? t("rows_drop")),
    el("span", { class: "as-button" }, t("rows_choose")),
  );
}

/** The rows that are done again, where not all are. @param {number[]} only @param {() => void} takeAll */
export function repeatNote(only, takeAll) {
  if (!only.length) return null;
  return notice(
    "plain",
    { id: "many-only" },
    el("p", { tabindex: "-1" }, t("rows_only", { n: only.length, rows: rowsInWords(rowNumbers(only)) })),
    button({ id: "many-all-rows", class: "quiet", onclick: takeAll }, t("rows_all")),
  );
}

/** @param {RowsOrder} order @param {import("../core/answers.js").MergePrecheck} check @param {Change} change */
export function orderSettings(order, { sheets }, change) {
  return el(
    "div",
    { class: "toolbar many-settings" },
    sheets.length > 1 &&
      choice(
        "many-sheet",
        t("rows_sheet"),
        ["", ...sheets].map((sheet) => [sheet, sheet || t("rows_first_sheet")]),
        order.sheet,
        (sheet) => change({ sheet, columns: null }),
      ),
    choice("many-name", t("rows_name"), namesOf(order), order.name, (name) => change({ name })),
    IS_TEXT.test(order.file.name) &&
      choice(
        "many-encoding",
        t("rows_encoding"),
        ENCODINGS.map((encoding) => [encoding, t(`encoding_${encoding.replaceAll("-", "_") || "found"}`)]),
        order.encoding,
        (encoding) => change({ encoding, columns: null }),
      ),
    takesPictures() && pictureChoice(order, change),
  );
}

/** The fields that can name a document: those of columns, outside of lists. @param {RowsOrder} order @returns {[string, string][]} */
function namesOf({ columns }) {
  const choices = fieldChoices();
  const fields = [...(columns?.values() ?? [])].map(({ field }) => field).filter((field) => field !== null);
  const plain = [...new Set(fields)].filter((field) => !field.includes("."));
  return [["", t("rows_name_template")], ...plain.map((field) => /** @type {[string, string]} */ ([field, labelOf(field, choices)]))];
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string[][]} options value and text of each
 * @param {string} chosen
 * @param {(value: string) => void} take
 */
function choice(id, label, options, chosen, take) {
  return el(
    "div",
    { class: "labelled" },
    el("label", { for: id }, label),
    el(
      "select",
      { id, onchange: (event) => take(valueOf(event)) },
      options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)),
    ),
  );
}

/** @param {RowsOrder} order @param {Change} change */
function pictureChoice({ pictures }, change) {
  const input = el("input", { id: "many-pictures", type: "file", accept: ".png,.jpg,.jpeg,.docx", multiple: true });
  input.addEventListener("change", () => change({ pictures: [...(input.files ?? [])] }));
  return el(
    "div",
    { class: "labelled" },
    el("label", { for: "many-pictures" }, t("rows_pictures")),
    el("span", { class: "picture-choose" }, input, el("span", { class: "as-button", "aria-hidden": "true" }, t("rows_choose"))),
    pictures.length > 0 && el("span", { class: "hint" }, pictures.map(({ name }) => name).join(t("list_separator"))),
  );
}

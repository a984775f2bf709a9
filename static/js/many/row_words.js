/** What is wrong with a row, in the page's language: the service says it in English. */

import { el } from "../core/dom.js";
import { hasMessage, t } from "../core/i18n.js";

/** The beginnings of the service's messages, and the sentences for them. @type {[RegExp, string][]} */
const SENTENCES = [
  [/^A number of more than 15 digits/, "row_long_number"],
  [/^Must be a number/, "row_number"],
  [/^Must be a date/, "row_date"],
  [/^Must be true or false/, "row_truth"],
  [/^Must be a text or a number/, "row_text"],
  [/^The cell shows the error (?<what>.+); correct/, "row_cell_error"],
  [/^The formula has no value in the file/, "row_formula"],
  [/^The number is beyond all dates/, "row_no_date"],
  [/^The row has (?<what>\d+) cells, but the header has (?<header>\d+)/, "row_too_wide"],
  [/^Holds the character (?<what>U\+[0-9A-F]+)/, "row_character"],
  [/^The text is longer than (?<what>[\d,]+)/, "row_long_text"],
  [/^Column (?<what>\w+) has no header/, "row_no_header"],
  [/^No row has (?<what>.+); correct one of them/, "row_line_alone"],
  [/^No column says to which row/, "row_no_link"],
  [/^The column (?<what>.+) fills (?<field>.+) already/, "row_column_twice"],
  [/^None of the headers is/, "row_no_match"],
  [/^(?:No field is called so|The template has no tag|columns says .* no such field)/, "row_no_field"],
  [/^Several fields are called so: (?<what>.+); write/, "row_ambiguous"],
  [/^No part asset with the file name (?<what>.+) was sent/, "row_picture_lacks"],
  [/^No row refers to the file (?<what>.+)\.$/, "row_picture_alone"],
  [/^The file is empty/, "row_file_empty"],
  [/^The file has no rows/, "row_file_no_rows"],
  [/^The file has none of the rows/, "row_file_none_of"],
];

/** One sentence about a fault; one that has none here is shown as the service says it. @param {string} message */
export function faultInWords(message) {
  for (const [pattern, key] of SENTENCES) {
    const found = pattern.exec(message);
    if (found && hasMessage(key)) return t(key, { ...found.groups });
  }
  return el("span", { lang: "en" }, message);
}

/** The numbers of rows for people: `3, 7, 12–15`. @param {string} ranges as the service takes them */
export function rowsInWords(ranges) {
  return ranges.replaceAll("-", "–").replaceAll(",", t("list_separator"));
}

/** Puts what a spreadsheet has copied into the rows of a table. */

import { asSent } from "./value_faults.js";

/** @typedef {import("./open_fields.js").Field} Field */
/** @typedef {Record<string, unknown>} Row */

/** More rows in a form are no longer usable; many documents have a way of their own. */
const MOST_ROWS = 1000;
const YES = /^(是|有|对|√|✓|☑|yes|true|y|1)$/i;
const NO = /^(否|无|不|×|☐|no|false|n|0)$/i;

/**
 * The pasted cells without their heading, and the columns that they go into. Where the first row has nothing but names
 * of columns, these say which; else they begin at the cell that has the focus.
 * @param {string[][]} cells
 * @param {[string, Field][]} fromHere the columns from the focus on
 * @param {[string, Field][]} all
 * @param {(key: string, field: Field) => string} labelOf
 * @returns {{cells: string[][], keys: string[]}} a key for each column; "" for one that has none
 */
export function withoutHeading(cells, fromHere, all, labelOf) {
  const keys = fromHere.map(([key]) => key);
  if (cells.length < 2) return { cells, keys };
  const named = cells[0].map((text) => all.find(([key, field]) => isName(text, key, labelOf(key, field)))?.[0] ?? "");
  const isHeading = named.some(Boolean) && cells[0].every((text, index) => named[index] || text.trim() === "" || /^(序号|no\.?|#)$/i.test(text.trim()));
  return isHeading ? { cells: cells.slice(1), keys: named } : { cells, keys };
}

/** @param {string} text @param {string} key @param {string} label */
function isName(text, key, label) {
  const plain = (/** @type {string} */ each) => each.replace(/\s/g, "").toLowerCase();
  return text.trim() !== "" && (plain(text) === plain(key) || plain(text) === plain(label));
}

/**
 * The rows with `cells` in them from row `at` on, and how many cells had no column or no row to go to.
 * @param {Row[]} rows
 * @param {number} at
 * @param {string[][]} cells
 * @param {string[]} keys of the columns, in the order of the cells
 * @param {Record<string, Field>} fields
 */
export function fillRows(rows, at, cells, keys, fields) {
  const filled = rows.map((row) => ({ ...row }));
  let lost = 0;
  cells.forEach((texts, down) => {
    const index = at + down;
    if (index >= MOST_ROWS) {
      lost += texts.length;
      return;
    }
    while (filled.length <= index) filled.push({});
    texts.forEach((text, across) => {
      const key = keys[across];
      if (!key) {
        if (text !== "") lost += 1;
        return;
      }
      const value = cellOfText(fields[key], text);
      if (value === undefined) delete filled[index][key];
      else filled[index][key] = value;
    });
  });
  return { filled, lost };
}

/** The value of a cell. @param {Field} field @param {string} text @returns {unknown} `undefined` for an empty one */
export function cellOfText(field, text) {
  const plain = text.trim();
  if (plain === "") return undefined;
  if (field.type === "bool") return YES.test(plain) ? true : NO.test(plain) ? false : undefined;
  return asSent(field, field.type === "text" ? text : plain);
}

/** The fields that are still open, in words, and the way to their inputs. */

import { goTo } from "../core/dom.js";
import { inLanguage, t } from "../core/i18n.js";
import { update } from "../core/state.js";
import { inputOf } from "../work/form_view.js";
import { fieldsOf, placeholderOf } from "../work/skill_choice.js";

/** @typedef {import("../work/open_fields.js").Field} Field */

/**
 * @typedef {object} OpenPlace
 * @property {string} key of the field in the payload
 * @property {string} label such as "Items, row 3, Price"
 * @property {number} [row] of a table, from 0
 * @property {string} [column]
 */

/**
 * The field that a name in a report means: a placeholder, or a path such as `采购项[2].单价` or `合同.编号`.
 * @param {string} skill
 * @param {string} name
 * @returns {OpenPlace | null} `null` where the form has no such field
 */
export function placeOfField(skill, name) {
  const fields = fieldsOf(skill);
  const direct = Object.entries(fields).find(([key, field]) => placeholderOf(key, field) === name);
  if (direct) return { key: direct[0], label: inLanguage(direct[1].label) || direct[0] };
  const steps = [...name.matchAll(/([^.[\]]+)(?:\[(\d+)\])?/g)];
  /** @type {Record<string, Field> | undefined} */
  let inner = fields;
  const words = [];
  for (const [, step, index] of steps) {
    /** @type {Field | undefined} */
    const field = inner?.[step];
    if (!field) return null;
    words.push(inLanguage(field.label) || step);
    if (index !== undefined) words.push(t("place_item", { n: Number(index) + 1 }));
    inner = field.items;
  }
  const [first, second] = steps;
  if (!first) return null;
  const row = first[2] === undefined ? undefined : Number(first[2]);
  return { key: first[1], label: words.join(t("place_separator")), row, column: second?.[1] };
}

/** Go to the input of a field, or of a cell in its table. @param {string} key @param {number} [row] @param {string} [column] */
export function showInput(key, row, column) {
  update({ view: "form" });
  const input = cellOf(key, row, column) ?? inputOf(key);
  if (input) goTo(input);
}

/** @param {string} key @param {number} [row] @param {string} [column] @returns {HTMLElement | null} */
function cellOf(key, row, column) {
  const body = inputOf(key)?.closest("[data-key]")?.querySelector("tbody, .cards, .members");
  const item = row === undefined ? body : body?.children[row];
  const cell = [...(item?.querySelectorAll("[data-column]") ?? [])].find(
    (each) => /** @type {HTMLElement} */ (each).dataset.column === column,
  );
  return cell?.querySelector("input, textarea, select") ?? null;
}

/** What is wrong with a typed value, and the form in which a value is sent. */

import { isoDate, plainDigits } from "./dates.js";
import { isLostPicture } from "./pictures.js";

/** @typedef {import("./open_fields.js").Field} Field */

/**
 * What is wrong with the value of a field, as the key of a sentence; "" where nothing is. An empty value is no fault:
 * the field is open then.
 * @param {Field} field
 * @param {unknown} value
 */
export function faultOf(field, value) {
  if (value === undefined || value === null || value === "") return "";
  if (field.type === "number") return /^-?\d+(\.\d+)?$/.test(String(value)) ? "" : "fault_number";
  if (field.type === "date" || field.type === "datetime")
    return typeof value === "string" && isoDate(value) !== null && /^\d{4}-\d\d-\d\d/.test(value) ? "" : "fault_date";
  if (field.type === "picture") return isLostPicture(value) ? "fault_picture_lost" : "";
  if (field.type === "document") return isLostPicture(value) ? "fault_document_lost" : "";
  return "";
}

/**
 * A typed or pasted text as it is sent: numbers without thousands separators, signs of currencies and full-width digits,
 * dates as ISO 8601. What is no such value stays as it is and is a fault.
 * @param {Field} field
 * @param {string} text
 */
export function asSent(field, text) {
  if (field.type === "number") {
    const plain = plainDigits(text).replace(/^[\s¥￥$€]+|[\s元]+$/g, "").replace(/(?<=\d),(?=\d{3}(\D|$))/g, "");
    return /^[-+]?\d*\.?\d+$/.test(plain) ? plain.replace(/^\+/, "").replace(/^(-?)\./, "$10.") : text.trim();
  }
  if (field.type === "date") return isoDate(text)?.slice(0, 10) ?? text.trim();
  if (field.type === "datetime") return isoDate(text) ?? text.trim();
  return text;
}

/**
 * A value without what cannot be sent: faulty values, pictures that the page no longer has, rows without any value.
 * @param {Field} field
 * @param {unknown} value
 * @returns {unknown} `value` itself where all of it can be sent, `undefined` where nothing can
 */
export function sendable(field, value) {
  if (faultOf(field, value)) return undefined;
  if (field.type === "object" && field.items && isObject(value)) return sendableMembers(field.items, value);
  if (field.type !== "table" || !field.items || !Array.isArray(value)) return value;
  const { items } = field;
  const rows = value.map((row) => (isObject(row) ? sendableMembers(items, row) : row));
  return rows.every((row, index) => row === value[index]) ? value : rows;
}

/** @param {Record<string, Field>} fields @param {Record<string, unknown>} value */
function sendableMembers(fields, value) {
  const members = Object.entries(value).map(([key, inner]) => [key, key in fields ? sendable(fields[key], inner) : inner]);
  if (members.every(([key, kept]) => kept === value[/** @type {string} */ (key)])) return value;
  return Object.fromEntries(members.filter(([, kept]) => kept !== undefined));
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value has nothing in it. @param {unknown} value @returns {boolean} */
export function isEmptyValue(value) {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.every(isEmptyValue);
  return isObject(value) && Object.values(value).every(isEmptyValue);
}

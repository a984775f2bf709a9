/** Pictures and documents of a task: its values name them ({"file": "photo.png"}), the page sends the files beside it. */

import { state, update } from "../core/state.js";
import { readTask } from "./task.js";

/** Keep a picture or a document for the task and return the name that its value has. @param {File} file @returns {string} */
export function keepPicture(file) {
  const name = freeName(file);
  const assets = new Map(state.assets);
  assets.set(name, new File([file], name, { type: file.type }));
  update({ assets });
  return name;
}

/** The pictures that the values of a task name, as far as the page has them. @param {string} text @returns {File[]} */
export function namedPictures(text) {
  const names = new Set();
  eachPicture(readTask(text).payload, (name) => names.add(name));
  return [...state.assets].filter(([name]) => names.has(name)).map(([, file]) => file);
}

/** Whether a value names a picture that this page does not have. @param {unknown} value */
export function isLostPicture(value) {
  const name = pictureName(value);
  return name !== null && !state.assets.has(name);
}

/** The file name in the value of a picture; `null` for other values. @param {unknown} value @returns {string | null} */
export function pictureName(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { file, alt, ...others } = /** @type {Record<string, unknown>} */ (value);
  return typeof file === "string" && !Object.keys(others).length ? file : null;
}

/** @param {unknown} value @param {(name: string) => void} found */
function eachPicture(value, found) {
  const name = pictureName(value);
  if (name !== null) found(name);
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) eachPicture(inner, found);
}

/** A name that no other file has; pasted pictures are all called image.png. @param {File} file */
function freeName({ name, type }) {
  const suffix = /\.docx$/i.test(name) ? ".docx" : type === "image/jpeg" ? ".jpg" : ".png";
  const base = name.replace(/\.[^.]*$/, "").replace(/[\\/:*?"<>|]/g, "_").slice(0, 60) || "picture";
  let free = `${base}${suffix}`;
  for (let n = 2; state.assets.has(free); n += 1) free = `${base}-${n}${suffix}`;
  return free;
}

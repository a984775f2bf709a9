/** Pictures of templates: asked for one after the other, when their card comes into view; the server makes one at a time. */

import { apiUrl, credentialHeaders } from "../core/api.js";
import { el, refill } from "../core/dom.js";

const MOST_TRIES = 10;
const WAIT_MS = 2000;

/** @typedef {{name: string, key: string, place: HTMLElement}} Wanted */

/** The addresses of what was fetched, by the template's hash and name. @type {Map<string, string>} */
const known = new Map();
/** @type {Wanted[]} */
const queue = [];
/** The cards that have not been in view yet. @type {WeakMap<Element, Wanted>} */
const waiting = new WeakMap();
let isWorking = false;

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const wanted = waiting.get(target);
    if (!isIntersecting || !wanted) continue;
    seen.unobserve(target);
    queue.push(wanted);
  }
  work();
});

/** Show the first page of a template in `place` when it comes into view. @param {HTMLElement} place @param {string} name @param {string} sha256 */
export function showPicture(place, name, sha256) {
  waiting.set(place, { name, key: `${sha256} ${name}`, place });
  seen.observe(place);
}

/** Ask for no more pictures. */
export function stopPictures() {
  queue.length = 0;
  seen.disconnect();
}

async function work() {
  if (isWorking) return;
  isWorking = true;
  for (let wanted = queue.shift(); wanted; wanted = queue.shift()) {
    const url = known.get(wanted.key) ?? (await fetchPicture(wanted.name));
    if (!url) continue;
    known.set(wanted.key, url);
    refill(wanted.place, el("img", { src: url, alt: "" }));
  }
  isWorking = false;
}

/** The address of the picture; "" where there is none: the gallery is whole without. @param {string} name */
async function fetchPicture(name) {
  const url = apiUrl(`/v1/templates/${encodeURIComponent(name)}/page.png`);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const response = await fetch(url, { headers: credentialHeaders() }).catch(() => null);
    if (response?.ok) return URL.createObjectURL(await response.blob());
    // Another picture, or a PDF, is being made.
    if (response?.status !== 429) return "";
    const seconds = Number(response.headers.get("Retry-After"));
    await new Promise((resolve) => setTimeout(resolve, seconds > 0 ? seconds * 1000 : WAIT_MS));
  }
  return "";
}

/** Pictures of templates: asked for one after the other, when their card comes into view; the server makes one at a time. */

import { apiUrl, credentialHeaders } from "../core/api.js";
import { el, refill } from "../core/dom.js";

const MOST_TRIES = 10;
const WAIT_MS = 2000;

/** @typedef {{name: string, key: string, place: HTMLElement}} Wanted */

/** What was fetched, by the template's hash and name. @type {Map<string, string>} */
const known = new Map();
/** @type {Wanted[]} */
const queue = [];
/** @type {AbortController | null} */
let working = null;

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const wanted = waiting.get(target);
    if (!isIntersecting || !wanted) continue;
    seen.unobserve(target);
    queue.push(wanted);
  }
  work();
});
/** The cards that have not been in view yet. @type {WeakMap<Element, Wanted>} */
const waiting = new WeakMap();

/** Show the first page of a template in `place` when it comes into view. @param {HTMLElement} place @param {string} name @param {string} sha256 */
export function showPicture(place, name, sha256) {
  const key = `${sha256} ${name}`;
  const url = known.get(key);
  if (url) return show(place, url);
  waiting.set(place, { name, key, place });
  seen.observe(place);
  return undefined;
}

/** Ask for no more pictures: their cards are gone. */
export function stopPictures() {
  working?.abort();
  working = null;
  queue.length = 0;
  seen.disconnect();
}

async function work() {
  if (working) return;
  const mine = (working = new AbortController());
  for (let wanted = queue.shift(); wanted && working === mine; wanted = queue.shift()) {
    const picture = await fetchPicture(wanted.name, mine.signal);
    if (!picture) continue;
    const url = URL.createObjectURL(picture);
    known.set(wanted.key, url);
    show(wanted.place, url);
  }
  if (working === mine) working = null;
}

/** The picture; `null` where there is none: the gallery is whole without. @param {string} name @param {AbortSignal} signal */
async function fetchPicture(name, signal) {
  const url = apiUrl(`/v1/templates/${encodeURIComponent(name)}/page.png`);
  for (let tries = 0; tries < MOST_TRIES && !signal.aborted; tries += 1) {
    try {
      const response = await fetch(url, { headers: credentialHeaders(), signal });
      if (response.ok) return await response.blob();
      // Another picture is being made.
      if (response.status !== 429) return null;
      const seconds = Number(response.headers.get("Retry-After"));
      await new Promise((resolve) => setTimeout(resolve, seconds > 0 ? seconds * 1000 : WAIT_MS));
    } catch {
      return null;
    }
  }
  return null;
}

/** @param {HTMLElement} place @param {string} url */
function show(place, url) {
  refill(place, el("img", { src: url, alt: "" }));
}

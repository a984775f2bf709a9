/** Style sheets that come with the views that need them. */

import { el } from "./dom.js";

/** @type {Map<string, Promise<unknown>>} */
const loading = new Map();

/** Load a style sheet, once; without it the view is plain, but there. @param {string} name */
export function needStyles(name) {
  const known = loading.get(name);
  if (known) return known;
  const link = el("link", { rel: "stylesheet", href: new URL(`../css/${name}.css`, import.meta.url).href });
  const settled = new Promise((resolve) => (link.onload = link.onerror = resolve));
  loading.set(name, settled);
  document.head.append(link);
  return settled;
}

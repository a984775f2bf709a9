/** Builds the page: elements from plain values, never from markup. */

const PROPERTIES = new Set([
  "value",
  "checked",
  "disabled",
  "hidden",
  "readOnly",
  "selected",
  "indeterminate",
]);

/**
 * Make an element. `on…` attributes are listeners, `true` is an empty attribute, `null` and `false` none;
 * strings among the children become text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...any} children nodes, strings, arrays of them; `null`, `undefined` and `false` are left out
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) Object.assign(element, { [name]: value });
    else if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  return fill(element, ...children);
}

/**
 * Add children as `el` does.
 * @template {Element} E
 * @param {E} element
 * @param {...any} children
 * @returns {E}
 */
export function fill(element, ...children) {
  const wanted = children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);
  element.append(...wanted.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/**
 * Give an element new children.
 * @template {Element} E
 * @param {E} element
 * @param {...any} children
 * @returns {E}
 */
export function refill(element, ...children) {
  element.replaceChildren();
  return fill(element, ...children);
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element;
}

/** A button that submits nothing. @param {Record<string, any>} attributes @param {...any} children */
export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

/** Show a value in an input or a select. @param {string} id @param {string} value */
export function setValue(id, value) {
  Object.assign(byId(id), { value });
}

/**
 * Check the radio button of a group that has `value`.
 * @param {string} name
 * @param {string} value
 */
export function checkRadio(name, value) {
  const radios = /** @type {NodeListOf<HTMLInputElement>} */ (
    document.querySelectorAll(`input[name="${name}"]`)
  );
  for (const radio of radios) radio.checked = radio.value === value;
}

/** Say something to screen readers. @param {string} text */
export function announce(text) {
  const region = byId("live");
  // The same sentence twice is two events.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/**
 * Bring an element into view and give it the focus.
 * @param {HTMLElement} element
 * @param {ScrollLogicalPosition} [block]
 */
export function goTo(element, block = "center") {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const folded = element.closest("details:not([open])");
  if (folded) folded.setAttribute("open", "");
  element.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
  element.focus({ preventScroll: true });
}

/** @type {Map<string, Promise<unknown>>} */
const loading = new Map();

/** Load a style sheet, once; without it the view is plain, but there. @param {string} name */
export function needStyles(name) {
  const known = loading.get(name);
  if (known) return known;
  const link = el("link", { rel: "stylesheet", href: new URL(`../../css/${name}.css`, import.meta.url).href });
  const settled = new Promise((resolve) => (link.onload = link.onerror = resolve));
  loading.set(name, settled);
  document.head.append(link);
  return settled;
}

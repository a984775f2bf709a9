/** Builds the page: elements from plain values, never from markup. */

/** @typedef {string | number | boolean | null | undefined | ((event: Event) => unknown)} Attribute */
/** @typedef {Record<string, Attribute>} Attributes */
/** @typedef {Node | string | number | boolean | null | undefined} Piece */
/** @typedef {Piece | Piece[] | (Piece | Piece[])[] | (Piece | Piece[] | Piece[][])[]} Child */

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
 * Make an element. `on…` attributes are listeners, `true` is an empty attribute, `null` and `false` are left out;
 * strings among the children become text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes | null} [attributes]
 * @param {...Child} children nodes, strings, arrays of them; `null`, `undefined` and `false` are left out
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) Object.assign(element, { [name]: value });
    else if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  return fill(element, ...children);
}

/**
 * Add children as `el` does.
 * @template {Element} E
 * @param {E} element
 * @param {...Child} children
 * @returns {E}
 */
export function fill(element, ...children) {
  for (const child of children) {
    if (Array.isArray(child)) fill(element, ...child);
    else if (child !== null && child !== undefined && child !== false)
      element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/**
 * Replace an element's children.
 * @template {Element} E
 * @param {E} element
 * @param {...Child} children
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

/**
 * Whether the `details` with this id is open on the page: a view that is shown again, as in another language, keeps what
 * the person opened and closed.
 * @param {string} id
 * @param {boolean} [first] what it is when it is not on the page yet
 */
export function isUnfolded(id, first = false) {
  return document.getElementById(id)?.hasAttribute("open") ?? first;
}

/** A button that submits nothing. @param {Attributes} attributes @param {...Child} children */
export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

/** The value of the input or select that an event is about. @param {Event} event */
export function valueOf({ target }) {
  return /** @type {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} */ (target).value;
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

/** Announce a text to screen readers. @param {string} text */
export function announce(text) {
  const region = byId("live");
  // Screen readers do not repeat a text that stays the same.
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

/** The style sheets that were asked for. @type {Map<string, Promise<unknown>>} */
const loading = new Map();

/** Load a style sheet once; resolves also when it fails, because a view without it can still be used. @param {string} name */
export function needStyles(name) {
  const known = loading.get(name);
  if (known) return known;
  const link = el("link", {
    rel: "stylesheet",
    href: new URL(`../../css/${name}.css`, import.meta.url).href,
  });
  const settled = new Promise((resolve) => (link.onload = link.onerror = resolve));
  loading.set(name, settled);
  document.head.append(link);
  return settled;
}

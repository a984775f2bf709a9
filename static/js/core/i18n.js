/** The page's language: which one, its sentences, and who wants to know when it changes. */

export const LANGUAGES = { en: "English", zh: "中文" };
const HTML_LANG = { en: "en", zh: "zh-CN" };

/** @typedef {keyof typeof LANGUAGES} Language */
/** @typedef {string | ((values: Record<string, any>) => string)} Message */

/** @type {Language} */
let language = "en";
/** @type {Record<string, Message>} */
let messages = {};
/** The parts that were asked for: later parts come with the views that use them. @type {Set<string>} */
const parts = new Set(["core"]);
/** @type {Set<() => void>} */
const listeners = new Set();

/** The language the browser asks for first, of those we have. @returns {Language} */
export function browserLanguage() {
  for (const wanted of navigator.languages ?? [navigator.language]) {
    const primary = wanted.toLowerCase().split("-")[0];
    if (primary in LANGUAGES) return /** @type {Language} */ (primary);
  }
  return "en";
}

/** @returns {Language} */
export function currentLanguage() {
  return language;
}

/** Turn the page to a language. @param {Language} wanted */
export async function setLanguage(wanted) {
  const loaded = await Promise.all([...parts].map((part) => load(part, wanted)));
  language = wanted;
  messages = Object.assign({}, ...loaded);
  document.documentElement.lang = HTML_LANG[wanted];
  document.title = t("page_title");
  for (const listener of listeners) listener();
}

/** Make the sentences of a later part usable. @param {string} part */
export async function needMessages(part) {
  if (parts.has(part)) return;
  const wanted = language;
  const loaded = await load(part, wanted);
  parts.add(part);
  if (wanted === language) messages = { ...messages, ...loaded };
  else await setLanguage(language);
}

/** Call `listener` after the language changed. @param {() => void} listener */
export function onLanguage(listener) {
  listeners.add(listener);
}

/**
 * The sentence `key` in the page's language, `{name}` replaced by `values.name`.
 * @param {string} key
 * @param {Record<string, any>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const message = messages[key];
  if (message === undefined) return key;
  if (typeof message === "function") return message(values);
  return message.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Say whether there is a sentence `key`. @param {string} key */
export function hasMessage(key) {
  return key in messages;
}

/** Choose from a text in both languages. @param {{en: string, zh: string} | null | undefined} both */
export function inLanguage(both) {
  return both ? both[language] || both.en || both.zh || "" : "";
}

/** @param {string} part @param {Language} wanted @returns {Promise<Record<string, Message>>} */
async function load(part, wanted) {
  return (await import(`../messages/${part}_${wanted}.js`)).messages;
}

/** The page's language, its messages, and the listeners for a change of language. */

export const LANGUAGES = { en: "English", zh: "中文" };
const HTML_LANG = { en: "en", zh: "zh-CN" };

/** @typedef {keyof typeof LANGUAGES} Language */
/** @typedef {Record<string, unknown>} Values */
/** @typedef {{n: number, total: number, left: number, names: string, rows: string, version: string}} SentenceValues each sentence uses some of them */
/** @typedef {string | ((values: SentenceValues) => string)} Message a sentence, or the function that makes it */

/** @type {Language} */
let language = "en";
/** @type {Record<string, Message>} */
let messages = {};
/** The parts that are loaded; views load the part they need. @type {Set<string>} */
const parts = new Set(["core"]);
/** @type {Set<() => void>} */
const listeners = new Set();

/** The first of the browser's languages that this page has. @returns {Language} */
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

/** Change the page's language. @param {Language} wanted */
export async function setLanguage(wanted) {
  const loaded = await Promise.all([...parts].map((part) => load(part, wanted)));
  language = wanted;
  messages = Object.assign({}, ...loaded);
  document.documentElement.lang = HTML_LANG[wanted];
  document.title = t("page_title");
  for (const listener of listeners) listener();
}

/** Load the sentences of a part. @param {string} part */
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
 * The message `key` in the page's language, with `{name}` replaced by `values.name`.
 * @param {string} key
 * @param {Values} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const message = messages[key];
  if (message === undefined) return key;
  if (typeof message === "function") return message(/** @type {SentenceValues} */ (values));
  return message.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Whether there is a sentence `key`. @param {string} key */
export function hasMessage(key) {
  return key in messages;
}

/** A duration in words: milliseconds below a second, else seconds with one digit. @param {number} ms */
export function duration(ms) {
  const whole = Math.round(ms);
  return whole < 1000 ? t("milliseconds", { n: whole }) : t("seconds", { n: (whole / 1000).toFixed(1) });
}

/** A time in the page's language, with its day. @param {string} iso */
export function timeInWords(iso) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  return format.format(new Date(iso));
}

/** `1 field`, `2 fields`: a number with its English noun. @param {number} n @param {string} one @param {string} many */
export function count(n, one, many) {
  return `${n} ${n === 1 ? one : many}`;
}

/** A label in the page's language. @param {import("./answers.js").Label | null | undefined} both */
export function inLanguage(both) {
  return both ? both[language] || both.en || both.zh || "" : "";
}

/** @param {string} part @param {Language} wanted @returns {Promise<Record<string, Message>>} */
async function load(part, wanted) {
  return (await import(`../messages/${part}_${wanted}.js`)).messages;
}

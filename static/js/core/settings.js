/** Settings that the browser keeps between visits (localStorage), and those that the first view needs. */

import { asApiBase } from "./connection.js";
import { LANGUAGES } from "./i18n.js";
import { DEFAULT_OPTIONS, on, state, update } from "./state.js";

const PREFIX = "docops.";
export const THEMES = ["auto", "light", "dark"];

/** @type {{language: import("./i18n.js").Language | "", theme: string}} "" means the browser's language */
export const settings = { language: "", theme: "auto" };

/** Restore the settings of the last visit. */
export function recallSettings() {
  const language = String(recall("language"));
  settings.language = language in LANGUAGES ? /** @type {import("./i18n.js").Language} */ (language) : "";
  const theme = String(recall("theme"));
  settings.theme = THEMES.includes(theme) ? theme : "auto";
  applyTheme();
  const apiBase = recall("apiBase");
  update({ apiBase: (typeof apiBase === "string" && asApiBase(apiBase)) || "" });
  showDeveloper(recall("developer") === true);
}

/** Show or hide what is for developers, and keep the choice. @param {boolean} developer */
export function keepDeveloper(developer) {
  remember("developer", developer);
  showDeveloper(developer);
}

/** @param {boolean} developer */
function showDeveloper(developer) {
  document.documentElement.toggleAttribute("data-developer", developer);
  update({ developer });
}

/** Keep the API's address when it changes. */
export function watchSettings() {
  on(["apiBase"], () => remember("apiBase", state.apiBase));
}

/** @param {import("./i18n.js").Language} language */
export function keepLanguage(language) {
  settings.language = language;
  remember("language", language);
}

/** @param {string} theme */
export function keepTheme(theme) {
  settings.theme = theme;
  remember("theme", theme);
  applyTheme();
}

/** Delete everything that is kept and return to the defaults. */
export function forgetSettings() {
  settings.language = "";
  settings.theme = "auto";
  applyTheme();
  update({
    apiBase: "",
    credentials: null,
    options: { ...DEFAULT_OPTIONS },
    view: "form",
  });
  showDeveloper(false);
  // Last, because the listeners have just kept the changes above.
  forgetNames(() => true);
}

function applyTheme() {
  if (settings.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
}

/**
 * Read what was kept under `name`; people can change it, so its type has to be checked.
 * @param {string} name
 * @returns {unknown} `undefined` when there is nothing, or nothing that can be read
 */
export function recall(name) {
  try {
    const kept = localStorage.getItem(PREFIX + name);
    return kept === null ? undefined : JSON.parse(kept);
  } catch {
    return undefined;
  }
}

/** Keep `value` under `name`. @param {string} name @param {unknown} value @returns {boolean} whether there was room for it */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    // The storage is full or switched off: the page works without, and begins with the defaults next time.
    return false;
  }
}

/** The names under which something is kept. @returns {string[]} */
export function keptNames() {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** Remove what is kept under some names. @param {(name: string) => boolean} isMeant */
export function forgetNames(isMeant) {
  try {
    for (const name of keptNames()) if (isMeant(name)) localStorage.removeItem(PREFIX + name);
  } catch {
    // The storage is switched off: nothing was kept.
  }
}

/** Whether what is typed is kept: the server allows it, and nobody has switched it off. */
export function keepsDrafts() {
  return allowsDrafts() && recall("drafts") !== false;
}

/** Whether the server's page keeps drafts at all; on shared computers it does not. */
export function allowsDrafts() {
  return document.documentElement.dataset.drafts !== "off";
}

/** Whether anything is kept. */
export function keepsAnything() {
  return keptNames().length > 0;
}

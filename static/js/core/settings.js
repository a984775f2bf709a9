/** The settings the first view needs, kept between visits: language, theme, API address, remembering of values. */

import { asApiBase } from "./connection.js";
import { LANGUAGES } from "./i18n.js";
import { DEFAULT_OPTIONS, on, state, update } from "./state.js";

const PREFIX = "docops.";
export const THEMES = ["auto", "light", "dark"];

/** @type {{language: import("./i18n.js").Language | "", theme: string}} "" is the browser's language */
export const settings = { language: "", theme: "auto" };

/** Take up the settings of the last visit. */
export function recallSettings() {
  const language = recall("language", "");
  settings.language = language in LANGUAGES ? language : "";
  const theme = recall("theme", "auto");
  settings.theme = THEMES.includes(theme) ? theme : "auto";
  applyTheme();
  const apiBase = recall("apiBase", "");
  update({
    apiBase: (typeof apiBase === "string" && asApiBase(apiBase)) || "",
    rememberValues: recall("rememberValues", false) === true,
  });
}

/** Keep the API's address, and whether values are remembered, as they change. */
export function watchSettings() {
  on(["apiBase"], () => remember("apiBase", state.apiBase));
  on(["rememberValues"], () => remember("rememberValues", state.rememberValues));
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

/** Forget everything that was kept and begin with the defaults. */
export function forgetSettings() {
  settings.language = "";
  settings.theme = "auto";
  applyTheme();
  update({
    apiBase: "",
    credentials: null,
    options: { ...DEFAULT_OPTIONS },
    view: "form",
    rememberValues: false,
  });
  // Last, because the listeners keep what changes.
  forgetEverything();
}

function applyTheme() {
  if (settings.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
}

/**
 * Read what was kept under `name`; what cannot be read is as good as nothing.
 * @param {string} name
 * @param {any} fallback
 */
export function recall(name, fallback) {
  try {
    const kept = localStorage.getItem(PREFIX + name);
    return kept === null ? fallback : JSON.parse(kept);
  } catch {
    return fallback;
  }
}

/** Keep `value` under `name`. @param {string} name @param {any} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage that is full or switched off: the page works, it only starts afresh next time.
  }
}

/** Say whether anything is kept. */
export function keepsAnything() {
  try {
    return Object.keys(localStorage).some((name) => name.startsWith(PREFIX));
  } catch {
    return false;
  }
}

/** Remove everything this page has kept. */
export function forgetEverything() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    for (const name of names) localStorage.removeItem(name);
  } catch {
    // Nothing was kept then.
  }
}

/** The settings that are kept between visits: never a file, never a value of a task, never a password. */

import { forgetEverything, recall, remember } from "./preferences.js";
import { CHOICES, CUSTOM, PRESETS } from "./job.js";
import { asApiBase } from "./connection.js";
import { LANGUAGES } from "./i18n.js";
import { DEFAULT_OPTIONS, on, state, update } from "./state.js";

export const THEMES = ["auto", "light", "dark"];

/** @type {{language: import("./i18n.js").Language | "", theme: string}} "" is the browser's language */
export const settings = { language: "", theme: "auto" };

/** Take up the settings of the last visit. */
export function recallSettings() {
  const language = recall("language", "");
  settings.language = language in LANGUAGES ? language : "";
  settings.theme = oneOf(recall("theme", "auto"), THEMES);
  applyTheme();
  const apiBase = recall("apiBase", "");
  update({
    apiBase: (typeof apiBase === "string" && asApiBase(apiBase)) || "",
    options: recalledOptions(recall("options", {})),
    view: oneOf(recall("view", "form"), ["form", "json"]),
    rememberValues: recall("rememberValues", false) === true,
  });
}

/** Keep settings as they change. */
export function watchSettings() {
  on(["apiBase"], () => remember("apiBase", state.apiBase));
  on(["options"], () => remember("options", state.options));
  on(["view"], () => remember("view", state.view));
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
  update({ apiBase: "", credentials: null, options: { ...DEFAULT_OPTIONS }, view: "form", rememberValues: false });
  forgetEverything();
}

function applyTheme() {
  if (settings.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
}

/** What was kept, as far as it is still a choice. @param {any} kept @returns {import("./state.js").Options} */
function recalledOptions(kept) {
  const options = { ...DEFAULT_OPTIONS };
  if (typeof kept !== "object" || !kept) return options;
  if ([...PRESETS, CUSTOM].includes(kept.preset)) options.preset = kept.preset;
  for (const [name, values] of Object.entries(CHOICES)) options[/** @type {import("./job.js").ChoiceName} */ (name)] = oneOf(kept[name], [options[/** @type {import("./job.js").ChoiceName} */ (name)], ...values]);
  if (typeof kept.policy_yaml === "string") options.policy_yaml = kept.policy_yaml;
  options.strict = kept.strict === true;
  options.export_suggested_policy = kept.export_suggested_policy === true;
  return options;
}

/**
 * `value` if it is one of `values`, else the first of them.
 * @template {string} T
 * @param {any} value @param {T[]} values
 * @returns {T}
 */
function oneOf(value, values) {
  return values.includes(value) ? value : values[0];
}

/** The settings of the work, kept between visits: view and options. */

import { CHOICES, CUSTOM, PRESETS } from "./job.js";
import { recall, remember } from "./preferences.js";
import { DEFAULT_OPTIONS, on, state, update } from "./state.js";

/** @typedef {import("./job.js").ChoiceName} ChoiceName */

/** Take up the settings of the last visit, and keep them as they change. */
export function recallWorkSettings() {
  update({
    options: recalledOptions(recall("options", {})),
    view: recall("view", "form") === "json" ? "json" : "form",
  });
  on(["options"], () => remember("options", state.options));
  on(["view"], () => remember("view", state.view));
}

/** What was kept, as far as it is still a choice. @param {any} kept @returns {import("./state.js").Options} */
function recalledOptions(kept) {
  const options = { ...DEFAULT_OPTIONS };
  if (typeof kept !== "object" || !kept) return options;
  if ([...PRESETS, CUSTOM].includes(kept.preset)) options.preset = kept.preset;
  for (const name of /** @type {ChoiceName[]} */ (Object.keys(CHOICES))) {
    if (CHOICES[name].includes(kept[name])) options[name] = kept[name];
  }
  if (typeof kept.policy === "string") options.policy = kept.policy;
  if (typeof kept.policy_yaml === "string") options.policy_yaml = kept.policy_yaml;
  options.strict = kept.strict === true;
  options.export_suggested_policy = kept.export_suggested_policy === true;
  return options;
}

/** Content and run: what opens when there is a template, or when someone begins without one. */

import { needStyles } from "../core/dom.js";
import { needMessages } from "../core/i18n.js";
import { recall, remember } from "../core/settings.js";
import { DEFAULT_OPTIONS, on, state, update } from "../core/state.js";
import { showContentStep, watchContentStep } from "./content_view.js";
import { watchForm } from "./form_view.js";
import { CHOICES, CUSTOM, PRESETS } from "./job.js";
import { showRunStep, watchRunStep } from "./run_view.js";
import { followTemplate } from "./skill_choice.js";

/** Get ready, once. */
export async function openWork() {
  await Promise.all([needMessages("work"), needStyles("work")]);
  recallWorkSettings();
  followTemplate();
  showWork();
  for (const watch of [watchContentStep, watchForm, watchRunStep]) watch();
}

/** Show both steps; called anew when the language changes. */
export function showWork() {
  showContentStep();
  showRunStep();
}

/** @typedef {import("./job.js").ChoiceName} ChoiceName */

/** Take up the settings of the last visit, and keep them as they change. */
function recallWorkSettings() {
  update({
    options: recalledOptions(recall("options", {})),
    view: recall("view", "form") === "json" ? "json" : "form",
  });
  on(["options"], () => remember("options", state.options));
  on(["view"], () => remember("view", state.view));
}

/** What was kept, as far as it is still a choice. @param {any} kept @returns {import("../core/state.js").Options} */
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

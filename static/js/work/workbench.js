/** Opens steps 2 and 3, with the first template or without one, and keeps their settings between visits. */

import { byId, needStyles } from "../core/dom.js";
import { needMessages } from "../core/i18n.js";
import { recall, remember } from "../core/settings.js";
import { DEFAULT_OPTIONS, on, state, update } from "../core/state.js";
import { showContentStep, watchContentStep } from "./content_view.js";
import { watchForm } from "./form_view.js";
import { CHOICES, CUSTOM, OWN_SWITCHES, PRESETS, REPORTS } from "./job.js";
import { showRunStep, watchRunStep } from "./run_view.js";
import { watchDrafts } from "./drafts.js";
import { followTemplate } from "./skill_choice.js";

/** Load what the steps need and show them; called once. */
export async function openWork() {
  await Promise.all([needMessages("work"), needMessages("form"), needStyles("work")]);
  recallWorkSettings();
  followTemplate();
  showWork();
  for (const watch of [watchContentStep, watchForm, watchRunStep, watchDrafts]) watch();
}

/** Show both steps; called again when the language changes. */
export function showWork() {
  for (const id of ["step-content", "step-run"]) byId(id).hidden = false;
  showContentStep();
  showRunStep();
}

/** @typedef {import("./job.js").ChoiceName} ChoiceName */

/** Restore the settings of the last visit, and keep them when they change. */
function recallWorkSettings() {
  update({
    options: recalledOptions(recall("options")),
    view: recall("view") === "json" ? "json" : "form",
  });
  on(["options"], () => remember("options", state.options));
  on(["view"], () => remember("view", state.view));
}

/** The options that were kept, as far as they are still choices. @param {unknown} value @returns {import("../core/state.js").Options} */
function recalledOptions(value) {
  const options = { ...DEFAULT_OPTIONS };
  if (typeof value !== "object" || !value) return options;
  const kept = /** @type {Partial<Record<keyof typeof options, unknown>>} */ (value);
  if (isOneOf([...PRESETS, CUSTOM], kept.preset)) options.preset = kept.preset;
  for (const name of /** @type {ChoiceName[]} */ (Object.keys(CHOICES))) {
    const choice = kept[name];
    if (isOneOf(CHOICES[name], choice)) options[name] = choice;
  }
  if (isOneOf(REPORTS, kept.format_report)) options.format_report = kept.format_report;
  if (typeof kept.policy === "string") options.policy = kept.policy;
  if (typeof kept.policy_yaml === "string") options.policy_yaml = kept.policy_yaml;
  options.strict = kept.strict === true;
  for (const name of OWN_SWITCHES) options[name] = kept[name] === true;
  options.allow_unused = kept.allow_unused === true;
  return options;
}

/** @param {string[]} choices @param {unknown} value @returns {value is string} */
function isOneOf(choices, value) {
  return typeof value === "string" && choices.includes(value);
}

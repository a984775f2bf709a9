/** A job as it is sent: the same parts for the upload and for the copied command. */

import { currentLanguage } from "../core/i18n.js";
import { DEFAULT_OPTIONS, DEFAULT_POLICY, state } from "../core/state.js";
import { appendTemplate } from "../core/template.js";
import { namedPictures } from "./pictures.js";
import { fieldsOf } from "./skill_choice.js";
import { readTask, withValue } from "./task.js";
import { sendable } from "./value_faults.js";

/** @typedef {import("../core/state.js").Job} Job */

export const PRESETS = ["quick", "template", "strict"];
export const CUSTOM = "custom";
/** The choices that a preset decides, in the contract's order. */
export const CHOICES = {
  format_mode: ["report", "strict", "off"],
  format_baseline: ["template", "policy"],
  format_fix_mode: ["safe", "none"],
};
/** @typedef {keyof typeof CHOICES} ChoiceName */
export const REPORTS = ["both", "human", "json"];
/** The switches that go with every preset, in the contract's order. @type {("export_suggested_policy" | "strip_comments" | "drop_signature")[]} */
export const OWN_SWITCHES = ["export_suggested_policy", "strip_comments", "drop_signature"];

/** The job with the page's current inputs. @returns {Job} */
export function currentJob() {
  if (!state.template) throw new Error("a job needs a template");
  const text = sendableText();
  return {
    template: state.template,
    task: withLineEnd(text),
    skill: readTask(text).type,
    fields: ownFields(state.template),
    assets: namedPictures(text),
  };
}

/**
 * The form fields for a template: one of the library brings its own options, which hold where nobody has changed any.
 * @param {import("../core/state.js").Template} template
 */
export function ownFields(template) {
  const isChanged = Object.entries(DEFAULT_OPTIONS).some(
    ([name, value]) => state.options[/** @type {keyof typeof DEFAULT_OPTIONS} */ (name)] !== value,
  );
  return template instanceof File || isChanged ? formFields(state.options) : formFields(null);
}

/**
 * The task's text without values that cannot be sent, such as a number that is none: their fields stay open, and the
 * document is made. In the JSON view it is sent as it is written.
 */
function sendableText() {
  let text = state.text;
  if (state.view === "json") return text;
  const { isTask, payload } = readTask(text);
  if (!isTask) return text;
  for (const [key, field] of Object.entries(fieldsOf(state.skill))) {
    const kept = sendable(field, payload[key]);
    if (kept !== payload[key]) text = withValue(text, key, kept);
  }
  return text;
}

/**
 * The form fields for these options; for `null` those that are none. A preset excludes the `CHOICES` and `policy_yaml`, `strict` excludes the `CHOICES`,
 * and `policy_yaml` excludes `policy`, so only one of each pair is sent. The report is in the page's language.
 * @param {import("../core/state.js").Options | null} options
 * @returns {[string, string][]}
 */
export function formFields(options) {
  if (!options) return [["lang", currentLanguage()]];
  /** @type {[string, string][]} */
  const fields = [];
  if (options.preset === CUSTOM) {
    const names = /** @type {ChoiceName[]} */ (Object.keys(CHOICES));
    for (const name of names) fields.push([name, options[name]]);
    if (options.policy_yaml.trim()) fields.push(["policy_yaml", options.policy_yaml]);
  } else {
    fields.push(["preset", options.preset]);
    if (options.strict && strictIsFree(options)) fields.push(["strict", "true"]);
  }
  const policy = chosenPolicy(options);
  if (policy !== DEFAULT_POLICY && policyCounts(options)) fields.push(["policy", policy]);
  for (const name of OWN_SWITCHES) if (options[name]) fields.push([name, "true"]);
  fields.push(["format_report", options.format_report], ["lang", currentLanguage()]);
  if (options.allow_unused) fields.push(["unused", "allow"]);
  return fields;
}

/** Whether `strict` can be chosen: with a preset that is not strict already. @param {{preset: string}} options */
export function strictIsFree({ preset }) {
  return preset !== CUSTOM && preset !== "strict";
}

/** The chosen policy; the default when this server does not have it, as it may be kept from another server. @param {{policy: string}} options */
export function chosenPolicy({ policy }) {
  const names = (state.meta?.policies ?? []).map(({ name }) => name);
  return names.includes(policy) ? policy : DEFAULT_POLICY;
}

/**
 * Whether a policy of the server is used: when the document is compared with a policy, and none is typed.
 * @param {import("../core/state.js").Options} options
 */
export function policyCounts({ preset, format_baseline: baseline, policy_yaml: typed }) {
  return preset === CUSTOM ? baseline === "policy" && !typed.trim() : preset === "strict";
}

/** The body of a job, for /v1/run, /v1/precheck and /v1/preview. @param {Job} job */
export function jobForm({ template, task, fields, assets }) {
  const form = new FormData();
  appendTemplate(form, template);
  form.append("task", new File([task], "task.json", { type: "application/json" }));
  for (const [name, value] of fields) form.append(name, value);
  for (const asset of assets) form.append("asset", asset);
  return form;
}

/** The task with a line end, because a here-document, as in the curl command, always has one. @param {string} text */
function withLineEnd(text) {
  return text.endsWith("\n") ? text : `${text}\n`;
}

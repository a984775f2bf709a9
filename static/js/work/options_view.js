/** The options of the format check: a preset, a policy, and the single settings (collapsed by default). */

import { button, byId, checkRadio, el, isUnfolded, refill, valueOf } from "../core/dom.js";
import { inLanguage, t } from "../core/i18n.js";
import { on, state, update } from "../core/state.js";
import {
  CHOICES,
  chosenPolicy,
  CUSTOM,
  OWN_SWITCHES,
  policyCounts,
  PRESETS,
  REPORTS,
  strictIsFree,
} from "./job.js";
import { takesOpenTasks } from "./open_fields.js";

/**
 * What each preset means: custom settings begin with those of the preset chosen before.
 * @type {Record<string, Partial<import("../core/state.js").Options>>}
 */
const PRESET_OPTIONS = {
  quick: {
    format_mode: "report",
    format_baseline: "template",
    format_fix_mode: "safe",
  },
  template: {
    format_mode: "report",
    format_baseline: "template",
    format_fix_mode: "none",
  },
  strict: {
    format_mode: "strict",
    format_baseline: "policy",
    format_fix_mode: "safe",
  },
};

/** The options; `showOptions` fills them. */
export function optionsView() {
  return el(
    "div",
    { id: "options" },
    presetChoice(),
    policyChoice((policy) => change({ policy })),
    el(
      "details",
      { id: "advanced", open: isUnfolded("advanced") },
      el("summary", null, t("advanced_title")),
      el("div", { id: "advanced-body" }),
    ),
  );
}

/** Show the current options in the view. */
export function showOptions() {
  checkRadio("preset", state.options.preset);
  if (state.options.preset === CUSTOM) byId("advanced").setAttribute("open", "");
  refill(byId("advanced-body"), ...advanced());
  showPolicyChoice();
}

/** Update the view when the options change. */
export function watchOptions() {
  let preset = state.options.preset;
  on(["options"], () => {
    showPolicyChoice();
    if (state.options.preset === preset) return;
    preset = state.options.preset;
    showOptions();
  });
}

/** @param {Partial<import("../core/state.js").Options>} changes */
function change(changes) {
  update({ options: { ...state.options, ...changes } });
}

/** @param {string} preset */
function choosePreset(preset) {
  change({
    preset,
    ...(preset === CUSTOM
      ? PRESET_OPTIONS[state.options.preset]
      : {}),
  });
}

function presetChoice() {
  const names = [...(state.meta?.supported_presets ?? PRESETS), CUSTOM];
  return el(
    "fieldset",
    { class: "presets" },
    el("legend", null, t("preset_label")),
    names.map((name) =>
      el(
        "label",
        { class: "choice" },
        el("input", {
          type: "radio",
          name: "preset",
          value: name,
          checked: state.options.preset === name,
          onchange: () => choosePreset(name),
        }),
        el(
          "span",
          null,
          el("strong", null, PRESETS.includes(name) || name === CUSTOM ? t(`preset_${name}`) : name),
          el(
            "span",
            { class: "hint" },
            PRESETS.includes(name) || name === CUSTOM ? t(`preset_${name}_hint`) : "",
          ),
        ),
      ),
    ),
  );
}

function advanced() {
  const isCustom = state.options.preset === CUSTOM;
  const isFree = strictIsFree(state.options);
  return [
    el(
      "p",
      { class: "hint" },
      t(isCustom ? "advanced_custom_hint" : "advanced_preset_hint"),
      " ",
      !isCustom &&
        button(
          { class: "quiet", id: "own-settings", onclick: () => choosePreset(CUSTOM) },
          t("preset_custom"),
        ),
    ),
    check(
      "strict",
      t("strict_label"),
      t(isFree ? "strict_hint" : isCustom ? "strict_custom_hint" : "strict_is_set_hint"),
      !isFree,
    ),
    OWN_SWITCHES.map((name) => check(name, t(`${name}_label`), t(`${name}_hint`), false)),
    takesOpenTasks() && check("allow_unused", t("allow_unused_label"), t("allow_unused_hint"), false),
    choiceOf("format_report", REPORTS),
    el(
      "fieldset",
      { class: "own-settings", disabled: !isCustom },
      el("legend", null, t("own_settings_label")),
      /** @type {import("./job.js").ChoiceName[]} */ (Object.keys(CHOICES)).map((name) =>
        choiceOf(name, CHOICES[name]),
      ),
      policyInput(),
    ),
  ];
}

/** @param {import("./job.js").ChoiceName | "format_report"} name @param {string[]} values */
function choiceOf(name, values) {
  const id = `option-${name}`;
  const chosen = { ...state.options, ...PRESET_OPTIONS[state.options.preset] }[name];
  return el(
    "div",
    { class: "labelled" },
    el("label", { for: id }, t(`${name}_label`)),
    el(
      "select",
      { id, name, onchange: (event) => change({ [name]: valueOf(event) }) },
      values.map((value) =>
        el("option", { value, selected: value === chosen }, t(`${name}_${value}`)),
      ),
    ),
  );
}

function policyInput() {
  return el(
    "div",
    { class: "labelled wide" },
    el("label", { for: "option-policy_yaml" }, t("policy_yaml_label")),
    el("p", { class: "hint", id: "policy-hint" }, t("policy_yaml_hint")),
    el("textarea", {
      id: "option-policy_yaml",
      class: "code",
      rows: 6,
      spellcheck: "false",
      "aria-describedby": "policy-hint policy-error",
      value: state.options.policy_yaml,
      oninput: (event) => {
        refill(byId("policy-error"));
        byId("option-policy_yaml").removeAttribute("aria-invalid");
        change({ policy_yaml: valueOf(event) });
      },
    }),
    el("p", { class: "field-errors", id: "policy-error" }),
  );
}

/** Show what the server found wrong with the policy. @param {string} message */
export function showPolicyError(message) {
  refill(byId("policy-error"), el("span", { lang: "en" }, message));
  byId("option-policy_yaml").setAttribute("aria-invalid", "true");
}

/** @param {"strict" | "allow_unused" | (typeof OWN_SWITCHES)[number]} name @param {string} label @param {string} hint @param {boolean} disabled */
function check(name, label, hint, disabled) {
  const isSet = name === "strict" && state.options.preset === "strict";
  const box = el("input", {
    type: "checkbox",
    id: `option-${name}`,
    name,
    checked: isSet || (state.options[name] && !(disabled && name === "strict")),
    disabled,
  });
  box.addEventListener("change", () => change({ [name]: box.checked }));
  return el("label", { class: "choice" }, box, el("span", null, label, el("span", { class: "hint" }, hint)));
}

/** The choice of a house style; `showPolicyChoice` fills it. @param {(name: string) => void} onChoice */
function policyChoice(onChoice) {
  return el(
    "div",
    { class: "labelled", id: "policy-choice" },
    el("label", { for: "option-policy" }, t("policy_label")),
    el("select", {
      id: "option-policy",
      name: "policy",
      "aria-describedby": "policy-choice-hint",
      onchange: (event) => onChoice(valueOf(event)),
    }),
    el("p", { class: "hint", id: "policy-choice-hint" }),
  );
}

/** Show the server's policies, which one is chosen, what it is for, or why none is used. */
function showPolicyChoice() {
  const policies = state.meta?.policies ?? [];
  const chosen = chosenPolicy(state.options);
  const counts = policyCounts(state.options);
  // Older servers have no policies by name.
  byId("policy-choice").hidden = policies.length === 0;
  const select = /** @type {HTMLSelectElement} */ (byId("option-policy"));
  refill(
    select,
    ...policies.map(({ name, title }) =>
      el("option", { value: name, selected: name === chosen }, inLanguage(title)),
    ),
  );
  select.disabled = !counts;
  const policy = policies.find(({ name }) => name === chosen);
  refill(byId("policy-choice-hint"), counts ? inLanguage(policy?.description) : t(reason()));
}

/** The key of the sentence that says why no policy of the server is used. */
function reason() {
  if (state.options.preset !== CUSTOM) return "policy_preset_hint";
  return state.options.format_baseline === "policy" ? "policy_typed_hint" : "policy_baseline_hint";
}

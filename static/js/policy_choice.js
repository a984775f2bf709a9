/** Which house style the document is held against, of those the server has. */

import { byId, el, refill } from "./dom.js";
import { inLanguage, t } from "./i18n.js";
import { chosenPolicy, CUSTOM, policyCounts } from "./job.js";
import { state } from "./state.js";

/** The choice; `showPolicyChoice` fills it. @param {(name: string) => void} onChoice */
export function policyChoice(onChoice) {
  return el(
    "div",
    { class: "labelled", id: "policy-choice" },
    el("label", { for: "option-policy" }, t("policy_label")),
    el("select", {
      id: "option-policy",
      name: "policy",
      "aria-describedby": "policy-choice-hint",
      onchange: (/** @type {any} */ event) => onChoice(event.target.value),
    }),
    el("p", { class: "hint", id: "policy-choice-hint" }),
  );
}

/** Show the server's policies, the chosen one, what it is for and whether it counts. */
export function showPolicyChoice() {
  const policies = state.meta?.policies ?? [];
  const chosen = chosenPolicy(state.options);
  const counts = policyCounts(state.options);
  // A server of before has no policies by name.
  byId("policy-choice").hidden = policies.length === 0;
  const select = /** @type {HTMLSelectElement} */ (byId("option-policy"));
  refill(
    select,
    ...policies.map((/** @type {any} */ { name, title }) =>
      el("option", { value: name, selected: name === chosen }, inLanguage(title)),
    ),
  );
  select.disabled = !counts;
  const policy = policies.find((/** @type {any} */ each) => each.name === chosen);
  refill(byId("policy-choice-hint"), counts ? inLanguage(policy?.description) : t(reason()));
}

/** Why no policy of the server counts now. */
function reason() {
  if (state.options.preset !== CUSTOM) return "policy_preset_hint";
  return state.options.format_baseline === "policy" ? "policy_typed_hint" : "policy_baseline_hint";
}

/** Common parts of all sections of the page: a step's frame, notices, chips, and errors of the first view. */

import { byId, el, refill } from "./dom.js";
import { needMessages, t } from "./i18n.js";

/** @typedef {"good" | "warn" | "bad" | "plain"} Tone the colour of a notice or chip */

/**
 * Show a step's heading and content in its section. The content is made before what was shown is taken away, so that
 * it can keep what a person unfolded or typed.
 * @param {string} id of the section; its sentences are `<id>_title` and `<id>_hint`
 * @param {number} number
 * @param {...import("./dom.js").Child} content
 */
export function showStep(id, number, ...content) {
  const key = id.replaceAll("-", "_");
  const section = byId(id);
  section.setAttribute("aria-labelledby", `${id}-title`);
  refill(
    section,
    el(
      "div",
      { class: "step-head" },
      el(
        "h2",
        { id: `${id}-title` },
        el("span", { class: "step-number", "aria-hidden": "true" }, number),
        t(`${key}_title`),
      ),
      el("p", { class: "hint" }, t(`${key}_hint`)),
    ),
    el("div", { class: "step-body" }, ...content),
  );
}

/** A placeholder with its brackets, as in a template. @param {string} name with or without its brackets */
export function placeholderChip(name) {
  return el("code", { class: "placeholder" }, /[【】]/.test(name) ? name : `【${name}】`);
}

/** A short coloured label. @param {Tone} tone @param {string} text */
export function chip(tone, text) {
  return el("span", { class: "chip", "data-tone": tone }, text);
}

/** A framed message. @param {Tone} tone @param {import("./dom.js").Attributes} attributes @param {...import("./dom.js").Child} children */
export function notice(tone, attributes, ...children) {
  return el("div", { class: "notice", ...attributes, "data-tone": tone }, ...children);
}

/** The notice that a script or style sheet could not be loaded. */
export function partFailed() {
  return notice("bad", { "data-error": "part" }, t("part_failed"));
}

/**
 * Show `error` in `place`. The module and the sentences for it are loaded now: the first view works without them.
 * @param {HTMLElement} place
 * @param {import("./api_error.js").ApiError} error
 * @param {() => void} [retry]
 */
export async function showError(place, error, retry) {
  try {
    const [{ errorPanel }] = await Promise.all([import("./error_view.js"), needMessages("work")]);
    refill(place, errorPanel(error, { retry }));
  } catch {
    refill(place, partFailed());
  }
}

/**
 * The head of a table.
 * @param {string[]} keys of the sentences above the columns
 */
export function tableHead(keys) {
  return el(
    "thead",
    null,
    el(
      "tr",
      null,
      keys.map((key) => el("th", { scope: "col" }, t(key))),
    ),
  );
}

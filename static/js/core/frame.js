/** The frame of the page's sections: number, title, one sentence, and the body the view fills. */

import { byId, el, refill } from "./dom.js";
import { needMessages, t } from "./i18n.js";

/**
 * Fill a step's section and return its empty body.
 * @param {string} id of the section; its sentences are `<id>_title` and `<id>_hint`
 * @param {number} number
 */
export function stepBody(id, number) {
  const key = id.replaceAll("-", "_");
  const body = el("div", { class: "step-body" });
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
    body,
  );
  return body;
}

/** A placeholder as it stands in a template. @param {string} name with or without its brackets */
export function placeholderChip(name) {
  return el("code", { class: "placeholder" }, /[【】]/.test(name) ? name : `【${name}】`);
}

/** A word about a state. @param {"good" | "warn" | "bad" | "plain"} tone @param {string} text */
export function chip(tone, text) {
  return el("span", { class: "chip", "data-tone": tone }, text);
}

/** A framed message. @param {"good" | "warn" | "bad" | "plain"} tone @param {Record<string, any>} attributes @param {...any} children */
export function notice(tone, attributes, ...children) {
  return el("div", { class: "notice", ...attributes, "data-tone": tone }, ...children);
}

/**
 * Tell `error` in `place`.
 * @param {HTMLElement} place
 * @param {import("./api_error.js").ApiError} error
 * @param {() => void} [retry]
 */
export async function showError(place, error, retry) {
  try {
    const [{ errorPanel }] = await Promise.all([import("./error_view.js"), needMessages("work")]);
    refill(place, errorPanel(error, { retry }));
  } catch {
    refill(place, el("p", { class: "notice", "data-tone": "bad", "data-error": "part" }, t("part_failed")));
  }
}

/** Notices of the form: fields of the template and keys of the task that the document type does not have. */

import { button, el } from "../core/dom.js";
import { notice, placeholderChip } from "../core/frame.js";
import { t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";
import { state, update } from "../core/state.js";
import { OPEN } from "./open_fields.js";
import { withoutOther, withValue } from "./task.js";

const SHOWN_CHARACTERS = 120;

/** Fields of the template that the document type does not have. @param {string[]} known */
export function unknownFields(known) {
  const unknown = (state.inspection?.fields ?? []).filter((field) => !known.includes(field.name));
  if (!unknown.length) return null;
  return notice(
    "warn",
    { id: "unknown-fields" },
    el("h3", null, t("unknown_fields_title", { n: unknown.length })),
    el("p", null, t("unknown_fields_hint")),
    el(
      "ul",
      { class: "rows" },
      unknown
        .slice(0, 50)
        .map((field) =>
          el(
            "li",
            null,
            placeholderChip(field.name),
            " ",
            el("span", { class: "place" }, placeInWords(field.places[0] ?? "")),
          ),
        ),
    ),
  );
}

/**
 * Keys of the task that the document type does not have; the server rejects them.
 * @param {import("./task.js").Task} task @param {string[]} known @param {() => void} redraw shows the form anew
 */
export function unknownKeys(task, known, redraw) {
  const inPayload = Object.keys(task.payload).filter((key) => !known.includes(key));
  if (!inPayload.length && !Object.keys(task.others).length) return null;
  const isOpen = state.skill === OPEN;
  const isAllowed = isOpen && state.options.allow_unused && !Object.keys(task.others).length;
  const items = [
    ...Object.keys(task.others).map((key) => ({
      key,
      value: task.others[key],
      without: () => withoutOther(state.text, key),
    })),
    ...inPayload.map((key) => ({
      key,
      value: task.payload[key],
      without: () => withValue(state.text, key, undefined),
    })),
  ];
  const remove = (/** @type {() => string} */ without) => () => {
    update({ text: without(), taskErrors: [] });
    redraw();
  };
  return notice(
    "warn",
    { id: "unknown-keys" },
    el("h3", null, t(isOpen ? "unknown_keys_open_title" : "unknown_keys_title", { n: items.length })),
    el("p", null, t(isAllowed ? "unknown_keys_allowed_hint" : "unknown_keys_hint")),
    el(
      "ul",
      { class: "rows" },
      items.map(({ key, value, without }) =>
        el(
          "li",
          null,
          el("span", null, el("code", null, key), " ", el("span", { class: "soft" }, shortJson(value))),
          button(
            { class: "quiet", "aria-label": t("remove_key", { key }), onclick: remove(without) },
            t("remove"),
          ),
        ),
      ),
    ),
  );
}

/** A value as JSON, cut off where it is long. @param {unknown} value */
export function shortJson(value) {
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

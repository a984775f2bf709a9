/** What is still open in a document, and what stays as text in it, as lists. */

import { button, el } from "../core/dom.js";
import { chip, placeholderChip } from "../core/frame.js";
import { hasMessage, inLanguage, t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";
import { state } from "../core/state.js";
import { OPEN } from "../work/open_fields.js";
import { fieldsOf } from "../work/skill_choice.js";
import { placeOfField, showInput } from "./open_places.js";

/** @typedef {import("../core/answers.js").MissingFields} MissingFields */
/** @typedef {import("../core/answers.js").UnsupportedPlaceholder} UnsupportedPlaceholder */

const SHOWN_UNSUPPORTED = 50;
const SHOWN_SLIPS = 50;

/** Payload keys that no placeholder takes. @param {import("../core/answers.js").UnusedKey[]} keys */
export function unusedKeys(keys) {
  if (!keys.length) return null;
  return el(
    "section",
    { class: "block", id: "unused", "aria-labelledby": "unused-title" },
    el("h3", { id: "unused-title" }, t("unused_title")),
    el(
      "ul",
      { class: "rows" },
      keys.slice(0, SHOWN_SLIPS).map(({ key, suggestion }) => {
        const label = inLanguage(fieldsOf(state.skill)[key]?.label);
        return el(
          "li",
          { "data-key": key },
          el(
            "span",
            null,
            el("code", null, key),
            " ",
            label,
            suggestion && [" ", t("unused_meant"), " ", placeholderChip(suggestion)],
          ),
        );
      }),
    ),
    keys.length > SHOWN_SLIPS &&
      el("p", { class: "hint" }, t("more_not_shown", { n: keys.length - SHOWN_SLIPS })),
  );
}

/** Bracketed words in other scripts, which may be fields or ordinary text. @param {string[]} words */
export function undeclaredWords(words) {
  if (!words.length) return null;
  return el(
    "section",
    { class: "block", id: "undeclared", "aria-labelledby": "undeclared-title" },
    el("h3", { id: "undeclared-title" }, t("undeclared_title")),
    el("p", { class: "hint" }, t("undeclared_hint")),
    el(
      "p",
      null,
      words.slice(0, SHOWN_SLIPS).map((word) => [placeholderChip(word), " "]),
    ),
    words.length > SHOWN_SLIPS &&
      el("p", { class: "hint" }, t("more_not_shown", { n: words.length - SHOWN_SLIPS })),
  );
}

/** @param {MissingFields} missing */
export function missingFields({ missing_required: required, missing_optional: optional, missing: places = [] }) {
  if (!required.length && !optional.length) return null;
  const meant = new Map(places.map(({ field, suggestion }) => [field, suggestion]));
  return el(
    "section",
    { class: "block", id: "missing", "aria-labelledby": "missing-title" },
    el("h3", { id: "missing-title" }, t("missing_title")),
    required.length > 0 &&
      el(
        "ul",
        { class: "rows" },
        inFormOrder(required).map((name) => missingItem(name, true, null)),
      ),
    optional.length > 0 && [
      el("p", { class: "hint" }, t("missing_optional_hint")),
      el(
        "ul",
        { class: "rows" },
        inFormOrder(optional).slice(0, 100).map((name) => missingItem(name, false, meant.get(name) ?? null)),
      ),
    ],
  );
}

/** The service names them by the alphabet; names that the form does not have come last. @param {string[]} names */
function inFormOrder(names) {
  const order = Object.keys(fieldsOf(state.skill));
  const places = new Map(
    names.map((name) => {
      const place = placeOfField(state.skill, name);
      return [name, place ? [order.indexOf(place.key), place.row ?? -1] : [order.length, 0]];
    }),
  );
  return [...names].sort((one, other) => {
    const [first, second] = [one, other].map((name) => places.get(name) ?? []);
    return first[0] - second[0] || first[1] - second[1];
  });
}

/** @param {string} name @param {boolean} isRequired @param {string | null} suggestion */
function missingItem(name, isRequired, suggestion) {
  const place = placeOfField(state.skill, name);
  return el(
    "li",
    { "data-field": name },
    el(
      "span",
      null,
      place ? el("span", { class: "field-label" }, place.label) : placeholderChip(name),
      " ",
      el("span", { class: "for-developers" }, place && placeholderChip(name)),
      " ",
      isRequired
        ? chip("warn", t("required"))
        : !place && state.skill !== OPEN && chip("plain", t("field_unknown")),
      suggestion && [" ", t("problem_suggestion"), " ", placeholderChip(suggestion)],
    ),
    place &&
      button(
        { class: "go-to-input", "data-key": place.key, onclick: () => showInput(place.key, place.row, place.column) },
        t("go_to_input"),
      ),
  );
}

/** @param {import("../core/answers.js").ReplaceLog | null} log @returns {UnsupportedPlaceholder[]} */
export function unsupportedOf(log) {
  return (log?.entries ?? [])
    .filter(({ status }) => status === "unsupported")
    .map(({ kind = "", original_text: text, paragraph_path, suggestion = null }) => ({
      kind,
      text,
      paragraph_path,
      suggestion,
    }));
}

/** @param {UnsupportedPlaceholder[]} items @param {number} [count] */
export function unsupported(items, count = items.length) {
  if (!count) return null;
  return el(
    "section",
    { class: "block", id: "unsupported", "aria-labelledby": "unsupported-title" },
    el("h3", { id: "unsupported-title" }, t("unsupported_title", { n: count })),
    el("p", { class: "hint" }, t("unsupported_hint")),
    el(
      "ul",
      { class: "rows" },
      items
        .slice(0, SHOWN_UNSUPPORTED)
        .map(({ text, kind, paragraph_path: path, suggestion }) =>
          el(
            "li",
            null,
            el(
              "span",
              null,
              placeholderChip(text),
              " ",
              hasMessage(`problem_kind_${kind}`) && t(`problem_kind_${kind}`),
              suggestion && [" ", t("problem_suggestion"), " ", placeholderChip(suggestion)],
            ),
            el("span", { class: "place", title: path }, placeInWords(path)),
          ),
        ),
    ),
    count > SHOWN_UNSUPPORTED &&
      el("p", { class: "hint" }, t("more_not_shown", { n: count - SHOWN_UNSUPPORTED })),
  );
}

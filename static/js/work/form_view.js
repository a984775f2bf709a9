/** The task as a form: one input per field of the document type, with a note where the template does not use it. */

import { button, el, refill } from "../core/dom.js";
import { chip, notice, placeholderChip } from "../core/frame.js";
import { inLanguage, t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";
import { on, state, update } from "../core/state.js";
import { listInput, textInput } from "./form_inputs.js";
import { fieldsOf, placeholderOf } from "./skill_choice.js";
import { emptyTask, readTask, withoutOther, withValue } from "./task.js";

/** @typedef {import("../core/answers.js").PayloadField} PayloadField */

const SHOWN_CHARACTERS = 120;

/** Show the form in `place`. @param {HTMLElement} place */
export function showForm(place) {
  const task = readTask(state.text);
  const fields = Object.entries(fieldsOf(state.skill));
  if (!state.meta)
    return refill(
      place,
      notice(
        "plain",
        { id: "form-unavailable" },
        t(state.metaBusy ? "meta_loading" : "form_needs_meta"),
        " ",
        toJson(),
      ),
    );
  if (state.text.trim() !== "" && !task.isTask) return refill(place, unreadable(task));
  if (!fields.length)
    return refill(
      place,
      notice(
        "plain",
        { id: "form-empty" },
        state.skill || task.type
          ? [t("skill_unknown", { type: task.type }), " ", toJson()]
          : t("form_choose_first"),
      ),
    );
  const wanted = wantedPlaceholders();
  return refill(
    place,
    el(
      "form",
      {
        id: "task-form",
        novalidate: true,
        autocomplete: "off",
        onsubmit: (event) => event.preventDefault(),
      },
      unknownKeys(
        task,
        fields.map(([key]) => key),
        place,
      ),
      fields.map(([key, field]) => fieldRow(key, field, task.payload[key], wanted)),
      unknownFields(fields.map(([key, field]) => placeholderOf(key, field))),
    ),
  );
}

/** Show the errors that the server found when they change. */
export function watchForm() {
  on(["taskErrors"], () => {
    for (const row of document.querySelectorAll("#task-form [data-key]"))
      showErrors(/** @type {HTMLElement} */ (row));
  });
}

/** The input of a payload key, if the form shows one. @param {string} key @returns {HTMLElement | null} */
export function inputOf(key) {
  const row = [...document.querySelectorAll("#task-form [data-key]")].find(
    (each) => /** @type {HTMLElement} */ (each).dataset.key === key,
  );
  return row?.querySelector("textarea, button") ?? null;
}

/** @param {string} key @param {PayloadField} field @param {unknown} value @param {Map<string, number> | null} wanted */
function fieldRow(key, field, value, wanted) {
  const id = `field-${key}`;
  const isList = field.type === "list";
  const count = wanted?.get(placeholderOf(key, field)) ?? 0;
  const isRequired = field.required && (!wanted || count > 0);
  const about = [`${id}-hint`, `${id}-errors`];
  const label = [
    inLanguage(field.label) || key,
    " ",
    isRequired && el("span", { class: "required" }, t("required")),
  ];
  const isUnused = wanted !== null && !count;
  const input = {
    id,
    describedBy: about.join(" "),
    required: isRequired,
    example: field.example,
    onValue: (/** @type {string | string[]} */ next) => keep(key, next),
  };
  const row = el(
    isList ? "fieldset" : "div",
    { class: "field", "data-key": key, "data-unused": isUnused },
    isList ? el("legend", null, label) : el("label", { for: id }, label),
    " ",
    isUnused && chip("plain", t("field_unused")),
    el("p", { class: "hint", id: about[0] }, inLanguage(field.description)),
    valueInput(field, input, value) ?? misfit(value),
    !field.required && isFit(field, value) && blankChoice(key, field, value, isUnused),
    el("p", { class: "field-errors", id: about[1] }),
  );
  showErrors(row);
  return row;
}

/**
 * The input that shows `value`; `null` when the value is not of the field's type.
 * @param {PayloadField} field
 * @param {import("./form_inputs.js").Input} input
 * @param {unknown} value
 */
function valueInput(field, input, value) {
  if (field.type === "list") {
    const texts = value ?? [];
    return isTexts(texts) ? listInput(input, texts) : null;
  }
  const text = value ?? "";
  return typeof text === "string" ? textInput(input, text) : null;
}

/** Whether an input can show `value`. @param {PayloadField} field @param {unknown} value */
function isFit(field, value) {
  return (
    value === undefined ||
    value === null ||
    (field.type === "list" ? isTexts(value) : typeof value === "string")
  );
}

/** @param {unknown} value @returns {value is string[]} */
function isTexts(value) {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** @param {unknown} value */
function misfit(value) {
  return notice(
    "warn",
    { class: "notice inline" },
    t("value_misfit"),
    " ",
    el("code", null, shortJson(value)),
    " ",
    toJson(),
  );
}

/**
 * The choice to fill an optional field with nothing; without a value its placeholder stays in the document.
 * @param {string} key @param {PayloadField} field @param {unknown} value @param {boolean} isUnused
 */
function blankChoice(key, field, value, isUnused) {
  const nothing = field.type === "list" ? [] : "";
  const isBlank = value === "" || (Array.isArray(value) && value.length === 0);
  const box = el("input", { type: "checkbox", checked: isBlank, "data-blank": key });
  box.addEventListener("change", () => keep(key, box.checked ? nothing : undefined));
  const hasValue = value !== undefined && value !== null && !isBlank;
  return el("label", { class: "blank-choice", hidden: hasValue || isUnused }, box, " ", t("leave_blank"));
}

/** Put a value into the task. @param {string} key @param {string | string[] | undefined} value `undefined` removes it */
function keep(key, value) {
  const text = state.text.trim() === "" ? emptyTask(state.skill) : state.text;
  const prefix = `$.payload.${key}`;
  const taskErrors = state.taskErrors.filter(({ path }) => path !== prefix && !path.startsWith(`${prefix}[`));
  const row = inputOf(key)?.closest("[data-key]");
  const box = /** @type {HTMLInputElement | null} */ (row?.querySelector("[data-blank]"));
  const isFilled = value !== undefined && value.length > 0;
  if (box && isFilled) box.checked = false;
  box?.closest("label")?.toggleAttribute("hidden", isFilled);
  const isLeftBlank = !isFilled && box?.checked;
  const field = fieldsOf(state.skill)[key];
  const kept = isLeftBlank ? (field.type === "list" ? [] : "") : isFilled ? value : undefined;
  update({
    text: withValue(text, key, kept),
    ...(taskErrors.length === state.taskErrors.length ? {} : { taskErrors }),
  });
}

/** @param {HTMLElement} row */
function showErrors(row) {
  const prefix = `$.payload.${row.dataset.key}`;
  const errors = state.taskErrors.filter(({ path }) => path === prefix || path.startsWith(`${prefix}[`));
  const place = row.querySelector(".field-errors");
  if (!place) return;
  refill(
    place,
    errors.map(({ path, message }) =>
      el("span", { lang: "en" }, `${path.slice("$.payload.".length)}: ${message}`),
    ),
  );
  const inputs = [...row.querySelectorAll("textarea")];
  const isWhole = errors.some(({ path }) => path === prefix);
  inputs.forEach((input, index) => {
    const isWrong = isWhole || errors.some(({ path }) => path === `${prefix}[${index}]`);
    if (isWrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  });
}

/** How often each placeholder occurs in the template; `null` without a template. @returns {Map<string, number> | null} */
function wantedPlaceholders() {
  if (!state.inspection) return null;
  return new Map(state.inspection.fields.map((field) => [field.name, field.count]));
}

/** Fields of the template that the document type does not have. @param {string[]} known */
function unknownFields(known) {
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

/** Keys of the task that the document type does not have; the server rejects them. */
function unknownKeys(
  /** @type {import("./task.js").Task} */ task,
  /** @type {string[]} */ known,
  /** @type {HTMLElement} */ place,
) {
  const inPayload = Object.keys(task.payload).filter((key) => !known.includes(key));
  if (!inPayload.length && !Object.keys(task.others).length) return null;
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
    showForm(place);
  };
  return notice(
    "warn",
    { id: "unknown-keys" },
    el("h3", null, t("unknown_keys_title", { n: items.length })),
    el("p", null, t("unknown_keys_hint")),
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

/** @param {import("./task.js").Task} task */
function unreadable(task) {
  const words = task.error ? t("form_invalid_json", { line: task.error.line }) : t("form_no_task");
  return notice("warn", { id: "form-unreadable" }, el("p", null, words), el("p", null, toJson()));
}

function toJson() {
  return button(
    { class: "quiet", "data-to": "json", onclick: () => update({ view: "json" }) },
    t("edit_as_json"),
  );
}

/** @param {unknown} value */
function shortJson(value) {
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

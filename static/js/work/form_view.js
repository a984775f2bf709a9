/** The task as a form: one input per field of the document type, with a note where the template does not use it. */

import { button, el, refill } from "../core/dom.js";
import { chip, notice } from "../core/frame.js";
import { inLanguage, t } from "../core/i18n.js";
import { on, state, update } from "../core/state.js";
import { shortJson, unknownFields, unknownKeys } from "./form_notices.js";
import { jsonInput, listInput, textInput } from "./form_inputs.js";
import { plainForm, plainPath } from "./json_text.js";
import { OPEN } from "./open_fields.js";
import { fieldsOf, placeholderOf } from "./skill_choice.js";
import { emptyTask, readTask, withValue, writtenValue } from "./task.js";

/** @typedef {import("./open_fields.js").Field} PayloadField */

/** @typedef {import("./json_text.js").JsonError} JsonError */

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
        state.skill === OPEN
          ? t(state.inspection ? "form_no_fields" : "form_needs_template")
          : state.skill || task.type
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
        () => showForm(place),
      ),
      fields.map(([key, field]) => fieldRow(key, field, task.payload[key], wanted)),
      state.skill !== OPEN && unknownFields(fields.map(([key, field]) => placeholderOf(key, field))),
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
  const isOpen = state.skill === OPEN;
  const count = isOpen ? 1 : (wanted?.get(placeholderOf(key, field)) ?? 0);
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
    field.isUndeclared && chip("plain", t("field_undeclared")),
    el(
      "p",
      { class: "hint", id: about[0] },
      field.type === "json" ? t("field_json_hint") : inLanguage(field.description),
    ),
    valueInput(key, field, input, value) ?? misfit(value),
    !field.required &&
      (!isOpen || field.isUndeclared) &&
      isFit(field, value) &&
      blankChoice(key, field, value, isUnused),
    el("p", { class: "field-errors", id: about[1] }),
  );
  showErrors(row);
  return row;
}

/**
 * The input that shows `value`; `null` when the value is not of the field's type.
 * @param {string} key
 * @param {PayloadField} field
 * @param {import("./form_inputs.js").Input} input
 * @param {unknown} value
 */
function valueInput(key, field, input, value) {
  if (field.type === "json") {
    const onValue = (/** @type {unknown} */ next, /** @type {JsonError | null} */ error) =>
      keepJson(key, next, error);
    return jsonInput(input, value === undefined ? "" : writtenValue(state.text, key), onValue);
  }
  // A number stays as it is written until it is edited.
  if (typeof value === "number" && state.skill === OPEN && field.type === "text")
    return textInput(input, writtenValue(state.text, key));
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

/**
 * Put the value of a JSON input into the task. Of JSON with an error it has none, rather than an earlier one.
 * @param {string} key @param {unknown} value @param {JsonError | null} error
 */
function keepJson(key, value, error) {
  store(key, error ? undefined : value);
  const place = document.getElementById(`field-${key}-errors`);
  if (!error || !place) return;
  const words = t(error.code, { found: error.found, plain: plainForm(error.found) });
  refill(place, el("span", null, t("json_line", { line: error.line, column: error.column }), ": ", words));
  document.getElementById(`field-${key}`)?.setAttribute("aria-invalid", "true");
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
  const row = inputOf(key)?.closest("[data-key]");
  const box = /** @type {HTMLInputElement | null} */ (row?.querySelector("[data-blank]"));
  const isFilled = value !== undefined && value.length > 0;
  if (box && isFilled) box.checked = false;
  box?.closest("label")?.toggleAttribute("hidden", isFilled);
  const isLeftBlank = !isFilled && box?.checked;
  const field = fieldsOf(state.skill)[key];
  store(key, isLeftBlank ? (field.type === "list" ? [] : "") : isFilled ? value : undefined);
}

/** Set or remove a value of the task, and forget the errors about it. @param {string} key @param {unknown} value */
function store(key, value) {
  const text = state.text.trim() === "" ? emptyTask(state.skill) : state.text;
  const taskErrors = state.taskErrors.filter(({ path }) => !isAbout(key, path));
  const row = /** @type {HTMLElement | null | undefined} */ (inputOf(key)?.closest("[data-key]"));
  update({
    text: withValue(text, key, value),
    ...(taskErrors.length === state.taskErrors.length ? {} : { taskErrors }),
  });
  if (row) showErrors(row);
}

/** Whether an error's path leads to the value of a key or into it. @param {string} key @param {string} path */
function isAbout(key, path) {
  const prefix = `$.payload.${key}`;
  const plain = plainPath(path);
  return plain === prefix || plain.startsWith(`${prefix}[`) || plain.startsWith(`${prefix}.`);
}

/** @param {HTMLElement} row */
function showErrors(row) {
  const key = row.dataset.key ?? "";
  const prefix = `$.payload.${key}`;
  const errors = state.taskErrors
    .filter(({ path }) => isAbout(key, path))
    .map((error) => ({ ...error, path: plainPath(error.path) }));
  const place = row.querySelector(".field-errors");
  if (!place) return;
  refill(
    place,
    errors.map(({ path, message, suggestion }) =>
      el(
        "span",
        { lang: "en" },
        [`${path.slice("$.payload.".length)}: ${message}`, suggestion].filter(Boolean).join(" "),
      ),
    ),
  );
  const inputs = [...row.querySelectorAll("textarea")];
  const isList = fieldsOf(state.skill)[key]?.type === "list";
  const isWhole = errors.some(({ path }) => path === prefix || !isList);
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

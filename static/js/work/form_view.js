/** The task as a form: one input per field, with its label, what is wrong with its value, and where it stands in the template. */

import { announce, button, el, refill } from "../core/dom.js";
import { chip, notice } from "../core/frame.js";
import { inLanguage, t } from "../core/i18n.js";
import { on, state, update } from "../core/state.js";
import { candidatesBox, contextOf } from "./candidates.js";
import { editor, isShowable } from "./editors.js";
import { shortJson, unknownFields, unknownKeys } from "./form_notices.js";
import { jsonInput, textInput } from "./form_inputs.js";
import { plainForm, plainPath } from "./json_text.js";
import { OPEN, openFields } from "./open_fields.js";
import { fieldsOf, placeholderOf } from "./skill_choice.js";
import { emptyTask, readTask, withValue, writtenValue } from "./task.js";
import { faultOf } from "./value_faults.js";

/** @typedef {import("./open_fields.js").Field} Field */
/** @typedef {import("./json_text.js").JsonError} JsonError */

/** Inputs that are several controls: their name is a legend. */
const GROUPS = new Set(["list", "table", "object", "picture", "document"]);

/** Show the form in `place`. @param {HTMLElement} place */
export function showForm(place) {
  const task = readTask(state.text);
  const fields = Object.entries(fieldsOf(state.skill));
  const lack = firstLack(task, fields);
  if (lack) return refill(place, lack);
  const wanted = wantedPlaceholders();
  const isOpen = state.skill === OPEN;
  const offered = isOpen ? offeredCandidates(fields, task.payload) : [];
  const shown = fields.filter(([key]) => !offered.includes(key));
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
      shown.map(([key, field]) => fieldRow(key, field, task.payload[key], wanted)),
      candidatesBox(offered, (names) => {
        update({ shownCandidates: new Set([...state.shownCandidates, ...names]) });
        showForm(place);
        inputOf(names[0])?.focus();
        announce(t("candidates_added", { n: names.length }));
      }),
      !isOpen && unknownFields(fields.map(([key, field]) => placeholderOf(key, field))),
    ),
  );
}

/** Why there is no form yet. @param {import("./task.js").Task} task @param {unknown[]} fields */
function firstLack(task, fields) {
  if (!state.meta)
    return notice(
      "plain",
      { id: "form-unavailable" },
      t(state.metaBusy ? "meta_loading" : "form_needs_meta"),
      " ",
      toJson(),
    );
  if (state.text.trim() !== "" && !task.isTask) return unreadable(task);
  if (fields.length) return null;
  return notice(
    "plain",
    { id: "form-empty" },
    state.skill === OPEN
      ? t(state.inspection ? "form_no_fields" : "form_needs_template")
      : state.skill || task.type
        ? [t("skill_unknown", { type: task.type }), " ", toJson()]
        : t("form_choose_first"),
  );
}

/**
 * Bracketed words that nobody declared and that have no value: they are offered. Where the template has nothing else, all
 * of them have inputs.
 * @param {[string, Field][]} fields @param {Record<string, unknown>} payload
 */
function offeredCandidates(fields, payload) {
  if (fields.every(([, field]) => field.isUndeclared)) return [];
  return fields
    .filter(([key, field]) => field.isUndeclared && !(key in payload) && !state.shownCandidates.has(key))
    .map(([key]) => key);
}

/** Show the errors that the server found when they change. */
export function watchForm() {
  on(["taskErrors"], () => {
    for (const row of document.querySelectorAll("#task-form > [data-key]"))
      showErrors(/** @type {HTMLElement} */ (row));
  });
}

/** The input of a payload key, if the form shows one. @param {string} key @returns {HTMLElement | null} */
export function inputOf(key) {
  return rowOf(key)?.querySelector("textarea, input, select, button") ?? null;
}

/** @param {string} key @returns {HTMLElement | undefined} */
function rowOf(key) {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#task-form > [data-key]")]).find(
    (each) => each.dataset.key === key,
  );
}

/** @param {string} key @param {Field} field @param {unknown} value @param {Map<string, number> | null} wanted */
function fieldRow(key, field, value, wanted) {
  const id = `field-${key}`;
  const isGroup = GROUPS.has(field.type);
  const isOpen = state.skill === OPEN;
  const count = isOpen ? 1 : (wanted?.get(placeholderOf(key, field)) ?? 0);
  const isRequired = field.required && (!wanted || count > 0);
  const isUnused = wanted !== null && !count;
  const name = inLanguage(field.label) || key;
  const label = [name, " ", isRequired && el("span", { class: "required" }, t("required"))];
  const about = { id, describedBy: `${id}-hint ${id}-errors`, required: isRequired };
  const ofType = field.type === "json" ? t("field_json_hint") : field.type === "rich" ? t("field_rich_hint") : "";
  const hint = ofType || inLanguage(field.description);
  const row = el(
    isGroup ? "fieldset" : "div",
    { class: "field", "data-key": key, "data-type": field.type, "data-unused": isUnused },
    isGroup ? el("legend", null, label) : el("label", { for: id }, label),
    " ",
    isUnused && chip("plain", t("field_unused")),
    field.isUndeclared && chip("plain", t("field_undeclared")),
    el("p", { class: "hint", id: `${id}-hint` }, hint),
    isShowable(field, value) ? input(key, field, value, isGroup ? { ...about, label: name } : about) : misfit(value),
    hasBlankChoice(field, isOpen) && isShowable(field, value) && blankChoice(key, field, value, isUnused),
    el("p", { class: "field-errors", id: `${id}-errors` }),
    contextOf(name, isOpen ? field.context : openFields()[placeholderOf(key, field)]?.context),
  );
  showErrors(row);
  return row;
}

/** @param {string} key @param {Field} field @param {unknown} value @param {import("./typed_inputs.js").About} about */
function input(key, field, value, about) {
  const onValue = (/** @type {unknown} */ next) => keep(key, next);
  if (field.type === "json") {
    const written = value === undefined ? "" : writtenValue(state.text, key);
    return jsonInput(written, { ...about, example: field.example }, (next, error) => keepJson(key, next, error));
  }
  // A number stays as it is written until it is edited.
  if (typeof value === "number") {
    const written = writtenValue(state.text, key);
    if (field.type === "number") return editor(field, written, about, onValue);
    if (field.type === "text")
      return textInput(written, { ...about, example: field.example }, (text) => onValue(text || undefined));
  }
  return editor(field, value, about, onValue);
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

/** Whether a field may be left out of the document on purpose. @param {Field} field @param {boolean} isOpen */
function hasBlankChoice(field, isOpen) {
  if (isOpen && (field.type === "list" || field.type === "table")) return true;
  return !field.required && (!isOpen || field.isUndeclared === true);
}

/**
 * The choice to fill a field with nothing; without a value its placeholder stays in the document.
 * @param {string} key @param {Field} field @param {unknown} value @param {boolean} isUnused
 */
function blankChoice(key, field, value, isUnused) {
  const isBlank = value === "" || (Array.isArray(value) && value.length === 0);
  const box = el("input", { type: "checkbox", checked: isBlank, "data-blank": key });
  box.addEventListener("change", () => store(key, box.checked ? nothingOf(field) : undefined));
  const hasValue = value !== undefined && value !== null && !isBlank;
  const words = t(Array.isArray(nothingOf(field)) && state.skill === OPEN ? "leave_out_list" : "leave_blank");
  return el("label", { class: "blank-choice", hidden: hasValue || isUnused }, box, " ", words);
}

/** @param {Field} field */
function nothingOf(field) {
  return field.type === "list" || field.type === "table" ? [] : "";
}

/** Put a value into the task. @param {string} key @param {unknown} value `undefined` removes it */
function keep(key, value) {
  const box = /** @type {HTMLInputElement | null | undefined} */ (rowOf(key)?.querySelector("[data-blank]"));
  const isFilled = value !== undefined;
  if (box && isFilled) box.checked = false;
  box?.closest("label")?.toggleAttribute("hidden", isFilled);
  store(key, !isFilled && box?.checked ? nothingOf(fieldsOf(state.skill)[key]) : value);
}

/** Set or remove a value of the task, and forget the errors about it. @param {string} key @param {unknown} value */
function store(key, value) {
  const text = state.text.trim() === "" ? emptyTask(state.skill) : state.text;
  const taskErrors = state.taskErrors.filter(({ path }) => !isAbout(key, path));
  const row = rowOf(key);
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

/** Show what is wrong with the value of a row: as it is typed, and what the server found. @param {HTMLElement} row */
function showErrors(row) {
  const key = row.dataset.key ?? "";
  const field = fieldsOf(state.skill)[key];
  const prefix = `$.payload.${key}`;
  const fault = field ? faultOf(field, readTask(state.text).payload[key]) : "";
  const errors = state.taskErrors
    .filter(({ path }) => isAbout(key, path))
    .map((error) => ({ ...error, path: plainPath(error.path) }));
  const place = row.querySelector(`[id="field-${CSS.escape(key)}-errors"]`);
  if (!place) return;
  refill(
    place,
    fault && el("span", { "data-fault": fault }, t(fault)),
    errors.map(({ path, message, suggestion }) =>
      el(
        "span",
        { lang: "en" },
        [`${path.slice("$.payload.".length)}: ${message}`, suggestion].filter(Boolean).join(" "),
      ),
    ),
  );
  // A table marks its cells itself.
  if (row.dataset.type === "table" || row.dataset.type === "object") return;
  const inputs = [...row.querySelectorAll("textarea, input:not([data-blank]), select")];
  const isList = field?.type === "list";
  const isWhole = fault !== "" || errors.some(({ path }) => path === prefix || !isList);
  inputs.forEach((each, index) => {
    const isWrong = isWhole || errors.some(({ path }) => path === `${prefix}[${index}]`);
    if (isWrong) each.setAttribute("aria-invalid", "true");
    else each.removeAttribute("aria-invalid");
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
    { class: "quiet for-developers", "data-to": "json", onclick: () => update({ view: "json" }) },
    t("edit_as_json"),
  );
}

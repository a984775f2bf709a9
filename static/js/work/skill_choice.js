/** The document type of the task; each type keeps its own text, so that a wrong choice loses nothing. */

import { state, update } from "../core/state.js";
import { inLanguage, t } from "../core/i18n.js";
import { OPEN, openFields, takesOpenTasks } from "./open_fields.js";
import { emptyTask, readTask, withValue } from "./task.js";

/** The texts of the types that are not chosen now. @type {Map<string, string>} */
const drafts = new Map();

/** Delete the texts of the other types. */
export function forgetTypes() {
  drafts.clear();
}

/**
 * Choose a document type: with its own text if there is one, else with an empty task and the values of the keys
 * that both types have.
 * @param {string} skill
 */
export function chooseSkill(skill) {
  const task = readTask(state.text);
  if (skill === state.skill && task.isTask && task.type === skill) return;
  if (state.skill) drafts.set(state.skill, state.text);
  let text = drafts.get(skill);
  if (text === undefined) {
    text = emptyTask(skill);
    const known = fieldsOf(skill);
    for (const [key, value] of Object.entries(task.payload))
      if (key in known) text = withValue(text, key, value);
  }
  update({ skill, text, taskErrors: [] });
}

/** Use a text as the task, and choose its document type if the server has it. @param {string} text */
export function takeText(text) {
  const { type } = readTask(text);
  update({
    text,
    taskErrors: [],
    skill: isKnown(type) ? type : state.skill,
  });
}

/**
 * The document type that fits the template: the one that it suggests, unless it has tags that only a task without a
 * document type fills and fields that the type does not have.
 */
export function fittingType() {
  const { suggested_skill: suggested, language, fields = [], schema } = state.inspection ?? {};
  const isForOpen = takesOpenTasks() && (language === 2 || (!suggested && schema && Object.keys(openFields()).length > 0));
  const hasAll = suggested && fields.every(({ known_in: types = [suggested] }) => types.includes(suggested));
  if (isForOpen && !hasAll) return OPEN;
  if (suggested) return isKnown(suggested) ? suggested : null;
  return state.inspection && schema && takesOpenTasks() ? OPEN : null;
}

/** What people call a document type; "" for one that the server does not have. @param {string} type */
export function titleOf(type) {
  if (type === OPEN && takesOpenTasks()) return t("skill_open");
  const schema = state.meta?.task_payload_schemas[type];
  return schema ? inLanguage(schema.title) || type : "";
}

/** Whether the server takes tasks of a type. @param {string} type */
function isKnown(type) {
  return type in (state.meta?.task_payload_schemas ?? {}) || (type === OPEN && takesOpenTasks());
}

/** Add what the template's sample task has and the task has not. */
export function addSample() {
  const sample = /** @type {Record<string, unknown>} */ (state.inspection?.sample_task?.payload ?? {});
  let text = readTask(state.text).isTask ? state.text : emptyTask(OPEN);
  const { payload } = readTask(text);
  for (const [key, value] of Object.entries(sample)) if (!(key in payload)) text = withValue(text, key, value);
  update({ text, taskErrors: [] });
}

/** Choose the document type that fits the template, unless values were already given for another. */
export function followTemplate() {
  const fitting = fittingType();
  if (!fitting) return;
  const task = readTask(state.text);
  const isUntouched =
    state.text.trim() === "" ||
    (task.isTask && Object.keys(task.payload).length === 0 && Object.keys(task.others).length === 0);
  if (isUntouched) chooseSkill(fitting);
}

/** The fields of a document type, by payload key. @param {string} skill @returns {Record<string, import("./open_fields.js").Field>} */
export function fieldsOf(skill) {
  if (skill === OPEN && takesOpenTasks()) return openFields();
  return state.meta?.task_payload_schemas[skill]?.fields ?? {};
}

/** The placeholder that a field fills. @param {string} key @param {import("../core/answers.js").PayloadField} field */
export function placeholderOf(key, field) {
  return field.placeholder ?? key.toUpperCase();
}

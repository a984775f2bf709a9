/** The document type of the task; each type keeps its own text, so that a wrong choice loses nothing. */

import { state, update } from "../core/state.js";
import { emptyTask, readTask, withValue } from "./task.js";

/** The texts of the types that are not chosen now. @type {Map<string, string>} */
const drafts = new Map();

/** Delete the texts of the other types. */
export function forgetDrafts() {
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
    skill: type in (state.meta?.task_payload_schemas ?? {}) ? type : state.skill,
  });
}

/** Choose the document type that the template suggests, unless values were already given for another. */
export function followTemplate() {
  const suggested = state.inspection?.suggested_skill;
  if (!suggested || !(suggested in (state.meta?.task_payload_schemas ?? {}))) return;
  const task = readTask(state.text);
  const isUntouched =
    state.text.trim() === "" ||
    (task.isTask && Object.keys(task.payload).length === 0 && Object.keys(task.others).length === 0);
  if (isUntouched) chooseSkill(suggested);
}

/** The fields of a document type, by payload key. @param {string} skill @returns {Record<string, import("../core/answers.js").PayloadField>} */
export function fieldsOf(skill) {
  return state.meta?.task_payload_schemas[skill]?.fields ?? {};
}

/** The placeholder that a field fills. @param {string} key @param {import("../core/answers.js").PayloadField} field */
export function placeholderOf(key, field) {
  return field.placeholder ?? key.toUpperCase();
}

/** Which document type the task is of; each type keeps its own text, so that a wrong choice loses nothing. */

import { state, update } from "../core/state.js";
import { emptyTask, readTask, withValue } from "./task.js";

/** The texts of the types that were left. @type {Map<string, string>} */
const drafts = new Map();

/** Begin anew with no text kept. */
export function forgetDrafts() {
  drafts.clear();
}

/**
 * Turn to a document type: its own text if there is one, else an empty one with the values of the keys that both
 * types know.
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

/** Take a text as the task, and its type when we know it. @param {string} text */
export function takeText(text) {
  const { type } = readTask(text);
  update({
    text,
    taskErrors: [],
    skill: type in (state.meta?.task_payload_schemas ?? {}) ? type : state.skill,
  });
}

/** Choose what the template asks for, unless values were already given for something else. */
export function followTemplate() {
  const suggested = state.inspection?.suggested_skill;
  if (!suggested || !(suggested in (state.meta?.task_payload_schemas ?? {}))) return;
  const task = readTask(state.text);
  const isUntouched =
    state.text.trim() === "" ||
    (task.isTask && Object.keys(task.payload).length === 0 && !task.strangers.length);
  if (isUntouched) chooseSkill(suggested);
}

/** The fields of a document type, by payload key. @param {string} skill @returns {Record<string, any>} */
export function fieldsOf(skill) {
  return state.meta?.task_payload_schemas[skill]?.fields ?? {};
}

/** The placeholder a field fills. @param {string} key @param {any} field */
export function placeholderOf(key, field) {
  return field.placeholder ?? key.toUpperCase();
}

/** The form of a preview that shows a Word file as it is, with nothing filled in. */

import { state } from "../core/state.js";
import { appendTemplate } from "../core/template.js";

/** A task of this document type fills no tag of template language 2, so with an empty payload nothing is filled. */
const PLAIN_TYPE = "meeting_notice";

/** @param {import("../core/state.js").Template} template */
export function asItIs(template) {
  const form = new FormData();
  appendTemplate(form, template);
  const task = state.meta?.supported_skills.includes(PLAIN_TYPE) ? { task_type: PLAIN_TYPE, payload: {} } : {};
  form.append("task", new File([JSON.stringify(task)], "task.json", { type: "application/json" }));
  form.append("format_mode", "off");
  // In place of a pattern of the library, whose fields the task does not have.
  form.append("name", "page");
  return form;
}

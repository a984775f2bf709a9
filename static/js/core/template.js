/** A template, which is a file of this computer or one of the server's library: its name, and how a request has it. */

import { baseName } from "./files.js";
import { inLanguage } from "./i18n.js";

/** @typedef {import("./state.js").Template} Template */

/** Add a template to a request: the file itself, or its name in the library. @param {FormData} form @param {Template} template */
export function appendTemplate(form, template) {
  if (template instanceof File) form.append("template", template);
  else form.append("template_name", template.name);
}

/** What people call a template: its file name, or its title. @param {Template} template */
export function titleOfTemplate(template) {
  return template instanceof File ? template.name : inLanguage(template.title) || template.name;
}

/** The beginning of names of files that are made of a template. @param {Template} template */
export function baseNameOf(template) {
  return template instanceof File ? baseName(template.name) : template.name;
}

/** Whether the page takes files of this computer as templates (`DOCOPS_CONSOLE_OWN_TEMPLATES`). */
export function takesOwnTemplates() {
  return document.documentElement.dataset.ownTemplates !== "off";
}

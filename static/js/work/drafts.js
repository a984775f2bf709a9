/** Drafts: what was typed for a template is kept in this browser, by the template's hash, until it is deleted. */

import { forgetNames, keepsDrafts, recall, remember } from "../core/settings.js";
import { on, state, update } from "../core/state.js";
import { titleOfTemplate } from "../core/template.js";
import { OPEN } from "./open_fields.js";
import { chooseSkill, fieldsOf, fittingType, followTemplate } from "./skill_choice.js";
import { emptyTask, readTask, withValue } from "./task.js";
import { isObject } from "./value_faults.js";

/** @typedef {import("../core/answers.js").Inspection} Inspection */
/**
 * @typedef {object} Draft
 * @property {string} time ISO 8601, of the last change
 * @property {string} title of the template
 * @property {string} library the template's name in the server's library; "" for a file
 * @property {string} skill
 * @property {string} text the task
 * @property {string[]} candidates bracketed words that have an input
 * @property {Inspection | null} form what the form is made of, so that it is there before the file is chosen again
 */

const PREFIX = "draft.";
const LAST = "lastDraft";
/** A form of more characters is not kept beside its draft. */
const MOST_OF_FORM = 300_000;

/** The template to which the task's text belongs. */
let openHash = "";

/** Keep what is typed from now on. */
export function watchDrafts() {
  on(["text", "skill", "shownCandidates"], saveDraft);
  addEventListener("beforeunload", (event) => {
    if (isUnsaved()) event.preventDefault();
  });
}

/** Whether closing the page would lose what was typed. */
function isUnsaved() {
  if (state.draft === "kept" || isUntouched()) return false;
  const { outcome } = state;
  return outcome?.kind !== "run" || outcome.job.task.trimEnd() !== state.text.trimEnd();
}

function saveDraft() {
  if (!state.templateHash || state.templateHash !== openHash) return;
  if (!keepsDrafts()) return update({ draft: "off" });
  if (isUntouched()) {
    forgetNames((name) => name === PREFIX + openHash);
    return update({ draft: "off" });
  }
  const { template, inspection } = state;
  const known = readDraft(openHash);
  /** @type {Draft} */
  const draft = {
    time: new Date().toISOString(),
    title: template ? titleOfTemplate(template) : (known?.title ?? state.draftTitle),
    library: template && !(template instanceof File) ? template.name : template ? "" : (known?.library ?? ""),
    skill: state.skill,
    text: withoutPictures(state.text),
    candidates: [...state.shownCandidates],
    form: known?.form ?? formOf(inspection),
  };
  const isKept = remember(PREFIX + openHash, draft) && remember(LAST, openHash);
  return update({ draft: isKept ? "kept" : "full" });
}

/** What the form is made of. @param {Inspection | null} inspection @returns {Inspection | null} */
function formOf(inspection) {
  if (!inspection) return null;
  const { fields, suggested_skill, language, schema, sample_task } = inspection;
  const form = { fields, suggested_skill, language, schema, sample_task, unsupported: [], problems: [] };
  return JSON.stringify(form).length > MOST_OF_FORM ? null : form;
}

/** The task without pictures in it, which are not kept. @param {string} text */
function withoutPictures(text) {
  let kept = text;
  const { isTask, payload } = readTask(text);
  if (!isTask || !/"(png|jpeg)"/.test(text)) return text;
  for (const [key, value] of Object.entries(payload)) if (hasPicture(value)) kept = withValue(kept, key, undefined);
  return kept;
}

/** @param {unknown} value @returns {boolean} */
function hasPicture(value) {
  if (Array.isArray(value)) return value.some(hasPicture);
  if (!isObject(value)) return false;
  return typeof value.png === "string" || typeof value.jpeg === "string" || Object.values(value).some(hasPicture);
}

/** @param {string} hash @returns {Draft | null} */
export function readDraft(hash) {
  const draft = hash ? recall(PREFIX + hash) : undefined;
  if (!isObject(draft) || typeof draft.text !== "string" || typeof draft.time !== "string") return null;
  return {
    time: draft.time,
    text: draft.text,
    title: String(draft.title ?? ""),
    library: String(draft.library ?? ""),
    skill: String(draft.skill ?? ""),
    candidates: Array.isArray(draft.candidates) ? draft.candidates.map(String) : [],
    form: isObject(draft.form) && Array.isArray(draft.form.fields) ? /** @type {Inspection} */ (/** @type {unknown} */ (draft.form)) : null,
  };
}

/**
 * A template was inspected: show its draft, if it has one; of the values that were typed for another template those that
 * it asks for too. What was typed without a template is for this one.
 * @param {string} hash
 */
export function takeUpDraft(hash) {
  if (hash !== "" && hash === openHash) return;
  const draft = readDraft(hash);
  const before = openHash;
  openHash = hash;
  if (draft && (before || isUntouched())) showDraft(draft);
  else if (before && !state.developer) carryOver();
  else followTemplate();
  saveDraft();
}

/** @param {Draft} draft */
function showDraft(draft) {
  update({
    text: draft.text,
    skill: draft.skill,
    shownCandidates: new Set(draft.candidates),
    taskErrors: [],
    restored: { time: draft.time, hasPictures: /"file":/.test(draft.text) },
  });
}

/** Keep of the values those that the new template asks for. */
function carryOver() {
  const { payload } = readTask(state.text);
  const skill = fittingType() ?? OPEN;
  const known = fieldsOf(skill);
  let text = emptyTask(skill);
  for (const [key, value] of Object.entries(payload)) if (key in known) text = withValue(text, key, value);
  update({ skill, text, shownCandidates: new Set(), taskErrors: [], restored: null });
}

/** Keep what is typed from now on, as people have switched it on again. */
export function keepDraft() {
  saveDraft();
}

/** Show the draft of the last visit, before its file is chosen again. @returns {Draft | null} its library template has to be chosen then */
export function openLastDraft() {
  const hash = recall(LAST);
  return typeof hash === "string" && keepsDrafts() ? openDraft(hash) : null;
}

/**
 * Show a draft whose template this page does not have now.
 * @param {string} hash
 * @param {Partial<Draft>} [changes] values of an earlier run in place of the draft's
 * @returns {Draft | null} `null` where there is none
 */
export function openDraft(hash, changes = {}) {
  const found = readDraft(hash);
  if (!found) return null;
  const draft = { ...found, ...changes };
  if (hash === state.templateHash && state.template) {
    showDraft(draft);
    return draft;
  }
  openHash = hash;
  update({ template: null, templateHash: hash, draftTitle: draft.title, inspection: draft.form, outcome: null, working: true });
  showDraft(draft);
  return draft;
}

/** Start afresh: the values and the draft of this template go. */
export function discardDraft() {
  forgetNames((name) => name === PREFIX + openHash || name === LAST);
  const { skill } = state;
  update({ text: "", skill: "", assets: new Map(), shownCandidates: new Set(), restored: null, taskErrors: [], outcome: null });
  followTemplate();
  if (!state.skill) chooseSkill(skill);
}

/** Delete all drafts but the one that is open. */
export function forgetOtherDrafts() {
  forgetNames((name) => name.startsWith(PREFIX) && name !== PREFIX + openHash);
  saveDraft();
}

function isUntouched() {
  const { isTask, payload, others } = readTask(state.text);
  return state.text.trim() === "" || (isTask && !Object.keys(payload).length && !Object.keys(others).length);
}

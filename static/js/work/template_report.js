/** Shows what an inspection found: fields with their places, problems with places and suggestions. */

import { button, el } from "../core/dom.js";
import { chip, notice, placeholderChip } from "../core/frame.js";
import { hasMessage, inLanguage, t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";
import { OPEN } from "./open_fields.js";

/** @typedef {import("../core/answers.js").Inspection} Inspection */
/** @typedef {import("../core/answers.js").ServerMeta | null} Meta */
/** @typedef {import("../core/answers.js").TemplateField} TemplateField */
/** @typedef {import("../core/answers.js").TemplateProblem & {suggestion?: string | null}} Problem */

// Problems that the list of broken placeholders has too.
const LISTED_AS_BROKEN = new Set(["UNSUPPORTED_PLACEHOLDER", "UNACCOUNTED_PLACEHOLDER"]);
/** Problems whose text is a link, not a placeholder. */
const OF_LINKS = new Set(["MAIL_MERGE", "ATTACHED_TEMPLATE", "EXTERNAL_LINK", "EXTERNAL_FIELD"]);
/** Problems that there are for document types only. */
const OF_DOCUMENT_TYPES = new Set(["UNKNOWN_FIELD", "NEEDS_LANGUAGE_2"]);
/** What the form offers by itself, and what only authors of templates can use. */
const FOR_DEVELOPERS = new Set(["UNDECLARED_NAME", "UNKNOWN_FIELD", "NEEDS_LANGUAGE_2", "NO_FIELDS"]);
const SHOWN_PLACES = 3;
const SHOWN_PROBLEMS = 20;
const SHOWN_FIELDS = 200;

/**
 * The parts of the report.
 * @param {Inspection} inspection
 * @param {Meta} meta
 * @param {string} skill
 * @returns {Element[]}
 */
export function templateReport(inspection, meta, skill) {
  const isOpen = skill === OPEN;
  const problems = allProblems(inspection).filter(({ code }) => !isOpen || !OF_DOCUMENT_TYPES.has(code));
  const known = labels(meta, skill);
  const forAll = problems.filter(({ code }) => !FOR_DEVELOPERS.has(code));
  const others = problems.filter(({ code }) => FOR_DEVELOPERS.has(code));
  return [
    summary(inspection.fields.length, problems.length),
    ...(problems.length ? [problemList([...forAll, ...others], forAll.length)] : []),
    ...(inspection.fields.length ? [fieldList(inspection.fields, known)] : []),
  ];
}

/** @param {number} fields @param {number} problems */
function summary(fields, problems) {
  return el(
    "p",
    { class: "report-summary for-developers" },
    chip(fields ? "good" : "warn", t("fields_found", { n: fields })),
    " ",
    problems ? chip("warn", t("problems_found", { n: problems })) : chip("good", t("no_problems")),
  );
}

/** Broken placeholders first, then the other problems, each once. @param {Inspection} inspection @returns {Problem[]} */
function allProblems(inspection) {
  const broken = inspection.unsupported.map((each) => ({
    code: `kind_${each.kind}`,
    text: each.text,
    place: each.paragraph_path,
    suggestion: each.suggestion,
    message: each.reason ?? "",
  }));
  const seen = new Set();
  const kinds = new Set(inspection.unsupported.map(({ kind }) => kind));
  const others = inspection.problems.filter((each) => {
    const key = `${each.code} ${each.text} ${each.place.split(":")[0]}`;
    const isNew = !LISTED_AS_BROKEN.has(each.code) && !kinds.has(each.code) && !seen.has(key);
    seen.add(key);
    return isNew;
  });
  return [...broken, ...others];
}

/** @param {Problem[]} problems @param {number} forAll how many are not for developers only */
function problemList(problems, forAll) {
  const list = el(
    "ul",
    { class: "problems", id: "template-problems" },
    problems.slice(0, SHOWN_PROBLEMS).map(problemItem),
  );
  const left = problems.slice(SHOWN_PROBLEMS);
  const more = button({ class: "quiet", hidden: !left.length }, t("show_more", { n: left.length }));
  more.addEventListener("click", () => showRest(list, left, more));
  return notice(
    "warn",
    { class: forAll ? "notice" : "notice for-developers" },
    el("h3", null, t("problems_title")),
    list,
    more,
  );
}

/** @param {Element} list @param {Problem[]} left @param {HTMLElement} more */
function showRest(list, left, more) {
  list.append(...left.splice(0, 200).map(problemItem));
  if (left.length) more.textContent = t("show_more", { n: left.length });
  else more.remove();
}

/** @param {Problem} problem */
function problemItem(problem) {
  const key = `problem_${problem.code}`;
  return el(
    "li",
    { "data-code": problem.code, class: FOR_DEVELOPERS.has(problem.code) ? "for-developers" : null },
    problem.text && [OF_LINKS.has(problem.code) ? el("code", null, problem.text) : placeholderChip(problem.text), " "],
    hasMessage(key) ? t(key) : el("span", { lang: "en" }, problem.message),
    problem.place && [" ", el("span", { class: "place", title: problem.place }, placeInWords(problem.place))],
    problem.suggestion && [
      " ",
      el("span", { class: "suggestion" }, t("problem_suggestion"), " ", placeholderChip(problem.suggestion)),
    ],
  );
}

/** @param {TemplateField[]} fields @param {Map<string, string>} known */
function fieldList(fields, known) {
  return el(
    "details",
    { open: fields.length <= 12, class: "template-fields for-developers" },
    el("summary", null, t("fields_title")),
    el(
      "ul",
      { class: "rows", id: "template-fields" },
      fields.slice(0, SHOWN_FIELDS).map((field) => fieldItem(field, known)),
    ),
    fields.length > SHOWN_FIELDS &&
      el("p", { class: "hint" }, t("more_not_shown", { n: fields.length - SHOWN_FIELDS })),
  );
}

/** @param {TemplateField} field @param {Map<string, string>} known */
function fieldItem(field, known) {
  // A paragraph that contains the field twice is one place for a reader.
  const places = [...new Set(field.places.map(placeInWords))];
  const label = known.get(field.name);
  return el(
    "li",
    { "data-field": field.name },
    el(
      "span",
      { class: "field-name" },
      placeholderChip(field.name),
      " ",
      label ?? (known.size > 0 && chip("warn", t("field_unknown"))),
    ),
    el(
      "span",
      { class: "place", title: field.places.slice(0, SHOWN_PLACES).join(" ") },
      places.slice(0, SHOWN_PLACES).join(t("place_list_separator")),
      places.length > SHOWN_PLACES && ` ${t("places_more", { n: places.length - SHOWN_PLACES })}`,
    ),
  );
}

/** The labels of a document type's fields, by placeholder. @param {Meta} meta @param {string} skill */
function labels(meta, skill) {
  const fields = meta?.task_payload_schemas[skill]?.fields ?? {};
  return new Map(
    Object.entries(fields).map(([key, field]) => [
      field.placeholder ?? key.toUpperCase(),
      inLanguage(field.label) || key,
    ]),
  );
}

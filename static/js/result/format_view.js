/** Shows the format issues, grouped by what to do about them. */

import { button, el } from "../core/dom.js";
import { chip, tableHead } from "../core/frame.js";
import { hasMessage, inLanguage, t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";
import { ruleName, shownValue, styleName } from "./values.js";

/** @typedef {import("../core/answers.js").FormatIssue} FormatIssue */
/** @typedef {import("../core/answers.js").FormatReport} FormatReport */
/** @typedef {import("../core/answers.js").ReplaceLog | null} Log */
/** @typedef {{issue: FormatIssue, paths: Set<string>}} Merged issues that differ only in their place */

const SHOWN_AT_ONCE = 50;
export const GROUPS = ["template", "value", "report", "layout", "recommended", "note", "fixed"];
const SHOWN_PLACES = 6;
/** The name of a table style, without the part of the table that it formats. */
const TABLE_STYLE = /^table style (.*?)(?: \(\w+\))?$/;
export const TONES = {
  template: "bad",
  value: "bad",
  report: "bad",
  layout: "warn",
  recommended: "warn",
  note: "plain",
  fixed: "good",
};

/**
 * @param {FormatReport} report
 * @param {Log} log
 */
export function formatResult(report, log) {
  const groups = grouped(report, log);
  return el(
    "section",
    {
      class: "block",
      id: "format",
      "aria-labelledby": "format-title",
      "data-passed": report.summary.skipped ? "skipped" : report.passed,
    },
    el("h3", { id: "format-title" }, t("format_title"), " ", verdictChip(report)),
    report.issues.length
      ? GROUPS.filter((name) => groups.has(name)).map((name) => group(name, groups.get(name) ?? []))
      : el("p", { class: "hint" }, t(report.summary.skipped ? "format_skipped" : "format_clean")),
  );
}

/** @param {FormatReport} report */
export function verdictChip({ summary, passed, error_count: errors }) {
  if (summary.skipped) return chip("plain", t("format_not_checked"));
  return passed ? chip("good", t("format_passed")) : chip("bad", t("format_failed", { n: errors }));
}

/** The issues by what to do about them. @param {FormatReport} report @param {Log} log @returns {Map<string, FormatIssue[]>} */
export function grouped(report, log) {
  const ownBlanks = paragraphsWhoseValueBeginsBlank(log);
  /** @type {Map<string, FormatIssue[]>} */
  const groups = new Map();
  for (const issue of report.issues) {
    const name = groupOf(issue, report.summary.baseline, ownBlanks);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name)?.push(issue);
  }
  return groups;
}

/** @param {FormatIssue} issue @param {string} baseline @param {Set<string>} ownBlanks */
function groupOf(issue, baseline, ownBlanks) {
  if (issue.fixed) return "fixed";
  if (isOfLayout(issue)) return "layout";
  if (issue.severity === "warn") return isKnown(issue) ? "recommended" : "note";
  // Filling must not change the format: where it did, that is a bug of DocOps.
  if (baseline === "template") return "report";
  return issue.code === "LEADING_WHITESPACE" && ownBlanks.has(issue.paragraph_path) ? "value" : "template";
}

/** Whether it is about the room that a value has; then there is no value to compare. @param {FormatIssue} issue */
export function isOfLayout({ reason }) {
  return reason === "layout";
}

/** Whether the document itself states the value. @param {FormatIssue} issue */
function isKnown({ actual }) {
  return actual !== null && !String(actual).startsWith("theme:");
}

/** @param {Log} log @returns {Set<string>} */
function paragraphsWhoseValueBeginsBlank(log) {
  const entries = (log?.entries ?? []).filter(
    ({ status, start, new_text: value }) => status === "replaced" && start === 0 && /^\s/.test(value ?? ""),
  );
  return new Set(entries.map((entry) => entry.paragraph_path));
}

/** @param {string} name @param {FormatIssue[]} issues */
function group(name, issues) {
  const body = el("tbody");
  const left = merged(issues);
  const more = button({ class: "quiet", onclick: () => showMore() });
  const showMore = () => {
    body.append(...left.splice(0, SHOWN_AT_ONCE).map(row));
    more.textContent = t("show_more", { n: left.length });
    more.hidden = left.length === 0;
  };
  showMore();
  const heads = [
    "issue_what",
    ...(name === "layout" ? [] : ["issue_expected", "issue_actual"]),
    "issue_where",
    ...(name === "fixed" ? [] : ["issue_advice"]),
  ];
  return el(
    "div",
    {
      class: "issue-group",
      "data-group": name,
      "data-tone": TONES[/** @type {keyof typeof TONES} */ (name)],
    },
    el("h4", null, t(`group_${name}`), " ", el("span", { class: "soft" }, issues.length)),
    el("p", { class: "hint" }, t(`group_${name}_hint`)),
    el(
      "table",
      null,
      tableHead(heads),
      body,
    ),
    more,
  );
}

/** Issues that differ only in their place become one row. @param {FormatIssue[]} issues @returns {Merged[]} */
function merged(issues) {
  /** @type {Map<string, Merged>} */
  const rows = new Map();
  for (const issue of issues) {
    const key = mergeKey(issue);
    if (!rows.has(key)) rows.set(key, { issue, paths: new Set() });
    rows.get(key)?.paths.add(issue.paragraph_path);
  }
  return [...rows.values()];
}

/** The same for issues that differ only in their place. @param {FormatIssue} issue */
export function mergeKey({ code, slot, expected, actual, origin, rule_key: rule, reason }) {
  return JSON.stringify([code, slot, expected, actual, origin, rule, reason]);
}

/** @param {Merged} merged */
function row({ issue, paths }) {
  const clause = issue.rule_source && el("span", { class: "hint clause" }, issue.rule_source);
  return el(
    "tr",
    { "data-code": issue.code },
    el("th", { scope: "row" }, titleOf(issue)),
    !isOfLayout(issue) && cell("issue_expected", shownValue(issue.expected, issue), clause),
    !isOfLayout(issue) && cell("issue_actual", shownValue(issue.actual, issue)),
    cell("issue_where", places([...paths])),
    !issue.fixed && cell("issue_advice", advice(issue), whyNotFixed(issue)),
  );
}

/** The name of the rule: of a role's or a page's rule by its key in the policy. @param {FormatIssue} issue */
export function titleOf({ code, rule_key: key, slot }) {
  const names = [`rule_${ruleName(key)}`, `issue_${code}`].filter(hasMessage);
  const script = slot && hasMessage(`slot_${slot}`) ? ` (${t(`slot_${slot}`)})` : "";
  return (names.length ? t(names[0]) : code) + script;
}

/** @param {string[]} paths */
function places(paths) {
  const shown = paths.slice(0, SHOWN_PLACES).map(placeInWords).join(t("place_list_separator"));
  const more = paths.length > SHOWN_PLACES && ` ${t("places_more", { n: paths.length - SHOWN_PLACES })}`;
  return el("span", { class: "place", title: paths.slice(0, SHOWN_PLACES).join(" ") }, shown, more);
}

/** What to do: change the value where it comes from, if that is known; else what the rule says. @param {FormatIssue} issue */
export function advice(issue) {
  const { code, origin, message, rule_key: key } = issue;
  if (key?.startsWith("page.")) return t("advice_page");
  if (key?.startsWith("text.")) return t("advice_text");
  if (!/_MISMATCH$/.test(code))
    return hasMessage(`advice_${code}`) ? t(`advice_${code}`) : el("span", { lang: "en" }, message);
  if (!origin) return t("advice_unstated");
  if (origin.startsWith("style ")) return t("advice_style", { style: styleName(origin.slice("style ".length)) });
  if (origin.startsWith("numbering")) return t("advice_numbering");
  const table = TABLE_STYLE.exec(origin);
  if (table) return t("advice_table_style", { style: styleName(table[1]) });
  return hasMessage(`advice_${origin}`) ? t(`advice_${origin}`) : `${t("advice_elsewhere")} ${origin}`;
}

/** Why it was not fixed automatically; older servers do not say it. @param {FormatIssue} issue */
export function whyNotFixed({ reason, reason_text: sentence }) {
  const key = `reason_${reason}`;
  return sentence && [" ", el("span", { class: "hint" }, hasMessage(key) ? t(key) : inLanguage(sentence))];
}

/** @param {string} head @param {...import("../core/dom.js").Child} children */
function cell(head, ...children) {
  return el("td", { "data-head": t(head) }, ...children);
}

/** The findings of the format check as a list beside the pages; those with a place have a button that marks it. */

import { button, el } from "../core/dom.js";
import { chip } from "../core/frame.js";
import { t } from "../core/i18n.js";
import { placeInWords } from "../core/places.js";
import {
  advice,
  grouped,
  GROUPS,
  isOfLayout,
  mergeKey,
  titleOf,
  TONES,
  verdictChip,
  whyNotFixed,
} from "../result/format_view.js";
import { remarksOn } from "../result/verdict.js";
import { shownValue } from "../result/values.js";
import { lightUp } from "./page_figures.js";

/** @typedef {import("../core/answers.js").FormatIssue} FormatIssue */
/** @typedef {import("../core/answers.js").FormatReport} FormatReport */
/** @typedef {{issue: number, path: string, pages: number[]}} Place where a finding stands: `issue` is its number in the report */

const SHOWN_AT_ONCE = 30;
const SHOWN_PLACES = 5;

/** Groups about which nothing is to be done; they are folded. */
const QUIET = ["fixed", "note"];

/** The numbers of the findings about which nothing is to be done. @param {FormatReport} report @param {import("../core/answers.js").ReplaceLog | null} log */
export function quietFindings(report, log) {
  const groups = grouped(report, log);
  const quiet = new Set(QUIET.flatMap((name) => groups.get(name) ?? []));
  return new Set(report.issues.map((issue, number) => (quiet.has(issue) ? number : -1)));
}

/**
 * @param {FormatReport} report
 * @param {import("../core/answers.js").ReplaceLog | null} log
 * @param {import("./previews.js").Pages | null} pages
 * @param {(issue: number, page: number) => void} mark marks a finding on a page
 */
export function findingsList(report, log, pages, mark) {
  const groups = grouped(report, log);
  const numbers = new Map(report.issues.map((issue, number) => [issue, number]));
  /** @type {Map<number, number[]>} */
  const pagesOf = new Map();
  for (const { issue, page } of pages?.findings ?? []) pagesOf.set(issue, [...(pagesOf.get(issue) ?? []), page]);
  const placeOf = (/** @type {FormatIssue} */ issue) => {
    const number = numbers.get(issue) ?? -1;
    return { issue: number, path: issue.paragraph_path, pages: pagesOf.get(number) ?? [] };
  };
  return el(
    "section",
    { class: "findings", id: "findings", "aria-labelledby": "findings-title" },
    el("h4", { id: "findings-title" }, t("look_findings"), " ", remarksChip(report)),
    !report.issues.length &&
      el("p", { class: "hint" }, t(report.summary.skipped ? "format_skipped" : "format_clean")),
    GROUPS.filter((name) => groups.has(name)).map((name) => group(name, groups.get(name) ?? [], placeOf, mark)),
  );
}

/** How many remarks there are, as the verdict counts them. @param {FormatReport} report */
function remarksChip(report) {
  const n = remarksOn(report);
  return n ? chip("warn", t("look_remarks", { n })) : verdictChip(report);
}

/**
 * @param {string} name
 * @param {FormatIssue[]} issues
 * @param {(issue: FormatIssue) => Place} placeOf
 * @param {(issue: number, page: number) => void} mark
 */
function group(name, issues, placeOf, mark) {
  const left = [...merged(issues, placeOf)];
  const list = el("ul", { class: "finding-list" });
  const more = button({ class: "quiet", onclick: () => showMore() });
  const showMore = () => {
    list.append(...left.splice(0, SHOWN_AT_ONCE).map(([issue, places]) => finding(issue, places, mark)));
    more.textContent = t("show_more", { n: left.length });
    more.hidden = left.length === 0;
  };
  showMore();
  const head = [t(`group_${name}`), " ", el("span", { class: "soft" }, issues.length)];
  const tone = TONES[/** @type {keyof typeof TONES} */ (name)];
  const attributes = { class: "finding-group", "data-group": name, "data-tone": tone };
  return QUIET.includes(name)
    ? el("details", attributes, el("summary", null, head), list, more)
    : el("div", attributes, el("h5", null, head), el("p", { class: "hint" }, t(`group_${name}_hint`)), list, more);
}

/** Findings that differ only in their place become one. @param {FormatIssue[]} issues @param {(issue: FormatIssue) => Place} placeOf */
function merged(issues, placeOf) {
  /** @type {Map<string, [FormatIssue, Place[]]>} */
  const found = new Map();
  for (const issue of issues) {
    const key = mergeKey(issue);
    const known = found.get(key);
    if (known) known[1].push(placeOf(issue));
    else found.set(key, [issue, [placeOf(issue)]]);
  }
  return found.values();
}

/** @param {FormatIssue} issue @param {Place[]} places @param {(issue: number, page: number) => void} mark */
function finding(issue, places, mark) {
  const name = titleOf(issue);
  return el(
    "li",
    { "data-code": issue.code },
    el("strong", null, name),
    !isOfLayout(issue) &&
      el(
        "span",
        { class: "finding-values" },
        el("span", null, t("look_is"), " ", shownValue(issue.actual, issue)),
        el("span", null, t("look_should_be"), " ", shownValue(issue.expected, issue)),
      ),
    !issue.fixed && el("p", { class: "hint" }, advice(issue), whyNotFixed(issue)),
    placeList(name, places, mark),
  );
}

/** @param {string} name @param {Place[]} places @param {(issue: number, page: number) => void} mark */
function placeList(name, places, mark) {
  const left = distinct(places);
  const list = el("ul", { class: "finding-places" });
  const more = button({ class: "quiet", onclick: () => showMore() });
  const showMore = () => {
    list.append(...left.splice(0, SHOWN_PLACES).map((place) => el("li", null, placeOn(name, place, mark))));
    more.textContent = t("look_more_places", { n: left.length });
    more.hidden = left.length === 0;
  };
  showMore();
  return [list, more];
}

/** Findings of one paragraph stand at one place; it is shown once. @param {Place[]} places */
function distinct(places) {
  return [...new Map(places.map((place) => [`${place.path} ${place.pages.join()}`, place])).values()];
}

/** @param {string} name @param {Place} place @param {(issue: number, page: number) => void} mark */
function placeOn(name, { issue, path, pages }, mark) {
  const words = placeInWords(path);
  if (!pages.length) return el("span", { class: "place", title: path }, words);
  const page = pages[0];
  const light = (/** @type {Event} */ { currentTarget, type }) => {
    const section = /** @type {Element} */ (currentTarget).closest("#look");
    if (section) lightUp(section, type === "mouseleave" || type === "blur" ? null : issue);
  };
  return button(
    {
      class: "quiet finding-place",
      "data-show-issue": issue,
      title: path,
      "aria-label": t("look_show_place", { name, place: words, page }),
      onclick: () => mark(issue, page),
      onmouseenter: light,
      onmouseleave: light,
      onfocus: light,
      onblur: light,
    },
    t("look_place", { place: words, page }),
  );
}

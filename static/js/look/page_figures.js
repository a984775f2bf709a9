/** A page as a picture with the marks of its findings; a finding and its marks light up together. */

import { el } from "../core/dom.js";
import { t } from "../core/i18n.js";

/** @typedef {import("./previews.js").PagePicture} PagePicture */
/** @typedef {import("../core/answers.js").PlacedFinding} PlacedFinding */
/** @typedef {{issues: number[], box: number[], isQuiet: boolean}} Mark findings that stand at the same place */

/**
 * @param {PagePicture} picture
 * @param {number} total how many pages the document has
 * @param {PlacedFinding[]} findings
 * @param {ReadonlySet<number>} quiet the findings about which nothing is to be done: marked only when they are chosen
 * @param {string} what the document
 */
export function pageFigure(picture, total, findings, quiet, what) {
  const { page, url, width, height } = picture;
  const marks = marksOf(
    findings.filter((finding) => finding.page === page),
    quiet,
  );
  const values = { page, total, what };
  return el(
    "figure",
    { class: "page-figure", "data-page": page },
    el(
      "div",
      { class: "page-picture" },
      el("img", { src: url, width, height, alt: t(marks.some(({ isQuiet }) => !isQuiet) ? "look_page_alt_marks" : "look_page_alt", values) }),
      marks.map((mark) => markOn(mark, picture)),
    ),
    el("figcaption", { class: "hint" }, t("look_page", { page, total })),
  );
}

/** @param {PlacedFinding[]} findings @param {ReadonlySet<number>} quiet @returns {Mark[]} */
function marksOf(findings, quiet) {
  /** @type {Map<string, Mark>} */
  const marks = new Map();
  for (const { issue, box } of findings) {
    const known = marks.get(box.join());
    if (known) {
      known.issues.push(issue);
      known.isQuiet &&= quiet.has(issue);
    } else marks.set(box.join(), { issues: [issue], box, isQuiet: quiet.has(issue) });
  }
  // Large ones first, so that a small one inside can be reached with the mouse.
  return [...marks.values()].sort((one, other) => areaOf(other.box) - areaOf(one.box));
}

/** @param {number[]} box */
function areaOf([left, top, right, bottom]) {
  return (right - left) * (bottom - top);
}

/**
 * A mark is for eyes and mouse alone: the list beside it says the same and is there for the keyboard.
 * @param {Mark} mark
 * @param {PagePicture} picture
 */
function markOn({ issues, box: [left, top, right, bottom], isQuiet }, { width, height }) {
  const mark = el("span", {
    class: "mark",
    "aria-hidden": "true",
    "data-issues": issues.join(" "),
    "data-quiet": isQuiet,
    onclick: () => goToFinding(issues),
  });
  const percent = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / whole}%`;
  Object.assign(mark.style, {
    left: percent(left, width),
    top: percent(top, height),
    width: percent(right - left, width),
    height: percent(bottom - top, height),
  });
  return mark;
}

/** The button of a finding, or the next of several that stand at the same place. @param {number[]} issues */
function goToFinding(issues) {
  const buttons = issues
    .map((issue) => document.querySelector(`#look [data-show-issue="${issue}"]`))
    .filter((found) => found instanceof HTMLElement);
  const now = buttons.findIndex((found) => found === document.activeElement);
  const next = buttons[(now + 1) % buttons.length];
  next?.closest("details")?.setAttribute("open", "");
  next?.scrollIntoView({ block: "nearest" });
  next?.focus();
}

/**
 * Light up the marks of a finding. @param {Element} section @param {number | null} issue `null`: of none
 */
export function lightUp(section, issue) {
  for (const mark of section.querySelectorAll(".mark"))
    mark.toggleAttribute("data-lit", issue !== null && issuesOf(mark).includes(String(issue)));
}

/**
 * Mark a finding on a page and bring the mark into view.
 * @param {Element} section
 * @param {number} issue
 * @param {number} page
 * @returns {boolean} whether the page's picture is there
 */
export function selectFinding(section, issue, page) {
  const figure = section.querySelector(`.page-figure[data-page="${page}"]`);
  for (const mark of section.querySelectorAll(".mark")) mark.removeAttribute("data-current");
  const marks = [...(figure?.querySelectorAll(".mark") ?? [])].filter((mark) =>
    issuesOf(mark).includes(String(issue)),
  );
  for (const mark of marks) mark.setAttribute("data-current", "");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  marks[0]?.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  return marks.length > 0;
}

/** @param {Element} mark */
function issuesOf(mark) {
  return (mark.getAttribute("data-issues") ?? "").split(" ");
}

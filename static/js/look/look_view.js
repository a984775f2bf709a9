/** The look of a result: pictures of its pages beside the findings of the format check, each marked where it stands. */

import { asApiError, isWorthRetrying } from "../core/api_error.js";
import { announce, button, byId, checkRadio, el, needStyles, refill } from "../core/dom.js";
import { errorPanel, needErrorMessages } from "../core/error_view.js";
import { needMessages, t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { jobForm } from "../work/job.js";
import { asItIs } from "./as_it_is.js";
import { findingsList, quietFindings } from "./findings_list.js";
import { pageFigure, selectFinding } from "./page_figures.js";
import { askForPages, freePictures, PAGES_AT_ONCE } from "./previews.js";

/** @typedef {import("../core/state.js").RunOutcome} RunOutcome */
/** @typedef {import("./previews.js").Pages} Pages */
/** @typedef {"result" | "template"} Side */
/** @typedef {{form: () => FormData, pages: Pages | null, work: AbortController | null, error: (() => Element) | null}} View one side of the switch */

/** @type {{run: RunOutcome, side: Side, views: Record<Side, View>} | null} */
let look = null;

/**
 * Show the pages of a result; hide `section` where there is none. Called again when the language changes.
 * @param {HTMLElement} section `#look`
 * @param {RunOutcome | null} run
 */
export async function showLook(section, run) {
  if (run !== look?.run) begin(run);
  section.hidden = run === null;
  refill(section);
  if (!run) return;
  const parts = ["look", "result", "work"].map(needMessages);
  await Promise.all([...parts, needStyles("look"), needStyles("result")]);
  // Another result may have come meanwhile.
  if (look?.run === run) showFrame(section, run);
}

/** @param {RunOutcome | null} run */
function begin(run) {
  for (const { work, pages } of Object.values(look?.views ?? {})) {
    work?.abort();
    freePictures(pages?.pictures ?? []);
  }
  if (!run) {
    look = null;
    return;
  }
  const view = (/** @type {() => FormData} */ form) => ({ form, pages: null, work: null, error: null });
  look = {
    run,
    side: "result",
    views: { result: view(() => jobForm(run.job)), template: view(() => asItIs(run.job.template)) },
  };
  if (state.meta?.supports_pdf) load("result");
}

/** Ask for the next pages of a side. @param {Side} side @param {number} [retries] */
async function load(side, retries = 0) {
  const mine = look;
  if (!mine) return;
  const view = mine.views[side];
  const work = (view.work = new AbortController());
  view.error = null;
  show();
  try {
    const pages = await askForPages(view.form(), (view.pages?.pictures.length ?? 0) + 1, work.signal);
    if (look !== mine) freePictures(pages.pictures);
    else view.pages = joined(view.pages, pages);
  } catch (error) {
    const known = asApiError(error);
    if (known.kind === "aborted") return;
    await Promise.all([needErrorMessages(known), needMessages("work")]);
    const retry = isWorthRetrying(known) ? () => load(side, retries + 1) : undefined;
    view.error = () => errorPanel(known, { retry, retries });
  }
  view.work = null;
  if (look !== mine) return;
  show();
  if (side === "result") showFindings();
  if (!view.error && side === "result") announce(t("look_ready", { n: view.pages?.pages ?? 0 }));
}

/** @param {Pages | null} before @param {Pages} next @returns {Pages} */
function joined(before, next) {
  if (!before) return next;
  return {
    ...next,
    pictures: [...before.pictures, ...next.pictures],
    findings: [...before.findings, ...next.findings],
  };
}

/** @param {HTMLElement} section @param {RunOutcome} run */
function showFrame(section, run) {
  section.setAttribute("aria-labelledby", "look-title");
  const heading = el("h3", { id: "look-title", tabindex: "-1" }, t("look_title"));
  if (!state.meta?.supports_pdf) {
    section.dataset.state = "unavailable";
    refill(section, heading, el("p", { class: "hint", id: "look-unavailable" }, t("look_unavailable")));
    return;
  }
  refill(
    section,
    heading,
    el("div", { class: "toolbar look-bar" }, sideChoice(), el("div", { id: "look-fonts" })),
    el(
      "div",
      { class: "look-body" },
      el("div", { id: "look-pages", class: "look-pages", tabindex: "0", role: "region" }),
      run.format && el("div", { id: "look-findings" }),
    ),
  );
  showFindings();
  show();
}

/** Show the pages of the chosen side. */
function show() {
  const pages = document.getElementById("look-pages");
  if (!look || !pages) return;
  const view = look.views[look.side];
  byId("look").dataset.state = view.error ? "error" : view.work ? "busy" : "shown";
  byId("look").dataset.side = look.side;
  pages.setAttribute("aria-label", t(`look_${look.side}`));
  refill(pages, pictures(view, look.side));
  refill(byId("look-fonts"), view.pages && aboutFonts(view.pages));
}

/** Show the findings; again when more pages say where they stand. */
function showFindings() {
  const list = document.getElementById("look-findings");
  if (!look?.run.format || !list) return;
  refill(list, findingsList(look.run.format, look.run.log, look.views.result.pages, selectOnResult));
}

function sideChoice() {
  const sides = /** @type {Side[]} */ (["result", "template"]);
  return el(
    "fieldset",
    { class: "segmented look-side" },
    el("legend", { class: "unseen" }, t("look_side")),
    sides.map((each) =>
      el(
        "label",
        null,
        el("input", {
          type: "radio",
          name: "look-side",
          value: each,
          checked: each === look?.side,
          onchange: () => choose(each),
        }),
        el("span", null, t(`look_${each}`)),
      ),
    ),
  );
}

/** @param {Side} side */
function choose(side) {
  if (!look) return;
  look.side = side;
  const { pages, work } = look.views[side];
  if (!pages && !work) load(side);
  else show();
}

/** @param {Pages} pages */
function aboutFonts({ substituted }) {
  const names = substituted.join(t("list_separator"));
  return el(
    "p",
    { class: "hint" },
    substituted.length
      ? el("span", { id: "look-substituted" }, t("look_substituted", { n: substituted.length, names }), " ")
      : null,
    t("look_by_office"),
  );
}

/** @param {View} view @param {Side} side */
function pictures({ pages, work, error }, side) {
  const shown = pages?.pictures.length ?? 0;
  const total = pages?.pages ?? 0;
  const next = Math.min(shown + PAGES_AT_ONCE, total);
  const { format = null, log = null } = look?.run ?? {};
  const quiet = format ? quietFindings(format, log) : new Set();
  return [
    (pages?.pictures ?? []).map((picture) =>
      pageFigure(picture, total, side === "result" ? (pages?.findings ?? []) : [], quiet, t(`look_${side}`)),
    ),
    work && el("p", { class: "look-busy", role: "status" }, t(shown ? "look_more_busy" : "look_busy")),
    error?.(),
    !work &&
      !error &&
      shown < total &&
      button({ class: "look-more", onclick: () => load(side) }, t("look_more", { first: shown + 1, last: next })),
  ];
}

/** Mark a finding on the page; the switch goes to the result first. @param {number} issue @param {number} page */
function selectOnResult(issue, page) {
  if (look && look.side !== "result") {
    look.side = "result";
    checkRadio("look-side", "result");
    show();
  }
  if (selectFinding(byId("look"), issue, page)) announce(t("look_marked", { page }));
}

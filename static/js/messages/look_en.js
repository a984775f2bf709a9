/** English: the pages of a result beside the findings. */

import { count } from "../core/i18n.js";

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  look_title: "The pages",
  look_unavailable:
    "This server has no LibreOffice, so it cannot show pages or make a PDF; the values are shown in their sentences below.",
  look_side: "What is shown",
  look_result: "Result",
  look_template: "Template",
  look_busy: "Making the pages…",
  look_more_busy: "Making more pages…",
  look_ready: ({ n }) => `${count(n, "page is", "pages are")} shown.`,
  look_page: "Page {page} of {total}",
  look_page_alt: "{what}, page {page} of {total}",
  look_page_alt_marks: "{what}, page {page} of {total}; the findings on it are listed beside the pages",
  look_more: "Show pages {first} to {last}",
  look_substituted: ({ n, names }) =>
    `${n === 1 ? "This font is" : "These fonts are"} not installed on the server, so other ones are shown here: ${names}. The Word file keeps them.`,
  look_by_office: "The pages are made by LibreOffice; in Word, lines and pages may break elsewhere.",
  look_findings: "Format",
  look_remarks: ({ n }) => count(n, "remark", "remarks"),
  look_is: "Is:",
  look_should_be: "Should be:",
  look_place: "{place} · page {page}",
  look_show_place: "{name}, {place}: show on page {page}",
  look_more_places: ({ n }) => `${count(n, "more place", "more places")}`,
  look_marked: "Marked on page {page}.",
};

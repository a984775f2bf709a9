/** English: the verdict on a document, and the last documents. */

import { count } from "../core/i18n.js";

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  verdict_ready: "Ready",
  verdict_open: ({ n }) => `${count(n, "field", "fields")} still open`,
  verdict_open_and_broken: ({ n, left }) =>
    `${count(n, "field", "fields")} still open, and ${count(left, "place", "places")} to correct in the template`,
  verdict_broken: ({ n }) => `${count(n, "place", "places")} to correct in the template`,
  verdict_failed: ({ n }) => `The format does not meet the rules: ${count(n, "remark", "remarks")}`,
  verdict_unread: ({ n }) => `Ready, but ${count(n, "file", "files")} inside the document could not be read`,
  verdict_as_text: ({ n }) => `Ready, ${count(n, "word in brackets was", "words in brackets were")} left as text`,
  verdict_remarks: ({ n }) => `Ready, ${count(n, "remark", "remarks")} on the format`,
  verdict_check: "Checked: {verdict}",
  verdict_check_hint: "This is what the document would be. The format is looked at when it is made.",

  place_item: "row {n}",
  history_title: "Last documents",
  history_empty: "None yet. The last ten documents are listed here.",
  exit_none: "no document",
  use_again: "Open again",
  draft_opened: "What was typed for this document is back.",
  draft_gone: "What was typed for it is no longer kept.",
  keep_drafts: "Keep what I type in this browser",
  keep_drafts_hint: "So that a reload or a crash loses nothing. Files and pictures are not kept. Switching it off deletes what was kept.",
  drafts_not_here: "On this computer nothing of what you type is kept.",
  forget: "Delete everything kept here",
  forget_hint: "Drafts, the list of documents and the settings of this page.",
  forgotten: "Drafts, list and settings were deleted.",
};

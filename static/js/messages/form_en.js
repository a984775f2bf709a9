/** English: the inputs of the form. */

import { count } from "../core/i18n.js";

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  fault_number: "This is not a number: write digits, as in 1234.50.",
  fault_date: "This is not a date: write year, month and day, as in 2026-05-06.",
  fault_picture: "This is no picture that can be used. Choose a PNG or JPEG file.",
  fault_document: "This is no document that can be put in. Choose a Word document (.docx).",
  fault_document_lost: "The document has to be chosen again: files are not kept in the browser.",
  fault_picture_lost: "The picture has to be chosen again: pictures are not kept in the browser.",
  fault_in_row: "Row {n}, {label}: {fault}",
  faults_more: ({ n }) => `${count(n, "more fault", "more faults")} in other rows.`,
  printed_as: "Printed as {text}",
  bool_open: "– not chosen –",
  bool_true: "Yes",
  bool_false: "No",

  picture_zone: "{label}: choose, paste or drop a picture",
  picture_choose: "Choose a picture",
  file_hint: "or paste it, or drop it here",
  picture_taken: "Picture {name} taken.",
  picture_lost: "{name} has to be chosen again",
  document_zone: "{label}: choose, paste or drop a Word document",
  document_choose: "Choose a document",
  document_taken: "Document {name} taken.",
  picture_in_json: "A picture",
  picture_alt: "The chosen picture {name}",

  row_number: "No.",
  row_up: "Move row {n} up",
  row_down: "Move row {n} down",
  row_moved: "Moved, now row {n}.",
  row_duplicate: "Duplicate row {n}",
  row_duplicated: "Row duplicated.",
  row_removed: "Row {n} removed.",
  cell_label: "{label}, row {n}",
  undo: "Undo",
  undone: "Undone.",
  paste_hint: "Rows copied in Excel or WPS can be pasted into a cell.",
  pasted_rows: ({ n }) => `${count(n, "row", "rows")} pasted.`,
  pasted_lost: ({ n }) => `${count(n, "cell", "cells")} had no column here and ${n === 1 ? "was" : "were"} left out.`,

  candidates_title:
    "These words stand in brackets in the template. If one is to be filled in, add it; the others stay as they are.",
  candidates_all: "Add all",
  candidates_added: ({ n }) => `${count(n, "field", "fields")} added.`,
  context: "Where it stands",
  leave_out_list: "No entries: leave this part out of the document",

  draft_restored: "Your draft of {time} is back.",
  draft_pictures: "Pictures have to be chosen again.",
  draft_discard: "Start afresh",
  draft_discarded: "The draft was discarded.",
  draft_full:
    "This browser has no more room, so what you type now is not kept. Make the document before you close the page, or delete the drafts below.",
  draft_make_room: "Delete the other drafts",
};

/** English: the JSON view. */

/** @type {Record<string, import("./i18n.js").Message>} */
export const messages = {
  json_label: "The task as JSON",
  json_line: "Line {line}, column {column}",
  json_no_task: 'A task has the form {"task_type": …, "payload": {…}}.',
  json_empty: "There is nothing here yet.",
  json_unfinished: "The text ends too early: a bracket or a quotation mark is not closed.",
  json_after_end: "The task ends before “{found}”; nothing may follow.",
  json_too_deep: "Nested too deeply.",
  json_value_expected:
    'A value is expected here, not “{found}”: a text in "…", a list in […], true, false or null.',
  json_key_expected: 'A key in "…" is expected here, not “{found}”.',
  json_key_twice: "The key “{found}” is there twice.",
  json_colon_expected: "A colon “:” is expected after the key, not “{found}”.",
  json_comma_or_brace: "A comma, or } at the end, is expected before “{found}”.",
  json_comma_or_bracket: "A comma, or ] at the end, is expected before “{found}”.",
  json_comma_too_many: "This comma is too many: nothing follows it.",
  json_text_unfinished: "This text has no closing quotation mark.",
  json_line_break_in_text: "A text may not go over a line's end; write a line break as \\n.",
  json_control_in_text: "A control character in a text; write a tab as \\t.",
  json_bad_escape: "A backslash cannot stand before “{found}”; a backslash itself is written \\\\.",
  json_full_width: "“{found}” is a full-width or curly character; JSON needs the plain “{plain}”.",
};

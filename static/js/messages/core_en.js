/** English: what the first view says. */

/** @param {number} n @param {string} one @param {string} many */
const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  page_title: "DocOps – fill and check Word documents",
  tagline: "Fill, check and understand a document",
  skip: "Skip to content",
  footer: "DocOps {version}. Files stay in this page and are sent to the server only when you ask for it.",
  language_label: "Language",
  theme_label: "Light or dark",
  theme_auto: "Like the system",
  theme_light: "Light",
  theme_dark: "Dark",

  connection_none: "Not connected",
  connection_bad: "Not connected",
  connection_good: ({ version, n }) =>
    `Connected · DocOps ${version} · ${count(n, "document type", "document types")}`,
  meta_loading: "Asking the server what it can do…",
  load_meta: "Load Meta",
  api_base_label: "API base URL",
  api_base_hint: "Leave empty when the service runs where this page came from.",
  api_base_wrong: "This is no address. Write it like https://docops.office.example",
  api_user_label: "User",
  api_password_label: "Password",
  api_user_hint: "Only for another server that asks for them. Kept in this page alone, until you leave it.",

  step_template_title: "Template",
  step_template_hint: "The Word file with placeholders such as 【MEETING_TITLE】.",
  template_choose: "Choose a file",
  template_drop: "Drop a .docx file anywhere on this page, or",
  starters_title: "No template yet? Start from one of ours",
  starters_hint:
    "Each holds every field of its document type. Change it in Word as you like, then choose it here.",
  downloaded: "Download started.",

  step_content_title: "Content",
  step_content_hint: "What goes into the fields. Form and JSON show the same task.",

  step_run_title: "Check and run",
  step_run_hint: "Precheck tells what would come out. Run makes the document.",
  step_later: "This opens when you choose a template.",
  start_without_template: "Start without a template",
  part_failed: "A part of this page could not be loaded. Check the connection, and try again.",
};

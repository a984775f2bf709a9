/** English: the first view. */

import { count } from "../core/i18n.js";

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  page_title: "DocOps – fill and check Word documents",
  tagline: "Fill Word templates and check the result",
  skip: "Skip to content",
  footer:
    "DocOps {version}. Files are sent to the server to inspect, check and fill them; neither it nor this browser keeps them. What you type is kept in this browser until you delete it.",
  footer_no_drafts:
    "DocOps {version}. Files are sent to the server to inspect, check and fill them; neither it nor this browser keeps them or what you type.",
  language_label: "Language",
  theme_label: "Colour theme",
  theme_auto: "System",
  theme_light: "Light",
  theme_dark: "Dark",

  connection_none: "Not connected",
  connection_bad: "Not connected",
  connection_good: ({ version, n }) =>
    `Connected · DocOps ${version} · ${count(n, "document type", "document types")}`,
  meta_loading: "Connecting to the server…",
  load_meta: "Connect",
  api_base_label: "API base URL",
  api_base_hint: "Leave empty to use the server that this page came from.",
  api_base_wrong: "This is not a valid address. Example: https://docops.office.example",
  api_user_label: "User",
  api_password_label: "Password",
  api_user_hint: "Only needed if another server asks for them. They are deleted when you leave this page.",

  step_template_title: "Template",
  step_template_hint: "The Word file whose fields stand in brackets: 【Party A】.",
  template_choose: "Choose a file",
  template_again: "Your draft for {title} is back. Choose this file again to make the document:",
  template_drop: "Drop a .docx file anywhere on this page, or",
  starters_title: "No template yet? Download one to start with",
  starters_hint: "Each contains every field of its document type. Edit it in Word, then choose it here.",
  starter_organ: "Organisation in the letterhead (optional)",
  starter_date: "Date below the signature (optional)",
  downloaded: "Download started.",

  step_content_title: "Form",
  step_content_hint: "What is to stand in the document. An empty field stays open in it.",

  step_run_title: "Document",
  step_run_hint: "One button makes the document and checks it.",
  start_without_template: "Start without a template",
  developer: "For developers",
  developer_hint: "Shows JSON, curl, all options, the server's address and request ids.",
  part_failed: "A part of this page could not be loaded. Check the connection, and try again.",
};

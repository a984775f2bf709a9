/** English: the gallery of approved templates. */

import { count } from "../core/i18n.js";

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  gallery_title: "Approved templates",
  gallery_hint: "Choose what you want to write.",
  gallery_hint_own: "Choose what you want to write, or choose a Word file of your own below.",
  gallery_search: "Search",
  gallery_found: ({ n }) => `${count(n, "template", "templates")} found.`,
  gallery_none: "No template has these words.",
  gallery_empty: "This page takes approved templates only, but the server has none. Please tell your administrator.",
};

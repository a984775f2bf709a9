/** The gallery of approved templates: title, description, picture of the first page, search. */

import { announce, button, el, needStyles, refill, valueOf } from "../core/dom.js";
import { inLanguage, needMessages, t } from "../core/i18n.js";
import { on, state } from "../core/state.js";
import { takesOwnTemplates } from "../core/template.js";
import { chooseTemplate } from "../work/template_view.js";
import { showPicture, stopPictures } from "./page_pictures.js";

/** @typedef {NonNullable<import("../core/answers.js").ServerMeta["templates"]>[number]} TemplateMeta */

/** The text that is searched for. */
let wanted = "";
let watching = false;

/**
 * Show the templates of the server's library; hide `section` where it has none. Called again when the language changes.
 * @param {HTMLElement} section `#gallery`
 */
export async function showGallery(section) {
  watch(section);
  const templates = state.meta?.templates ?? [];
  const ownOnly = !templates.length && takesOwnTemplates();
  section.hidden = ownOnly || !state.meta;
  if (section.hidden) return;
  await Promise.all([needMessages("gallery"), needStyles("gallery")]);
  if (!templates.length) refill(section, el("p", { class: "notice", "data-tone": "warn" }, t("gallery_empty")));
  else showTemplates(section, templates);
}

/** @param {HTMLElement} section */
function watch(section) {
  if (watching) return;
  watching = true;
  on(["template"], () => {
    const fold = section.querySelector("details");
    if (fold) fold.open = state.template === null;
    // The server makes one page at a time: those of the chosen template come first.
    if (state.template) stopPictures();
    showChosen(section);
  });
}

/** @param {HTMLElement} section @param {TemplateMeta[]} templates */
function showTemplates(section, templates) {
  stopPictures();
  section.setAttribute("aria-labelledby", "gallery-title");
  const list = el("ul", { id: "gallery-list" }, templates.map(card));
  const none = el("p", { class: "hint", id: "gallery-none", hidden: true }, t("gallery_none"));
  const search = () => {
    const found = filter(list);
    none.hidden = found > 0;
    return found;
  };
  refill(
    section,
    el(
      "details",
      {
        open: state.template === null,
        ontoggle: (event) => /** @type {HTMLDetailsElement} */ (event.target).open && showPictures(list),
      },
      el("summary", null, el("h2", { id: "gallery-title" }, t("gallery_title"))),
      el("p", { class: "hint" }, t(takesOwnTemplates() ? "gallery_hint_own" : "gallery_hint")),
      el(
        "div",
        { class: "labelled gallery-search" },
        el("label", { for: "gallery-search" }, t("gallery_search")),
        el("input", {
          id: "gallery-search",
          type: "search",
          autocomplete: "off",
          value: wanted,
          oninput: (event) => {
            wanted = valueOf(event);
            announce(t("gallery_found", { n: search() }));
          },
        }),
      ),
      list,
      none,
    ),
  );
  search();
  showChosen(section);
}

/** @param {TemplateMeta} template */
function card(template) {
  const { name, title, description, template_sha256: sha256 } = template;
  return el(
    "li",
    { "data-words": wordsOf(template) },
    button(
      {
        class: "card",
        "data-template": name,
        onclick: () => chooseTemplate({ name, title, sha256 }),
      },
      el("span", { class: "thumb", "aria-hidden": "true", "data-sha256": sha256 }),
      el("strong", null, inLanguage(title) || name),
      el("span", { class: "hint" }, inLanguage(description)),
    ),
  );
}

/** Ask for the pictures that are not there yet; called when the gallery is opened. @param {HTMLElement} list */
function showPictures(list) {
  if (!state.meta?.supports_pdf) return;
  for (const card of list.querySelectorAll("[data-template]")) {
    const place = card.querySelector(".thumb:empty");
    if (place instanceof HTMLElement)
      showPicture(place, card.getAttribute("data-template") ?? "", place.dataset.sha256 ?? "");
  }
}

/** What a search looks at: name, title and description in both languages. @param {TemplateMeta} template */
function wordsOf({ name, title, description }) {
  const texts = [name, title.en, title.zh, description.en, description.zh];
  return texts.filter(Boolean).join("\n").toLowerCase();
}

/** Hide the cards that lack one of the words. @param {HTMLElement} list @returns {number} how many are shown */
function filter(list) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("li"))) {
    item.hidden = !words.every((word) => item.dataset.words?.includes(word));
    if (!item.hidden) found += 1;
  }
  return found;
}

/** @param {HTMLElement} section */
function showChosen(section) {
  const chosen = state.template && !(state.template instanceof File) ? state.template.name : null;
  for (const item of section.querySelectorAll("[data-template]"))
    item.setAttribute("aria-pressed", String(item.getAttribute("data-template") === chosen));
}

/** The page's header: name, language, light or dark, and the connection to the API. */

import { loadMeta } from "./api.js";
import { asApiBase } from "./connection.js";
import { announce, button, byId, el, isUnfolded, refill, setValue, valueOf } from "./dom.js";
import { showError } from "./frame.js";
import { currentLanguage, LANGUAGES, setLanguage, t } from "./i18n.js";
import { keepLanguage, keepTheme, settings, THEMES } from "./settings.js";
import { on, state, update } from "./state.js";

/** Show the header; called again when the language changes. */
export function showHeader() {
  refill(
    byId("top"),
    el(
      "div",
      { class: "bar" },
      el("h1", null, "DocOps", el("span", { class: "tagline" }, t("tagline"))),
      el("div", { class: "switches" }, languageChoice(), themeChoice()),
    ),
    connectionPanel(),
  );
  showConnection();
}

/** Update the header when the state changes. */
export function watchHeader() {
  on(["meta", "metaError", "metaBusy"], showConnection);
  on(["apiBase"], () => setValue("api-base", state.apiBase));
}

function languageChoice() {
  return el(
    "label",
    null,
    el("span", { class: "unseen" }, t("language_label")),
    el(
      "select",
      {
        id: "language",
        onchange: (event) => chooseLanguage(/** @type {import("./i18n.js").Language} */ (valueOf(event))),
      },
      Object.entries(LANGUAGES).map(([language, name]) =>
        el(
          "option",
          {
            value: language,
            lang: language === "zh" ? "zh-CN" : "en",
            selected: language === currentLanguage(),
          },
          name,
        ),
      ),
    ),
  );
}

/** @param {import("./i18n.js").Language} language */
async function chooseLanguage(language) {
  keepLanguage(language);
  await setLanguage(language);
  byId("language").focus();
}

function themeChoice() {
  return el(
    "label",
    null,
    el("span", { class: "unseen" }, t("theme_label")),
    el(
      "select",
      { id: "theme", onchange: (event) => keepTheme(valueOf(event)) },
      THEMES.map((theme) =>
        el("option", { value: theme, selected: theme === settings.theme }, t(`theme_${theme}`)),
      ),
    ),
  );
}

function connectionPanel() {
  return el(
    "details",
    { id: "connection", class: "for-developers", open: isUnfolded("connection") },
    el("summary", null, el("span", { id: "connection-state", role: "status" })),
    el(
      "form",
      { id: "connection-form", novalidate: true, onsubmit: connect },
      el(
        "div",
        { class: "labelled" },
        el("label", { for: "api-base" }, t("api_base_label")),
        el("p", { class: "hint", id: "api-base-hint" }, t("api_base_hint")),
        el("input", {
          id: "api-base",
          type: "url",
          inputmode: "url",
          spellcheck: "false",
          autocomplete: "off",
          placeholder: location.origin,
          "aria-describedby": "api-base-hint api-base-error",
          value: state.apiBase,
        }),
        el("p", { class: "field-errors", id: "api-base-error" }),
      ),
      el(
        "div",
        { class: "labelled" },
        el("label", { for: "api-user" }, t("api_user_label")),
        el("input", {
          id: "api-user",
          autocomplete: "off",
          spellcheck: "false",
          value: state.credentials?.user ?? "",
        }),
      ),
      el(
        "div",
        { class: "labelled" },
        el("label", { for: "api-password" }, t("api_password_label")),
        el("input", {
          id: "api-password",
          type: "password",
          autocomplete: "off",
          value: state.credentials?.password ?? "",
        }),
      ),
      el("p", { class: "hint" }, t("api_user_hint")),
      button({ type: "submit", id: "load-meta" }, t("load_meta")),
    ),
    el("div", { id: "connection-error" }),
  );
}

/** Use the typed address and user, and ask that server what it can do. @param {Event} event */
function connect(event) {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (byId("api-base"));
  const apiBase = asApiBase(input.value);
  refill(byId("api-base-error"), apiBase === null && t("api_base_wrong"));
  if (apiBase === null) {
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return;
  }
  input.removeAttribute("aria-invalid");
  update({ apiBase, credentials: typedCredentials(apiBase) });
  loadMeta();
}

/** The typed user and password; those of one server are never sent to another. @param {string} apiBase */
function typedCredentials(apiBase) {
  const user = /** @type {HTMLInputElement} */ (byId("api-user"));
  const password = /** @type {HTMLInputElement} */ (byId("api-password"));
  if (apiBase !== state.apiBase && state.credentials && password.value === state.credentials.password) {
    user.value = "";
    password.value = "";
  }
  return user.value ? { user: user.value, password: password.value } : null;
}

function showConnection() {
  const { meta, metaError, metaBusy } = state;
  const status = byId("connection-state");
  status.dataset.state = metaBusy ? "busy" : metaError ? "bad" : meta ? "good" : "none";
  status.textContent = metaBusy
    ? t("meta_loading")
    : metaError
      ? t("connection_bad")
      : meta
        ? t("connection_good", { version: meta.version ?? "?", n: meta.supported_skills.length })
        : t("connection_none");
  if (!metaError) refill(byId("connection-error"));
  else showError(byId("connection-error"), metaError, loadMeta);
  // Everybody needs the panel where the server does not answer.
  byId("connection").classList.toggle("for-developers", !metaError);
  if (metaError) byId("connection").setAttribute("open", "");
  else if (meta) announce(status.textContent);
}

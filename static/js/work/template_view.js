/** Step 1: choose or drop a template, which is then inspected. */

import { fetchStarterTemplate } from "../core/api.js";
import { asApiError } from "../core/api_error.js";
import { announce, button, byId, el, isUnfolded, refill } from "../core/dom.js";
import { download, sizeInWords } from "../core/files.js";
import { partFailed, showError, showStep } from "../core/frame.js";
import { inLanguage, LANGUAGES, t } from "../core/i18n.js";
import { on, state, update } from "../core/state.js";
import { takesOwnTemplates, titleOfTemplate } from "../core/template.js";

/** The id of the starter templates, which are folded away at first. */
const STARTERS = "starters-fold";

/** Show the step; called again when the language changes. */
export function showTemplateStep() {
  const input = el("input", {
    id: "template-file",
    type: "file",
    accept: ".docx",
    "aria-describedby": "template-chosen",
  });
  input.addEventListener("change", () => {
    if (input.files?.[0]) chooseTemplate(input.files[0]);
    // Without this, choosing the same file again would be no change.
    input.value = "";
  });
  showStep(
    "step-template",
    1,
    takesOwnTemplates()
      ? el(
          "label",
          { class: "drop-zone", for: "template-file" },
          input,
          el("span", { id: "template-chosen" }),
          el("span", { class: "as-button" }, t("template_choose")),
        )
      : el("p", { id: "template-chosen" }),
    el("div", { id: "template-report" }),
    el("div", { id: "step-later" }),
    el("div", { id: "starters" }, starters()),
  );
  showChosen();
  withInspection(({ showReport }) => showReport());
}

/** Update the step when the state changes. */
export function watchTemplateStep() {
  on(["template", "draftTitle"], showChosen);
  on(["inspection", "skill", "meta"], () => withInspection(({ showReport }) => showReport()));
  on(["meta"], () => refill(byId("starters"), starters()));
}

/**
 * Use a file of this computer, or a template of the library, and open its form: it is inspected first.
 * @param {import("../core/state.js").Template} template
 */
export function chooseTemplate(template) {
  update({ template, templateHash: "", draftTitle: "", inspection: null, labels: new Map(), outcome: null, working: true });
  withInspection(({ inspect }) => inspect(template));
}

function showChosen() {
  const { template } = state;
  refill(
    byId("template-chosen"),
    template
      ? [
          el("strong", { class: "file-name" }, titleOfTemplate(template)),
          " ",
          template instanceof File && el("span", { class: "soft" }, sizeInWords(template.size)),
        ]
      : takesOwnTemplates() && el("span", null, state.draftTitle ? t("template_again", { title: state.draftTitle }) : t("template_drop")),
  );
}

/**
 * Use the module that inspects; it is loaded with the first template.
 * @param {(inspection: typeof import("./inspection_view.js")) => void} use
 */
async function withInspection(use) {
  if (!state.template) return;
  try {
    use(await import("./inspection_view.js"));
  } catch (error) {
    refill(byId("template-report"), partFailed());
    throw error;
  }
}

/** The starter templates: one row per document type, one button per language. */
function starters() {
  const schemas = Object.entries(state.meta?.task_payload_schemas ?? {});
  if (!schemas.length || !takesOwnTemplates()) return null;
  return el(
    "details",
    { id: STARTERS, open: isUnfolded(STARTERS) },
    el("summary", null, t("starters_title")),
    el("p", { class: "hint" }, t("starters_hint")),
    starterField("starter-organ", t("starter_organ")),
    starterField("starter-date", t("starter_date")),
    el(
      "ul",
      { class: "rows" },
      schemas.map(([skill, schema]) => starterRow(skill, inLanguage(schema.title) || skill)),
    ),
    el("div", { id: "starters-error" }),
  );
}

/** @param {string} id @param {string} label */
function starterField(id, label) {
  return el(
    "div",
    { class: "field" },
    el("label", { for: id }, label),
    el("input", { id, type: "text", maxlength: "100", autocomplete: "off", value: starterText(id) }),
  );
}

/** What is typed on the page so far. @param {string} id */
const starterText = (id) => /** @type {HTMLInputElement | null} */ (document.getElementById(id))?.value.trim() ?? "";

/** @param {string} skill @param {string} title */
function starterRow(skill, title) {
  const choices = Object.entries(LANGUAGES).map(([language, name]) =>
    button(
      {
        class: "quiet",
        lang: language === "zh" ? "zh-CN" : "en",
        "data-starter": `${skill}.${language}`,
        "aria-label": `${title}, ${name}`,
        onclick: () => downloadStarter(skill, language),
      },
      name,
    ),
  );
  return el("li", null, el("span", null, title), el("span", { class: "buttons" }, choices));
}

/** @param {string} skill @param {string} language */
async function downloadStarter(skill, language) {
  const errors = byId("starters-error");
  refill(errors);
  try {
    const [organ, date] = [starterText("starter-organ"), starterText("starter-date")];
    download(await fetchStarterTemplate(skill, language, organ, date), `${skill}_${language}.docx`);
    announce(t("downloaded"));
  } catch (error) {
    await showError(errors, asApiError(error));
  }
}

/** Step 2: the document type and its values, as a form or as JSON. */

import { announce, button, byId, checkRadio, el, refill, setValue, valueOf } from "../core/dom.js";
import { download } from "../core/files.js";
import { notice, showStep } from "../core/frame.js";
import { t, timeInWords } from "../core/i18n.js";
import { on, state, update } from "../core/state.js";
import { showForm } from "./form_view.js";
import { discardDraft, forgetOtherDrafts } from "./drafts.js";
import { OPEN, takesOpenTasks } from "./open_fields.js";
import { addSample, chooseSkill, fittingType, followTemplate, takeText, titleOf } from "./skill_choice.js";
import { readTask } from "./task.js";

/** The server's default limit is 2 MiB; a file this large is not a task. */
const MAX_TASK_BYTES = 8 * 1024 * 1024;

/** Show the step; called again when the language changes. */
export function showContentStep() {
  showStep(
    "step-content",
    2,
    el("div", { class: "toolbar for-developers" }, skillSelect(), viewSwitch(), taskButtons()),
    el("div", { id: "content-note" }),
    el("div", { id: "draft-note" }),
    el("div", { id: "content-view" }),
  );
  showNote();
  showDraftNote();
  showSample();
  showView();
}

/** Update the step when the state changes. */
export function watchContentStep() {
  on(["inspection", "meta"], followTemplate);
  on(["meta"], () => byId("skill").replaceWith(skillMenu()));
  on(["skill"], () => setValue("skill", state.skill));
  on(["inspection", "skill", "meta"], showNote);
  on(["inspection", "skill", "meta"], showSample);
  on(["restored", "draft"], showDraftNote);
  on(["view"], showView);
  // The JSON view updates itself, so that its caret stays where it is.
  on(["skill", "meta", "inspection", "restored", "shownCandidates"], () => state.view === "form" && showView());
  on(["view"], () => checkRadio("view", state.view));
}

/** Use a dropped or chosen file as the task. @param {File} file */
export async function importTask(file) {
  const text = file.size <= MAX_TASK_BYTES ? await asText(file) : null;
  if (text === null) {
    refill(byId("content-note"), notice("bad", { "data-error": "import" }, t("import_failed")));
    announce(t("import_failed"));
    return;
  }
  takeText(text);
  if (!readTask(text).isTask) update({ view: "json" });
  showView();
  showNote();
  announce(t("imported"));
}

/** @param {File} file @returns {Promise<string | null>} `null` when it is not UTF-8 text */
async function asText(file) {
  try {
    const bytes = await file.arrayBuffer();
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
  } catch {
    return null;
  }
}

function skillSelect() {
  return el("div", { class: "labelled" }, el("label", { for: "skill" }, t("skill_label")), skillMenu());
}

function skillMenu() {
  const types = Object.keys(state.meta?.task_payload_schemas ?? {});
  if (takesOpenTasks()) types.push(OPEN);
  const options = types.map((type) =>
    el("option", { value: type, selected: type === state.skill }, titleOf(type)),
  );
  return el(
    "select",
    {
      id: "skill",
      disabled: !types.length,
      onchange: (event) => chooseSkill(valueOf(event)),
    },
    (!types.length || !state.skill) &&
      el("option", { value: "" }, types.length ? t("skill_choose") : "–"),
    options,
  );
}

function viewSwitch() {
  return el(
    "fieldset",
    { class: "segmented" },
    el("legend", { class: "unseen" }, t("view_label")),
    ["form", "json"].map((view) =>
      el(
        "label",
        null,
        el("input", {
          type: "radio",
          name: "view",
          value: view,
          checked: state.view === view,
          onchange: () => update({ view: /** @type {"form" | "json"} */ (view) }),
        }),
        el("span", null, t(`view_${view}`)),
      ),
    ),
  );
}

function taskButtons() {
  const input = el("input", {
    id: "task-file",
    type: "file",
    accept: ".json,application/json",
    class: "unseen",
    tabindex: "-1",
    "aria-label": t("import"),
  });
  input.addEventListener("change", () => {
    if (input.files?.[0]) importTask(input.files[0]);
    input.value = "";
  });
  return el(
    "div",
    { class: "buttons" },
    input,
    button({ class: "quiet", id: "sample-task", title: t("sample_hint"), onclick: fillInSample }, t("sample")),
    button({ class: "quiet", id: "import-task", onclick: () => input.click() }, t("import")),
    button({ class: "quiet", id: "export-task", onclick: exportTask }, t("export")),
  );
}

/** Offer the sample task where the template's own fields are filled. */
function showSample() {
  byId("sample-task").hidden = state.skill !== OPEN || !state.inspection?.sample_task;
}

function fillInSample() {
  addSample();
  showView();
  announce(t("sample_done"));
}

function exportTask() {
  download(new Blob([state.text], { type: "application/json" }), "task.json");
  announce(t("downloaded"));
}

/** Offer the document type that fits the template, when another one is chosen. */
function showNote() {
  const fitting = fittingType();
  const note = byId("content-note");
  if (!fitting || fitting === state.skill) return refill(note);
  const title = titleOf(fitting);
  return refill(
    note,
    notice(
      "plain",
      { class: "notice inline for-developers", id: "skill-suggestion" },
      el("span", null, t("skill_suggestion", { title })),
      " ",
      button({ class: "quiet", onclick: () => chooseSkill(fitting) }, t("skill_switch", { title })),
    ),
  );
}

/** What became of the draft: it is back, or there is no room for it. */
function showDraftNote() {
  const { restored, draft } = state;
  refill(
    byId("draft-note"),
    restored &&
      notice(
        "plain",
        { class: "notice inline", id: "draft-restored" },
        t("draft_restored", { time: timeInWords(restored.time) }),
        " ",
        restored.hasPictures && [t("draft_pictures"), " "],
        button({ class: "quiet", id: "discard-draft", onclick: startAfresh }, t("draft_discard")),
      ),
    draft === "full" &&
      notice(
        "warn",
        { class: "notice inline", id: "draft-full" },
        t("draft_full"),
        " ",
        button({ class: "quiet", id: "make-room", onclick: forgetOtherDrafts }, t("draft_make_room")),
      ),
  );
}

function startAfresh() {
  discardDraft();
  showView();
  announce(t("draft_discarded"));
}

/** Show the task again, after its text was changed elsewhere. @returns {Promise<void>} */
export async function showView() {
  const place = byId("content-view");
  if (state.view === "form") {
    showForm(place);
    return;
  }
  const { showJson } = await import("./json_view.js");
  // Another view may have been chosen while the module was loaded.
  if (state.view === "json") showJson(place);
}

/** The task as JSON text with line numbers; errors are shown with their lines. */

import { button, byId, el, refill } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { on, state } from "../core/state.js";
import { lineAndColumn, plainForm, plainPath } from "./json_text.js";
import { takeText } from "./skill_choice.js";
import { readTask } from "./task.js";

/** @typedef {import("../core/state.js").TaskError} TaskError */

const MAX_SHOWN_ERRORS = 20;
let watching = false;

/** Show the text in `place`. @param {HTMLElement} place */
export function showJson(place) {
  const area = el("textarea", {
    id: "task-json",
    class: "code",
    spellcheck: "false",
    autocapitalize: "off",
    wrap: "off",
    "aria-label": t("json_label"),
    "aria-describedby": "json-faults",
    value: state.text,
  });
  const gutter = el("div", { class: "gutter", "aria-hidden": "true" });
  area.addEventListener("input", () => takeText(area.value));
  area.addEventListener("scroll", () => (gutter.scrollTop = area.scrollTop));
  refill(
    place,
    el("div", { class: "json-editor" }, gutter, area),
    el("div", { id: "json-faults", role: "status" }),
  );
  showFaults();
  if (watching) return;
  watching = true;
  on(["text", "taskErrors", "skill"], () => document.getElementById("task-json") && showFaults());
}

function showFaults() {
  const area = /** @type {HTMLTextAreaElement} */ (byId("task-json"));
  // Setting the value moves the caret, so only a text that was changed elsewhere is set.
  if (area.value !== state.text) area.value = state.text;
  const faults = allFaults();
  refill(
    byId("json-faults"),
    faults.slice(0, MAX_SHOWN_ERRORS).map((fault) => faultLine(fault, area)),
  );
  if (faults.some(({ isError }) => isError)) area.setAttribute("aria-invalid", "true");
  else area.removeAttribute("aria-invalid");
  showGutter(new Set(faults.map(({ line }) => line)));
}

/** @typedef {{line: number, column: number, offset: number, words: string, lang: string | null, isError: boolean}} Fault */

/** @returns {Fault[]} */
function allFaults() {
  const task = readTask(state.text);
  if (task.error) {
    const { code, found, line, column, offset } = task.error;
    const words = t(code, { found, plain: plainForm(found) });
    return [{ line, column, offset, words, lang: null, isError: true }];
  }
  const own = task.isTask
    ? []
    : [{ line: 1, column: 1, offset: 0, words: t("json_no_task"), lang: null, isError: true }];
  return [...own, ...state.taskErrors.map((error) => serverFault(task, error))];
}

/** @param {import("./task.js").Task} task @param {TaskError} error @returns {Fault} */
function serverFault(task, { path, message, suggestion, line, column }) {
  const words = [path ? `${path}: ${message}` : message, suggestion].filter(Boolean).join(" ");
  if (line)
    return {
      line,
      column: column ?? 1,
      offset: offsetOf(line, column ?? 1),
      words,
      lang: "en",
      isError: true,
    };
  const offset = nearestSpan(task, path)?.start ?? 0;
  return { ...lineAndColumn(state.text, offset), offset, words, lang: "en", isError: true };
}

/** The span of a path, or of what is around it when the path is that of something missing. */
function nearestSpan(/** @type {import("./task.js").Task} */ task, /** @type {string} */ path) {
  for (let around = plainPath(path); around; around = around.replace(/(\.[^.[]*|\[[^\]]*\])$|^\$$/, "")) {
    const span = task.json.spans.get(around);
    if (span) return span;
    if (!/[.[]/.test(around)) return null;
  }
  return null;
}

/** @param {Fault} fault @param {HTMLTextAreaElement} area */
function faultLine({ line, column, offset, words, lang }, area) {
  const go = () => {
    area.focus();
    area.setSelectionRange(offset, Math.min(offset + 1, area.value.length));
    area.scrollTop = (line - 3) * parseFloat(getComputedStyle(area).lineHeight);
  };
  return el(
    "p",
    { class: "fault", "data-line": line },
    button({ class: "quiet", onclick: go }, t("json_line", { line, column })),
    " ",
    el("span", { lang }, words),
  );
}

/** @param {Set<number>} marked */
function showGutter(marked) {
  const gutter = /** @type {HTMLElement} */ (document.querySelector(".gutter"));
  const lines = state.text.split("\n").length;
  const children = [];
  let from = 1;
  const plain = (/** @type {number} */ to) => {
    if (to >= from)
      children.push(Array.from({ length: to - from + 1 }, (_, index) => from + index).join("\n") + "\n");
  };
  for (const line of [...marked].sort((a, b) => a - b)) {
    plain(line - 1);
    children.push(el("mark", null, line), "\n");
    from = line + 1;
  }
  plain(lines);
  refill(gutter, children);
}

/** @param {number} line @param {number} column */
function offsetOf(line, column) {
  const lines = state.text.split("\n").slice(0, line - 1);
  return lines.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}

/** A file of the task: chosen, pasted or dropped, shown, and taken away again. */

import { announce, button, el, refill } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { keepPicture } from "./pictures.js";
import { attributesOf } from "./typed_inputs.js";

/**
 * What an input takes.
 * @typedef {object} Kind
 * @property {string} accept the types of file the browser's dialog offers
 * @property {string} zone the name of the input for a screen reader
 * @property {string} choose the words of the button
 * @property {string} fault said where the file is none of this kind
 * @property {(name: string) => string} taken said where the file was taken
 * @property {(file: File) => Promise<File | null>} read the file as the server takes it; `null` where it is none of this kind
 * @property {(value: unknown) => (Node | string)[]} parts what is shown of a value; empty where there is none
 */

/** @param {unknown} value @param {import("./typed_inputs.js").About} about @param {Kind} kind @param {(value: unknown) => void} onValue */
export function fileInput(value, about, kind, onValue) {
  const shown = el("div", { class: "picture-shown" });
  const fault = el("p", { class: "field-errors" });
  const input = el("input", { type: "file", accept: kind.accept, ...attributesOf(about) });
  const zone = el(
    "div",
    { class: "picture-input", tabindex: "0", role: "group", "aria-label": kind.zone },
    shown,
    el("label", { class: "picture-choose" }, input, el("span", { class: "as-button" }, kind.choose)),
    el("span", { class: "hint" }, t("file_hint")),
    fault,
  );
  const take = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    const read = await kind.read(file);
    refill(fault, read === null && kind.fault);
    if (read === null) return announce(kind.fault);
    const name = keepPicture(read);
    onValue({ file: name });
    show({ file: name });
    return announce(kind.taken(name));
  };
  const remove = () => {
    onValue(undefined);
    show(undefined);
    zone.focus();
  };
  const show = (/** @type {unknown} */ each) => {
    const parts = kind.parts(each);
    refill(shown, ...parts, parts.length > 0 && button({ class: "quiet", onclick: remove }, t("remove")));
  };
  input.addEventListener("change", () => {
    take(input.files?.[0]);
    input.value = "";
  });
  zone.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  zone.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    document.documentElement.removeAttribute("data-dragging");
    take(file);
  });
  show(value);
  return zone;
}

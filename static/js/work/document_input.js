/** A Word document that is put into the task's: chosen or dropped, and named. */

import { announce, button, el, refill } from "../core/dom.js";
import { sizeInWords } from "../core/files.js";
import { t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { DOCX } from "../result/zip_reader.js";
import { isLostPicture, keepPicture, pictureName } from "./pictures.js";
import { attributesOf } from "./typed_inputs.js";


/** @param {unknown} value @param {import("./typed_inputs.js").About} about @param {(value: unknown) => void} onValue */
export function documentInput(value, about, onValue) {
  const shown = el("div", { class: "picture-shown" });
  const fault = el("p", { class: "field-errors" });
  const input = el("input", { type: "file", accept: `.docx,${DOCX}`, ...attributesOf(about) });
  const zone = el(
    "div",
    { class: "picture-input", tabindex: "0", role: "group", "aria-label": t("document_zone", { label: about.label ?? "" }) },
    shown,
    el("label", { class: "picture-choose" }, input, el("span", { class: "as-button" }, t("document_choose"))),
    el("span", { class: "hint" }, t("document_hint")),
    fault,
  );
  const take = (/** @type {File | undefined} */ file) => {
    if (!file) return;
    const isDocument = /\.docx$/i.test(file.name);
    refill(fault, !isDocument && t("fault_document"));
    if (!isDocument) {
      announce(t("fault_document"));
      return;
    }
    const name = keepPicture(file);
    onValue({ file: name });
    show({ file: name });
    announce(t("document_taken", { name }));
  };
  const show = (/** @type {unknown} */ each) => refill(shown, ...documentParts(each, () => {
    onValue(undefined);
    show(undefined);
    zone.focus();
  }));
  input.addEventListener("change", () => {
    take(input.files?.[0]);
    input.value = "";
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

/** What is there: name and size, and a button that takes it away. @param {unknown} value @param {() => void} remove */
function documentParts(value, remove) {
  const name = pictureName(value);
  if (name === null) return [];
  const removal = button({ class: "quiet", onclick: remove }, t("remove"));
  if (isLostPicture(value)) return [el("span", { class: "soft", "data-lost": name }, t("picture_lost", { name })), removal];
  const file = state.assets.get(name);
  return [el("span", { class: "soft" }, [name, file && sizeInWords(file.size)].filter(Boolean).join(" · ")), removal];
}

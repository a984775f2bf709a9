/** A Word document that is put into the task's: chosen, pasted or dropped, and named. */

import { el } from "../core/dom.js";
import { DOCX, sizeInWords } from "../core/files.js";
import { t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { fileInput } from "./file_input.js";
import { isLostPicture, pictureName } from "./pictures.js";

/** @param {unknown} value @param {import("./typed_inputs.js").About} about @param {(value: unknown) => void} onValue */
export function documentInput(value, about, onValue) {
  return fileInput(value, about, {
    accept: `.docx,${DOCX}`,
    zone: t("document_zone", { label: about.label ?? "" }),
    choose: t("document_choose"),
    fault: t("fault_document"),
    taken: (name) => t("document_taken", { name }),
    read: async (file) => (/\.docx$/i.test(file.name) ? file : null),
    parts: documentParts,
  }, onValue);
}

/** What is there: name and size. @param {unknown} value */
function documentParts(value) {
  const name = pictureName(value);
  if (name === null) return [];
  if (isLostPicture(value)) return [el("span", { class: "soft", "data-lost": name }, t("picture_lost", { name }))];
  const file = state.assets.get(name);
  return [el("span", { class: "soft" }, [name, file && sizeInWords(file.size)].filter(Boolean).join(" · "))];
}

/** A picture of the task: chosen, pasted or dropped, and shown small. */

import { el } from "../core/dom.js";
import { sizeInWords } from "../core/files.js";
import { t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { fileInput } from "./file_input.js";
import { isLostPicture, pictureName } from "./pictures.js";

const TAKEN = ["image/png", "image/jpeg"];

/** @param {unknown} value @param {import("./typed_inputs.js").About} about @param {(value: unknown) => void} onValue */
export function pictureInput(value, about, onValue) {
  return fileInput(value, about, {
    accept: "image/*",
    zone: t("picture_zone", { label: about.label ?? "" }),
    choose: t("picture_choose"),
    fault: t("fault_picture"),
    taken: (name) => t("picture_taken", { name }),
    read: asPngOrJpeg,
    parts: pictureParts,
  }, onValue);
}

/** What is there: the picture, its name and size. @param {unknown} value */
function pictureParts(value) {
  if (value === undefined || value === null) return [];
  const name = pictureName(value);
  const file = name === null ? pictureInside(value) : state.assets.get(name);
  if (isLostPicture(value)) return [el("span", { class: "soft", "data-lost": name }, t("picture_lost", { name }))];
  if (!file) return [el("span", { class: "soft" }, t("picture_in_json"))];
  const url = URL.createObjectURL(file);
  const image = el("img", { src: url, alt: t("picture_alt", { name: name ?? "" }) });
  image.addEventListener("load", () => URL.revokeObjectURL(url));
  image.addEventListener("error", () => URL.revokeObjectURL(url));
  return [image, el("span", { class: "soft" }, [name, sizeInWords(file.size)].filter(Boolean).join(" · "))];
}

/** The picture that is in a value itself, in base64. @param {unknown} value @returns {Blob | undefined} */
function pictureInside(value) {
  const { png, jpeg } = /** @type {Record<string, unknown>} */ (value);
  const [type, text] = typeof png === "string" ? ["image/png", png] : ["image/jpeg", jpeg];
  try {
    return typeof text === "string" ? new Blob([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))], { type }) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The picture as the server takes it; other kinds that the browser can draw become PNG.
 * @param {File} file @returns {Promise<File | null>} `null` where it is no picture
 */
async function asPngOrJpeg(file) {
  try {
    const bitmap = await createImageBitmap(file);
    if (TAKEN.includes(file.type)) return file;
    const canvas = el("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    return blob instanceof Blob ? new File([blob], file.name, { type: "image/png" }) : null;
  } catch {
    return null;
  }
}

/** A picture of the task: chosen, pasted or dropped, and shown small. */

import { announce, button, el, refill } from "../core/dom.js";
import { sizeInWords } from "../core/files.js";
import { t } from "../core/i18n.js";
import { state } from "../core/state.js";
import { isLostPicture, keepPicture, pictureName } from "./pictures.js";
import { attributesOf } from "./typed_inputs.js";

const TAKEN = ["image/png", "image/jpeg"];

/** @param {unknown} value @param {import("./typed_inputs.js").About} about @param {(value: unknown) => void} onValue */
export function pictureInput(value, about, onValue) {
  const shown = el("div", { class: "picture-shown" });
  const fault = el("p", { class: "field-errors" });
  const input = el("input", {
    type: "file",
    accept: "image/*",
    ...attributesOf(about),
  });
  const zone = el(
    "div",
    { class: "picture-input", tabindex: "0", role: "group", "aria-label": t("picture_zone", { label: about.label ?? "" }) },
    shown,
    el("label", { class: "picture-choose" }, input, el("span", { class: "as-button" }, t("picture_choose"))),
    el("span", { class: "hint" }, t("picture_hint")),
    fault,
  );
  const take = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    const picture = await asPngOrJpeg(file);
    refill(fault, picture === null && t("fault_picture"));
    if (picture === null) return announce(t("fault_picture"));
    const name = keepPicture(picture);
    onValue({ file: name });
    show({ file: name });
    return announce(t("picture_taken", { name }));
  };
  const show = (/** @type {unknown} */ each) => refill(shown, ...pictureParts(each, () => {
    onValue(undefined);
    show(undefined);
    zone.focus();
  }));
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

/** What is there: the picture, its name and size, and a button that takes it away. @param {unknown} value @param {() => void} remove */
function pictureParts(value, remove) {
  const removal = button({ class: "quiet", onclick: remove }, t("remove"));
  if (value === undefined || value === null) return [];
  const name = pictureName(value);
  const file = name === null ? pictureInside(value) : state.assets.get(name);
  if (isLostPicture(value)) return [el("span", { class: "soft", "data-lost": name }, t("picture_lost", { name })), removal];
  if (!file) return [el("span", { class: "soft" }, t("picture_in_json")), removal];
  const url = URL.createObjectURL(file);
  const image = el("img", { src: url, alt: t("picture_alt", { name: name ?? "" }) });
  image.addEventListener("load", () => URL.revokeObjectURL(url));
  image.addEventListener("error", () => URL.revokeObjectURL(url));
  return [image, el("span", { class: "soft" }, [name, sizeInWords(file.size)].filter(Boolean).join(" · ")), removal];
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

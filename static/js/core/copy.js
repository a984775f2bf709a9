/** Copies text; pages loaded over plain HTTP have no clipboard API and use a selection instead. */

import { announce, button, el } from "./dom.js";
import { t } from "./i18n.js";

/** @param {string} text @returns {Promise<boolean>} whether it worked */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** A button that copies a text and confirms it. @param {import("./dom.js").Attributes} attributes @param {string} label @param {() => string} text */
export function copyButton(attributes, label, text) {
  const control = button({ class: "quiet", ...attributes }, label);
  control.addEventListener("click", async () => {
    const done = (await copyText(text())) ? t("copied") : t("copy_failed");
    announce(done);
    control.textContent = done;
    setTimeout(() => (control.textContent = label), 2000);
  });
  return control;
}

/** @param {string} text */
function copyBySelection(text) {
  const focused = document.activeElement;
  const field = el("textarea", {
    class: "unseen",
    value: text,
    readOnly: true,
    "aria-hidden": "true",
    tabindex: "-1",
  });
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

/** Copies text; pages that came over plain HTTP have no clipboard API, so there is the old way too. */

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

/** A button that copies and says so. @param {Record<string, any>} attributes @param {string} label @param {() => string} text */
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

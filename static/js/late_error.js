/** Shows an error from the first view: what tells it is loaded when it is needed. */

import { el, refill } from "./dom.js";
import { needMessages, t } from "./i18n.js";

/**
 * Tell `error` in `place`.
 * @param {HTMLElement} place
 * @param {import("./api_error.js").ApiError} error
 * @param {() => void} [retry]
 */
export async function showError(place, error, retry) {
  try {
    const [{ errorPanel }] = await Promise.all([import("./error_view.js"), needMessages("work")]);
    refill(place, errorPanel(error, { retry }));
  } catch {
    refill(place, el("p", { class: "notice", "data-tone": "bad", "data-error": "part" }, t("part_failed")));
  }
}

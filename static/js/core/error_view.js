/** Shows an error: what happened, what to do, the server's message, and when to try again. */

import { copyButton } from "./copy.js";
import { announce, button, el, goTo } from "./dom.js";
import { notice } from "./frame.js";
import { hasMessage, needMessages, t } from "./i18n.js";
import { state } from "./state.js";

/** How often the page tries again by itself; after that the user has to. */
const MOST_OWN_RETRIES = 10;

/**
 * The panel of an error.
 * @param {import("./api_error.js").ApiError} error
 * @param {{retry?: () => void, retries?: number}} [offer] sends the request again; how often that has
 *   been done already
 */
export function errorPanel(error, { retry, retries = 0 } = {}) {
  const title = titleOf(error);
  announce(title);
  return notice(
    error.retryAfterSeconds === null ? "bad" : "warn",
    { class: "notice error", "data-error": error.code || error.diagnosis || error.kind },
    el("p", { class: "notice-title" }, title),
    adviceOf(error),
    el("div", { class: "for-developers" }, detailsOf(error)),
    retry && error.retryAfterSeconds !== null && retryOffer(error.retryAfterSeconds, retry, retries),
    retry &&
      error.retryAfterSeconds === null &&
      button({ class: "retry-now", onclick: retry }, t("try_again")),
    !retry && helpOf(error),
  );
}

/** Errors that another file, and not the same request once more, helps against. */
const OF_THE_FILE = new Set(["INVALID_TEMPLATE", "INVALID_MEDIA_TYPE", "UPLOAD_TOO_LARGE", "TEMPLATE_LIMIT_EXCEEDED"]);

/** The button that helps where trying again does not. @param {import("./api_error.js").ApiError} error */
function helpOf(error) {
  if (error.code === "UNAUTHORIZED")
    return button({ class: "help-sign-in", onclick: () => goToControl("api-user") }, t("help_sign_in"));
  const isOfFile = OF_THE_FILE.has(error.code) || ofFile(error) || error.diagnosis === "file_changed";
  if (!isOfFile || !document.getElementById("template-file")) return null;
  return button({ class: "help-file", onclick: () => document.getElementById("template-file")?.click() }, t("help_file"));
}

/** @param {string} id */
function goToControl(id) {
  const control = document.getElementById(id);
  control?.closest(".for-developers")?.classList.remove("for-developers");
  if (control) goTo(control);
}

/** Load the sentences about files where `error` is about what a file is. @param {import("./api_error.js").ApiError} error */
export async function needErrorMessages(error) {
  if (ofFile(error)) await needMessages("files");
}

/** The key of the sentence about what a file is or how it is encoded, if the error is about that. @param {import("./api_error.js").ApiError} error */
function ofFile({ detail }) {
  if (detail.encoding) return "other_encoding";
  return detail.found ? `found_${detail.kind ?? detail.found}` : "";
}

/** One sentence about an error. @param {import("./api_error.js").ApiError} error */
function titleOf(error) {
  if (hasMessage(ofFile(error))) return t(ofFile(error), { ...error.detail });
  const byReason = `error_${error.code}_${error.detail.reason}`;
  if (error.kind === "answer" && hasMessage(byReason)) return t(byReason);
  if (error.kind === "answer")
    return hasMessage(`error_${error.code}`) ? t(`error_${error.code}`) : t("error_other");
  if (error.kind === "network") return t(`network_${error.diagnosis || "unreachable"}`, origins());
  return t(`error_${error.kind}`, { status: error.status || "–" });
}

/** @param {import("./api_error.js").ApiError} error */
function adviceOf(error) {
  // What to do is in the title.
  if (hasMessage(ofFile(error))) return false;
  const key =
    error.kind === "network"
      ? `network_${error.diagnosis}_advice`
      : `error_${error.code || error.kind}_advice`;
  const values = { ...error.detail, ...origins(), megabytes: megabytes(error.detail.max_bytes) };
  return hasMessage(key) && el("p", null, t(key, values));
}

/** The server's message, and the id by which its log can be searched. */
function detailsOf(/** @type {import("./api_error.js").ApiError} */ error) {
  return [
    error.serverMessage &&
      !hasMessage(ofFile(error)) &&
      el(
        "p",
        { class: "server-words" },
        `${t("server_says")} `,
        el("q", { lang: "en" }, error.serverMessage),
      ),
    error.requestId && requestId(error.requestId),
  ];
}

/** A request id with a button that copies it. @param {string} id */
export function requestId(id) {
  return el(
    "p",
    { class: "request-id" },
    `${t("request_id")} `,
    el("code", null, id),
    " ",
    copyButton({ "aria-label": t("copy_request_id") }, t("copy"), () => id),
  );
}

/** @param {number} seconds @param {() => void} retry @param {number} retries */
function retryOffer(seconds, retry, retries) {
  const ownWay = retries < MOST_OWN_RETRIES;
  const countdown = el("span", { class: "countdown" });
  const ends = Date.now() + seconds * 1000;
  const row = el("p", { class: "retry" });
  const tick = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    countdown.textContent = left > 0 ? t("retry_in", { n: left }) : "";
    if (left > 0 && row.isConnected) return;
    clearInterval(timer);
    if (row.isConnected && ownWay) retry();
  };
  const again = () => {
    clearInterval(timer);
    retry();
  };
  const leave = () => {
    clearInterval(timer);
    row.replaceChildren(button({ class: "retry-now", onclick: retry }, t("try_again")));
  };
  const timer = setInterval(tick, 250);
  countdown.textContent = t("retry_in", { n: seconds });
  row.append(
    ...(ownWay ? [countdown, " "] : []),
    button({ class: "retry-now", onclick: again }, t("retry_now")),
    " ",
    ...(ownWay ? [button({ class: "quiet retry-stop", onclick: leave }, t("retry_stop"))] : []),
  );
  return row;
}

function origins() {
  return { page: location.origin, api: state.apiBase ? new URL(state.apiBase).origin : location.origin };
}

/** @param {number | undefined} bytes */
function megabytes(bytes) {
  return typeof bytes === "number" ? (bytes / 1048576).toFixed(bytes % 1048576 ? 2 : 0) : "?";
}

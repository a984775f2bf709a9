/** Why the browser got no answer: blocked by this page's policy or by CORS, or the server cannot be reached. */

/** Origins that the page's connect-src blocked. @type {Set<string>} */
const refused = new Set();
const PROBE_TIMEOUT_MS = 5_000;
const POLICY_EVENT_MS = 100;

/** Note what the page's policy blocks; this event is the only way for a script to know. */
export function watchPolicy() {
  document.addEventListener("securitypolicyviolation", (event) => {
    if (event.effectiveDirective === "connect-src" && URL.canParse(event.blockedURI)) {
      refused.add(new URL(event.blockedURI).origin);
    }
  });
}

/**
 * Find out why a request to `url` had no answer: "offline", "mixed", "connect_src", "cors", "broken" (the server
 * can be reached, the connection broke) or "unreachable".
 * @param {string} url
 * @returns {Promise<string>}
 */
export async function diagnose(url) {
  const { origin, protocol } = new URL(url);
  // The browser reports a blocked request a little after the request has failed.
  await new Promise((resolve) => setTimeout(resolve, POLICY_EVENT_MS));
  if (refused.has(origin)) return "connect_src";
  if (!navigator.onLine) return "offline";
  const health = url.replace(/\/v1\/.*$/, "/healthz");
  if (await answers(health, "cors")) return "broken";
  if (location.protocol === "https:" && protocol === "http:") return "mixed";
  if (origin !== location.origin && (await answers(health, "no-cors"))) return "cors";
  return "unreachable";
}

/**
 * Make a typed address a base address: scheme, host, port and path, without a slash at the end.
 * @param {string} typed
 * @returns {string | null} `null` when it is not a valid address; "" for this page's own server
 */
export function asApiBase(typed) {
  const text = typed.trim();
  if (text === "") return "";
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isPlain =
    /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!isPlain) return null;
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** @param {string} url @param {RequestMode} mode */
async function answers(url, mode) {
  try {
    await fetch(url, { mode, credentials: "omit", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  }
}

/** What the browser keeps between visits; never a file, and values only where the person asked for it. */

const PREFIX = "docops.";

/**
 * Read what was kept under `name`; what cannot be read is as good as nothing.
 * @param {string} name
 * @param {any} fallback
 */
export function recall(name, fallback) {
  try {
    const kept = localStorage.getItem(PREFIX + name);
    return kept === null ? fallback : JSON.parse(kept);
  } catch {
    return fallback;
  }
}

/** Keep `value` under `name`. @param {string} name @param {any} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage that is full or switched off: the page works, it only starts afresh next time.
  }
}

/** Say whether anything is kept. */
export function keepsAnything() {
  try {
    return Object.keys(localStorage).some((name) => name.startsWith(PREFIX));
  } catch {
    return false;
  }
}

/** Remove everything this page has kept. */
export function forgetEverything() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    for (const name of names) localStorage.removeItem(name);
  } catch {
    // Nothing was kept then.
  }
}

/** The SHA-256 of a template, by which its draft is found again. */

/** @param {import("../core/state.js").Template} template @returns {Promise<string>} hexadecimal digits; "" where the file cannot be read */
export async function hashOf(template) {
  if (!(template instanceof File)) return template.sha256;
  try {
    const bytes = await template.arrayBuffer();
    // Browsers have this on https and on this computer only.
    const digest = crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)) : await ownDigest(bytes);
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
}

/** @param {ArrayBuffer} bytes */
async function ownDigest(bytes) {
  return (await import("./sha256.js")).sha256(new Uint8Array(bytes));
}

/** Asks the service for page pictures (`/v1/preview`) and keeps them as Blobs. */

import { uploadForJson } from "../core/upload.js";

/** @typedef {import("../core/answers.js").Preview} Preview */
/** @typedef {{page: number, width: number, height: number, url: string}} PagePicture `url` is that of a Blob */
/** @typedef {{pages: number, substituted: string[], pictures: PagePicture[], findings: import("../core/answers.js").PlacedFinding[]}} Pages */

/** As many pages as one request may ask for. */
export const PAGES_AT_ONCE = 10;
/** In pixels; a page is shown at most so wide on a display with twice as many. */
const WIDTH = 1000;

/**
 * The pages of a document from page `first` on, at most ten.
 * @param {FormData} form that of a run
 * @param {number} first counts from 1
 * @param {AbortSignal} signal
 * @param {{most?: number, width?: number}} [order]
 * @returns {Promise<Pages>}
 * @throws {import("../core/api_error.js").ApiError}
 */
export async function askForPages(form, first, signal, { most = PAGES_AT_ONCE, width = WIDTH } = {}) {
  form.append("pages", `${first}-${first + most - 1}`);
  form.append("width", String(width));
  const answer = await uploadForJson("/v1/preview", form, { signal });
  const preview = /** @type {Preview} */ (answer);
  return {
    pages: preview.pages,
    substituted: preview.substituted,
    findings: preview.findings,
    pictures: preview.images.map(({ page, width: wide, height, png }) => ({
      page,
      width: wide,
      height,
      url: URL.createObjectURL(pictureOf(png)),
    })),
  };
}

/** Free the memory of pictures that are not shown any more. @param {PagePicture[]} pictures */
export function freePictures(pictures) {
  for (const { url } of pictures) URL.revokeObjectURL(url);
}

/** @param {string} png in Base64 */
function pictureOf(png) {
  return new Blob([Uint8Array.from(atob(png), (character) => character.charCodeAt(0))], {
    type: "image/png",
  });
}

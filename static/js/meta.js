/** Loads what the server can do into the state. */

import { fetchMeta } from "./api.js";
import { asApiError } from "./api_error.js";
import { update } from "./state.js";

/** The call that counts, when several were made. */
let latest = 0;

/** Ask the server; the answer, or why there is none, is in the state then. */
export async function loadMeta() {
  const mine = ++latest;
  update({ metaBusy: true, metaError: null });
  try {
    const meta = await fetchMeta();
    if (mine === latest) update({ meta, metaBusy: false });
  } catch (error) {
    const metaError = asApiError(error);
    if (mine === latest) update({ meta: null, metaError, metaBusy: false });
  }
}

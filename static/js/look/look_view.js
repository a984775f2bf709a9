/** The look of a result: page pictures beside the findings (written in its own module; see docs/console.md, "Mounting"). */

/**
 * Show the pages of a result; hide `section` where there is none.
 * @param {HTMLElement} section `#look`
 * @param {import("../core/state.js").RunOutcome | null} run
 */
export async function showLook(section, run) {
  section.hidden = true;
  section.dataset.run = run?.requestId ?? "";
}

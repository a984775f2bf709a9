/** Many documents at once, from the rows of a file (see docs/console.md, "Mounting"). */

/** Show what makes many documents of the chosen template; hide `section` where there is none. @param {HTMLElement} section `#many` */
export async function showMany(section) {
  section.hidden = true;
}

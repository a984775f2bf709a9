/** What spreadsheets put on the clipboard (Excel, WPS, web pages), as rows of texts. */

/** @typedef {string[][]} Rows */

/** A cell in quotation marks, and one without, from `lastIndex` on. */
const QUOTED = /"((?:[^"]|"")*)"(?=[\t\n]|$)/y;
const PLAIN = /[^\t\n]*/y;

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", ensp: " ", emsp: "\u3000" };

/**
 * The cells on a clipboard. The text has blanks as they are; where its rows and columns are not those of the HTML, its
 * lines are not rows, and the HTML is right.
 * @param {DataTransfer | null} clipboard
 * @returns {Rows} one cell for a plain text; none where there is no text
 */
export function pastedRows(clipboard) {
  const text = clipboard?.getData("text/plain") ?? "";
  const table = rowsOfHtml(clipboard?.getData("text/html") ?? "");
  const rows = rowsOfText(text);
  if (!table.length) return rows;
  const isSame = rows.length === table.length && rows.every((row, index) => row.length === table[index].length);
  return isSame ? rows : table;
}

/**
 * Rows of text as spreadsheets write them: cells between tabs, rows between line ends; a cell with a line end, a tab or a
 * quotation mark is in quotation marks, which are doubled inside. The line end at the end is none of a value.
 * @param {string} text
 * @returns {Rows}
 */
export function rowsOfText(text) {
  const whole = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").replaceAll("\0", "");
  if (whole === "") return [];
  /** @type {Rows} */
  const rows = [[]];
  let at = 0;
  while (at <= whole.length) {
    QUOTED.lastIndex = PLAIN.lastIndex = at;
    const quoted = QUOTED.exec(whole);
    const cell = (quoted ?? PLAIN.exec(whole) ?? [""])[0];
    // Quotation marks around a cell without a reason for them are the text's own.
    const isWrapped = quoted !== null && /["\t\n]/.test(quoted[1]);
    rows[rows.length - 1].push(isWrapped ? quoted[1].replaceAll('""', '"') : cell);
    at += cell.length;
    if (whole[at] === "\n") rows.push([]);
    at += 1;
  }
  return rows;
}

/**
 * The first table of an HTML text. It is read as text and never becomes markup: the page's policy allows none.
 * @param {string} html
 * @returns {Rows} none where there is no table
 */
export function rowsOfHtml(html) {
  const table = /<table[\s>][\s\S]*?(?:<\/table>|$)/i.exec(html.replace(/<!--[\s\S]*?-->|<style[\s\S]*?<\/style>/gi, ""));
  if (!table) return [];
  /** @type {Rows} */
  const rows = [];
  /** @type {string | null} */
  let cell = null;
  let columns = 1;
  const end = () => {
    // A cell over several columns has the room of several.
    if (cell !== null) rows.at(-1)?.push(clean(cell), ...Array(columns - 1).fill(""));
    cell = null;
  };
  for (const [token, slash, name, attributes] of table[0].matchAll(/<(\/?)([a-z][a-z0-9:]*)([^>]*)>|[^<]+|</gi)) {
    const tag = name?.toLowerCase();
    if (tag === "tr" && !slash) {
      end();
      rows.push([]);
    } else if (tag === "td" || tag === "th") {
      end();
      if (slash) continue;
      if (!rows.length) rows.push([]);
      cell = "";
      const span = Number(/colspan\s*=\s*["']?(\d+)/i.exec(attributes)?.[1] ?? 1);
      columns = Math.min(Math.max(span, 1), 200);
    } else if (cell !== null && tag === "br") cell += "\n";
    else if (cell !== null && (tag === "p" || tag === "div") && slash) cell += "\n";
    else if (cell !== null && tag === undefined) cell += token.replace(/\s+/g, " ");
    if (tag === "tr" && slash) end();
  }
  end();
  return rows.filter((row) => row.length);
}

/** @param {string} text */
function clean(text) {
  return decoded(text)
    .replace(/ *\n */g, "\n")
    .replace(/^[ \n]+|[ \n]+$/g, "");
}

/** Text with its character references resolved (HTML, 13.5). @param {string} text */
function decoded(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name) return ENTITIES[/** @type {keyof typeof ENTITIES} */ (name.toLowerCase())] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hexadecimal, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}

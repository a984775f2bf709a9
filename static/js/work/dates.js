/** Dates: as people and spreadsheets write them, as they are sent (ISO 8601), and as a template's format prints them. */

const PIECES = /yyyy|yy|MM|M|dd|d|HH|H|mm|m|ss/g;
const DIGITS = "〇一二三四五六七八九";

/**
 * A date as it is sent, `2026-05-06` or `2026-05-06T14:30`, from how people write one: 2026/5/6, 2026.5.6, 2026年5月6日, with
 * a time behind it.
 * @param {string} text
 * @returns {string | null} `null` where it is no date with the year first
 */
export function isoDate(text) {
  const match =
    /^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]\s*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}))?[分秒]?)?\s*$/.exec(
      plainDigits(text),
    );
  if (!match) return null;
  const [, year, month, day, hour, minute] = match;
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(day)) return null;
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59) return null;
  const date = `${year}-${two(month)}-${two(day)}`;
  return hour === undefined ? date : `${date}T${two(hour)}:${two(minute)}`;
}

/**
 * How a format of a template prints a date.
 * @param {string} iso
 * @param {string} format 日期, 日期大写 or a pattern; "" prints the date as it is sent
 */
export function printedDate(iso, format) {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?/.exec(iso);
  if (!match) return iso;
  const [year, month, day, hour, minute] = match.slice(1).map((piece) => Number(piece ?? 0));
  if (format === "日期") return `${year}年${month}月${day}日`;
  if (format === "日期大写") {
    const digits = [...String(year)].map((digit) => DIGITS[Number(digit)]).join("");
    return `${digits}年${numeral(month)}月${numeral(day)}日`;
  }
  if (!format || format.replace(PIECES, "") === format) return iso;
  /** @type {Record<string, string>} */
  const pieces = {
    yyyy: String(year).padStart(4, "0"), yy: two(year % 100), MM: two(month), M: String(month), dd: two(day), d: String(day),
    HH: two(hour), H: String(hour), mm: two(minute), m: String(minute), ss: "00",
  };
  return format.replace(PIECES, (piece) => pieces[piece]);
}

/** Digits of Chinese input methods as plain ones. @param {string} text */
export function plainDigits(text) {
  return text.replace(/[０-９．，－／：]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0));
}

/** A number below 100 in Chinese. @param {number} n */
function numeral(n) {
  const tens = Math.floor(n / 10);
  const ones = n % 10 ? DIGITS[n % 10] : "";
  return tens ? `${tens > 1 ? DIGITS[tens] : ""}十${ones}` : DIGITS[n];
}

/** @param {string | number} n */
function two(n) {
  return String(n).padStart(2, "0");
}

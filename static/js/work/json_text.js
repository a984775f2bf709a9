/**
 * Reads JSON (RFC 8259) with the position of every value, so that an error has a line and the form can change one
 * value without touching the rest of the text. Like the server it accepts no key twice.
 */

const MAX_DEPTH = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WHITE = /[ \t\n\r]*/y;
const LITERALS = { true: true, false: false, null: null };
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const FULL_WIDTH = {
  "“": '"',
  "”": '"',
  "„": '"',
  "＂": '"',
  "：": ":",
  "，": ",",
  "｛": "{",
  "｝": "}",
  "［": "[",
  "］": "]",
};
const PLAIN_KEY = /^[\p{L}_][\p{L}\p{M}\p{Nd}_]*$/u;
const SHOWN_KEY_CHARACTERS = 64;

/**
 * @typedef {{start: number, end: number, keyStart: number}} Span of a value; `keyStart` is where its key begins, in
 *   a list where the value itself begins
 * @typedef {{code: string, found: string, offset: number, line: number, column: number}} JsonError
 *   `code` names a sentence of messages/work_*, `found` is the character it is about
 * @typedef {{value: unknown, spans: Map<string, Span>, error: JsonError | null}} JsonText
 */

/** Read a text. @param {string} text @returns {JsonText} */
export function readJson(text) {
  const reader = new Reader(text);
  try {
    return { value: reader.document(), spans: reader.spans, error: null };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const error = {
      code: fault.code,
      found: fault.found,
      offset: fault.offset,
      ...lineAndColumn(text, fault.offset),
    };
    return { value: undefined, spans: reader.spans, error };
  }
}

/** Line and column of an offset, both from 1. @param {string} text @param {number} offset */
export function lineAndColumn(text, offset) {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/** The path of a member, as the server writes it. @param {string} path @param {string | number} key */
export function memberPath(path, key) {
  if (typeof key === "number") return `${path}[${key}]`;
  return PLAIN_KEY.test(key) ? `${path}.${key}` : `${path}['${key.replaceAll("'", "\\'")}']`;
}

/** A path of the server, which quotes names in other scripts in some errors, as `memberPath` writes it. @param {string} path */
export function plainPath(path) {
  return path.replace(/\['([^'\]]+)'\]/g, (whole, key) => (PLAIN_KEY.test(key) ? `.${key}` : whole));
}

class Fault extends Error {
  constructor(/** @type {string} */ code, /** @type {number} */ offset, /** @type {string} */ found = "") {
    super(code);
    this.code = code;
    this.offset = offset;
    this.found = found;
  }
}

class Reader {
  constructor(/** @type {string} */ text) {
    this.text = text;
    this.at = 0;
    /** @type {Map<string, Span>} */
    this.spans = new Map();
  }

  document() {
    this.skipWhite();
    if (this.at === this.text.length) throw this.fault("json_empty");
    const value = this.value("$", 0, this.at);
    this.skipWhite();
    if (this.at < this.text.length) throw this.fault("json_after_end");
    return value;
  }

  /** @returns {unknown} */
  value(/** @type {string} */ path, /** @type {number} */ depth, /** @type {number} */ keyStart) {
    if (depth > MAX_DEPTH) throw this.fault("json_too_deep");
    const start = this.at;
    const value = this.anyValue(path, depth);
    this.spans.set(path, { start, end: this.at, keyStart });
    return value;
  }

  /** @returns {unknown} */
  anyValue(/** @type {string} */ path, /** @type {number} */ depth) {
    const first = this.text[this.at];
    if (first === "{") return this.object(path, depth);
    if (first === "[") return this.list(path, depth);
    if (first === '"') return this.string();
    const number = this.match(NUMBER);
    if (number) return Number(number);
    for (const [word, value] of Object.entries(LITERALS)) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    throw this.fault("json_value_expected");
  }

  object(/** @type {string} */ path, /** @type {number} */ depth) {
    /** @type {Record<string, unknown>} */
    const members = Object.create(null);
    this.items("}", () => {
      const keyStart = this.at;
      if (this.text[this.at] !== '"') throw this.fault("json_key_expected");
      const key = this.string();
      if (key in members) throw new Fault("json_key_twice", keyStart, key.slice(0, SHOWN_KEY_CHARACTERS));
      this.skipWhite();
      if (this.text[this.at] !== ":") throw this.fault("json_colon_expected");
      this.at += 1;
      this.skipWhite();
      members[key] = this.value(memberPath(path, key), depth + 1, keyStart);
    });
    return members;
  }

  list(/** @type {string} */ path, /** @type {number} */ depth) {
    /** @type {unknown[]} */
    const items = [];
    this.items("]", () => items.push(this.value(memberPath(path, items.length), depth + 1, this.at)));
    return items;
  }

  /** Read what is between brackets, separated by commas. */
  items(/** @type {string} */ close, /** @type {() => void} */ readItem) {
    this.at += 1;
    this.skipWhite();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      readItem();
      this.skipWhite();
      const next = this.text[this.at];
      if (next !== "," && next !== close)
        throw this.fault(close === "}" ? "json_comma_or_brace" : "json_comma_or_bracket");
      const comma = this.at;
      this.at += 1;
      if (next === close) return;
      this.skipWhite();
      if (this.text[this.at] === close) throw new Fault("json_comma_too_many", comma, ",");
    }
  }

  string() {
    const start = this.at;
    let value = "";
    for (this.at += 1; ;) {
      const character = this.text[this.at];
      if (character === undefined) throw new Fault("json_text_unfinished", start);
      if (character === "\n" || character === "\r") throw this.fault("json_line_break_in_text");
      if (character < " ") throw this.fault("json_control_in_text");
      this.at += 1;
      if (character === '"') return value;
      value += character === "\\" ? this.escape() : character;
    }
  }

  escape() {
    const letter = this.text[this.at];
    const hex = /^[0-9a-fA-F]{4}$/.exec(this.text.slice(this.at + 1, this.at + 5));
    if (letter === "u" && hex) {
      this.at += 5;
      return String.fromCharCode(parseInt(hex[0], 16));
    }
    if (!(letter in ESCAPES)) throw new Fault("json_bad_escape", this.at - 1, letter ?? "");
    this.at += 1;
    return ESCAPES[/** @type {keyof typeof ESCAPES} */ (letter)];
  }

  skipWhite() {
    this.match(WHITE);
  }

  match(/** @type {RegExp} */ pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  fault(/** @type {string} */ code) {
    const found =
      this.text.slice(this.at, this.at + 2).match(/^(?:[\ud800-\udbff][\udc00-\udfff]|[^])/)?.[0] ?? "";
    if (found in FULL_WIDTH) return new Fault("json_full_width", this.at, found);
    return new Fault(found === "" && code !== "json_empty" ? "json_unfinished" : code, this.at, found);
  }
}

/** The half-width form of a full-width character. @param {string} found */
export function plainForm(found) {
  return FULL_WIDTH[/** @type {keyof typeof FULL_WIDTH} */ (found)] ?? "";
}

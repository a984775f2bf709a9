/** Which field a column fills: what was chosen before, what the service says, or the field whose name is most alike. */

import { keepsDrafts, recall, remember } from "../core/settings.js";

/** @typedef {import("../core/answers.js").MergeColumn} MergeColumn */
/** @typedef {{name: string, label: string}} FieldChoice a field that a column can fill: its path, and what people call it */
/** @typedef {{field: string | null, isGuess: boolean}} Match `null`: the column is left out */

/** In `localStorage`: for each template (by its hash) the field of each header. */
const KEPT_UNDER = "columns";
const MOST_TEMPLATES = 20;
/** Half of the pairs of letters are the same. */
const ALIKE = 0.5;

/**
 * @param {MergeColumn[]} columns
 * @param {FieldChoice[]} choices
 * @param {string} hash of the template
 * @returns {Map<string, Match>} by header
 */
export function matchColumns(columns, choices, hash) {
  const known = new Map(Object.entries(keptColumns()[hash] ?? {}));
  const names = new Set(choices.map(({ name }) => name));
  /** @type {Map<string, Match>} */
  const matches = new Map();
  const taken = new Set();
  const take = (/** @type {string} */ header, /** @type {string | null} */ field, isGuess = false) => {
    matches.set(header, { field, isGuess });
    if (field !== null) taken.add(field);
  };
  const named = columns.filter(({ header }) => header !== "");
  for (const { header, field } of named) {
    const chosen = known.get(folded(header));
    if (chosen === null || (chosen !== undefined && names.has(chosen) && !taken.has(chosen))) take(header, chosen);
    else if (field !== null && chosen === undefined) take(header, field);
  }
  for (const { header, suggestion } of named) {
    if (matches.has(header)) continue;
    const isFree = suggestion !== null && !taken.has(suggestion);
    const field = isFree ? suggestion : mostAlike(header, choices, taken);
    take(header, field, field !== null);
  }
  // In the order of the file.
  return new Map(named.map(({ header }) => [header, matches.get(header) ?? { field: null, isGuess: false }]));
}

/** Keep what was chosen for the columns of a template. @param {string} hash @param {Map<string, Match>} matches */
export function keepColumns(hash, matches) {
  if (!hash || !keepsDrafts()) return;
  const { [hash]: before, ...others } = keptColumns();
  const chosen = Object.fromEntries([...matches].map(([header, { field }]) => [folded(header), field]));
  const latest = Object.entries(others).slice(1 - MOST_TEMPLATES);
  remember(KEPT_UNDER, Object.fromEntries([...latest, [hash, { ...before, ...chosen }]]));
}

/** What was kept, as far as it has the form it should have. @returns {Record<string, Record<string, string | null>>} */
function keptColumns() {
  return Object.fromEntries(
    Object.entries(asObject(recall(KEPT_UNDER))).map(([hash, columns]) => [
      hash,
      /** @type {Record<string, string | null>} */ (
        Object.fromEntries(
          Object.entries(asObject(columns)).filter(([, field]) => field === null || typeof field === "string"),
        )
      ),
    ]),
  );
}

/** @param {unknown} value @returns {Record<string, unknown>} */
function asObject(value) {
  return typeof value === "object" && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}

/** @param {string} header @param {FieldChoice[]} choices @param {Set<unknown>} taken */
function mostAlike(header, choices, taken) {
  const rated = choices
    .filter(({ name }) => !taken.has(name))
    .map(({ name, label }) => ({
      name,
      rate: Math.max(...[name, name.split(".").at(-1) ?? "", label].map((text) => likeness(header, text))),
    }));
  const best = rated.reduce((one, other) => (other.rate > one.rate ? other : one), { name: "", rate: 0 });
  return best.rate >= ALIKE ? best.name : null;
}

/**
 * How alike two names are, from 0 to 1: Dice's coefficient of their pairs of letters.
 * @param {string} one
 * @param {string} other
 */
export function likeness(one, other) {
  const [first, second] = [folded(one), folded(other)];
  if (!first || !second) return 0;
  if (first === second) return 1;
  const [pairs, others] = [pairsOf(first), pairsOf(second)];
  const all = pairs.length + others.length;
  const common = pairs.filter((pair) => {
    const at = others.indexOf(pair);
    if (at >= 0) others.splice(at, 1);
    return at >= 0;
  }).length;
  return (2 * common) / (all || 1);
}

/** @param {string} text */
function pairsOf(text) {
  const letters = [...text];
  return letters.slice(1).map((letter, index) => letters[index] + letter);
}

/** A header without brackets, blanks, and differences of case and width. @param {string} text */
function folded(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s【】〖〗{}[\]「」«»*:_()-]+/gu, "");
}

/** Values of format issues as people know them from Word: sizes by name, lengths in points, line spacing in lines. */

import { el } from "../core/dom.js";
import { hasMessage, t } from "../core/i18n.js";

/** @typedef {import("../core/answers.js").FormatIssue} FormatIssue */
/** @typedef {import("../core/dom.js").Child} Child */

const TWIPS_PER_POINT = 20;
const TWIPS_PER_LINE = 240;
const OR_ALIKE = " or the like";
const MEASURE = /^(-?[0-9.]+) (twips|pt|mm|cm|characters|lines)$/;
const SPACING = /^(exact|at least) ([0-9.]+) pt$/;
const LINE_AND_RULE = /^(-?[0-9]+) (auto|exact|atLeast)$/;

/** The last part of a key such as roles.title.size_pt. @param {string | null | undefined} key */
export function ruleName(key) {
  return key?.split(".").at(-1) ?? "";
}

/** A style's name as Word shows it in the page's language; an author's own stays. @param {string} name */
export function styleName(name) {
  const own = name.split(",")[0].trim();
  const number = own.match(/[0-9]+/)?.[0] ?? "";
  const key = `style_${own.toLowerCase().replace(/[0-9]+/, "n").replaceAll(" ", "_")}`;
  return hasMessage(key) ? t(key, { n: number }) : name;
}

/** An expected or actual value in words. @param {string | number | null | undefined} value @param {FormatIssue} issue @returns {Child} */
export function shownValue(value, { code, rule_key: key, line_rule: lineRule }) {
  if (value === null || value === undefined) return el("span", { class: "soft" }, t("not_stated"));
  const rule = ruleName(key);
  if (typeof value === "number" && (code === "RUN_SIZE_MISMATCH" || rule === "size_pt")) return size(value);
  if (code.endsWith("LINE_SPACING_MISMATCH")) return lineSpacing(String(value), lineRule);
  if (code === "FIRST_LINE_INDENT_MISMATCH" && typeof value === "number") return length(value);
  const measure = MEASURE.exec(String(value));
  if (measure) return amount(Number(measure[1]), measure[2]);
  return inWords(String(value), rule);
}

/** Words that the check uses; names of fonts and texts of the document stay. @param {string} value @param {string} rule */
function inWords(value, rule) {
  if (value.startsWith("theme:")) return t(rule === "color" ? "phrase_theme_colour" : "phrase_theme_font");
  if (value.startsWith("numId ")) return t("phrase_numbered");
  if (value.endsWith(OR_ALIKE)) return t("value_or_alike", { name: value.slice(0, -OR_ALIKE.length) });
  const phrases = value.split(" or ").map((each) => `phrase_${each.replaceAll(" ", "_")}`);
  return phrases.every(hasMessage) ? phrases.map((each) => t(each)).join(t("value_or")) : value;
}

/** @param {number} points */
function size(points) {
  const name = `size_${points}`.replace(".", "_");
  return hasMessage(name) ? t("value_named_size", { name: t(name), points }) : t("value_pt", { n: points });
}

/** @param {string} value @param {string | null | undefined} lineRule the w:lineRule of a number */
function lineSpacing(value, lineRule) {
  const spacing = SPACING.exec(value);
  if (spacing) return t(spacing[1] === "exact" ? "value_exact" : "value_at_least", { n: Number(spacing[2]) });
  const measure = MEASURE.exec(value);
  if (measure) return multiple(Number(measure[1]));
  const [, line, rule] = LINE_AND_RULE.exec(value) ?? [value, value, lineRule ?? "auto"];
  const number = Number(line);
  if (!Number.isFinite(number)) return value;
  if (rule === "auto") return multiple(number / TWIPS_PER_LINE);
  return t(rule === "exact" ? "value_exact" : "value_at_least", { n: number / TWIPS_PER_POINT });
}

/** @param {number} lines */
function multiple(lines) {
  return lines === 1 ? t("value_single") : t("value_multiple", { n: rounded(lines) });
}

/** @param {number} number @param {string} unit */
function amount(number, unit) {
  return unit === "twips" ? length(number) : t(`value_${unit}`, { n: number });
}

/** @param {number} twips */
function length(twips) {
  return t("value_pt", { n: rounded(twips / TWIPS_PER_POINT) });
}

/** @param {number} number */
function rounded(number) {
  return Math.round(number * 100) / 100;
}

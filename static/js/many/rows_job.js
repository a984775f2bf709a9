/** The requests about rows: check them, make their documents at once or as a batch, and what became of them. */

import { ask } from "../core/api.js";
import { ApiError } from "../core/api_error.js";
import { fileNameOf } from "../core/file_name.js";
import { state } from "../core/state.js";
import { appendTemplate, baseNameOf } from "../core/template.js";
import { upload, uploadForJson } from "../core/upload.js";
import { listMembers, readMember, ZipError } from "../result/zip_reader.js";
import { ownFields } from "../work/job.js";
import { typeOfRows } from "./field_choices.js";

/** @typedef {import("../core/answers.js").Batch} Batch */
/** @typedef {import("../core/answers.js").MergePrecheck} MergePrecheck */
/** @typedef {Parameters<typeof upload>[2]} Watch */

/**
 * @typedef {object} RowsOrder what is to be done with which rows
 * @property {File} file
 * @property {Map<string, import("./column_match.js").Match> | null} columns `null`: not known yet
 * @property {string} sheet "" is the first
 * @property {string} encoding "" is found out
 * @property {string} name the field that names the documents; "" is the template's name
 * @property {number[]} only the rows that are done; empty means all
 * @property {File[]} pictures
 */

/**
 * @typedef {object} RowResult a line of results.jsonl
 * @property {number} row
 * @property {string} outcome "ok", "missing_required", "unsupported", "strict_failed" or "failed"
 * @property {string | null} name
 * @property {string[]} missing
 * @property {number} left
 * @property {{code: string, message: string, detail: import("../core/answers.js").ErrorDetail} | null} error
 */

/** @typedef {{zip: Blob, fileName: string, results: RowResult[], faults: import("../core/answers.js").RowFault[]}} MadeRows */

/** A merge has at most 1,000 documents unless the operator allows more, and a few lists. */
const MOST_MEMBERS = 60_000;
const MOST_LIST_BYTES = 64 * 1024 * 1024;
/** As many rows of a batch are listed, and repeated at a time: a request may name so many. */
export const MOST_LISTED = 1000;

/** @param {RowsOrder} order @param {string} [rows] `row_numbers` in place of those of the order */
export function rowsForm(order, rows = rowNumbers(order.only)) {
  if (!state.template) throw new Error("rows need a template");
  const form = new FormData();
  appendTemplate(form, state.template);
  form.append("rows", order.file);
  const type = typeOfRows();
  if (type) form.append("skill", type);
  for (const [name, value] of ownFields(state.template)) form.append(name, value);
  if (order.columns?.size) {
    const columns = [...order.columns].map(([header, { field }]) => [header, field]);
    form.append("columns", JSON.stringify(Object.fromEntries(columns)));
  }
  if (order.sheet) form.append("sheet", order.sheet);
  if (order.encoding) form.append("encoding", order.encoding);
  if (order.name) form.append("name", `【${order.name}】`);
  if (rows) form.append("row_numbers", rows);
  for (const picture of order.pictures) form.append("asset", picture);
  return form;
}

/** Numbers of rows as the service takes them: `3,7,12-15`. @param {number[]} numbers */
export function rowNumbers(numbers) {
  /** @type {[number, number][]} */
  const ranges = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const words = ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`));
  return words.join(",");
}

/**
 * What the rows come to. Of a file with more rows than the service makes at once, the first are checked.
 * @param {RowsOrder} order
 * @param {Watch} watch
 * @returns {Promise<{check: MergePrecheck, most: number | null}>} `most`: only so many rows were checked
 */
export async function checkRows(order, watch) {
  const most = state.meta?.merge_max_rows;
  if (!most || !state.meta?.supports_batches) return { check: await precheck(rowsForm(order), watch), most: null };
  const { only } = order;
  const first = only.length ? rowNumbers(only.slice(0, most)) : `1-${most}`;
  const check = await precheck(rowsForm(order, first), watch);
  const isCut = only.length ? only.length > most : check.more_rows;
  return { check, most: isCut ? most : null };
}

/** @param {FormData} form @param {Watch} watch */
async function precheck(form, watch) {
  return /** @type {MergePrecheck} */ (await uploadForJson("/v1/merge/precheck", form, watch));
}

/** Make the documents at once. @param {FormData} form @param {Watch} watch @returns {Promise<MadeRows>} */
export async function makeAtOnce(form, watch) {
  const { body, header } = await upload("/v1/merge", form, watch);
  const name = state.template ? baseNameOf(state.template) : "documents";
  const fileName = fileNameOf(header("Content-Disposition")) || `${name}.zip`;
  try {
    const members = await listMembers(body, MOST_MEMBERS);
    const [results, told] = await Promise.all(
      ["results.jsonl", "api_result.json"].map((each) => readText(body, members.get(each))),
    );
    return { zip: body, fileName, results: linesOf(results), faults: JSON.parse(told).faults };
  } catch (error) {
    if (!(error instanceof ZipError || error instanceof SyntaxError)) throw error;
    throw new ApiError("unreadable", { status: 200, requestId: header("X-Docops-Request-Id") ?? "" });
  }
}

/** A document of a merge. @param {Blob} zip @param {string} name */
export async function documentIn(zip, name) {
  const member = (await listMembers(zip, MOST_MEMBERS)).get(`docs/${name}`);
  return member ? readMember(zip, member, MOST_LIST_BYTES) : null;
}

/** @param {Blob} zip @param {import("../result/zip_reader.js").Member | undefined} member */
async function readText(zip, member) {
  if (!member) throw new ZipError("members");
  return (await readMember(zip, member, MOST_LIST_BYTES)).text();
}

/** @param {string} text @returns {RowResult[]} */
function linesOf(text) {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Begin a batch; sent twice with the same key, it is begun once. @param {FormData} form @param {string} key @param {Watch} watch */
export async function beginBatch(form, key, watch) {
  const headers = { "Idempotency-Key": key };
  return /** @type {Batch} */ (await uploadForJson("/v1/batches", form, { ...watch, headers }));
}

/** @param {string} id @returns {Promise<Batch>} */
export async function batchStatus(id) {
  return (await ask(`/v1/batches/${id}`)).json();
}

/** @param {string} id @returns {Promise<Batch>} */
export async function cancelBatch(id) {
  return (await ask(`/v1/batches/${id}/cancel`, "POST")).json();
}

/** The rows of a batch that came to one of `outcomes`, the first of each. @param {string} id @param {string[]} outcomes */
export async function rowsOfBatch(id, outcomes) {
  const found = await Promise.all(outcomes.map((outcome) => firstRows(`/v1/batches/${id}/rows?status=${outcome}`)));
  return found
    .flat()
    .sort((one, other) => one.row - other.row)
    .slice(0, MOST_LISTED);
}

/** @param {string} path */
async function firstRows(path) {
  const response = await ask(path);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  /** @type {RowResult[]} */
  const rows = [];
  for (let rest = ""; reader && rows.length < MOST_LISTED; ) {
    const { done, value = "" } = await reader.read();
    const lines = (rest + value).split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    rows.push(...linesOf(lines.join("\n")));
    if (done) break;
  }
  await reader?.cancel();
  return rows;
}

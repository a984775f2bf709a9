/** Reads the ZIP of a run. */

import { ApiError } from "../core/api_error.js";
import { fileNameOf } from "../core/file_name.js";
import { DOCX } from "../core/files.js";
import { listMembers, MAX_DOCUMENT_BYTES, readMember, ZipError } from "./zip_reader.js";

const MAX_JSON_BYTES = 48 * 1024 * 1024;
/** The ZIP of a run whose task gives it no name. */
const DEFAULT_NAME = "docops_outputs";
const REPORTS = [
  "out.replace_log.json",
  "out.missing_fields.json",
  "out.format_report.json",
  "api_result.json",
];

/**
 * Read the result of a run.
 * @param {import("../core/upload.js").Answer} answer
 * @returns {Promise<Omit<import("../core/state.js").RunOutcome, "kind" | "job" | "ms">>}
 * @throws {ApiError} when the answer is not a ZIP of a run
 */
export async function readRun({ body, header }) {
  const requestId = header("X-Docops-Request-Id") ?? "";
  try {
    const members = await listMembers(body);
    const [log, missing, format, api] = await Promise.all(
      REPORTS.map((name) => readReport(body, members.get(name))),
    );
    const exitCode = Number(header("X-Docops-Exit-Code") ?? api?.exit_code);
    const document = members.get("out.docx");
    if (!document || !Number.isInteger(exitCode)) throw new ZipError("members");
    return {
      zip: body,
      document: await readMember(body, document, MAX_DOCUMENT_BYTES, DOCX),
      members: [...members.keys()],
      exitCode,
      left: leftIn(header("X-Docops-Left"), log),
      requestId: requestId || api?.request_id || "",
      fileName: fileNameIn(header("Content-Disposition")),
      log,
      missing,
      format,
      api,
    };
  } catch {
    throw new ApiError("unreadable", { status: 200, requestId });
  }
}

/**
 * The name that the task gives to the file, without its extension; "" where it gives none.
 * @param {string | null} disposition
 */
function fileNameIn(disposition) {
  const base = fileNameOf(disposition).replace(/\.zip$/i, "");
  return base === DEFAULT_NAME ? "" : base;
}

/**
 * How many placeholders are left; servers before this header leave it to the log.
 * @param {string | null} told
 * @param {import("../core/answers.js").ReplaceLog | null} log
 */
function leftIn(told, log) {
  if (told !== null) return Number(told);
  return log ? log.summary.total_placeholders - log.summary.replaced_count : 0;
}

/**
 * @param {Blob} archive
 * @param {import("./zip_reader.js").Member | undefined} member
 * @returns {Promise<any>} parsed JSON; the service's contract says of which type
 */
async function readReport(archive, member) {
  if (!member || member.size > MAX_JSON_BYTES) return null;
  return JSON.parse(await (await readMember(archive, member, MAX_JSON_BYTES)).text());
}

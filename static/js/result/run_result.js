/** Takes the ZIP of a run apart. */

import { ApiError } from "../core/api_error.js";
import { listMembers, readMember, ZipError } from "./zip_reader.js";

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const MAX_JSON_BYTES = 48 * 1024 * 1024;
const MAX_DOCUMENT_BYTES = 1024 * 1024 * 1024;
const REPORTS = {
  log: "out.replace_log.json",
  missing: "out.missing_fields.json",
  format: "out.format_report.json",
  api: "api_result.json",
};

/**
 * Read what a run brought.
 * @param {import("../core/upload.js").Answer} answer
 * @returns {Promise<{zip: Blob, document: Blob | null, others: string[], exitCode: number, requestId: string,
 *   log: any, missing: any, format: any, api: any}>} a report too large to show is `null`
 * @throws {ApiError} when the answer is no ZIP of a run
 */
export async function readRun({ body, header }) {
  const requestId = header("X-Docops-Request-Id") ?? "";
  try {
    const members = await listMembers(body);
    const reports = await Promise.all(
      Object.values(REPORTS).map((name) => readReport(body, members.get(name))),
    );
    const [log, missing, format, api] = reports;
    const exitCode = Number(header("X-Docops-Exit-Code") ?? api?.exit_code);
    const document = members.get("out.docx");
    if (!document || !Number.isInteger(exitCode)) throw new ZipError("members");
    return {
      zip: body,
      document: await readMember(body, document, MAX_DOCUMENT_BYTES, DOCX),
      others: [...members.keys()],
      exitCode,
      requestId: requestId || api?.request_id || "",
      log,
      missing,
      format,
      api,
    };
  } catch {
    throw new ApiError("unreadable", { status: 200, requestId });
  }
}

/** @param {Blob} archive @param {import("./zip_reader.js").Member | undefined} member */
async function readReport(archive, member) {
  if (!member || member.size > MAX_JSON_BYTES) return null;
  return JSON.parse(await (await readMember(archive, member, MAX_JSON_BYTES)).text());
}

/** The curl command that sends a job, quoted for bash. */

const HERE = "DOCOPS_TASK";

/**
 * The command. Where the page needed a user, it reads "user:password" from `$DOCOPS_USER`; it never contains them.
 * @param {import("../core/state.js").Job} job
 * @param {string} url
 * @param {boolean} needsUser
 */
export function curlCommand(job, url, needsUser) {
  const lines = [
    "curl --silent --show-error --dump-header - --output docops_outputs.zip",
    ...(needsUser ? ['-u "$DOCOPS_USER"'] : []),
    templatePart(job.template),
    `-F ${quoted("task=@-;filename=task.json;type=application/json")}`,
    ...job.assets.map(({ name, type }) => `-F ${quoted(`asset=@${formName(name)};type=${type}`)}`),
    ...job.fields.map(([name, value]) => `--form-string ${quoted(`${name}=${asSent(value)}`)}`),
    `${quoted(url)} ${input(job.task)}`,
  ];
  return lines.join(" \\\n  ");
}

/** @param {import("../core/state.js").Template} template */
function templatePart(template) {
  if (!(template instanceof File)) return `--form-string ${quoted(`template_name=${template.name}`)}`;
  const type = template.type || "application/octet-stream";
  return `-F ${quoted(`template=@${formName(template.name)};type=${type}`)}`;
}

/**
 * The task as curl's standard input: a here-document, which is easy to read; with tabs in it, which an interactive
 * shell would take as requests to complete, an escaped here-string. Both end with a line end, as the task does.
 * @param {string} task
 */
function input(task) {
  const end = delimiter(task);
  const isPlain = !/[\x00-\x09\x0b-\x1f\x7f]/.test(task);
  return isPlain ? `<<'${end}'\n${task}${end}\n` : `<<<${quoted(task.slice(0, -1))}\n`;
}

/** Browsers send the lines of a form field with CRLF (HTML, "multipart form data"). @param {string} value */
function asSent(value) {
  return value.replace(/\r\n|\r|\n/g, "\r\n");
}

/** A file name as curl's -F reads it: in double quotes, where only the quote and the backslash are special. */
function formName(/** @type {string} */ name) {
  return `"${name.replace(/["\\]/g, "\\$&")}"`;
}

/**
 * A word for bash: in single quotes, or with control characters in `$'…'`.
 * @param {string} text
 */
export function quoted(text) {
  if (!/[\x00-\x1f\x7f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\\'!\x00-\x1f\x7f]/g, (character) => NAMED[character] ?? octal(character));
  return `$'${escaped}'`;
}

/** @type {Record<string, string>} */
const NAMED = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Three octal digits, so that a digit that follows is not read as part of it. @param {string} character */
function octal(character) {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
}

/** A line that does not occur in the task. @param {string} task */
function delimiter(task) {
  const lines = new Set(task.split("\n"));
  let end = HERE;
  for (let n = 1; lines.has(end); n += 1) end = `${HERE}_${n}`;
  return end;
}

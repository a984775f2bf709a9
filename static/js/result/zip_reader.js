/** Reads members of a ZIP (APPNOTE 6.3.10) in a Blob: one at a time, within limits, checked by CRC. */

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 65_535;
const MAX_MEMBERS = 256;
const MAX_DIRECTORY_BYTES = 1024 * 1024;
const CRC_BLOCK_BYTES = 256 * 1024;
const STORED = 0;
const DEFLATED = 8;

export const MAX_DOCUMENT_BYTES = 1024 * 1024 * 1024;

export class ZipError extends Error {}

/** @typedef {{name: string, method: number, crc: number, packed: number, size: number, offset: number}} Member */

/**
 * List the members of an archive by name.
 * @param {Blob} archive
 * @param {number} [mostMembers] an archive with more is rejected
 * @returns {Promise<Map<string, Member>>}
 * @throws {ZipError} when it is not a plain archive (one disk, no ZIP64, no encryption)
 */
export async function listMembers(archive, mostMembers = MAX_MEMBERS) {
  const end = await endRecord(archive);
  const count = end.getUint16(10, true);
  const bytes = end.getUint32(12, true);
  const start = end.getUint32(16, true);
  if (count > mostMembers || bytes > MAX_DIRECTORY_BYTES || start + bytes > archive.size)
    throw new ZipError("directory");
  const directory = await view(archive, start, bytes);
  /** @type {Map<string, Member>} */
  const members = new Map();
  for (let at = 0, index = 0; index < count; index += 1) {
    const entry = readEntry(directory, at);
    members.set(entry.member.name, entry.member);
    at = entry.next;
  }
  return members;
}

/**
 * A member's content.
 * @param {Blob} archive
 * @param {Member} member
 * @param {number} maxBytes larger members are rejected before they are unpacked
 * @param {string} [type] of the Blob
 * @returns {Promise<Blob>}
 * @throws {ZipError}
 */
export async function readMember(archive, member, maxBytes, type = "") {
  if (member.size > maxBytes) throw new ZipError("size");
  const local = await view(archive, member.offset, LOCAL_BYTES);
  if (local.getUint32(0, true) !== LOCAL_SIGNATURE) throw new ZipError("local header");
  const start = member.offset + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + member.packed > archive.size) throw new ZipError("data");
  const packed = archive.slice(start, start + member.packed, type);
  const content = member.method === DEFLATED ? await inflate(packed, member.size, type) : packed;
  if (content.size !== member.size || (await crcOf(content)) !== member.crc) throw new ZipError("checksum");
  return content;
}

/** @param {Blob} archive */
async function endRecord(archive) {
  const from = Math.max(0, archive.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await view(archive, from, archive.size - from);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at -= 1) {
    const isEnd = tail.getUint32(at, true) === END_SIGNATURE;
    if (isEnd && at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength)
      return new DataView(tail.buffer, at, END_BYTES);
  }
  throw new ZipError("end");
}

/** @param {DataView} directory @param {number} at */
function readEntry(directory, at) {
  if (at + ENTRY_BYTES > directory.byteLength || directory.getUint32(at, true) !== ENTRY_SIGNATURE)
    throw new ZipError("entry");
  const nameBytes = directory.getUint16(at + 28, true);
  const next =
    at + ENTRY_BYTES + nameBytes + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  if (next > directory.byteLength) throw new ZipError("entry");
  const isEncrypted = (directory.getUint16(at + 8, true) & 1) === 1;
  const method = directory.getUint16(at + 10, true);
  if (isEncrypted || (method !== STORED && method !== DEFLATED)) throw new ZipError("method");
  const name = new TextDecoder().decode(
    new Uint8Array(directory.buffer, directory.byteOffset + at + ENTRY_BYTES, nameBytes),
  );
  const member = {
    name,
    method,
    crc: directory.getUint32(at + 16, true),
    packed: directory.getUint32(at + 20, true),
    size: directory.getUint32(at + 24, true),
    offset: directory.getUint32(at + 42, true),
  };
  return { member, next };
}

/** Unpack (RFC 1951), and stop when the content is larger than its header says. @param {Blob} packed @param {number} size @param {string} type */
async function inflate(packed, size, type) {
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  /** @type {BlobPart[]} */
  const blocks = [];
  for (let total = 0; ;) {
    const { done, value } = await reader.read().catch(() => Promise.reject(new ZipError("deflate")));
    if (done) return new Blob(blocks, { type });
    total += value.length;
    if (total > size) {
      await reader.cancel();
      throw new ZipError("size");
    }
    blocks.push(value);
  }
}

/** @param {Blob} blob @param {number} start @param {number} bytes */
async function view(blob, start, bytes) {
  const buffer = await blob.slice(start, start + bytes).arrayBuffer();
  if (buffer.byteLength !== bytes) throw new ZipError("end of file");
  return new DataView(buffer);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 (ISO 3309), block by block, so that the page stays responsive and a large document is not in memory twice. */
async function crcOf(/** @type {Blob} */ content) {
  let crc = 0xffffffff;
  for (let start = 0; start < content.size; start += CRC_BLOCK_BYTES) {
    const block = new Uint8Array(await content.slice(start, start + CRC_BLOCK_BYTES).arrayBuffer());
    for (let at = 0; at < block.length; at += 1) crc = CRC_TABLE[(crc ^ block[at]) & 0xff] ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

"use strict";

/* The other half of packed.py: base64 → inflate → columns. Missing numbers are NaN. */

function fromBase64(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
  return bytes;
}

async function inflated(id) {
  const packed = fromBase64(document.getElementById(`d-${id}`).textContent);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* Numbers whose bytes lie in planes: all lowest bytes first. */
function fromPlanes(bytes, rows, width) {
  const numbers = new Uint32Array(rows);
  for (let plane = 0; plane < width; plane++) {
    const start = plane * rows, shift = 8 * plane;
    for (let at = 0; at < rows; at++) numbers[at] |= bytes[start + at] << shift;
  }
  return numbers;
}

function doubles(bytes, rows) {
  const turned = new Uint8Array(rows * 8);
  for (let plane = 0; plane < 8; plane++)
    for (let at = 0; at < rows; at++) turned[at * 8 + plane] = bytes[plane * rows + at];
  return new Float64Array(turned.buffer);
}

function integers(about, bytes, rows) {
  const numbers = fromPlanes(bytes, rows, about.width);
  const found = new Int32Array(rows);
  let sum = 0;
  for (let at = 0; at < rows; at++) {
    const value = numbers[at] + about.lowest;
    sum = about.steps ? sum + value : value;
    found[at] = sum;
  }
  return found;
}

function numbers(about, bytes, rows) {
  const none = [0, 0xff, 0xffff, 0, 0xffffffff][about.width];
  const planes = fromPlanes(bytes, rows, about.width);
  const found = new Float64Array(rows);
  for (let at = 0; at < rows; at++)
    found[at] = planes[at] === none ? NaN : (planes[at] + about.lowest) / about.scale;
  return found;
}

function trends(bytes, rows) {
  const starts = new Uint32Array(rows + 1);
  for (let at = 0; at < rows; at++) starts[at + 1] = starts[at] + bytes[at];
  return { kind: "trend", starts, points: bytes.subarray(rows) };
}

function column(about, bytes, rows) {
  switch (about.form) {
    case "integers":
      return { kind: "number", values: integers(about, bytes, rows) };
    case "numbers":
      return { kind: "number", values: numbers(about, bytes, rows) };
    case "doubles":
      return { kind: "number", values: doubles(bytes, rows) };
    case "known":
      return { kind: "known", index: integers(about, bytes, rows), known: about.known };
    case "trends":
      return trends(bytes, rows);
    default:
      return { kind: "text", values: rows ? new TextDecoder().decode(bytes).split("\0") : [] };
  }
}

/* A block of the page: what it says of itself, and its columns by key. */
async function unpacked(id) {
  const bytes = await inflated(id);
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const columns = {};
  let start = 4 + length;
  for (const about of head.columns) {
    columns[about.key] = column(about, bytes.subarray(start, start + about.size), head.rows);
    start += about.size;
  }
  return { head, columns };
}

function textOf(held, row) {
  return held.kind === "known" ? held.known[held.index[row]] : held.values[row];
}

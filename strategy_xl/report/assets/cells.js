/* How one value looks. Texts of cells are only ever set as text, never as markup. */

let ABOUT = null;
let FORMATS = null;

function words(key, values = {}) {
  return ABOUT.texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function prepareFormats() {
  const make = (options) => new Intl.NumberFormat(ABOUT.lang, options);
  const money = { style: "currency", currency: "EUR", maximumFractionDigits: 0 };
  FORMATS = {
    integer: make({ maximumFractionDigits: 0 }),
    score: make({ maximumFractionDigits: 0 }),
    seconds: make({ maximumFractionDigits: 1 }),
    ratio: make({ maximumFractionDigits: 2 }),
    money: make(money),
    shortMoney: make({ ...money, notation: "compact", maximumFractionDigits: undefined, maximumSignificantDigits: 3 }),
    percent: make({ style: "percent", maximumFractionDigits: 0 }),
    day: new Intl.DateTimeFormat(ABOUT.tag, {
      timeZone: "UTC",
      ...(ABOUT.names_months
        ? { day: "numeric", month: "short", year: "numeric" }
        : { day: "2-digit", month: "2-digit", year: "numeric" }),
    }),
  };
}

function element(name, className = "", text = null) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function labelOf(list, key) {
  return ABOUT.lists[list]?.[key] ?? [key, "neutral"];
}

function tagOf(list, key) {
  const [label, tone] = labelOf(list, key);
  return element("span", `tag ${tone}`, label);
}

const RANKS = { good: 3, info: 2, warn: 1, bad: 0 };

/* Better (1), worse (-1) or neither (0); alerts of accounts by their place in the list, none being best. */
function wayOf(list, before, now) {
  if (list === "account") {
    const order = Object.keys(ABOUT.lists[list] ?? {});
    const place = (key) => (order.indexOf(key) + 1 || order.length + 1);
    return Math.sign(place(now) - place(before));
  }
  const [old, present] = [before, now].map((key) => RANKS[labelOf(list, key)[1]]);
  return old === undefined || present === undefined ? 0 : Math.sign(present - old);
}

function changeOf(list, before, now) {
  if (before === now || (!before && list !== "account")) return null;
  if (before === "new") return element("span", "move flat", words("new"));
  const way = wayOf(list, before, now);
  const name = way > 0 ? "up" : way < 0 ? "down" : "flat";
  const was = words("was", { label: before ? labelOf(list, before)[0] : words("no_alert") });
  return element("span", `move ${name}`, `${way > 0 ? "▲" : way < 0 ? "▼" : "•"} ${was}`);
}

function barOf(share, mark) {
  const svg = drawn("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
  const within = (value) => Math.max(0, Math.min(value, 1));
  svg.append(drawn("rect", { class: "fill", width: within(share) * 100, height: 8, rx: 2 }));
  if (!Number.isNaN(mark)) svg.append(drawn("rect", { class: "tick", x: within(mark) * 98.5, width: 1.5, height: 8 }));
  return svg;
}

function curveOf(held, row) {
  const [start, end] = [held.starts[row], held.starts[row + 1]];
  if (end - start < 2) return null;
  const step = 66 / (end - start - 1);
  const at = [];
  for (let point = start; point < end; point++)
    at.push(`${(3 + step * (point - start)).toFixed(1)},${(16 - (held.points[point] / 63) * 12).toFixed(1)}`);
  const svg = drawn("svg", { class: "trend", viewBox: "0 0 72 20", "aria-hidden": "true" });
  const [cx, cy] = at[at.length - 1].split(",");
  svg.append(drawn("polyline", { points: at.join(" ") }), drawn("circle", { cx, cy, r: 2.5 }));
  return svg;
}

function fragmentOf(sheet, cell) {
  if (!sheet) return "";
  const doubled = `'${sheet.replaceAll("'", "''")}'${cell ? `!${cell}` : ""}`;
  return `#${encodeURIComponent(doubled)}`;
}

/* Where a thing stands: path, sheet, cell, and the text that is copied. */
function placeOf(block, row) {
  const [path, link] = ABOUT.books[block.columns["@book"].values[row]];
  const [sheet, letters] = block.head.spots[block.columns["@spot"].values[row]] ?? ["", ""];
  const line = block.columns["@row"].values[row];
  const cell = sheet && line ? `${letters}${line}` : "";
  return { path, link, sheet, cell, told: [path, sheet, cell].filter(Boolean).join("!") };
}

/* Two sheets, one over the other. */
function icon() {
  const svg = drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
  for (const [x, y] of [[2.5, 2.5], [5.5, 5.5]])
    svg.append(drawn("rect", { x, y, width: 8, height: 8, rx: 1.5 }));
  return svg;
}

function placeCell(block, row) {
  const place = placeOf(block, row);
  const link = element(place.link ? "a" : "span", "place");
  if (place.link) link.href = place.link + fragmentOf(place.sheet, place.cell);
  link.title = place.told;
  link.append(element("bdi", "book", place.path.split("/").slice(-2).join("/")));
  if (place.sheet) link.append(" ", element("bdi", "cell", [place.sheet, place.cell].filter(Boolean).join("!")));
  return [link, copier(place.told)];
}

function copier(told) {
  const copy = element("button", "copy");
  copy.append(icon());
  copy.type = "button";
  copy.title = words("copy");
  copy.setAttribute("aria-label", `${words("copy")} ${told}`);
  copy.dataset.told = told;
  return copy;
}

function fill(cell, block, key, row) {
  const [form, list, other] = block.head.forms[key];
  const held = block.columns[key];
  if (form === "trend") {
    const curve = curveOf(held, row);
    if (curve) cell.append(curve);
    return;
  }
  if (held.kind === "number") {
    const value = held.values[row];
    if (Number.isNaN(value)) return;
    if (form === "percent") {
      const share = element("span", "share");
      const mark = other ? block.columns[other].values[row] : NaN;
      share.append(barOf(value, mark), ` ${FORMATS.percent.format(value)}`);
      cell.append(share);
    } else cell.textContent = form === "day" ? FORMATS.day.format(value * 864e5) : FORMATS[form].format(value);
    return;
  }
  const text = textOf(held, row);
  if (form === "choice" && other) {
    const change = changeOf(list, text, textOf(block.columns[other], row));
    if (change) cell.append(change);
  } else if (!text) return;
  else if (form === "choice") cell.append(tagOf(list, text));
  else if (form === "mark") cell.append(element("span", `mark m${text === "?" ? "x" : text}`, text));
  else if (form === "measure") cell.textContent = text;
  else {
    const named = element("bdi", "", text);
    named.title = text;
    cell.append(named);
  }
}

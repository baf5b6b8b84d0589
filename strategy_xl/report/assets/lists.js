/* A list of any length in a frame: only the rows in sight are there. Sorts, filters, searches. */

const TALL = new Set(["alerts"]);
const ROW = 38, TALL_ROW = 58, AROUND = 8, HIGHEST = 12e6, PRINTED = 12;
const NUMBERS = new Set(["score", "integer", "seconds", "money", "percent", "ratio", "day", "measure"]);

class List {
  constructor(block) {
    this.block = block;
    this.key = block.head.key;
    this.rows = block.head.rows;
    this.table = document.getElementById(`t-${this.key}`);
    this.frame = this.table.parentElement;
    this.tools = this.frame.previousElementSibling;
    this.body = this.table.tBodies[0];
    this.height = TALL.has(this.key) ? TALL_ROW : ROW;
    this.search = new Search(block);
    this.filters = new Map();
    this.orders = new Map();
    this.drawn = new Map();
    this.listeners = [];
    this.query = "";
    this.sorted = { key: "", down: false };
    this.order = Uint32Array.from({ length: this.rows }, (_, at) => at);
    this.view = this.order;
    this.chosen = -1;
    if (block.head.sort) this.sort(block.head.sort, true);
    this.table.classList.add("live", TALL.has(this.key) ? "tall" : "low");
    this.head();
    this.searchField();
    this.frame.addEventListener("scroll", () => this.later());
    new ResizeObserver(() => this.later()).observe(this.frame);
    this.refresh();
  }

  /* -- what is seen -- */

  head() {
    const line = element("tr");
    const keys = [...this.block.head.shown];
    keys.splice(this.key === "books" ? 0 : keys.length, 0, "place");
    this.keys = keys;
    for (const key of keys) {
      const cell = element("th", `c-${key}${this.isNumber(key) ? " number" : ""}`);
      cell.scope = "col";
      if (this.isSortable(key)) {
        const button = element("button", "sort", ABOUT.headings[key]);
        button.type = "button";
        button.title = words("sort");
        button.addEventListener("click", () => this.turn(key));
        cell.append(button);
        cell.dataset.key = key;
      } else cell.textContent = ABOUT.headings[key];
      line.append(cell);
    }
    this.table.tHead.replaceChildren(line);
    this.told();
  }

  isNumber(key) {
    return key !== "place" && NUMBERS.has(this.block.head.forms[key][0]);
  }

  isSortable(key) {
    return key === "place" || !["trend", "measure"].includes(this.block.head.forms[key][0]);
  }

  told() {
    for (const cell of this.table.tHead.rows[0].cells) {
      if (cell.dataset.key !== this.sorted.key || !this.sorted.key) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending");
    }
  }

  searchField() {
    const label = element("label", "search");
    const field = element("input");
    field.type = "search";
    field.autocomplete = "off";
    field.spellcheck = false;
    field.placeholder = words("search_help");
    field.dataset.list = this.key;
    label.append(element("span", "hidden", `${words("search")} — ${this.table.caption.textContent}`), field);
    field.addEventListener("input", () => {
      this.query = field.value;
      this.refresh();
    });
    this.field = field;
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.tools.append(label, this.status);
    this.tools.hidden = false;
    const more = this.frame.nextElementSibling;
    if (more?.classList.contains("more") && this.rows === this.block.head.total) more.remove();
    else if (more?.classList.contains("more")) more.textContent = words("points", {
      n: FORMATS.integer.format(this.rows), of: FORMATS.integer.format(this.block.head.total),
    });
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const count = this.view.length, whole = count * this.height;
    const scale = whole > HIGHEST ? HIGHEST / whole : 1;
    const seen = Math.ceil(this.frame.clientHeight / this.height);
    const top = Math.floor(this.frame.scrollTop / (this.height * scale));
    const first = Math.max(0, Math.min(top, count - seen) - AROUND);
    const last = this.printing ? Math.min(count, PRINTED) : Math.min(count, first + seen + 2 * AROUND);
    const kept = new Map(), lines = [];
    for (let at = this.printing ? 0 : first; at < last; at++) {
      const row = this.view[at];
      const line = this.drawn.get(row) ?? this.line(row);
      line.setAttribute("aria-rowindex", at + 2);
      line.classList.toggle("chosen", row === this.chosen);
      kept.set(row, line);
      lines.push(line);
    }
    this.drawn = kept;
    const above = this.printing ? 0 : first * this.height * scale;
    const below = this.printing ? 0 : Math.max(0, whole * scale - above - lines.length * this.height);
    this.place(lines, above, below);
    this.table.setAttribute("aria-rowcount", count + 1);
  }

  /* Lines that stay are not taken out, so that whoever is on one of them stays there. */
  place(lines, above, below) {
    this.above ??= this.spacer();
    this.below ??= this.spacer();
    this.above.firstChild.style.height = `${above}px`;
    this.below.firstChild.style.height = `${below}px`;
    const wanted = [this.above, ...lines, this.below], held = new Set(wanted);
    for (const child of [...this.body.children]) if (!held.has(child)) child.remove();
    wanted.forEach((line, at) => {
      const there = this.body.children[at];
      if (there !== line) this.body.insertBefore(line, there ?? null);
    });
  }

  spacer() {
    const line = element("tr", "spacer");
    const cell = element("td");
    cell.colSpan = this.keys.length;
    line.setAttribute("aria-hidden", "true");
    line.append(cell);
    return line;
  }

  line(row) {
    const line = element("tr");
    line.dataset.row = row;
    for (const key of this.keys) {
      const cell = element("td", `c-${key}${this.isNumber(key) ? " number" : ""}`);
      if (key === "place") cell.append(...placeCell(this.block, row));
      else fill(cell, this.block, key, row);
      line.append(cell);
    }
    return line;
  }

  /* -- which rows, in which order -- */

  turn(key) {
    const isNumber = this.isNumber(key);
    this.sort(key, this.sorted.key === key ? !this.sorted.down : isNumber);
    this.told();
    this.refresh();
  }

  sort(key, down) {
    this.sorted = { key, down };
    const { rows, known } = this.ordered(key);
    if (!down) this.order = rows;
    else {
      this.order = rows.slice();
      this.order.subarray(0, known).reverse();
    }
  }

  /* All rows from the lowest up, those without a value last, and how many have one. Made once a column. */
  ordered(key) {
    if (this.orders.has(key)) return this.orders.get(key);
    const values = this.rank(key), rows = new Uint32Array(this.rows);
    let known = 0, end = this.rows;
    for (let row = 0; row < this.rows; row++) if (!Number.isNaN(values[row])) rows[known++] = row;
    for (let row = this.rows - 1; row >= 0; row--) if (Number.isNaN(values[row])) rows[--end] = row;
    rows.subarray(0, known).sort((one, other) => values[one] - values[other] || one - other);
    const found = { rows, known };
    this.orders.set(key, found);
    return found;
  }

  /* A number a row by which it is sorted. */
  rank(key) {
    return key === "place" ? this.rankOfPlaces() : this.rankOfColumn(key);
  }

  rankOfColumn(key) {
    const [form, list, other] = this.block.head.forms[key];
    const held = this.block.columns[key];
    if (held.kind === "number") return held.values;
    const ranks = new Float64Array(this.rows);
    if (form === "choice" && other) {
      const now = this.block.columns[other];
      for (let row = 0; row < this.rows; row++) {
        const [before, present] = [textOf(held, row), textOf(now, row)];
        const stayed = before === present || (!before && list !== "account");
        ranks[row] = stayed || before === "new" ? NaN : wayOf(list, before, present);
      }
      return ranks;
    }
    if (held.kind === "known") {
      const labels = Object.keys(ABOUT.lists[list] ?? {});
      const order = held.known
        .map((value, at) => [form === "choice" ? labels.indexOf(value) : folded(value), at])
        .sort((one, two) => (one[0] < two[0] ? -1 : one[0] > two[0] ? 1 : 0));
      const place = new Float64Array(held.known.length);
      order.forEach(([, at], rank) => { place[at] = held.known[at] ? rank : NaN; });
      for (let row = 0; row < this.rows; row++) ranks[row] = place[held.index[row]];
      return ranks;
    }
    const texts = held.values.map(folded);
    const order = Uint32Array.from({ length: this.rows }, (_, at) => at);
    order.sort((one, two) => (texts[one] < texts[two] ? -1 : texts[one] > texts[two] ? 1 : one - two));
    order.forEach((row, rank) => { ranks[row] = texts[row] ? rank : NaN; });
    return ranks;
  }

  rankOfPlaces() {
    const books = ABOUT.books.map(([path], at) => [folded(path), at]).sort((one, two) => (one[0] < two[0] ? -1 : 1));
    const place = new Float64Array(books.length);
    books.forEach(([, at], rank) => { place[at] = rank; });
    const held = this.block.columns, ranks = new Float64Array(this.rows);
    for (let row = 0; row < this.rows; row++)
      ranks[row] = place[held["@book"].values[row]] * 2 ** 24 + held["@spot"].values[row] * 2 ** 21 + held["@row"].values[row];
    return ranks;
  }

  /* Keep the rows for which a test holds; null takes the filter away. */
  filter(name, test) {
    if (test) this.filters.set(name, test);
    else this.filters.delete(name);
    this.refresh();
  }

  refresh() {
    const mask = this.search.match(this.query);
    const tests = [...this.filters.values()];
    if (!mask && !tests.length) this.view = this.order;
    else {
      const view = new Uint32Array(this.rows);
      let count = 0;
      for (let at = 0; at < this.rows; at++) {
        const row = this.order[at];
        if (mask && !mask[row]) continue;
        let fits = true;
        for (const test of tests) fits &&= test(row);
        if (fits) view[count++] = row;
      }
      this.view = view.subarray(0, count);
    }
    const [n, of] = [this.view.length, this.rows].map((value) => FORMATS.integer.format(value));
    if (n === of) this.status.textContent = n === "1" ? words("count_one") : words("count", { n });
    else this.status.textContent = n === "0" ? words("no_match") : words("count_some", { n, of });
    this.frame.scrollTop = 0;
    this.draw();
    for (const listener of this.listeners) listener();
  }

  /* Bring a row into sight and mark it. */
  choose(row) {
    this.chosen = row;
    const at = this.view.indexOf(row);
    if (at >= 0) this.frame.scrollTop = Math.max(0, (at - 3) * this.height);
    this.draw();
  }
}

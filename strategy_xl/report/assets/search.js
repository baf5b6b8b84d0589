/* Search in the texts of a list: letters without accents and case, every word somewhere in the row. */

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}+/gu, "").toLowerCase();
}

class Search {
  constructor(block) {
    this.block = block;
    this.rows = block.head.rows;
    this.found = new Map();
    this.columns = null;
  }

  /* Folding is done once, when the first letter is typed or the page is idle. */
  prepare() {
    if (this.columns) return;
    this.books = ABOUT.books.map(([path]) => folded(path));
    this.columns = [];
    for (const key of this.block.head.shown) {
      const [form, list] = this.block.head.forms[key];
      const held = this.block.columns[key];
      if (held.kind === "known" && form !== "mark" && form !== "measure") {
        const known = held.known.map((value) => folded(form === "choice" ? labelOf(list, value)[0] : value));
        if (!this.block.head.forms[key][2]) this.columns.push({ index: held.index, known });
      } else if (held.kind === "text" && form !== "measure") this.columns.push(this.joined(held.values));
    }
    const spots = this.block.head.spots.map(([sheet]) => folded(sheet));
    if (spots.length) this.columns.push({ index: this.block.columns["@spot"].values, known: spots });
  }

  joined(values) {
    const text = folded(values.join("\0"));
    const ends = new Uint32Array(values.length);
    let at = -1;
    for (let row = 0; row < values.length; row++) {
      at = text.indexOf("\0", at + 1);
      ends[row] = at < 0 ? text.length : at;
    }
    return { text, ends };
  }

  /* Which rows hold a word: 1 a row. */
  word(word) {
    const found = new Uint8Array(this.rows);
    const inBook = this.books.map((path) => (path.includes(word) ? 1 : 0));
    if (inBook.includes(1)) {
      const books = this.block.columns["@book"].values;
      for (let row = 0; row < this.rows; row++) found[row] = inBook[books[row]];
    }
    for (const held of this.columns) {
      if (held.known) {
        const fits = held.known.map((value) => (value.includes(word) ? 1 : 0));
        if (!fits.includes(1)) continue;
        for (let row = 0; row < this.rows; row++) found[row] |= fits[held.index[row]];
        continue;
      }
      let row = 0;
      for (let at = held.text.indexOf(word); at >= 0; at = held.text.indexOf(word, held.ends[row])) {
        while (held.ends[row] < at) row++;
        found[row] = 1;
      }
    }
    return found;
  }

  /* Rows that hold all words; null when nothing was typed. */
  match(query) {
    const typed = folded(query).split(/\s+/).filter(Boolean);
    if (!typed.length) return null;
    this.prepare();
    const masks = new Map(typed.map((word) => [word, this.found.get(word) ?? this.word(word)]));
    this.found = masks;
    const [first, ...rest] = masks.values();
    if (!rest.length) return first;
    const all = first.slice();
    for (const mask of rest) for (let row = 0; row < this.rows; row++) all[row] &= mask[row];
    return all;
  }
}

/* The clients as points: value brought by value returned, as many as there are, drawn on a canvas. */

const MARGIN = { left: 46, right: 14, top: 14, bottom: 40 };
const MANY = 2500, NAMED = 14, NEAR = 12, CELLS = 48, SMALLEST = 0.5;

class Matrix {
  constructor(list, place) {
    this.list = list;
    this.block = list.block;
    this.x = this.block.columns.x.values;
    this.y = this.block.columns.y.values;
    this.revenue = this.block.columns.revenue.values;
    this.canvas = element("canvas", "matrix");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.tip = element("div", "tip");
    this.tip.hidden = true;
    this.help = element("p", "note", words("matrix_help"));
    this.help.id = "matrix-help";
    this.note = element("p", "note");
    this.note.id = "matrix-limits";
    this.note.hidden = true;
    this.canvas.setAttribute("aria-describedby", "matrix-help matrix-limits");
    const box = element("div", "chart");
    box.append(this.canvas, this.tip, this.buttons());
    place.append(box, this.help, this.note);
    this.all();
    this.listen();
    list.listeners.push(() => this.soon());
    new ResizeObserver(() => this.later()).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.later());
  }

  buttons() {
    const bar = element("div", "zoom");
    const add = (sign, key, act) => {
      const button = element("button", "", sign);
      button.type = "button";
      button.title = words(key);
      button.setAttribute("aria-label", words(key));
      button.addEventListener("click", act);
      bar.append(button);
    };
    add("+", "zoom_in", () => this.zoom(0.6));
    add("−", "zoom_out", () => this.zoom(1 / 0.6));
    add("⤢", "zoom_all", () => { this.all(); this.later(); });
    return bar;
  }

  all() {
    this.seen = { left: -1, right: 101, low: -1, high: 103 };
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => this.moved(event));
    canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    canvas.addEventListener("pointerdown", (event) => {
      this.drag = { x: event.offsetX, y: event.offsetY, far: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", (event) => {
      const row = this.drag && !this.drag.far ? this.nearest(event.offsetX, event.offsetY) : -1;
      this.drag = null;
      if (row < 0) return;
      this.list.choose(row);
      this.later();
    });
    canvas.addEventListener("dblclick", (event) => this.zoom(0.5, event.offsetX, event.offsetY));
    canvas.addEventListener("wheel", (event) => {
      // A page that is scrolled over a chart goes on scrolling, unless somebody is at work in the chart.
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 0.8 : 1.25, event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.typed(event));
  }

  typed(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (step) this.shift(step[0] * 0.15, step[1] * 0.15);
    else if (event.key === "+" || event.key === "=") this.zoom(0.6);
    else if (event.key === "-") this.zoom(1 / 0.6);
    else if (event.key === "0" || event.key === "Escape") this.all();
    else return;
    event.preventDefault();
    this.later();
  }

  shift(right, up) {
    const { seen } = this;
    const [x, y] = [(seen.right - seen.left) * right, (seen.high - seen.low) * up];
    if (seen.left + x > 100 || seen.right + x < 0 || seen.low + y > 100 || seen.high + y < 0) return;
    this.seen = { left: seen.left + x, right: seen.right + x, low: seen.low + y, high: seen.high + y };
  }

  zoom(factor, px = null, py = null) {
    const { seen } = this;
    const wide = (seen.right - seen.left) * factor, tall = (seen.high - seen.low) * factor;
    if (wide > 130) this.all();
    else if (wide >= SMALLEST) {
      const rx = px === null ? 0.5 : (px - MARGIN.left) / this.width;
      const ry = py === null ? 0.5 : 1 - (py - MARGIN.top) / this.height;
      const left = seen.left + (seen.right - seen.left) * rx - wide * rx;
      const low = seen.low + (seen.high - seen.low) * ry - tall * ry;
      this.seen = { left, right: left + wide, low, high: low + tall };
    }
    this.later();
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }

  /* While somebody types, the list comes first; the picture follows when they pause. */
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.later(), 200);
  }

  px(x) { return MARGIN.left + ((x - this.seen.left) / (this.seen.right - this.seen.left)) * this.width; }

  py(y) { return MARGIN.top + (1 - (y - this.seen.low) / (this.seen.high - this.seen.low)) * this.height; }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const classes = this.block.columns.class;
    this.tones = classes.known.map((key) => labelOf("client", key)[1]);
    this.dots = this.tones.map((tone) => colour(`${tone}-dot`));
    this.look = {
      ink: colour("ink"), muted: colour("muted"), line: colour("line"), card: colour("card"), font: getComputedStyle(document.body).fontFamily,
      zones: { good: colour("good-zone"), info: colour("info-zone"), warn: colour("warn-zone"), bad: colour("bad-zone") },
      inks: { good: colour("good"), info: colour("info"), warn: colour("warn"), bad: colour("bad") },
    };
  }

  draw() {
    const box = this.canvas.parentElement;
    const [outer, high] = [box.clientWidth, Math.min(560, Math.max(320, box.clientWidth * 0.5))];
    const ratio = Math.min(devicePixelRatio || 1, 2);
    this.width = outer - MARGIN.left - MARGIN.right;
    this.height = high - MARGIN.top - MARGIN.bottom;
    this.canvas.width = outer * ratio;
    this.canvas.height = high * ratio;
    this.canvas.style.height = `${high}px`;
    this.ratio = ratio;
    this.bins = null;
    this.colours();
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.ground(context);
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, MARGIN.top, this.width, this.height);
    context.clip();
    this.find();
    if (this.count > MANY) this.splat(context);
    else this.circles(context);
    this.titles(context);
    this.names(context);
    context.restore();
    this.axes(context);
    this.canvas.setAttribute("aria-label", words("matrix", { n: FORMATS.integer.format(this.count) }));
  }

  /* The rows in sight. */
  find() {
    const { view } = this.list, { seen } = this;
    this.rows ??= new Uint32Array(this.list.rows);
    const { left, right, low, high } = seen;
    let count = 0;
    for (let at = 0; at < view.length; at++) {
      const row = view[at], x = this.x[row], y = this.y[row];
      if (x >= left && x <= right && y >= low && y <= high) this.rows[count++] = row;
    }
    this.count = count;
  }

  /* The thresholds of the workbooks in the list: one, a band from the lowest to the highest, or none known. */
  limits() {
    const { view } = this.list;
    if (this.limited?.view === view) return this.limited;
    const books = this.block.columns["@book"].values, seen = new Uint8Array(ABOUT.books.length);
    for (let at = 0; at < view.length; at++) seen[books[view[at]]] = 1;
    let low = Infinity, high = -Infinity, unknown = 0;
    ABOUT.books.forEach(([, , threshold], at) => {
      if (!seen[at]) return;
      if (threshold === null) unknown++;
      else [low, high] = [Math.min(low, threshold), Math.max(high, threshold)];
    });
    const told = { low: FORMATS.ratio.format(low), high: FORMATS.ratio.format(high) };
    const notes = [];
    if (high > low) notes.push(words("limits", told));
    if (unknown) notes.push(words("limits_unknown"));
    this.note.textContent = notes.join(" ");
    this.note.hidden = !notes.length;
    this.limited = { view, low, high, isKnown: high >= low };
    return this.limited;
  }

  ground(context) {
    const { low, high, isKnown } = this.limits(), { zones } = this.look;
    const limit = (value, least, most) => Math.max(least, Math.min(value, most));
    const right = MARGIN.left + this.width, bottom = MARGIN.top + this.height;
    const across = (value) => limit(this.px(value), MARGIN.left, right);
    const down = (value) => limit(this.py(value), MARGIN.top, bottom);
    context.fillStyle = this.look.card;
    context.fillRect(0, 0, this.width + 200, this.height + 200);
    if (!isKnown) return;
    const areas = [
      [zones.warn, MARGIN.left, MARGIN.top, across(low), down(high)], [zones.good, across(high), MARGIN.top, right, down(high)],
      [zones.bad, MARGIN.left, down(low), across(low), bottom], [zones.info, across(high), down(low), right, bottom],
    ];
    for (const [colour, left, top, end, foot] of areas) {
      context.fillStyle = colour;
      context.fillRect(left, top, end - left, foot - top);
    }
    context.strokeStyle = this.look.muted;
    context.setLineDash([6, 4]);
    context.beginPath();
    for (const value of new Set([low, high])) {
      const [x, y] = [across(value), down(value)];
      if (x > MARGIN.left && x < right) { context.moveTo(x, MARGIN.top); context.lineTo(x, bottom); }
      if (y > MARGIN.top && y < bottom) { context.moveTo(MARGIN.left, y); context.lineTo(right, y); }
    }
    context.stroke();
    context.setLineDash([]);
  }

  circles(context) {
    const classes = this.block.columns.class.index;
    const radius = this.count > 600 ? 3.5 : this.count > 100 ? 5 : 7;
    context.lineWidth = 1;
    context.strokeStyle = this.look.card;
    for (let at = this.count - 1; at >= 0; at--) {
      const row = this.rows[at];
      context.fillStyle = this.dots[classes[row]];
      context.globalAlpha = 0.85;
      context.beginPath();
      context.arc(this.px(this.x[row]), this.py(this.y[row]), radius, 0, 7);
      context.fill();
      context.globalAlpha = 1;
      context.stroke();
    }
    this.mark(context, radius);
  }

  mark(context, radius) {
    const row = this.list.chosen;
    if (row < 0 || Number.isNaN(this.x[row])) return;
    context.strokeStyle = this.look.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(this.px(this.x[row]), this.py(this.y[row]), radius + 4, 0, 7);
    context.stroke();
  }

  /* Many points are put down pixel by pixel, darker where they lie closer. */
  splat(context) {
    const { ratio } = this;
    const wide = Math.floor(this.width * ratio), tall = Math.floor(this.height * ratio);
    const depth = new Uint8Array(wide * tall), owner = new Uint8Array(wide * tall);
    const size = Math.max(2, Math.round((this.count > 20000 ? 1.6 : 3) * ratio));
    const classes = this.block.columns.class.index, { seen } = this;
    const perX = wide / (seen.right - seen.left), perY = tall / (seen.high - seen.low);
    for (let at = this.count - 1; at >= 0; at--) {
      const row = this.rows[at];
      // Scores have one decimal: a point lies somewhere in its tenth, else the points would form a grid.
      const spread = (((row * 2654435761) >>> 8) & 0xff) / 2560 - 0.05;
      const other = (((row * 2246822519) >>> 8) & 0xff) / 2560 - 0.05;
      const left = Math.floor((this.x[row] + spread - seen.left) * perX), top = Math.floor((seen.high - this.y[row] - other) * perY);
      for (let down = Math.max(0, top); down < Math.min(top + size, tall); down++)
        for (let right = Math.max(0, left); right < Math.min(left + size, wide); right++) {
          const pixel = down * wide + right;
          owner[pixel] = classes[row];
          if (depth[pixel] < 255) depth[pixel]++;
        }
    }
    const image = new ImageData(wide, tall);
    const pixels = new Uint32Array(image.data.buffer);
    // Four bytes at once: red is the lowest one.
    const colours = Uint32Array.from(this.dots, (colour) => {
      const [red, green, blue] = colour.match(/\w\w/g).map((part) => parseInt(part, 16));
      return red | (green << 8) | (blue << 16);
    });
    for (let at = 0; at < depth.length; at++)
      if (depth[at]) pixels[at] = colours[owner[at]] | (Math.min(255, 90 + 40 * depth[at]) << 24);
    const layer = new OffscreenCanvas(wide, tall);
    layer.getContext("2d").putImageData(image, 0, 0);
    context.drawImage(layer, MARGIN.left, MARGIN.top, wide / ratio, tall / ratio);
    this.mark(context, 3);
  }

  /* What each quarter is called, where it is in sight. */
  titles(context) {
    const { low, high, isKnown } = this.limits(), { seen } = this;
    if (!isKnown) return;
    const calls = { good: [high, 103], info: [high, low], warn: [-1, 103], bad: [-1, low] };
    context.font = `600 12px ${this.look.font}`;
    context.textBaseline = "top";
    for (const [key, [label, tone]] of Object.entries(ABOUT.lists.client)) {
      const place = calls[tone];
      if (!place || key === "incomplete") continue;
      const x = Math.max(place[0], seen.left), y = Math.min(place[1], seen.high);
      const isLeft = place[0] < high, isLow = place[1] <= low;
      if ((isLeft ? seen.left >= low : seen.right <= high) || (isLow ? seen.low >= low : seen.high <= high)) continue;
      this.text(context, label.toUpperCase(), this.px(x) + 8, this.py(y) + 7, this.look.inks[tone]);
    }
  }

  text(context, text, x, y, colour) {
    context.lineWidth = 3;
    context.strokeStyle = this.look.card;
    context.globalAlpha = 0.8;
    context.strokeText(text, x, y);
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  /* The largest revenues by name, where names do not cover each other. */
  names(context) {
    const largest = [];
    for (let at = 0; at < this.count; at++) {
      const row = this.rows[at], value = this.revenue[row];
      if (Number.isNaN(value) || (largest.length >= NAMED * 3 && value <= largest[largest.length - 1].value)) continue;
      let place = largest.length;
      while (place > 0 && largest[place - 1].value < value) place--;
      largest.splice(place, 0, { row, value });
      if (largest.length > NAMED * 3) largest.pop();
    }
    context.font = `12px ${this.look.font}`;
    context.textBaseline = "middle";
    const taken = [];
    for (const { row, value } of largest) {
      if (taken.length >= NAMED) break;
      const name = textOf(this.block.columns.client, row);
      const label = `${name.length > 30 ? `${name.slice(0, 29)}…` : name} · ${FORMATS.shortMoney.format(value)}`;
      const wide = context.measureText(label).width, x = this.px(this.x[row]), y = this.py(this.y[row]);
      const left = x + wide + 12 > MARGIN.left + this.width ? x - wide - 10 : x + 10;
      const box = [left, y - 8, left + wide, y + 8];
      const isFree = taken.every(([a, b, c, d]) => box[2] < a || box[0] > c || box[3] < b || box[1] > d);
      if (!isFree || y < MARGIN.top + 26) continue;
      taken.push(box);
      if (this.count > MANY) {
        context.fillStyle = this.look.ink;
        context.beginPath();
        context.arc(x, y, 3, 0, 7);
        context.fill();
      }
      this.text(context, label, left, y, this.look.ink);
    }
  }

  axes(context) {
    const { seen } = this, right = MARGIN.left + this.width, bottom = MARGIN.top + this.height;
    context.fillStyle = this.look.muted;
    context.strokeStyle = this.look.line;
    context.lineWidth = 1;
    context.strokeRect(MARGIN.left + 0.5, MARGIN.top + 0.5, this.width - 1, this.height - 1);
    context.font = `11px ${this.look.font}`;
    const written = (value) => FORMATS.ratio.format(Math.round(value * 10) / 10 || 0);
    const step = [25, 10, 5, 2, 1, 0.5, 0.2, 0.1].find((each) => (seen.right - seen.left) / each >= 3.9) ?? 0.1;
    for (let at = Math.ceil(seen.left / step) * step; at <= seen.right; at += step) {
      context.textAlign = "center";
      context.textBaseline = "top";
      if (at >= 0 && at <= 100) context.fillText(written(at), this.px(at), bottom + 6);
    }
    for (let at = Math.ceil(seen.low / step) * step; at <= seen.high; at += step) {
      context.textAlign = "right";
      context.textBaseline = "middle";
      if (at >= 0 && at <= 100) context.fillText(written(at), MARGIN.left - 6, this.py(at));
    }
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(words("x"), (MARGIN.left + right) / 2, bottom + 38);
    context.save();
    context.translate(12, (MARGIN.top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "middle";
    context.fillText(words("y"), 0, 0);
    context.restore();
    context.textAlign = "left";
  }

  /* -- names where the pointer is -- */

  binned() {
    if (this.bins) return;
    this.bins = Array.from({ length: CELLS * CELLS }, () => []);
    for (let at = 0; at < this.count; at++) {
      const row = this.rows[at];
      this.bins[this.bin(this.px(this.x[row]), this.py(this.y[row]))].push(row);
    }
  }

  bin(px, py) {
    const place = (value, start, size) => Math.max(0, Math.min(CELLS - 1, Math.floor(((value - start) / size) * CELLS)));
    return place(py, MARGIN.top, this.height) * CELLS + place(px, MARGIN.left, this.width);
  }

  nearest(px, py) {
    this.binned();
    let best = -1, distance = NEAR * NEAR;
    const seen = new Set();
    for (const dx of [-NEAR, 0, NEAR]) for (const dy of [-NEAR, 0, NEAR]) seen.add(this.bin(px + dx, py + dy));
    for (const bin of seen) for (const row of this.bins[bin]) {
      const away = (this.px(this.x[row]) - px) ** 2 + (this.py(this.y[row]) - py) ** 2;
      if (away < distance) [best, distance] = [row, away];
    }
    return best;
  }

  moved(event) {
    if (this.drag) {
      const [dx, dy] = [event.offsetX - this.drag.x, event.offsetY - this.drag.y];
      if (this.drag.far || Math.abs(dx) + Math.abs(dy) > 4) {
        this.shift(-dx / this.width, dy / this.height);
        this.drag = { x: event.offsetX, y: event.offsetY, far: true };
        this.tip.hidden = true;
        this.later();
      }
      return;
    }
    const row = this.nearest(event.offsetX, event.offsetY);
    this.tip.hidden = row < 0;
    this.canvas.style.cursor = row < 0 ? "grab" : "pointer";
    if (row >= 0) this.tell(row, event.offsetX, event.offsetY);
  }

  tell(row, px, py) {
    const { block } = this, place = placeOf(block, row);
    const key = textOf(block.columns.class, row);
    const title = element("strong");
    title.append(element("bdi", "", textOf(block.columns.client, row)));
    const scores = `X ${FORMATS.score.format(this.x[row])} · Y ${FORMATS.score.format(this.y[row])}`;
    const revenue = Number.isNaN(this.revenue[row]) ? "" : ` · ${FORMATS.money.format(this.revenue[row])}`;
    this.tip.replaceChildren(
      title, tagOf("client", key), element("span", "", scores + revenue), element("bdi", "where", place.told),
    );
    const right = px > this.canvas.clientWidth / 2;
    this.tip.style.left = right ? "auto" : `${px + 14}px`;
    this.tip.style.right = right ? `${this.canvas.clientWidth - px + 14}px` : "auto";
    this.tip.style.top = `${Math.max(4, py - 30)}px`;
  }
}

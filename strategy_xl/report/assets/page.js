/* Starts the page: unpacks the lists, puts filters beside them, keys, theme, paper. */

const LISTS = {};
const THEMES = ["auto", "light", "dark"];

function button(text, act, pressed = null) {
  const made = element("button", "", text);
  made.type = "button";
  if (pressed !== null) made.setAttribute("aria-pressed", pressed);
  made.addEventListener("click", act);
  return made;
}

function toolbar() {
  const bar = document.getElementById("toolbar");
  let theme = 0;
  const turn = button("", () => {
    theme = (theme + 1) % THEMES.length;
    document.documentElement.dataset.theme = THEMES[theme];
    name();
    LISTS.clients?.matrix?.later();
  });
  const name = () => { turn.textContent = `◐ ${words("theme")} ${words(`theme_${THEMES[theme]}`)}`; };
  name();
  bar.append(turn, button(words("print"), () => print()));
  document.querySelector(".keys").hidden = false;
}

/* Classes as buttons, a workbook by a piece of its path, moves by a click on their table. */
function clientFilters(list) {
  const held = list.block.columns, chosen = new Set();
  const chips = element("div", "chips");
  chips.setAttribute("role", "group");
  chips.setAttribute("aria-label", words("all_classes"));
  for (const [key, [label, tone]] of Object.entries(ABOUT.lists.client)) {
    const at = held.class.known ? held.class.known.indexOf(key) : -1;
    if (at < 0) continue;
    const chip = button(label, () => {
      chosen.has(at) ? chosen.delete(at) : chosen.add(at);
      chip.setAttribute("aria-pressed", chosen.has(at));
      list.filter("class", chosen.size ? (row) => chosen.has(held.class.index[row]) : null);
    }, false);
    chip.className = `chip ${tone}`;
    chips.append(chip);
  }
  const label = element("label", "search");
  const field = element("input");
  field.type = "search";
  field.placeholder = words("all_books");
  field.setAttribute("list", "all-books");
  const options = element("datalist");
  options.id = "all-books";
  options.append(...ABOUT.books.slice(0, 2000).map(([path]) => {
    const option = element("option");
    option.value = path;
    return option;
  }));
  field.addEventListener("input", () => {
    const wanted = folded(field.value);
    const fits = ABOUT.books.map(([path]) => folded(path).includes(wanted));
    list.filter("book", wanted ? (row) => fits[held["@book"].values[row]] : null);
  });
  label.append(element("span", "hidden", words("book")), field, options);
  const clear = button(words("reset"), () => {
    chosen.clear();
    for (const chip of chips.children) chip.setAttribute("aria-pressed", false);
    for (const input of list.tools.querySelectorAll("input")) input.value = "";
    list.query = "";
    list.filters.clear();
    list.matrix?.all();
    note.hidden = true;
    list.refresh();
  });
  clear.className = "clear";
  const note = element("p", "note");
  note.hidden = true;
  list.tools.prepend(chips);
  list.tools.querySelector(".status").before(label, clear);
  list.tools.append(note);
  moveFilters(list, note);
}

function moveFilters(list, note) {
  const held = list.block.columns;
  for (const cell of document.querySelectorAll(".migrations td[data-before]")) {
    const { before, now } = cell.dataset;
    const told = `${labelOf("client", before)[0]} → ${labelOf("client", now)[0]}`;
    const open = button("", () => {
      list.filter("move", (row) => textOf(held.before, row) === before && textOf(held.class, row) === now);
      note.textContent = words("moved", { label: told });
      note.hidden = false;
      document.getElementById("clients").scrollIntoView();
      list.field.focus({ preventScroll: true });
    });
    open.title = words("moved", { label: told });
    open.append(...cell.childNodes);
    cell.append(open);
  }
}

/* Places in what was written out can be copied too. */
function copiers() {
  for (const link of document.querySelectorAll(".plain .place")) link.after(copier(link.title));
}

function keys() {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, textarea, select");
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      const seen = Object.values(LISTS).find((list) => list.frame.getBoundingClientRect().bottom > 80);
      (seen ?? LISTS.clients)?.field.focus();
    }
  });
  document.addEventListener("click", async (event) => {
    const copy = event.target.closest?.(".copy");
    if (!copy) return;
    await copied(copy.dataset.told);
    copy.replaceChildren("✓");
    copy.title = words("copied");
    setTimeout(() => { copy.replaceChildren(icon()); copy.title = words("copy"); }, 1500);
  });
}

/* Pages opened from a folder may not have the clipboard; an invisible field then stands in. */
async function copied(text) {
  if (navigator.clipboard && isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch (error) {
      console.info("clipboard refused, copying by selection", error);
    }
  }
  const field = element("textarea", "hidden");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function paper() {
  const set = (printing) => {
    for (const list of Object.values(LISTS)) {
      list.printing = printing;
      list.draw();
    }
    LISTS.clients?.matrix?.draw();
  };
  addEventListener("beforeprint", () => set(true));
  addEventListener("afterprint", () => set(false));
}

async function start() {
  if (typeof DecompressionStream === "undefined") throw new Error("no DecompressionStream");
  ABOUT = (await unpacked("about")).head;
  prepareFormats();
  toolbar();
  for (const key of ["alerts", "clients"]) await begin(key);
  keys();
  paper();
  document.documentElement.dataset.ready = Math.round(performance.now());
  // What lies further down is made while people read the top.
  for (const key of ["kpis", "objectives", "accounts", "books"]) {
    await new Promise((done) => setTimeout(done));
    await begin(key);
  }
  copiers();
  document.documentElement.dataset.whole = Math.round(performance.now());
  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 200));
  for (const list of Object.values(LISTS)) {
    idle(() => list.search.prepare());
    for (const key of list.keys) if (list.isSortable(key)) idle(() => list.ordered(key));
  }
}

/* Takes one list over, if it holds anything. */
async function begin(key) {
  const block = await unpacked(key);
  if (!block.head.rows) return;
  const list = (LISTS[key] = new List(block));
  if (key !== "clients") return;
  list.matrix = new Matrix(list, document.getElementById("matrix"));
  clientFilters(list);
  list.matrix.draw();
}

start().catch((error) => {
  // The written summary stays; people are told that the lists are not alive.
  console.error(error);
  document.documentElement.dataset.failed = error.message;
});

// Filters, deep links and keys; without scripts the page still says everything.
const filters = document.querySelector(".filters");
const fields = [...filters.elements].filter((field) => field.name);
const told = document.querySelector(".tools output");
const rows = [...document.querySelectorAll(".row")];
const groups = [...document.querySelectorAll(".group, .matrix")];
const parts = [...document.querySelectorAll(".part")];
let here = "";

function chosen() {
  return fields.filter((field) => field.value.trim()).map((field) => [field.name, field.value.trim()]);
}

// What the data of a case has to have among its words; a standing beside a document is the standing by that document.
function wishes() {
  const { q, document: one, standing, ...others } = Object.fromEntries(chosen());
  const by = one ? `${filters.elements.document.selectedIndex - 1}:` : "";
  return [...Object.entries(others), ...(by || standing ? [["held", by + (standing || "")]] : [])];
}

function apply() {
  const words = filters.elements.q.value.trim().toLowerCase();
  const wanted = wishes();
  const found = new Set(words ? allTraffic().filter((one) => textOf(one).includes(words)).map((one) => one.id) : []);
  const has = (told, value) => told === value || told.split(" ").includes(value);
  const fits = (item) =>
    wanted.every(([name, value]) => has(item.element.dataset[name], value)) &&
    (!words || textOf(item).includes(words) || item.shared.some((id) => found.has(id)));
  const shown = cases.filter((item) => !(item.element.hidden = !fits(item)));
  const features = new Set(shown.map((item) => item.element.dataset.feature));
  const seen = rows.filter((row) => !(row.hidden = !features.has(row.dataset.feature)));
  for (const part of parts) fit(part);
  for (const group of groups) tally(group);
  for (const field of fields) field.classList.toggle("set", Boolean(field.value.trim()));
  told.textContent = `${shown.length} of ${cases.length} cases, ${seen.length} of ${rows.length} features`;
}

// A group without anything to show goes; one with some of its cases says how many of how many.
function tally(group) {
  const shown = group.querySelectorAll(".case:not([hidden]), .row:not([hidden])").length;
  const count = group.querySelector("h3 .soft");
  group.hidden = !shown;
  if (!count) return;
  const all = group.querySelectorAll(".case").length;
  count.textContent = shown === all ? `(${all})` : `(${shown} of ${all})`;
}

// A part of a group that is out of sight takes about the room of what it shows.
function fit(part) {
  const shown = part.querySelectorAll(".case:not([hidden])").length;
  part.hidden = !shown;
  part.style.containIntrinsicSize = `auto ${5 * shown}rem`;
}

// The address holds where one is and what is chosen: #case?standing=broken&q=usage
function remember() {
  const picks = new URLSearchParams(chosen()).toString();
  const hash = here || picks ? `#${here}${picks && `?${picks}`}` : "";
  history.replaceState(null, "", hash || location.pathname + location.search);
}

function visit() {
  const [name, picks] = location.hash.slice(1).split(/\?(.*)/s);
  if (picks !== undefined) {
    const given = new URLSearchParams(picks);
    for (const field of fields) {
      field.value = given.get(field.name) || "";
      if (field.value !== (given.get(field.name) || "")) field.value = "";
    }
    apply();
  }
  if (name.startsWith("x-")) unpackAll();
  const aim = name && document.getElementById(decoded(name));
  here = aim ? aim.id : "";
  if (aim) reveal(aim);
  else if (picks) document.querySelector(".tools").scrollIntoView();
  remember();
}

function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function reveal(aim) {
  const one = aim.closest(".case");
  if (one && one.hidden) filters.reset();
  for (let open = aim; open; open = open.parentElement) {
    if (open.tagName === "DETAILS") open.open = true;
  }
  if (one) prepare(one);
  mark(one);
  aim.scrollIntoView();
}

function mark(one) {
  for (const other of document.querySelectorAll(".here")) other.classList.remove("here");
  if (one) one.classList.add("here");
}

function step(by) {
  const shown = cases.map((item) => item.element).filter((one) => !one.hidden);
  const at = shown.indexOf(document.activeElement.closest?.(".case") || document.querySelector(".case.here"));
  const next = shown[at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
  if (!next) return;
  mark(next);
  next.firstElementChild.focus({ preventScroll: true });
  next.firstElementChild.scrollIntoView({ block: "center" });
}

function leave() {
  const active = document.activeElement;
  const one = active.closest?.(".case[open]");
  if (one) {
    one.open = false;
    one.firstElementChild.focus();
  } else if (active.form === filters) {
    if (active.name === "q" && active.value) {
      active.value = "";
      changed();
    } else active.blur();
  }
}

const keys = {
  "/": () => filters.elements.q.focus(),
  j: () => step(1),
  k: () => step(-1),
  "?": () => document.querySelector("dialog").showModal(),
};

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") leave();
  else if (keys[event.key] && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    event.preventDefault();
    keys[event.key]();
  }
}

function changed() {
  apply();
  remember();
}

function toggled(event) {
  const one = event.target;
  if (!one.open || !one.matches?.(".case, .exchange") || !one.closest(".case[open]")) return;
  if (one.matches(".case")) prepare(one);
  showMarks(one);
  if (printing || !one.matches(".case")) return;
  mark(one);
  here = one.id;
  remember();
}

filters.hidden = false;
filters.addEventListener("input", changed);
filters.addEventListener("reset", () => setTimeout(changed));
filters.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("toggle", toggled, true);
addEventListener("keydown", press);
addEventListener("hashchange", visit);
addEventListener("beforeprint", unfold);
addEventListener("afterprint", fold);
apply();
visit();
whenIdle(unpackInPauses);

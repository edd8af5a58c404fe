"use strict";
// What cases hold: it is unpacked, completed when a case is opened, marked, copied, and laid open on paper. The only text that
// becomes markup is what the page itself holds in a noscript element, which is markup to a reader without scripts.
const cases = [...document.querySelectorAll(".case")].map((element) => ({ element }));
const packed = new Set(cases.map((item) => item.element));
const prepared = new WeakSet();
let traffic = null;
let printing = false;

// What a case holds is packed as text, which a browser reads much faster, until the case is opened or nothing else is to do.
function unpack(one) {
  const kept = packed.delete(one) && one.querySelector("noscript");
  if (kept) kept.outerHTML = kept.textContent;
}

function unpackAll() {
  for (const one of packed) unpack(one);
}

function unpackInPauses(pause) {
  for (const one of packed) {
    if (pause.timeRemaining() < 5) break;
    unpack(one);
  }
  if (packed.size) whenIdle(unpackInPauses);
}

function whenIdle(work) {
  const until = (end) => ({ timeRemaining: () => end - performance.now() });
  if (window.requestIdleCallback) requestIdleCallback(work);
  else setTimeout(() => work(until(performance.now() + 15)), 30);
}

// All exchanges with their texts, each where it is shown first.
function allTraffic() {
  unpackAll();
  traffic ??= [...document.querySelectorAll(".exchange[id]")].map((element) => ({ element, id: element.id }));
  return traffic;
}

// What is searched: the text of an item, in lower case, read once, and the exchanges that it shares with others.
function textOf(item) {
  item.text ??= item.element.textContent.toLowerCase();
  item.shared ??= [...item.element.querySelectorAll(".again")].map((link) => link.hash.slice(1));
  return item.text;
}

// A case that is opened gets its shared exchanges, its own marks, and buttons to copy with.
function prepare(one) {
  if (prepared.has(one)) return;
  prepared.add(one);
  unpack(one);
  if (one.querySelector(".again")) unpackAll();
  const first = one.querySelector(".again, .exchange");
  for (const again of one.querySelectorAll(".again")) {
    const original = document.getElementById(again.hash.slice(1));
    const copy = original.cloneNode(true);
    copy.removeAttribute("id");
    for (const button of copy.querySelectorAll("button")) button.remove();
    copy.open = again === first && Boolean(one.querySelector(".finding"));
    again.replaceWith(copy);
  }
  for (const spot of one.querySelectorAll("mark[data-of]")) {
    spot.classList.toggle("other", !spot.dataset.of.split(" ").includes(one.dataset.n));
  }
  for (const text of one.querySelectorAll("pre.copy")) addButton(text);
}

// The first marked bytes of what lies open come into sight, inside of their box alone.
function showMarks(part) {
  for (const box of part.querySelectorAll("pre")) {
    const spot = box.querySelector("mark:not(.other)");
    if (spot && box.scrollTop === 0) box.scrollTop = spot.offsetTop - box.offsetTop - box.clientHeight / 3;
  }
}

function addButton(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${text.previousElementSibling.textContent}`);
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  text.previousElementSibling.append(button);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(text);
    return document.execCommand("copy");
  }
}

// On paper what is broken lies open.
function unfold() {
  printing = true;
  unpackAll();
  for (const { element } of cases) {
    if (!element.open && !element.hidden && element.querySelector(".finding") && element.matches(".bad")) {
      element.open = element.dataset.unfolded = true;
    }
  }
}

function fold() {
  for (const one of document.querySelectorAll("[data-unfolded]")) {
    one.open = false;
    delete one.dataset.unfolded;
  }
  setTimeout(() => (printing = false));
}

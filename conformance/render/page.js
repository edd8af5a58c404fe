"use strict";
// Filters and deep links; the page says everything without them.
const filters = document.querySelector(".filters");
const cases = [...document.querySelectorAll(".case")];
const wanted = [...filters.querySelectorAll("select")];
const words = filters.querySelector("input");
const told = filters.querySelector("output");

function fits(one) {
  const chosen = wanted.every((select) => !select.value || (one.dataset[select.name] || "").split(" ").includes(select.value));
  const text = words.value.trim().toLowerCase();
  return chosen && (!text || one.textContent.toLowerCase().includes(text));
}

function apply() {
  let shown = 0;
  for (const one of cases) {
    one.hidden = !fits(one);
    shown += one.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll(".group")) {
    group.hidden = !group.querySelector(".case:not([hidden])");
  }
  told.textContent = shown + " of " + cases.length + " cases";
}

function clear() {
  words.value = "";
  for (const select of wanted) select.value = "";
  apply();
}

function visit() {
  let name = location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    return;
  }
  const aim = name && document.getElementById(name);
  if (!aim) return;
  const one = aim.closest(".case");
  if (one && one.hidden) clear();
  for (let open = aim; open; open = open.parentElement) {
    if (open.tagName === "DETAILS") open.open = true;
  }
  aim.scrollIntoView();
}

filters.hidden = false;
filters.addEventListener("input", apply);
filters.querySelector("button").addEventListener("click", clear);
addEventListener("hashchange", visit);
apply();
visit();

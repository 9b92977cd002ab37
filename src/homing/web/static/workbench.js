// The workbench: evidence beside fields, keys, drafts. The page works without it except for zoom, keys and autosave.
import { toast, openDialog } from "./homing.js";

const bench = document.querySelector("[data-bench]");
const form = document.getElementById("review");
const sheets = bench.querySelector(".sheets");
const status = bench.querySelector("[data-status]");
const csrf = form?.elements.csrfmiddlewaretoken?.value ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value;

const tell = (text) => {
  if (status) status.textContent = text;
};

// ---------------------------------------------------------------- pages
const pages = [...bench.querySelectorAll(".sheets .sheet")];
const thumbs = new Map([...bench.querySelectorAll("[data-thumb]")].map((one) => [one.dataset.thumb, one]));
let current = pages[0];

const showCurrent = (page) => {
  current = page;
  for (const [number, thumb] of thumbs) {
    if (number === page.dataset.page) thumb.setAttribute("aria-current", "true");
    else thumb.removeAttribute("aria-current");
  }
  const told = bench.querySelector("[data-page-told]");
  if (told) told.textContent = `Page ${page.dataset.page} of ${pages.length}`;
};
const seen = new Map();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) seen.set(entry.target, entry.intersectionRect.height);
    const best = pages.reduce((one, other) => ((seen.get(other) ?? 0) > (seen.get(one) ?? 0) ? other : one), pages[0]);
    if (best) showCurrent(best);
  },
  { root: sheets, threshold: [0, 0.25, 0.5, 0.75, 1] },
);
for (const page of pages) watcher.observe(page);

for (const [number, thumb] of thumbs) {
  thumb.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(`page-${number}`).scrollIntoView({ block: "start" });
  });
}

let zoom = 1;
const setZoom = (value) => {
  const middle = (sheets.scrollTop + sheets.clientHeight / 2) / Math.max(sheets.scrollHeight, 1);
  zoom = Math.min(4, Math.max(0.5, value));
  sheets.style.setProperty("--zoom", String(zoom));
  bench.querySelector("[data-zoom-told]").textContent = `${Math.round(zoom * 100)} %`;
  sheets.scrollTop = middle * sheets.scrollHeight - sheets.clientHeight / 2;
};
for (const button of bench.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => setZoom({ in: zoom * 1.25, out: zoom / 1.25, fit: 1 }[button.dataset.zoom]));
}

const turn = (svg, rotation) => {
  const width = Number(svg.dataset.width);
  const height = Number(svg.dataset.height);
  const sideways = rotation % 180 !== 0;
  svg.setAttribute("viewBox", sideways ? `0 0 ${height} ${width}` : `0 0 ${width} ${height}`);
  const transform = {
    0: "",
    90: `translate(${height} 0) rotate(90)`,
    180: `translate(${width} ${height}) rotate(180)`,
    270: `translate(0 ${width}) rotate(270)`,
  }[rotation];
  svg.querySelector("g").setAttribute("transform", transform);
};
const rotate = bench.querySelector("[data-rotate]");
rotate?.addEventListener("click", async () => {
  if (!current) return;
  const rotation = (Number(current.dataset.rotation) + 90) % 360;
  current.dataset.rotation = String(rotation);
  turn(current, rotation);
  const thumb = thumbs.get(current.dataset.page)?.querySelector("svg");
  if (thumb) turn(thumb, rotation);
  if (!rotate.dataset.rotate) return;
  const body = new FormData();
  body.set("page", current.dataset.page);
  body.set("rotation", String(rotation));
  await fetch(rotate.dataset.rotate, { method: "POST", body, headers: { "X-CSRFToken": csrf } }).catch(() => {});
});

// --------------------------------------------------------------- fields
const reads = [...bench.querySelectorAll("[data-read]")];
const inputOf = (read) => read.querySelector("input, select, textarea");
const STOPS = new Set(["check", "needed"]);
const isStop = (read) => STOPS.has(read.dataset.state);
const everyField = document.querySelector("[data-every-field]");
if (everyField) {
  everyField.checked = localStorage.getItem("homing.every-field") === "yes";
  everyField.addEventListener("change", () => {
    localStorage.setItem("homing.every-field", everyField.checked ? "yes" : "no");
    setStops();
  });
}
const setStops = () => {
  for (const read of reads) {
    const skip = !everyField?.checked && !isStop(read) && read.dataset.state !== "done";
    if (skip) inputOf(read).tabIndex = -1;
    else inputOf(read).removeAttribute("tabindex");
  }
};
const left = () => reads.filter(isStop).length;
const tellLeft = () => tell(left() ? `${left()} ${left() === 1 ? "field" : "fields"} to check` : "Every field is checked");

const showEvidence = (name) => {
  let first = null;
  for (const box of sheets.querySelectorAll(".evidence")) {
    const active = box.dataset.field === name;
    box.classList.toggle("is-active", active);
    if (active && !first) first = box;
  }
  if (!first) return;
  const outer = sheets.getBoundingClientRect();
  const inner = first.getBoundingClientRect();
  if (inner.top < outer.top + 40 || inner.bottom > outer.bottom - 40) {
    sheets.scrollTop += inner.top - outer.top - outer.height / 3;
  }
  if (inner.left < outer.left || inner.right > outer.right) sheets.scrollLeft += inner.left - outer.left - 40;
};

const settle = (read) => {
  if (!read || !isStop(read)) return;
  if (read.dataset.state === "needed" && !inputOf(read).value.trim()) return;
  read.dataset.state = "done";
  read.classList.remove("read-check", "read-needed");
  read.classList.add("read-done");
  read.querySelector("[data-mark]").textContent = "✓ checked";
  const confirmed = document.createElement("input");
  confirmed.type = "hidden";
  confirmed.name = "confirmed";
  confirmed.value = read.dataset.read;
  form.append(confirmed);
  for (const badge of read.closest("section").querySelectorAll("[data-left]")) {
    const count = read.closest("section").querySelectorAll(`[data-state=${badge.dataset.left}]`).length;
    badge.hidden = count === 0;
    badge.textContent = badge.textContent.replace(/^\d+/, String(count));
  }
  tellLeft();
};

const go = (read) => {
  const input = inputOf(read);
  input.focus();
  input.select?.();
};
const nextStop = (from) => {
  const start = from ? reads.indexOf(from) + 1 : 0;
  return reads.slice(start).find(isStop) ?? reads.slice(0, start).find(isStop);
};
const afterLast = () => {
  const chosen = form.querySelector("[name=patient]:checked");
  const target = chosen ? bench.querySelector("[data-save]") : form.querySelector("[name=patient]");
  target?.focus();
};

for (const read of reads) {
  const input = inputOf(read);
  input.addEventListener("focus", () => showEvidence(read.dataset.read));
  input.addEventListener("input", () => {
    if (read.dataset.state === "needed" || read.dataset.state === "check") settle(read);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      settle(read);
      const next = nextStop(read);
      if (next) go(next);
      else afterLast();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && (event.altKey || input.tagName === "INPUT")) {
      const target = reads[reads.indexOf(read) + step];
      if (target) {
        event.preventDefault();
        go(target);
      }
    }
  });
}
sheets.addEventListener("click", (event) => {
  const box = event.target.closest(".evidence");
  const read = box && reads.find((one) => one.dataset.read === box.dataset.field);
  if (read) go(read);
});

// ------------------------------------------------------- drafts, identity
let timer = 0;
let saving = Promise.resolve();
let patientChanged = false;

const saveDraft = async () => {
  tell("Saving the draft…");
  const answer = await fetch(form.dataset.draft, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-CSRFToken": csrf, Accept: "application/json" },
  }).catch(() => null);
  if (!answer) return tell("The draft is not saved: the server cannot be reached.");
  if (!answer.ok) return tell("The draft is not saved: somebody else has changed this item. Reload it.");
  const { version, text } = await answer.json();
  for (const input of document.querySelectorAll("input[name=version]")) input.value = version;
  tell(left() ? `${text} · ${left()} to check` : text);
  if (patientChanged) await refreshCandidates();
};
const refreshCandidates = async () => {
  patientChanged = false;
  const answer = await fetch(form.dataset.candidates, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-CSRFToken": csrf },
  }).catch(() => null);
  if (!answer?.ok) return;
  const list = document.getElementById("candidates");
  const found = await answer.text();
  // Read after the answer has come: what was chosen meanwhile stays chosen.
  const chosen = form.querySelector("[name=patient]:checked")?.value;
  list.innerHTML = found;
  for (const choice of list.querySelectorAll("[name=patient]")) choice.checked ||= choice.value === chosen;
};
form?.addEventListener("input", (event) => {
  if (event.target.name?.startsWith("patient.")) patientChanged = true;
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = 0;
    saving = saving.then(saveDraft);
  }, 700);
});

// Whoever leaves takes the last keystrokes along and lets the next person in.
addEventListener("pagehide", () => {
  if (timer && form) navigator.sendBeacon(form.dataset.draft, new FormData(form));
  if (!bench.dataset.release) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", csrf);
  body.set("quietly", "yes");
  navigator.sendBeacon(bench.dataset.release, body);
});

form?.addEventListener("submit", (event) => {
  clearTimeout(timer);
  timer = 0;
  if (form.querySelector("[name=patient]:checked")) return;
  event.preventDefault();
  delete form.dataset.sent;
  tell("Choose who the patient is.");
  toast("Choose who the patient is: one of the records, a new patient, or park it.", "warn");
  form.querySelector("[name=patient]")?.focus();
});

// Part of the dialog that belongs to the chosen disposition.
const showParts = () => {
  const chosen = document.querySelector("#dispose [name=disposition]:checked")?.dataset.shows;
  for (const part of document.querySelectorAll("#dispose [data-part]")) part.hidden = part.id !== chosen;
};
document.getElementById("dispose")?.addEventListener("change", showParts);
showParts();

// ----------------------------------------------------------------- keys
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && form && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    saving.then(() => bench.querySelector("[data-save]")?.click());
    return;
  }
  if (event.altKey && event.key.toLowerCase() === "n") {
    event.preventDefault();
    bench.querySelector("[data-next]")?.click();
    return;
  }
  if (event.altKey && /^[1-9]$/.test(event.key)) {
    const radio = form?.querySelectorAll("[name=patient]")[Number(event.key) - 1];
    if (radio) {
      event.preventDefault();
      radio.click();
      radio.focus();
    }
    return;
  }
  if (event.target.closest("input, select, textarea") || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") setZoom(zoom * 1.25);
  if (event.key === "-") setZoom(zoom / 1.25);
  if (event.key === "0") setZoom(1);
  if (event.key === "r") rotate?.click();
});

if (form) {
  setStops();
  if (!form.querySelector("[readonly]")) {
    tellLeft();
    const first = form.querySelector("[aria-invalid=true]") ?? (nextStop(null) && inputOf(nextStop(null)));
    if (first && matchMedia("(min-width: 68rem)").matches) first.focus({ preventScroll: false });
  }
}
for (const opener of document.querySelectorAll("[data-pick]")) {
  opener.addEventListener("click", () => {
    openDialog("dispose");
    showParts();
  });
}

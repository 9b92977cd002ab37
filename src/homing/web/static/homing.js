// What every page shares: dialogs, menus, keys, uploads, messages. No inline handlers, no eval.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

export function toast(text, tone = "info") {
  const zone = document.getElementById("toasts");
  if (!zone) return;
  for (const told of zone.children) {
    if (told.textContent === text) told.remove();
  }
  const box = document.createElement("div");
  box.className = `notice notice-${tone}`;
  box.textContent = text;
  zone.append(box);
  setTimeout(() => box.remove(), tone === "bad" ? 12000 : 5000);
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
  const first = dialog.querySelector("[aria-invalid=true], .dialog-body :is(input, select, textarea):not([type=hidden], [hidden])");
  first?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    openDialog(opener.dataset.dialog);
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    closer.closest("dialog")?.close();
    return;
  }
  if (event.target instanceof HTMLDialogElement) event.target.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?" && document.getElementById("keys")) {
    event.preventDefault();
    openDialog("keys");
    return;
  }
  const target = [...document.querySelectorAll("[data-shortcut]")].find((one) => one.dataset.shortcut === event.key);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.focus();
  else target.click();
});

// A second click on a slow answer must not send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.sent === "yes") {
    if (form.dataset.sent === "yes") event.preventDefault();
    return;
  }
  if (form.method === "post" && !form.hasAttribute("hx-post")) form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A dialog that was refused by the server comes back open, with its errors.
for (const dialog of document.querySelectorAll("dialog[data-open]")) openDialog(dialog.id);

// Selects that are whole decisions (filters) send their form at once.
document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-submit]");
  if (control) control.form.requestSubmit();
});

// Upload: choose or drop. The list of names is told, then the form goes by itself.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const told = zone.querySelector("[data-told]");
  const send = () => {
    if (!input.files.length) return;
    if (told) told.textContent = input.files.length === 1 ? "Sending one file…" : `Sending ${input.files.length} files…`;
    zone.requestSubmit();
  };
  input.addEventListener("change", send);
  zone.querySelector("[data-choose]")?.addEventListener("click", () => input.click());
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    send();
  });
}

// Pages far down a long document are fetched when they come near.
const later = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      entry.target.setAttribute("href", entry.target.dataset.href);
      entry.target.removeAttribute("data-href");
      later.unobserve(entry.target);
    }
  },
  { rootMargin: "800px" },
);
const watchImages = (root) => {
  for (const image of root.querySelectorAll("image[data-href]")) later.observe(image);
};
watchImages(document);
document.addEventListener("toggle", (event) => watchImages(event.target.parentNode ?? document), true);

document.addEventListener("htmx:afterSwap", (event) => watchImages(event.detail.target));
document.addEventListener("htmx:sendError", () => toast("The server cannot be reached. Nothing was lost; it is tried again.", "warn"));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) toast("The server could not answer. Nothing was changed.", "bad");
  // Somebody signed out in another window: the sign-in page must not be swapped into a list.
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseURL.includes("/accounts/login/")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// Forms: not twice, not lost by leaving, all rows in one tick.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.portalSent) {
    event.preventDefault();
    return;
  }
  // A download answers without leaving the page, therefore the guard opens again by itself.
  form.dataset.portalSent = "yes";
  const button = event.submitter;
  if (button) button.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), 6000);
});

function release(form) {
  delete form.dataset.portalSent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

// Back to a page out of the browser's memory: the guard must not still be closed.
window.addEventListener("pageshow", () => document.querySelectorAll("[data-portal-sent]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest && event.target.closest("form");
  if (form) release(form);
});

let changed = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("[data-portal-unsaved]")) changed = true;
});
document.addEventListener("submit", (event) => {
  if (event.target.closest("[data-portal-unsaved]")) changed = false;
});
window.addEventListener("beforeunload", (event) => {
  if (!changed) return;
  event.preventDefault();
  event.returnValue = "";
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-portal-select-all]");
  const scope = event.target.closest("[data-portal-selection]");
  if (!scope) return;
  const boxes = [...scope.querySelectorAll("[data-portal-select]")];
  if (all) boxes.forEach((box) => { box.checked = all.checked; });
  const chosen = boxes.filter((box) => box.checked).length;
  const head = scope.querySelector("[data-portal-select-all]");
  if (head) {
    head.checked = chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const count = scope.querySelector("[data-portal-selected]");
  if (count) count.textContent = `已选 ${chosen} 人`;
});
for (const label of document.querySelectorAll("[data-portal-select-all]")) label.closest("label").hidden = false;

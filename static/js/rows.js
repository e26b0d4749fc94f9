// The table by keyboard: Enter saves the row one stands in, and the next row is ready. Without script the page is one form.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !/^(INPUT|SELECT)$/.test(event.target.tagName)) return;
  const row = event.target.closest("[data-portal-row]");
  if (!row) return;
  event.preventDefault();
  row.querySelector("[data-portal-row-save]").click();
});

let next = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target.closest("[data-portal-row]");
  next = row && row.nextElementSibling;
});
document.addEventListener("htmx:afterSettle", () => {
  const wrong = document.querySelector("[data-portal-row].row--bad");
  const first = (wrong || next) && (wrong || next).querySelector("input:not([type=hidden]), select");
  if (first) first.focus();
  next = null;
});

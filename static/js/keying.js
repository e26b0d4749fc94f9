// Keying in from paper without the mouse: 1 to 4 marks the row and goes on, arrows change the row, Enter goes to the next input.
// Without this script the page is a form like any other.

const form = document.querySelector("[data-portal-keying]");
const rows = form ? [...form.querySelectorAll("[data-portal-key-row]")] : [];

function shown(row) {
  return [...row.querySelectorAll(".key-more .input")].filter((input) => input.offsetParent !== null);
}

function enter(row) {
  const mark = row.querySelector("[type=radio]:checked") || row.querySelector("[type=radio]");
  mark.focus();
  row.scrollIntoView({ block: "nearest" });
}

function leave(row, step) {
  const next = rows[rows.indexOf(row) + step];
  if (next) enter(next);
  else if (step > 0) form.querySelector(".key-foot [type=submit], .key-foot button").focus();
}

function mark(row, digit) {
  const chosen = row.querySelector(`[type=radio][value="${digit}"]`);
  chosen.checked = true;
  chosen.dispatchEvent(new Event("input", { bubbles: true }));
  const inputs = shown(row);
  // Since when nobody could reach the person is seldom written down: the next row, unless the clerk goes back.
  if (digit === "2" || digit === "4") inputs[0].focus();
  else leave(row, 1);
}

function onMark(event, row) {
  if (/^[1-4]$/.test(event.key)) mark(row, event.key);
  else if (event.key === "ArrowDown" || event.key === "Enter") leave(row, 1);
  else if (event.key === "ArrowUp") leave(row, -1);
  else return;
  event.preventDefault();
}

function onInput(event, row) {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  const inputs = shown(row);
  const next = inputs[inputs.indexOf(event.target) + 1];
  if (next) next.focus();
  else leave(row, 1);
}

if (form) {
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("[data-portal-key-row]");
    if (row) (event.target.type === "radio" ? onMark : onInput)(event, row);
    else if (event.key === "Enter" && event.target.id === "on-behalf" && rows.length) {
      event.preventDefault();
      enter(rows.find((one) => !one.classList.contains("key-row--done")) || rows[0]);
    }
  });
  const bad = form.querySelector(".key-row--bad");
  const first = rows.find((one) => !one.classList.contains("key-row--done"));
  if (bad) (shown(bad)[0] || bad.querySelector("input:not([type=hidden])")).focus();
  else if (first && !form.querySelector("[autofocus]")) enter(first);
}

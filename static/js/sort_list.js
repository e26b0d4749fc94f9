// Drag rows of a table into order; the numbers follow. Without script the numbers and the buttons do the same.

for (const body of document.querySelectorAll("[data-portal-sortable]")) {
  let dragged = null;
  for (const row of body.rows) row.draggable = true;
  body.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("tr");
    event.dataTransfer.effectAllowed = "move";
  });
  body.addEventListener("dragover", (event) => {
    const over = event.target.closest("tr");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    body.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
  });
  body.addEventListener("dragend", () => {
    dragged = null;
    let number = 0;
    for (const input of body.querySelectorAll("input[type=number]")) input.value = String((number += 1));
  });
}

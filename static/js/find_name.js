// Find a name on the page one is on: nothing leaves the page, who is ticked stays in sight.

const box = document.querySelector("[data-portal-find-box]");
if (box) {
  box.hidden = false;
  const input = box.querySelector("input");
  const lines = [...document.querySelectorAll("[data-portal-find-list] > li")];
  input.addEventListener("input", () => {
    const wanted = input.value.trim();
    for (const line of lines) {
      line.hidden = !line.textContent.includes(wanted) && !line.querySelector("input:checked");
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

// Files may be dropped onto the file input; what was chosen is listed with its size.

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

for (const zone of document.querySelectorAll("[data-portal-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-portal-drop-files]");
  // The list below shows what was chosen, so the browser's own control may step back; it keeps the focus.
  zone.classList.add("drop-zone--live");
  for (const hint of zone.querySelectorAll("[data-portal-drop-tip], [data-portal-drop-pick]")) hint.hidden = false;

  const show = () => {
    list.textContent = "";
    for (const file of input.files) {
      const line = document.createElement("li");
      line.textContent = `${file.name}（${size(file.size)}）`;
      list.append(line);
    }
  };
  input.addEventListener("change", show);

  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("drop-zone--over");
    });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("drop-zone--over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    const given = new DataTransfer();
    const files = input.multiple ? [...event.dataTransfer.files] : [...event.dataTransfer.files].slice(0, 1);
    for (const file of files) given.items.add(file);
    input.files = given.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

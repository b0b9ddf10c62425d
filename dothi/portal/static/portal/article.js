// Copy, share and print: comforts for those with a script. The address stands there for everybody.
const said = document.querySelector("[data-copied]");

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // Over plain HTTP there is no clipboard object.
    }
    said.textContent = button.dataset.said;
  });
}

for (const button of document.querySelectorAll("[data-shares]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.title, url: button.dataset.shares }).catch(() => {});
  });
}

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

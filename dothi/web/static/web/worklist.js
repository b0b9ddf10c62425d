// The desk with a script: keys of worklists, ticks, what opens. All of it works without, too.

const usesKeys = () => localStorage.getItem("single-keys") !== "off";

// --- Keys of the worklist -------------------------------------------------------------------------
const links = [...document.querySelectorAll("a[data-row]")];
let here = -1;
const go = (to) => {
  if (!links.length) return;
  here = Math.max(0, Math.min(links.length - 1, to));
  links[here].focus();
  links[here].scrollIntoView({ block: "nearest" });
};
const rowOf = () => links.indexOf(document.activeElement);

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form && !event.target.form.matches(".batch")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && typing && event.target.matches("[type=search]")) { event.target.blur(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !usesKeys()) return;
  const at = rowOf() >= 0 ? rowOf() : here;
  switch (event.key) {
    case "j": case "ArrowDown": if (links.length && (event.key === "j" || rowOf() >= 0)) { event.preventDefault(); go(at + 1); } break;
    case "k": case "ArrowUp": if (links.length && (event.key === "k" || rowOf() >= 0)) { event.preventDefault(); go(at - 1); } break;
    case "x": {
      const box = links[at]?.closest("tr")?.querySelector("input[name=codes]");
      if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); }
      break;
    }
    case "b": document.querySelector(".batch-bar button:not(:disabled)")?.focus(); break;
    case "/": { const search = document.querySelector("input[type=search]"); if (search) { event.preventDefault(); search.focus(); search.select(); } break; }
    case "n": { const link = document.querySelector('[data-key="n"]'); if (link) link.click(); break; }
    case "u": { const back = document.querySelector(".crumbs a"); if (back) back.click(); break; }
  }
});

// --- Ticks ----------------------------------------------------------------------------------------
const batch = document.querySelector("form.batch");
if (batch) {
  const boxes = [...batch.querySelectorAll("input[name=codes]")];
  const bar = batch.querySelector(".batch-bar");
  const said = batch.querySelector("[data-ticked]");
  const all = batch.querySelector("[data-all]");
  const words = said?.textContent;
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("ticked", box.checked));
    if (!bar) return;
    bar.classList.toggle("idle", !ticked);
    bar.querySelectorAll("button").forEach((button) => { button.disabled = !ticked; });
    said.textContent = ticked ? `${ticked} ${said.dataset.words}:` : words;
    if (all) { all.checked = ticked > 0 && ticked === boxes.length; all.indeterminate = ticked > 0 && ticked < boxes.length; }
  };
  all?.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); count(); });
  batch.addEventListener("change", count);
  window.addEventListener("pageshow", count);
  count();
}

// --- Print ----------------------------------------------------------------------------------------
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// Opening an act puts the cursor into it; `autofocus` does not work on links in every browser.
document.querySelectorAll("details.act").forEach((details) => {
  details.addEventListener("toggle", () => {
    if (details.open && document.activeElement === details.querySelector("summary")) {
      details.querySelector("select, textarea, input:not([type=hidden])")?.focus();
    }
  });
});
document.querySelector("[data-next]")?.focus();


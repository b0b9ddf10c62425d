// Reports on the desk with a script: words that fill themselves in, places, doubles.
import "../web/worklist.js";
import { ask } from "./questions.js";

// --- Words to begin with --------------------------------------------------------------------------
const bodies = JSON.parse(document.getElementById("bodies")?.textContent || "{}");
document.querySelectorAll("select[data-fills]").forEach((select) => {
  const form = select.form;
  const button = form.querySelector("button[name=fill]");
  if (button) button.hidden = true;
  let put = "";
  select.addEventListener("change", () => {
    const text = form.elements[select.dataset.fills];
    const body = bodies[select.value] || "";
    // What somebody typed is kept: the words come after it.
    text.value = !text.value.trim() || text.value === put ? body : `${text.value.trim()}\n${body}`;
    put = text.value;
    text.focus();
  });
});

// --- Entry: places and doubles while one writes ---------------------------------------------------
const entry = document.querySelector("form.entry");
if (entry) {
  const later = (work, wait) => {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
  };
  const get = async (url, values) => {
    const answer = await fetch(`${url}?${new URLSearchParams(values)}`, { headers: { "X-Requested-With": "fetch" } });
    return answer.ok ? answer.text() : "";
  };
  const { text, category, address } = entry.elements;
  const places = document.getElementById("places");
  const aside = entry.querySelector("[data-similar-here]");
  const suggest = later(async () => { if (address.value.trim().length > 2) places.innerHTML = await get(entry.dataset.places, { q: address.value }); }, 150);
  const look = later(async () => { aside.innerHTML = await get(entry.dataset.similar, { text: text.value, category: category.value, address: address.value }); }, 300);
  address.addEventListener("input", () => { suggest(); look(); });
  for (const field of [text, category]) field.addEventListener("change", look);
  ask(category, entry.querySelector("[data-questions]"));
}

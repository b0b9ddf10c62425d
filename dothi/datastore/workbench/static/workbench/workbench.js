// Completion for the question: words, datasets and columns that fit what is being typed. Tab or
// Enter takes one while the list is open, Escape closes it. Without a script it is a plain field.

const WORDS = ["select", "from", "where", "group by all", "group by", "order by", "limit", "count(*)", "sum(", "avg(", "min(", "max(", "median(", "date_trunc('month', ", "join", "left join", "using", "having", "distinct", "case when", "with", "between", "ilike", "is null", "desc"];
const MOST = 8;
const form = document.querySelector("form.bench");
const field = form?.querySelector("textarea");
const list = form?.querySelector(".choices");

async function main() {
  let names = {};
  try {
    names = await (await fetch(form.dataset.names, { headers: { Accept: "application/json" } })).json();
  } catch {
    return; // Without the names the field is what it is without a script.
  }
  const tables = Object.keys(names).map((name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`));
  let fits = [];
  let chosen = -1;
  list.id = "choices";
  field.setAttribute("aria-controls", "choices");
  field.setAttribute("aria-autocomplete", "list");

  const word = () => field.value.slice(0, field.selectionStart).match(/["\w-]+$/)?.[0] ?? "";
  const bare = (text) => text.replaceAll('"', "").toLowerCase();

  function columns() {
    const asked = bare(field.value.replaceAll("_", "-"));
    const used = Object.keys(names).filter((name) => asked.includes(name.replaceAll("_", "-")));
    return [...new Set((used.length ? used : Object.keys(names)).flatMap((name) => names[name]))];
  }

  function close() {
    fits = [];
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }

  function show() {
    const typed = bare(word());
    if (!typed) return close();
    const all = [...columns(), ...tables, ...WORDS];
    fits = all.filter((one) => bare(one).startsWith(typed) && bare(one) !== typed).slice(0, MOST);
    if (!fits.length) return close();
    chosen = -1;
    draw();
  }

  function draw() {
    list.replaceChildren(
      ...fits.map((one, number) => {
        const item = document.createElement("li");
        item.id = `choice-${number}`;
        item.role = "option";
        item.textContent = one;
        item.setAttribute("aria-selected", String(number === chosen));
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(one);
        });
        return item;
      }),
    );
    list.hidden = false;
    if (chosen >= 0) field.setAttribute("aria-activedescendant", `choice-${chosen}`);
  }

  function take(one) {
    const end = field.selectionStart;
    field.setRangeText(one, end - word().length, end, "end");
    close();
  }

  field.addEventListener("input", show);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return form.requestSubmit();
    if (!fits.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : fits.length - 1) + (chosen < 0 && event.key === "ArrowUp" ? 1 : 0)) % fits.length;
      draw();
    } else if (event.key === "Tab" && !event.shiftKey) take(fits[Math.max(chosen, 0)]);
    else if (event.key === "Enter" && chosen >= 0) take(fits[chosen]);
    else if (event.key === "Escape") return close();
    else return;
    event.preventDefault();
  });
}

// Put the cursor where the question went wrong.
const fault = document.querySelector("[data-line]");
if (field && Number(fault?.dataset.line)) {
  const lines = field.value.split("\n");
  const before = lines.slice(0, fault.dataset.line - 1).join("\n").length + (fault.dataset.line > 1 ? 1 : 0);
  const place = before + Number(fault.dataset.column) - 1;
  field.focus();
  field.setSelectionRange(place, place);
}
if (field && list) main();

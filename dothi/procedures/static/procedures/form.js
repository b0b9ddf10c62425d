// The conditions of a form while somebody types, and rows without a way to the server. The server
// evaluates the same again and clears what is hidden: this only saves people a step.

const logic = window.jsonLogic;
const BLANK = "n"; // Number of the row that is copied.

const tidy = (text) => text.normalize("NFC").replace(/[\s\u00a0\u200b]+/g, " ").trim();

function number(text, language) {
  let bare = text.replace(/[\s\u00a0₫đ]+/g, "");
  const [group, decimal] = language === "en" ? [",", "."] : [".", ","];
  if (new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d+)?$`).test(bare)) bare = bare.replaceAll(group, "");
  bare = bare.replaceAll(decimal, ".").replaceAll(group, ".");
  return bare.length <= 20 && /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : text;
}

function day(text) {
  let found = text.match(/^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/);
  let parts = found ? [found[3], found[2], found[1]] : null;
  if (!parts && (found = text.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/))) parts = found.slice(1);
  if (!parts) return text;
  const iso = `${parts[0]}-${parts[1].padStart(2, "0")}-${parts[2].padStart(2, "0")}`;
  const read = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(read.valueOf()) && read.toISOString().startsWith(iso) ? iso : text;
}

function phone(text) {
  const digits = text.replace(/[\s.()\-\u00a0]+/g, "").replace(/^(\+|00)?84(?=\d{9,10}$)/, "0");
  return /^0\d{9,10}$/.test(digits) ? digits : text;
}

// What a field holds, typed as the server types it; undefined: nothing.
function answer(asked, language) {
  const boxes = [...asked.querySelectorAll("input:not([name=asked]), select, textarea")];
  const listed = boxes.some((box) => box.type === "radio" || box.type === "checkbox");
  const values = (listed ? boxes.filter((box) => box.checked) : boxes).map((box) => box.value);
  if (asked.dataset.type === "choices") return values.length ? values : undefined;
  if (asked.dataset.type === "long_text") return (values[0] ?? "").normalize("NFC").trim() || undefined;
  const text = tidy(values[0] ?? "");
  if (!text) return undefined;
  switch (asked.dataset.type) {
    case "number": case "money": return number(text, language);
    case "date": return day(text);
    case "yes_no": return { yes: true, no: false }[text] ?? text;
    case "citizen_id": return text.replace(/[\s\u00a0.-]+/g, "");
    case "phone": return phone(text);
    default: return text;
  }
}

const holds = (asked, answers) => !asked.dataset.when || logic.truthy(logic.apply(JSON.parse(asked.dataset.when), answers));

// Hidden means cleared, and clearing may hide more: until nothing changes.
function seen(fields, answers, around) {
  let left = answers;
  for (;;) {
    const before = { ...around, ...left };
    const visible = fields.filter((one) => holds(one, before));
    const codes = new Set(visible.map((one) => one.dataset.code));
    const kept = Object.fromEntries(Object.entries(left).filter(([code]) => codes.has(code)));
    if (Object.keys(kept).length === Object.keys(left).length) return [new Set(visible), kept];
    left = kept;
  }
}

function show(fields, visible) {
  for (const one of fields) one.hidden = one.disabled = !visible.has(one);
}

const inner = (place) => [...place.querySelectorAll(".asked")].filter((one) => one.parentElement.closest(".asked, .answer-row, .answering") === place);
const rowsOf = (group) => [...group.querySelectorAll(":scope > .answer-row")];

function given(fields, language) {
  const found = {};
  for (const one of fields) {
    const value = one.dataset.type === "group"
      ? rowsOf(one).map((row) => given(inner(row), language)).filter((row) => Object.keys(row).length)
      : answer(one, language);
    if (value !== undefined && !(Array.isArray(value) && !value.length)) found[one.dataset.code] = value;
  }
  return found;
}

function look(sheet) {
  const { language } = sheet.dataset;
  const fields = inner(sheet);
  const around = JSON.parse(sheet.dataset.elsewhere);
  const [visible, kept] = seen(fields, given(fields, language), around);
  show(fields, visible);
  for (const group of visible) {
    if (group.dataset.type !== "group") continue;
    for (const row of rowsOf(group)) {
      const boxes = inner(row);
      const [shown] = seen(boxes, given(boxes, language), { ...around, ...kept });
      show(boxes, shown);
    }
  }
}

function renumber(group) {
  const rows = rowsOf(group);
  rows.forEach((row, at) => {
    const title = `${group.dataset.label} ${at + 1}`;
    row.querySelector(":scope > legend").textContent = title;
    row.querySelector("[data-removes] span").textContent = title;
  });
  group.querySelector("[data-adds]").hidden = rows.length >= Number(group.dataset.most);
}

function add(group) {
  const rows = rowsOf(group);
  const numbers = rows.map((row) => Number(row.dataset.row.split("-").pop()));
  const key = `${group.dataset.code}-${Math.max(-1, ...numbers) + 1}`;
  const blank = `${group.dataset.code}-${BLANK}`;
  const row = group.querySelector("template").content.firstElementChild.cloneNode(true);
  for (const one of [row, ...row.querySelectorAll("*")]) {
    for (const { name, value } of [...one.attributes]) {
      if (value.includes(blank)) one.setAttribute(name, value.replaceAll(blank, key));
    }
  }
  (rows.at(-1) ?? group.querySelector("template")).after(row);
  renumber(group);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function remove(row) {
  const group = row.closest(".asked");
  row.remove();
  renumber(group);
  group.focus();
}

for (const sheet of document.querySelectorAll(".answering")) {
  sheet.addEventListener("input", () => look(sheet));
  sheet.addEventListener("change", () => look(sheet));
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[data-adds], [data-removes]");
    if (!button) return;
    event.preventDefault();
    if (button.matches("[data-adds]")) add(button.closest(".asked"));
    else remove(button.closest(".answer-row"));
    look(sheet);
  });
  look(sheet);
}

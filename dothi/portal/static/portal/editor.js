// The editor of articles, over the plain box that is there without a script. Its schema holds what
// the server keeps (services/texts.py) and nothing else, so nothing is lost silently on saving.
import { baseKeymap, chainCommands, exitCode, lift, setBlockType, toggleMark, wrapIn } from "../vendor/prosemirror/prosemirror-commands.mjs";
import { gapCursor } from "../vendor/prosemirror/prosemirror-gapcursor.mjs";
import { history, redo, undo } from "../vendor/prosemirror/prosemirror-history.mjs";
import { inputRules, textblockTypeInputRule, wrappingInputRule } from "../vendor/prosemirror/prosemirror-inputrules.mjs";
import { keymap } from "../vendor/prosemirror/prosemirror-keymap.mjs";
import { DOMParser, DOMSerializer, Schema } from "../vendor/prosemirror/prosemirror-model.mjs";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "../vendor/prosemirror/prosemirror-schema-list.mjs";
import { EditorState } from "../vendor/prosemirror/prosemirror-state.mjs";
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, goToNextCell, isInTable, tableEditing, tableNodes, toggleHeaderRow } from "../vendor/prosemirror/prosemirror-tables.mjs";
import { EditorView } from "../vendor/prosemirror/prosemirror-view.mjs";

const attributes = (node, ...names) => Object.fromEntries(names.map((name) => [name, node.getAttribute(name)]).filter(([, value]) => value));
const tables = tableNodes({ tableGroup: "block", cellContent: "paragraph+", cellAttributes: {} });
const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { content: "inline*", group: "block", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    heading: {
      content: "inline*", group: "block", defining: true, attrs: { level: { default: 2 } },
      parseDOM: [{ tag: "h1", attrs: { level: 2 } }, { tag: "h2", attrs: { level: 2 } }, { tag: "h3", attrs: { level: 3 } }, { tag: "h4", attrs: { level: 3 } }],
      toDOM: (node) => [`h${node.attrs.level}`, 0],
    },
    blockquote: { content: "block+", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    ordered_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ol" }], toDOM: () => ["ol", 0] },
    list_item: { content: "paragraph block*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    figure: {
      content: "inline*", group: "block", isolating: true, attrs: { src: {}, alt: { default: "" }, width: { default: null }, height: { default: null } },
      parseDOM: [
        { tag: "figure", contentElement: "figcaption", getAttrs: (dom) => { const image = dom.querySelector("img[src]"); return image ? attributes(image, "src", "alt", "width", "height") : false; } },
        { tag: "img[src]", getAttrs: (dom) => (dom.getAttribute("src").startsWith("/files/") ? attributes(dom, "src", "alt", "width", "height") : false) },
      ],
      toDOM: (node) => ["figure", ["img", attributesOf(node)], ["figcaption", 0]],
    },
    ...tables,
    table: {
      ...tables.table, attrs: { caption: { default: "" } },
      parseDOM: [{ tag: "table", getAttrs: (dom) => ({ caption: dom.querySelector("caption")?.textContent.trim() ?? "" }) }, { tag: "caption", ignore: true }],
      toDOM: (node) => ["table", ...(node.attrs.caption ? [["caption", { contenteditable: "false" }, node.attrs.caption]] : []), ["tbody", 0]],
    },
    text: { group: "inline" },
    hard_break: { inline: true, group: "inline", selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  },
  marks: {
    link: { attrs: { href: {} }, inclusive: false, parseDOM: [{ tag: "a[href]", getAttrs: (dom) => ({ href: dom.getAttribute("href") }) }], toDOM: (mark) => ["a", { href: mark.attrs.href }, 0] },
    em: { parseDOM: [{ tag: "em" }, { tag: "i" }], toDOM: () => ["em", 0] },
    strong: { parseDOM: [{ tag: "strong" }, { tag: "b" }], toDOM: () => ["strong", 0] },
  },
});
const { nodes, marks } = schema;

function attributesOf(node) {
  return Object.fromEntries(Object.entries(node.attrs).filter(([, value]) => value !== null));
}

// The document as HTML: heading rows go to <thead>, heading cells say what they head.
function html(doc) {
  const holder = document.createElement("div");
  holder.append(DOMSerializer.fromSchema(schema).serializeFragment(doc.content));
  for (const table of holder.querySelectorAll("table")) {
    const rows = [...table.tBodies[0].rows];
    const heads = [];
    while (rows.length && [...rows[0].cells].every((cell) => cell.tagName === "TH")) heads.push(rows.shift());
    heads.forEach((row) => [...row.cells].forEach((cell) => cell.setAttribute("scope", "col")));
    rows.forEach((row) => row.querySelectorAll("th").forEach((cell) => cell.setAttribute("scope", "row")));
    if (heads.length && rows.length) table.createTHead().append(...heads);
    table.querySelectorAll("caption").forEach((caption) => caption.removeAttribute("contenteditable"));
  }
  // One paragraph alone in a cell or an item needs no element of its own.
  holder.querySelectorAll("th, td, li").forEach((one) => { if (one.children.length === 1 && one.firstChild.tagName === "P") one.firstChild.replaceWith(...one.firstChild.childNodes); });
  return doc.textContent.trim() || holder.querySelector("img, table") ? holder.innerHTML : "";
}

function isActive(state, type, attrs) {
  const { $from, to, empty } = state.selection;
  if (type.create && type.isBlock !== undefined) {
    for (let depth = $from.depth; depth; depth--) if ($from.node(depth).hasMarkup(type, attrs ?? $from.node(depth).attrs)) return true;
    return false;
  }
  return empty ? Boolean(type.isInSet(state.storedMarks || $from.marks())) : state.doc.rangeHasMark($from.pos, to, type);
}

// A list again turns off; another kind of list changes it; else the blocks become one.
function list(type) {
  return (state, dispatch) => (isActive(state, type) ? liftListItem(nodes.list_item)(state, dispatch) : wrapInList(type)(state, dispatch));
}

function newTable(state, dispatch) {
  const row = (kind) => nodes.table_row.create(null, [1, 2].map(() => kind.createAndFill()));
  const table = nodes.table.create(null, [row(nodes.table_header), row(nodes.table_cell), row(nodes.table_cell)]);
  dispatch?.(state.tr.replaceSelectionWith(table).scrollIntoView());
  return true;
}

const ask = (dialog) => new Promise((answer) => {
  dialog.addEventListener("close", () => answer(dialog.returnValue), { once: true });
  dialog.returnValue = "";
  dialog.showModal();
});

async function askLink(view) {
  const dialog = document.querySelector("#link-dialog");
  const field = dialog.querySelector("input");
  const { $from, from, to } = view.state.selection;
  const present = marks.link.isInSet($from.marks()) ?? marks.link.isInSet($from.nodeAfter?.marks ?? []);
  field.value = present?.attrs.href ?? "https://";
  const said = await ask(dialog);
  const href = field.value.trim();
  if (said === "remove" || said === "set") {
    const transaction = view.state.tr.removeMark(from, to, marks.link);
    if (said === "set" && /^(https?:|mailto:|tel:|\/)/.test(href)) {
      if (from === to) transaction.insert(from, schema.text(href, [marks.link.create({ href })]));
      else transaction.addMark(from, to, marks.link.create({ href }));
    }
    view.dispatch(transaction);
  }
  view.focus();
}

async function askPicture(view) {
  const dialog = document.querySelector("#picture-dialog");
  const [file, alt, caption] = dialog.querySelectorAll("input");
  const error = dialog.querySelector("[role=alert]");
  error.textContent = "";
  for (;;) {
    if ((await ask(dialog)) !== "set") break;
    if (!file.files.length || !alt.value.trim()) { error.textContent = error.dataset.missing; continue; }
    const sent = new FormData();
    sent.append("file", file.files[0]);
    const token = document.querySelector("form[data-warns] [name=csrfmiddlewaretoken]").value;
    try {
      const response = await fetch(dialog.dataset.url, { method: "POST", body: sent, headers: { "X-CSRFToken": token } });
      const answer = await response.json();
      if (!response.ok) { error.textContent = answer.error; continue; }
      const words = caption.value.trim();
      const figure = nodes.figure.create({ src: answer.url, alt: alt.value.trim(), width: answer.width, height: answer.height }, words ? schema.text(words) : null);
      view.dispatch(view.state.tr.replaceSelectionWith(figure).scrollIntoView());
      file.value = alt.value = caption.value = "";
      break;
    } catch {
      error.textContent = error.dataset.failed;
    }
  }
  view.focus();
}

const commands = {
  paragraph: setBlockType(nodes.paragraph),
  h2: setBlockType(nodes.heading, { level: 2 }),
  h3: setBlockType(nodes.heading, { level: 3 }),
  strong: toggleMark(marks.strong),
  em: toggleMark(marks.em),
  bullets: list(nodes.bullet_list),
  numbers: list(nodes.ordered_list),
  quote: (state, dispatch) => (isActive(state, nodes.blockquote) ? lift(state, dispatch) : wrapIn(nodes.blockquote)(state, dispatch)),
  table: newTable,
  undo, redo, rowAfter: addRowAfter, columnAfter: addColumnAfter, deleteRow, deleteColumn, deleteTable, headRow: toggleHeaderRow,
};
const asked = { link: askLink, picture: askPicture };
const pressed = {
  paragraph: (state) => isActive(state, nodes.paragraph), h2: (state) => isActive(state, nodes.heading, { level: 2 }), h3: (state) => isActive(state, nodes.heading, { level: 3 }),
  strong: (state) => isActive(state, marks.strong), em: (state) => isActive(state, marks.em), link: (state) => isActive(state, marks.link),
  bullets: (state) => isActive(state, nodes.bullet_list), numbers: (state) => isActive(state, nodes.ordered_list), quote: (state) => isActive(state, nodes.blockquote),
};

// One tool can be reached by Tab, the others by the arrows (the toolbar pattern of ARIA).
function walk(tools) {
  const reachable = () => [...tools.querySelectorAll("button:not(:disabled)")].filter((button) => button.offsetParent);
  const buttons = [...tools.querySelectorAll("button")];
  buttons.forEach((button, index) => { button.tabIndex = index ? -1 : 0; });
  tools.addEventListener("focusin", (event) => buttons.forEach((button) => { button.tabIndex = button === event.target ? 0 : -1; }));
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const around = reachable();
    around[(around.indexOf(document.activeElement) + step + around.length) % around.length].focus();
    event.preventDefault();
  });
}

function edit(box) {
  const tools = document.querySelector("#editor-tools").content.firstElementChild.cloneNode(true);
  const label = document.querySelector(`label[for="${box.id}"]`);
  const holder = document.createElement("div");
  holder.className = "editor";
  holder.append(tools);
  label.id ||= `${box.id}_label`;
  const help = box.getAttribute("aria-describedby");
  const source = document.createElement("div");
  source.innerHTML = box.value.includes("<") ? new window.DOMParser().parseFromString(box.value, "text/html").body.innerHTML : "";
  if (!box.value.includes("<")) box.value.split(/\n\s*\n/).filter((part) => part.trim()).forEach((part) => { const p = document.createElement("p"); p.textContent = part.trim(); source.append(p); });

  const show = (state) => {
    for (const button of tools.querySelectorAll("button")) {
      const what = button.dataset.do;
      if (pressed[what]) button.setAttribute("aria-pressed", pressed[what](state));
      if (what === "undo" || what === "redo") button.disabled = !commands[what](state);
    }
    tools.querySelector(".in-table").hidden = !isInTable(state);
  };
  const view = new EditorView({ mount: holder.appendChild(document.createElement("div")) }, {
    state: EditorState.create({
      doc: DOMParser.fromSchema(schema).parse(source),
      plugins: [
        inputRules({ rules: [
          textblockTypeInputRule(/^(#{2,3})\s$/, nodes.heading, (match) => ({ level: match[1].length })),
          wrappingInputRule(/^\s*[-*]\s$/, nodes.bullet_list), wrappingInputRule(/^1[.)]\s$/, nodes.ordered_list), wrappingInputRule(/^\s*>\s$/, nodes.blockquote),
        ] }),
        keymap({
          "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo, "Mod-b": commands.strong, "Mod-i": commands.em, "Mod-k": (_state, _dispatch, at) => { askLink(at); return true; },
          "Shift-Enter": chainCommands(exitCode, (state, dispatch) => { dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView()); return true; }),
          Enter: splitListItem(nodes.list_item), "Mod-]": sinkListItem(nodes.list_item), "Mod-[": liftListItem(nodes.list_item),
          "Alt-F10": () => { tools.querySelector("[tabindex='0']").focus(); return true; },
        }),
        // Tab leaves the text, as it does on every page; in a table it goes to the next cell.
        keymap({ Tab: goToNextCell(1), "Shift-Tab": goToNextCell(-1) }),
        keymap(baseKeymap), history(), gapCursor(), tableEditing(),
      ],
    }),
    attributes: { role: "textbox", "aria-multiline": "true", "aria-labelledby": label.id, ...(help ? { "aria-describedby": help } : {}), lang: box.name.endsWith("_en") ? "en" : "vi" },
    dispatchTransaction(transaction) {
      const state = view.state.apply(transaction);
      view.updateState(state);
      if (transaction.docChanged) { box.value = html(state.doc); box.dispatchEvent(new Event("input", { bubbles: true })); }
      show(state);
    },
  });
  tools.addEventListener("mousedown", (event) => event.preventDefault()); // The selection stays.
  tools.addEventListener("click", (event) => {
    const what = event.target.closest("button")?.dataset.do;
    if (!what) return;
    if (asked[what]) asked[what](view);
    else { commands[what](view.state, view.dispatch, view); view.focus(); }
  });
  label.addEventListener("click", (event) => { event.preventDefault(); view.focus(); });
  box.hidden = true;
  box.after(holder);
  box.addEventListener("focus", () => view.focus());
  walk(tools);
  show(view.state);
}

document.querySelectorAll("textarea[data-editor]").forEach(edit);

// Who leaves with unsaved text is asked first.
const form = document.querySelector("form[data-warns]");
let unsaved = false;
form.addEventListener("input", () => { unsaved = true; });
form.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

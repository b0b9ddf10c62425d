// Pictures go off as soon as they are chosen, each with its progress; the form only names them.
// Without a script they go with the form.
const tools = document.querySelector("[data-photo-tools]");
const list = document.querySelector("[data-chosen]");
const taken = document.querySelector("[data-taken]");
const plain = document.querySelector("[data-photo-plain]");
const status = document.querySelector("[data-photo-said]");
const LARGEST = 15 * 1024 * 1024;
const running = new Set();

export const arriving = () => Promise.allSettled([...running]);
export const isBusy = () => running.size > 0;

const codes = () => [...list.querySelectorAll("[data-code]")].map((item) => item.dataset.code);
const write = () => { taken.value = codes().join(" "); };

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function row(file) {
  const item = document.createElement("li");
  const picture = document.createElement("img");
  picture.alt = tools.dataset.picture;
  picture.src = URL.createObjectURL(file);
  picture.addEventListener("error", () => { picture.hidden = true; }, { once: true }); // HEIC: shown once it came back.
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const remove = button(tools.dataset.remove, () => { item.remove(); write(); item.dispatchEvent(new Event("gone")); });
  remove.setAttribute("aria-label", `${tools.dataset.remove}: ${file.name}`);
  item.append(picture, name, bar, remove);
  list.append(item);
  return { item, picture, name, bar, remove };
}

function send(file, parts, found) {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("photo", file, file.name);
  form.append("csrfmiddlewaretoken", document.querySelector("[data-report] [name=csrfmiddlewaretoken]").value);
  const work = new Promise((done, failed) => {
    request.open("POST", tools.dataset.url);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) parts.bar.value = event.loaded / event.total; };
    request.onerror = () => failed(new Error(tools.dataset.failed));
    request.onload = () => {
      const answer = request.response;
      if (request.status === 200 && answer?.code) done(answer);
      else failed(new Error(answer?.error ?? answer?.detail ?? tools.dataset.failed));
    };
    parts.item.addEventListener("gone", () => { request.abort(); failed(new Error("")); });
    request.send(form);
  }).then((answer) => {
    if (!parts.item.isConnected) return;
    parts.item.dataset.code = answer.code;
    parts.bar.remove();
    parts.picture.hidden = false;
    if (answer.thumb) parts.picture.src = answer.thumb;
    write();
    status.textContent = tools.dataset.arrived;
    if (answer.place) found(answer.place);
  }, (error) => {
    if (!parts.item.isConnected) return;
    parts.bar.remove();
    parts.name.textContent = error.message;
    status.textContent = error.message;
    parts.remove.before(button(tools.dataset.again, () => { parts.item.remove(); take([file], found); }));
  });
  running.add(work);
  work.finally(() => running.delete(work));
}

function take(files, found) {
  for (const file of files) {
    if (list.children.length >= +tools.dataset.most) { status.textContent = tools.dataset.tooMany; return; }
    if (file.size > LARGEST) { status.textContent = `${file.name}: ${tools.dataset.tooLarge}`; continue; }
    send(file, row(file), found);
  }
}

export function begin(found) {
  tools.hidden = false;
  const box = plain.querySelector("input[type=file]");
  plain.querySelectorAll("label, input").forEach((part) => { part.hidden = true; });
  const help = plain.querySelector(".help");
  if (help) tools.after(help);
  const camera = document.createElement("input");
  camera.type = "file";
  camera.accept = "image/*";
  camera.setAttribute("capture", "environment");
  camera.hidden = true;
  tools.append(camera);
  tools.querySelector("[data-camera]").addEventListener("click", () => camera.click());
  tools.querySelector("[data-gallery]").addEventListener("click", () => box.click());
  for (const input of [camera, box]) {
    input.addEventListener("change", () => { take([...input.files], found); input.value = ""; });
  }
  list.querySelectorAll("button[name=drop]").forEach((drop) => {
    drop.addEventListener("click", (event) => {
      event.preventDefault();
      drop.closest("li").remove();
      write();
    });
  });
  const area = document.querySelector("#photos");
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files].filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name)), found);
  });
}

// Files go off as soon as they are chosen, each with its progress. Without a script they go with
// the form. When all have arrived the page is loaded anew and shows what lies under each paper.
const form = document.querySelector("[data-papers]");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

for (const extra of form.querySelectorAll("[data-no-script]")) extra.hidden = true;

function row(list, file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  item.append(name, bar);
  list.append(item);
  return { item, bar };
}

function send(url, file, bar) {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("file", file, file.name);
  body.append("csrfmiddlewaretoken", token);
  return new Promise((done, failed) => {
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    request.onerror = () => failed(new Error(form.dataset.failed));
    request.onload = () => {
      if (request.status === 200) done();
      else failed(new Error(request.response?.error ?? request.response?.detail ?? form.dataset.failed));
    };
    request.send(body);
  });
}

form.addEventListener("change", async (event) => {
  const box = event.target;
  if (!box.dataset.upload || !box.files.length) return;
  const list = box.parentElement.querySelector("[data-arriving]");
  const files = [...box.files];
  let whole = true;
  box.disabled = true;
  for (const file of files) {
    const { item, bar } = row(list, file);
    try {
      await send(box.dataset.upload, file, bar);
      bar.value = 1;
    } catch (error) {
      whole = false;
      bar.remove();
      item.append(document.createTextNode(` – ${error.message}`));
      item.className = "errorlist";
    }
  }
  box.value = "";
  box.disabled = false;
  if (whole) {
    location.hash = box.closest("section").id;
    location.reload();
  } else {
    box.focus(); // It lost the focus while it was disabled.
  }
});

// After a file came: whoever works by keyboard goes on where they were.
if (location.hash) {
  document.getElementById(location.hash.slice(1))?.querySelector("input[type=file]")?.focus();
  history.replaceState(null, "", location.pathname); // Else it goes along to the next step.
}

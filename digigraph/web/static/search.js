/* Suggestions while a reader types in a search box (ARIA combobox); / goes to the one of every page. */
document.querySelectorAll("form[data-suggest]").forEach((form, place) => {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.id = `suggestions-${place}`;
  list.role = "listbox";
  list.hidden = true;
  list.ariaLabel = document.documentElement.lang === "bg" ? "Предложения" : "Suggestions";
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.autocomplete = "off";
  let chosen = -1, asked = 0, waiting;
  const options = () => [...list.children];
  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (number) => {
    chosen = number;
    options().forEach((option, n) => option.setAttribute("aria-selected", String(n === number)));
    if (number < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options()[number].id);
  };
  const show = (items) => {
    list.replaceChildren(...items.map((item, number) => {
      const option = document.createElement("li");
      option.role = "option";
      option.id = `suggestion-${place}-${number}`;
      option.dataset.link = `${item.url}?lang=${document.documentElement.lang}`;
      const names = item.prefLabel || {};
      const language = [document.documentElement.lang, "bg", "en"].find((name) => names[name]);
      const name = document.createElement("span");
      name.textContent = names[language] || item.id;
      if (language && language !== document.documentElement.lang) name.lang = language;
      option.append(name);
      if (item.notation) {
        const code = document.createElement("small");
        code.textContent = ` ${item.notation}`;
        option.append(code);
      }
      return option;
    }));
    chosen = -1;
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    const text = input.value.trim();
    if (!text) { close(); return; }
    waiting = setTimeout(async () => {
      const mine = ++asked;
      try {
        const answer = await fetch(`${form.dataset.suggest}?prefix=${encodeURIComponent(text.slice(0, 100))}`);
        const told = answer.ok ? await answer.json() : { items: [] };
        if (mine === asked && document.activeElement === input) show(told.items);
      } catch { close(); }
    }, 120);
  });
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape") { close(); return; }
    if (list.hidden || !count) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(chosen < 0 ? (step > 0 ? 0 : count - 1) : (chosen + step + count) % count);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.href = options()[chosen].dataset.link;
    }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { event.preventDefault(); location.href = option.dataset.link; }
  });
  input.addEventListener("blur", close);
  if (place > 0) return;
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
});

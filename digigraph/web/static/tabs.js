/* Sections that follow each other become tabs (ARIA Authoring Practices); without this all stand open. */
(() => {
  const language = document.documentElement.lang;
  const label = language === "bg" ? "Видове твърдения" : "Kinds of statements";
  for (const box of document.querySelectorAll("[data-tabs]")) {
    const panels = [...box.querySelectorAll(":scope > section")];
    const list = document.createElement("div");
    list.role = "tablist";
    list.ariaLabel = label;
    const tabs = panels.map((panel) => {
      const heading = panel.querySelector("h3");
      const tab = document.createElement("button");
      tab.type = "button";
      tab.role = "tab";
      tab.id = `${panel.id}-tab`;
      tab.append(...[...heading.childNodes].map((node) => node.cloneNode(true)));
      tab.setAttribute("aria-controls", panel.id);
      heading.classList.add("paper");  // the tab says the same on the screen
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.tabIndex = 0;
      list.append(tab);
      return tab;
    });
    const choose = (chosen) => tabs.forEach((tab, number) => {
      tab.setAttribute("aria-selected", String(number === chosen));
      tab.tabIndex = number === chosen ? 0 : -1;
      panels[number].hidden = number !== chosen;
    });
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tabs.indexOf(tab));
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const now = tabs.indexOf(document.activeElement);
      const next = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1
        : step ? (now + step + tabs.length) % tabs.length : -1;
      if (next < 0) return;
      event.preventDefault();
      choose(next);
      tabs[next].focus();
    });
    box.prepend(list);
    choose(0);
    addEventListener("beforeprint", () => panels.forEach((panel) => { panel.hidden = false; }));
    addEventListener("afterprint", () => choose(Math.max(0, tabs.findIndex((tab) => tab.ariaSelected === "true"))));
  }
  const all = document.querySelectorAll("details");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...all].filter((one) => !one.open && !one.classList.contains("source"));
    opened.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
  /* A link to a requirement opens it. */
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const details = target && target.querySelector("details");
    if (details) details.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();

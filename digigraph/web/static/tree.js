/* A nested list of links becomes a tree (ARIA Authoring Practices, navigation tree); without this
   all of it stands open. Rows open by → and by their arrow, and a row leads where its link does. */
for (const tree of document.querySelectorAll("[data-tree]")) {
  const rows = [...tree.querySelectorAll("a")];
  const group = (row) => row.parentElement.querySelector(":scope > ul");
  const parent = (row) => row.parentElement.parentElement.closest("li")?.querySelector(":scope > a");
  const beside = (row) => [...row.parentElement.parentElement.children].map((one) => one.querySelector(":scope > a"));
  const isOpen = (row) => row.getAttribute("aria-expanded") === "true";
  const isSeen = (row) => { const above = parent(row); return !above || (isOpen(above) && isSeen(above)); };
  const seen = () => rows.filter(isSeen);
  const set = (row, open) => {
    row.setAttribute("aria-expanded", String(open));
    row.parentElement.classList.toggle("is-open", open);
    group(row).hidden = !open;
    // What had the focus is out of sight now: the row that hides it takes its place.
    if (!open && group(row).contains(current)) choose(row);
  };
  let current = rows[0];
  const choose = (row, { focus = false } = {}) => {
    current.tabIndex = -1;
    current = row;
    current.tabIndex = 0;
    if (focus) current.focus();
  };

  tree.setAttribute("role", "tree");
  tree.setAttribute("aria-label", tree.dataset.tree);
  rows.forEach((row, number) => {
    const level = (above => above ? Number(above.getAttribute("aria-level")) + 1 : 1)(parent(row));
    const all = beside(row);
    row.parentElement.setAttribute("role", "none");
    row.setAttribute("role", "treeitem");
    row.setAttribute("aria-level", String(level));
    row.setAttribute("aria-setsize", String(all.length));
    row.setAttribute("aria-posinset", String(all.indexOf(row) + 1));
    row.tabIndex = -1;
    const note = row.parentElement.querySelector(":scope > small");
    if (note) {
      note.id = `note-${number}`;
      row.setAttribute("aria-describedby", note.id);
    }
    const below = group(row);
    if (!below) return;
    below.setAttribute("role", "group");
    below.id = `branch-${number}`;
    row.setAttribute("aria-owns", below.id);
    const fold = document.createElement("span");
    fold.className = "fold";
    fold.ariaHidden = "true";
    fold.addEventListener("click", () => { set(row, !isOpen(row)); choose(row, { focus: true }); });
    row.before(fold);
    set(row, level < 3);
  });
  choose(rows[0]);
  document.getElementById("keys")?.removeAttribute("hidden");
  tree.addEventListener("focusin", (event) => { if (rows.includes(event.target)) choose(event.target); });

  let typed = "", forget;
  const named = (text) => {
    clearTimeout(forget);
    forget = setTimeout(() => { typed = ""; }, 600);
    typed += text.toLocaleLowerCase();
    const all = seen();
    const at = all.indexOf(current);
    // The same letter again leads on to the next; more letters look from the row itself.
    const repeated = [...typed].every((letter) => letter === typed[0]);
    const wanted = repeated ? typed[0] : typed;
    const order = [...all.slice(repeated ? at + 1 : at), ...all.slice(0, repeated ? at + 1 : at)];
    const starts = (row) => {
      const code = row.querySelector(".code")?.textContent ?? "";
      return [row.textContent, row.textContent.slice(code.length)].some((one) => one.trim().toLocaleLowerCase().startsWith(wanted));
    };
    return order.find(starts);
  };
  tree.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target !== current) return;
    const all = seen();
    const at = all.indexOf(current);
    const below = group(current);
    let next;
    if (event.key.length > 1 && event.key !== "Shift") typed = "";
    if (event.key === "ArrowDown") next = all[at + 1];
    else if (event.key === "ArrowUp") next = all[at - 1];
    else if (event.key === "Home") next = all[0];
    else if (event.key === "End") next = all.at(-1);
    else if (event.key === "ArrowRight") {
      if (below && !isOpen(current)) set(current, true);
      else if (below) next = below.querySelector("a");
    } else if (event.key === "ArrowLeft") {
      if (below && isOpen(current)) set(current, false);
      else next = parent(current);
    } else if (event.key === "*") beside(current).filter(group).forEach((row) => set(row, true));
    else if (event.key === " ") current.click();
    else if (event.key.length === 1 && event.key !== "/") next = named(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (next) choose(next, { focus: true });
  });
}

// Lets a reader put the rows that are shown in the order of a column, by mouse or keyboard.

/** Makes each heading of the table in `part`, if it has one, a button that sorts. */
export function sortable(part) {
  const table = part?.querySelector("table");
  if (!table || table.tBodies[0].rows.length < 2) return;
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const up = heading.ariaSort !== "ascending";
      for (const other of headings) other.ariaSort = null;
      heading.ariaSort = up ? "ascending" : "descending";
      sort(table.tBodies[0], column, up ? 1 : -1);
    });
  });
}

function sort(body, column, direction) {
  const language = document.documentElement.lang;
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const value = (row) => row.cells[column].firstChild?.textContent.trim() ?? "";
  const isNumber = (text) => text !== "" && Number.isFinite(Number(text));
  const rows = [...body.rows];
  const order = rows.map(value).filter(Boolean).every(isNumber) ? (a, b) => a - b : compare;
  rows.sort((a, b) => direction * order(value(a), value(b)));
  body.append(...rows);
}

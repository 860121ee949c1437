/* Buttons that copy a text; they show only where a browser lets a page copy. */
(() => {
  if (!navigator.clipboard) return;
  const bulgarian = document.documentElement.lang === "bg";
  const status = document.createElement("p");
  status.className = "aside";
  status.setAttribute("role", "status");
  document.body.append(status);
  for (const button of document.querySelectorAll("[data-copy]")) {
    const text = document.getElementById(button.dataset.copy);
    const name = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent.trim());
        button.textContent = status.textContent = bulgarian ? "Копирано" : "Copied";
      } catch {
        button.textContent = status.textContent = bulgarian ? "Браузърът не позволи" : "The browser refused";
      }
      setTimeout(() => { button.textContent = name; status.textContent = ""; }, 2000);
    });
  }
})();

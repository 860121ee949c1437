/* A link to a text leads to it: its row is opened and its tab chosen. Without this it opens in browsers
   that reveal what an address names, as HTML has it. */
(() => {
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let row = target.closest("details"); row; row = row.parentElement.closest("details")) row.open = true;
    const panel = target.closest("[role=tabpanel]");
    if (panel) document.getElementById(`${panel.id}-tab`).click();
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", reveal);
  reveal();
})();

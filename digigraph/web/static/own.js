// Holds a reader's own levels against those of a profile. Nothing leaves the page.

const table = document.querySelector("[data-own]");
const fields = [...table.querySelectorAll("select")];

function tell() {
  let required = 0;
  let missing = 0;
  for (const field of fields) {
    const wanted = Number(field.dataset.required);
    const lacking = Math.max(0, wanted - Number(field.value));
    field.closest("tr").querySelector("output").value = lacking;
    required += wanted;
    missing += lacking;
  }
  const reached = required ? (required - missing) / required : 1;
  document.querySelector("[data-reach]").value = Math.round(reached * 100);
}

table.addEventListener("change", tell);
tell();

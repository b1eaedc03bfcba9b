// Buttons that copy the value of the field that they name. Without script it can be selected.
for (const button of document.querySelectorAll("button[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // it is selected, so that a key copies it
    }
    const label = button.getAttribute("aria-label");
    button.textContent = "Copied";
    button.setAttribute("aria-label", label.replace("Copy", "Copied"));
    setTimeout(() => {
      button.textContent = "Copy";
      button.setAttribute("aria-label", label);
    }, 2000);
  });
}

// The error pages: copies the Activity ID and goes back. Without script the id can be selected.
const id = document.getElementById("activityId");
const copy = document.getElementById("copy");
const goBack = document.getElementById("goBack");

if (id && copy) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(id.textContent.trim());
      copy.textContent = copy.dataset.done;
    } catch {
      getSelection().selectAllChildren(id);
    }
  });
}
if (goBack && history.length > 1) {
  goBack.hidden = false;
  goBack.addEventListener("click", () => history.back());
}

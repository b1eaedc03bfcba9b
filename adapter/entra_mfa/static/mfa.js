// Asks every second whether the phone has answered, without touching the page; then posts the form.
const form = document.getElementById("loginForm");
const everyMs = 1000;
const givesUpAfterMs = 150_000;
const began = performance.now();
let mayPost = true;

async function look() {
  if (performance.now() - began > givesUpAfterMs) return;
  const fields = new URLSearchParams(new FormData(form));
  fields.set("Poll", "1");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields });
    if (answer.status < 500 && (await isAnswered(answer))) {
      mayPost = false;
      form.submit();
      return;
    }
  } catch {
    // The network or the node was away for a moment: ask again.
  }
  setTimeout(look, everyMs);
}

// A page without the form is an error page: posting the form shows it.
async function isAnswered(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById("loginForm");
  return !next || next.dataset.state !== "pending";
}

// Enter pressed twice posts once: the first post may use up the page, and brings the next one.
form?.addEventListener("submit", (event) => {
  if (!mayPost) event.preventDefault();
  mayPost = false;
  setTimeout(() => (mayPost = true), 10_000);
});
addEventListener("pageshow", () => (mayPost = true)); // by the back button

if (form?.dataset.state === "pending") setTimeout(look, everyMs);

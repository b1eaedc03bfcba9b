// Asks whether the phone has answered, without touching the page; then posts the form. The server may
// hold the question until there is news, and says when to ask again.
// For every page with a form that waits for a phone: of AD FS, security info and password reset.
const form = document.querySelector("form[data-state]");
const waiting = form?.querySelector(".waiting");
const usual = waiting?.textContent;
const everyMs = 1000;
const heldSeconds = 25;
const noAnswerAfterMs = heldSeconds * 1000 + 10_000;
let pauseMs = everyMs;
let mayPost = true;

async function look() {
  const isAnswered = await ask();
  if (form.elements.Passkey) return; // a passkey is on its way: this page has ended
  tell(isAnswered === null ? waiting.dataset.offline : usual);
  if (isAnswered) {
    mayPost = false;
    form.submit();
    return;
  }
  setTimeout(look, pauseMs);
}

// Returns whether the phone has answered, or null if the network or the node is away for a moment.
async function ask() {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("Poll", "1");
  try {
    const signal = AbortSignal.timeout(noAnswerAfterMs);
    // 204 instead of the same page again
    const headers = { Prefer: `return=minimal, wait=${heldSeconds}` };
    const answer = await fetch(form.action, { method: "POST", headers, body: fields, signal });
    pauseMs = everyMs * (Number(answer.headers.get("Retry-After")) || 1);
    if (answer.status === 204) return false;
    return answer.status < 500 ? !isPending(await answer.text()) : null;
  } catch {
    return null;
  }
}

// A page without the form is an error page, or the next page: posting the form shows it.
function isPending(html) {
  const next = new DOMParser().parseFromString(html, "text/html").getElementById(form.id);
  return next?.dataset.state === "pending";
}

// The paragraph is a live region: it speaks when its text changes, and only then.
function tell(text) {
  if (waiting.textContent !== text) waiting.textContent = text;
}

// Enter pressed twice posts once: the first post may use up the page, and brings the next one.
form?.addEventListener("submit", (event) => {
  if (!mayPost) event.preventDefault();
  mayPost = false;
  setTimeout(() => (mayPost = true), 10_000);
});
// By the back button; a page that has just loaded shows, too, and may be on its way already.
addEventListener("pageshow", (event) => (mayPost ||= event.persisted));

if (form?.dataset.state === "pending") setTimeout(look, everyMs);

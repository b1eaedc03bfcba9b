// Posts the form by itself: the post hangs until the phone has answered, and brings the next page.
const form = document.getElementById("loginForm");
const pauseMs = { ready: 0, pending: 2000 };
const pause = pauseMs[form?.dataset.state];
let hasPosted = false;

// Enter pressed while the post hangs sends nothing more.
form?.addEventListener("submit", (event) => {
  if (hasPosted) event.preventDefault();
  hasPosted = true;
  form.querySelector(".waiting")?.removeAttribute("hidden");
});
addEventListener("pageshow", (event) => {
  if (event.persisted) hasPosted = false; // by the back button: the user decides
});

if (pause !== undefined) setTimeout(() => hasPosted || form.requestSubmit(), pause);

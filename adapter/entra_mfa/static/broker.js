// iOS broker flow: the app is on the device that shows this page. Its request comes up over the
// number, as it does on such a phone, and only here: the app has no number to show. If the app in
// this browser has no request for this sign-in, nothing covers the number.
const sheet = document.getElementById("brokerRequest");
const back = document.getElementById("backToRequest");
const app = document.createElement("iframe");

function cover() {
  back.hidden = true;
  if (!sheet.open) sheet.showModal();
  app.contentWindow.focus();
}

function uncover() {
  sheet.close();
}

// The app says what it shows; its page says so to no other origin, and we listen to no other page.
addEventListener("message", (event) => {
  if (event.source !== app.contentWindow || event.origin !== location.origin) return;
  if (event.data === "tallystick: request shown") cover();
  if (event.data === "tallystick: show the number") uncover();
});

// By the app's button or by Escape: the same number is seen again, and there is a way back.
sheet.addEventListener("close", () => {
  back.hidden = false;
  back.focus();
});
back.addEventListener("click", cover);

app.title = sheet.getAttribute("aria-label");
app.src = sheet.dataset.app;
sheet.append(app);

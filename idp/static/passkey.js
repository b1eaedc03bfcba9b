// The log-in page: asks the browser for a passkey, and posts its signature with the log-in form.
// Without script, or where the browser has no passkeys, the button stays hidden.
const button = document.getElementById("passkeyButton");
const form = document.getElementById("loginForm");
const typed = ["userNameInput", "passwordInput"].map((id) => document.getElementById(id));
let request = new AbortController();

async function ask(mediation) {
  request.abort();
  request = new AbortController();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(button.dataset.options));
  return navigator.credentials.get({ publicKey, mediation, signal: request.signal });
}

function post(credential) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "Passkey";
  field.value = JSON.stringify(credential.toJSON());
  for (const each of typed) each.disabled = true;
  form.append(field);
  form.submit();
  addEventListener("pageshow", () => {
    field.remove();
    for (const each of typed) each.disabled = false;
  });
}

// Offers passkeys among the names that the browser fills in, until the button is pressed.
async function offer() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    post(await ask("conditional"));
  } catch {
    // Another request has taken its place, or the user types a name.
  }
}

if (button && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      post(await ask("optional"));
    } catch (error) {
      if (error.name === "AbortError") return;
      document.getElementById("errorText").textContent = button.dataset.failed;
      offer();
    }
  });
  offer();
}

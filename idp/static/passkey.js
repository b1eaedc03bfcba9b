// Asks the browser for a passkey, and posts its answer with the form that the button names. Without
// script, or where the browser has no passkeys, the button stays hidden.
const button = document.getElementById("passkeyButton");
const form = document.getElementById(button?.dataset.form);
const isNew = button?.dataset.ceremony === "create";
let request = new AbortController();

async function ask(mediation) {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  const options = JSON.parse(button.dataset.options);
  if (isNew) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey, signal });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey, mediation, signal });
}

function post(credential) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "Passkey";
  field.value = JSON.stringify(credential.toJSON());
  // What the browser has filled in where a name and a password can be typed stays here.
  const typed = [...form.querySelectorAll("[name=UserName], [name=Password]")];
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
  if (!("offered" in button.dataset)) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    post(await ask("conditional"));
  } catch {
    // Another request has taken its place, or the user types a name.
  }
}

if (form && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  button.hidden = false;
  document.getElementById("passkeyMissing")?.remove();
  if (isNew) {
    form.addEventListener("submit", (event) => {  // Enter in its field
      event.preventDefault();
      button.click();
    });
  }
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

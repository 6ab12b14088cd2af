// Asks the device for a passkey, or to make one. Without this script codes by mail work as ever.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// What the site sends is JSON: challenges and ids are base64url text, which the device wants as bytes.
function asked({ publicKey }) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) options[list] = options[list].map((key) => ({ ...key, id: bytes(key.id) }));
  }
  return { publicKey: options };
}

// And back: bytes become text.
function answered(credential) {
  const { response } = credential;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = text(response[name]);
  }
  if (response.getTransports) said.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: said,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function say(button, words) {
  let said = button.parentElement.querySelector("[data-said]");
  if (!said) {
    said = document.createElement("p");
    said.dataset.said = "";
    said.className = "errors";
    said.setAttribute("role", "alert");
    button.before(said);
  }
  said.textContent = words;
}

async function run(button) {
  const form = document.getElementById(button.dataset.form);
  button.disabled = true;
  try {
    const reply = await fetch(button.dataset.from, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(reply.statusText);
    const credential = await navigator.credentials[button.dataset.passkey](asked(await reply.json()));
    form.elements.credential.value = JSON.stringify(answered(credential));
    form.submit();
  } catch {
    say(button, button.dataset.failed);
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const piece of document.querySelectorAll("[data-passkey]")) piece.hidden = false;
  for (const piece of document.querySelectorAll("[data-no-passkey]")) piece.hidden = true;
  for (const button of document.querySelectorAll("button[data-passkey]")) button.addEventListener("click", () => run(button));
}

// Passkeys: has the browser ask an authenticator, and sends with the form what it says.
// Where scripts do not run, or no authenticator is known, the form stays hidden: codes of the app go on working.
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = {
    create: (options) =>
      navigator.credentials.create({
        publicKey: {
          ...options,
          challenge: bytes(options.challenge),
          user: { ...options.user, id: bytes(options.user.id) },
          excludeCredentials: named(options.excludeCredentials),
        },
      }),
    get: (options) =>
      navigator.credentials.get({
        publicKey: {
          ...options,
          challenge: bytes(options.challenge),
          allowCredentials: named(options.allowCredentials),
        },
      }),
  };

  const said = ({ id, rawId, type, response }) => {
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    if (response.getTransports) parts.transports = response.getTransports();
    return JSON.stringify({ id, rawId: text(rawId), type, response: parts, clientExtensionResults: {} });
  };

  const button = form.querySelector("button");
  const failed = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    failed.hidden = true;
    try {
      const credential = await asked[form.dataset.passkey](JSON.parse(form.dataset.options));
      form.elements.response.value = said(credential);
      form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
  for (const one of document.querySelectorAll("[data-without-passkeys]")) one.hidden = true;
  form.hidden = false;
})();

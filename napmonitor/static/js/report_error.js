// The page on which readers report an error; everything works without.
"use strict";

document.querySelector("[data-focus]")?.focus();

const PLACE = "error-notice";
const inTab = (work) => {
  try {
    return work(sessionStorage);
  } catch {
    return null; // A browser that keeps nothing.
  }
};
// What was sent is kept no longer.
if (document.querySelector("[data-error-sent]")) inTab((tab) => tab.removeItem(PLACE));

const form = document.querySelector("[data-error-form]");
if (form) {
  const { text, email, token, proof } = form.elements;

  // What is typed stays in this tab until it is sent: in another language, loaded anew, offline.
  const held = JSON.parse(inTab((tab) => tab.getItem(PLACE)) ?? "{}");
  for (const field of [text, email]) if (!field.value) field.value = held[field.name] ?? "";
  form.addEventListener("input", () => {
    const typed = JSON.stringify({ text: text.value, email: email.value });
    inTab((tab) => tab.setItem(PLACE, typed));
  });

  // How much of the limit is used: told when somebody comes near it.
  const most = Number(text.dataset.most);
  const count = document.createElement("span");
  count.className = "count fine";
  count.setAttribute("aria-live", "polite");
  document.getElementById(`${text.id}_limit`)?.append(" ", count);
  const tell = () => {
    const used = text.value.length;
    const said = form.dataset.count.replace("{n}", used).replace("{most}", most);
    count.textContent = used > most * 0.9 ? said : "";
    count.classList.toggle("count--over", used > most);
  };
  text.addEventListener("input", tell);
  tell();

  // A number whose digest with the token begins with enough zeros: sought while somebody writes.
  // Without it the text is shown once more, and goes at the second press.
  const prove = async () => {
    const bits = Number(form.dataset.bits);
    const encoder = new TextEncoder();
    for (let number = 0; ; number += 1) {
      const data = encoder.encode(`${token.value}:${number}`);
      const digest = new DataView(await crypto.subtle.digest("SHA-256", data));
      if (digest.getUint32(0) >>> (32 - bits) === 0) return String(number);
    }
  };
  const start = async () => {
    if (window.crypto?.subtle) proof.value = await prove();
  };
  form.addEventListener("focusin", start, { once: true });
}

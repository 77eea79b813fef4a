// Small conveniences of the pages for members; everything works without them.
"use strict";

// After a form was refused the reader hears why: the summary takes the focus.
document.querySelector("[data-focus]")?.focus();

// A text is sent only where it would be taken: signed in as the same person, and with a
// connection. Else it stays here, and the page says why. Who signed in again in another window
// has a new token by then.
const texts = document.currentScript.dataset;
const asking = new WeakSet();
const allowed = new WeakSet();
const PATIENCE = 10_000;
const whyNot = async () => {
  try {
    const answer = await fetch(texts.signedIn, {
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!answer.ok) return texts.offline;
    const person = await answer.text();
    if (person === texts.person) return "";
    return person === "" ? texts.signedOut : texts.another;
  } catch {
    return texts.offline;
  }
};

const notSent = (sending, submitter, words) => {
  const line = sending.querySelector(".not-sent") ?? document.createElement("p");
  line.className = "notice notice--alarm not-sent";
  line.setAttribute("role", "alert");
  if (words === texts.offline) line.textContent = words;
  else keep.askToSignIn(line, words);
  (submitter?.closest(".buttons, .submit-row, .entry-bar") ?? sending.lastElementChild).prepend(line);
};

document.addEventListener(
  "submit",
  async (event) => {
    const { target: sending, submitter } = event;
    const field = sending.querySelector('[name="csrfmiddlewaretoken"]');
    if (!field || !sending.querySelector('textarea, [name="mark"]') || allowed.has(sending)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asking.has(sending)) return;
    asking.add(sending);
    const problem = await whyNot();
    // Should the answer get lost, the server still has the text.
    if (!problem) await keep.flush(sending);
    asking.delete(sending);
    if (problem) {
      notSent(sending, submitter, problem);
      return;
    }
    sending.querySelector(".not-sent")?.remove();
    field.value = keep.token() ?? field.value;
    allowed.add(sending);
    try {
      sending.requestSubmit(submitter);
    } finally {
      allowed.delete(sending);
    }
  },
  true,
);

// Where a body that is new is chosen, what is asked of it stands open.
document.querySelectorAll("[data-opened-by]").forEach((fold) => {
  const menu = document.getElementById(fold.dataset.openedBy);
  const follow = () => {
    if (menu.value === "+") fold.open = true;
  };
  menu.addEventListener("change", follow);
  follow();
});

// On paper a field shows all that stands in it: a line that is longer than its field, and a text of
// many lines, as no field goes on overleaf, are printed in its place.
const FEW_LINES = 12;
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("main :is(input, textarea), #content-main :is(input, textarea)").forEach((field) => {
    const isText = ["text", "url", "email", "textarea"].includes(field.type);
    if (!isText || !field.checkVisibility()) return;
    const isWhole = field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight;
    if (isWhole && field.value.split("\n").length <= FEW_LINES) return;
    const printed = document.createElement("span");
    printed.className = "printed-value";
    printed.lang = field.lang;
    printed.textContent = field.value;
    field.after(printed);
  });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll(".printed-value").forEach((printed) => printed.remove());
});

const form = document.getElementById("entry-form");
if (form) {
  const state = document.getElementById("save-state");
  let unsaved = false;
  let leaving = false;

  // Saving by itself makes the button superfluous, and evidence grows line by line.
  form.querySelector(".save-button").hidden = true;
  form.addEventListener("input", () => {
    unsaved = true;
  });
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving && !keep.isLeaving(form)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && unsaved) htmx.trigger(form, "save");
  });
  window.addEventListener("online", () => {
    if (unsaved) htmx.trigger(form, "save");
  });

  let typed = 0;
  form.addEventListener("input", () => {
    typed += 1;
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === state) event.detail.xhr.typedBefore = typed;
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const saved = event.detail.target === state && state.querySelector(".saved");
    if (!saved || event.detail.xhr.typedBefore !== typed) return;
    if (!saved.classList.contains("saved--partly")) unsaved = false;
    if (!unsaved) keep.forget(form);
  });
  // Who signed in again in another window has a new token by then.
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.closest("#entry-form") !== form) return;
    event.detail.parameters.csrfmiddlewaretoken =
      keep.token() ?? event.detail.parameters.csrfmiddlewaretoken;
  });
  // A field is wrong as long as something stands at it.
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    const errors = document.getElementById(event.detail.target.id);
    const field = document.getElementById(errors?.id.replace(/_errors$/, ""));
    field?.setAttribute("aria-invalid", String(Boolean(errors.querySelector(".field-error"))));
  });

  // Spelling is checked in the language that is written.
  const language = form.querySelector('[name="language"]');
  const speak = () =>
    form.querySelectorAll("textarea, .document-title input").forEach((field) => {
      field.lang = language.value || document.documentElement.lang;
    });
  language?.addEventListener("change", speak);
  const tell = (words) => {
    state.textContent = words;
    state.classList.add("not-saved");
  };
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) state.classList.remove("not-saved");
  });
  // Whoever may not write here any more is told so in the words of the site.
  document.body.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
    // A server or database that is away is no sign-out: the text is kept, and saved later.
    if (xhr.status >= 500) return tell(state.dataset.offline);
    tell("");
    const isTold = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
    if (isTold) keep.leadToUnsaved(state, xhr.responseText);
    else keep.askToSignIn(state, state.dataset.signedOut);
  });
  document.body.addEventListener("htmx:sendError", () => tell(state.dataset.offline));

  // Ctrl + Enter submits from any field.
  form.addEventListener("keydown", (event) => {
    const submit = form.querySelector('button[value="submit"]');
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit) {
      event.preventDefault();
      form.requestSubmit(submit);
    }
  });

  // "Copy" puts last year's text into the field without a trip to the server.
  form.querySelectorAll("[data-copy]").forEach((button) => {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const field = document.getElementById(button.dataset.copy);
      field.value = button.closest(".last-year").querySelector("template").content.textContent;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.focus();
    });
  });

  // Another line for evidence: a copy of the last one, emptied and renumbered.
  const add = form.querySelector("[data-add-document]");
  const total = form.querySelector('[name="evidence-TOTAL_FORMS"]');
  const most = Number(form.querySelector('[name="evidence-MAX_NUM_FORMS"]').value);
  add.hidden = false;
  add.addEventListener("click", () => {
    const number = Number(total.value);
    if (number >= most) return;
    const lines = form.querySelectorAll(".document");
    const line = lines[lines.length - 1].cloneNode(true);
    line.innerHTML = line.innerHTML.replaceAll(`evidence-${number - 1}-`, `evidence-${number}-`);
    line.querySelector("legend").textContent = line
      .querySelector("legend")
      .textContent.replace(String(number), String(number + 1));
    line.querySelectorAll(".field-error").forEach((error) => error.remove());
    line.querySelectorAll("input").forEach((input) => {
      input.value = "";
      input.removeAttribute("value");
    });
    lines[lines.length - 1].after(line);
    total.value = String(number + 1);
    line.querySelector("input").focus();
  });
}

// Keeps what somebody types until it is saved: on the server, and in this browser only until the
// server has it. Nothing is kept where others use the computer too; everything works without.
"use strict";

const keep = (() => {
  const said = document.currentScript.dataset;
  const PAUSE = 2_000;
  const LASTS = 30 * 24 * 3_600_000;
  const PREFIX = "unsaved:";
  const SMALL = 60_000; // what a browser still sends for a page that is gone
  const NOT_TYPED = ["csrfmiddlewaretoken", "mark", "token", "opened"];
  const watched = new Map();
  const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];

  // The same form in another language is the same form; each window has a place of its own.
  const mine = (address) =>
    `${PREFIX}${said.person}:${address.replace(/^\/(?:nl|fr|de|en)(?=\/)/, "")}`;
  const openedOf = (form) => form.elements.opened?.value ?? "";
  const store = (key, opened, rows) => {
    try {
      if (rows) localStorage.setItem(key, JSON.stringify({ at: Date.now(), opened, rows }));
      else localStorage.removeItem(key);
    } catch {
      // A browser that keeps nothing: the server still does.
    }
  };
  // What all windows of this browser hold of a form, the oldest first: [place, what is held].
  const held = (form) => {
    try {
      return Object.keys(localStorage)
        .filter((key) => key === form || key.startsWith(`${form}#`))
        .map((key) => [key, JSON.parse(localStorage.getItem(key))])
        .sort(([, one], [, other]) => one.at - other.at);
    } catch {
      return [];
    }
  };
  try {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .filter((key) => !(Date.now() - JSON.parse(localStorage.getItem(key))?.at < LASTS))
      .forEach((key) => localStorage.removeItem(key));
  } catch {
    // Nothing is kept here, or it is no text of ours.
  }

  const rowsOf = (form) =>
    [...new FormData(form)].filter(([name, v]) => !NOT_TYPED.includes(name) && typeof v === "string");

  // What was typed and stands in a form already was saved when its window was left.
  const plain = (text) => text.replace(/\r\n?/g, "\n").trim();
  const stands = (form, rows) => {
    const isSeen = ([name]) => form.elements[name]?.type !== "hidden";
    const seen = (given) =>
      JSON.stringify(given.filter(isSeen).map(([name, text]) => [name, plain(text)]));
    return seen(rows) === seen(rowsOf(form));
  };

  const post = async (mark, opened, rows, signal) => {
    const body = new URLSearchParams(rows);
    body.append("mark", mark.value);
    body.append("opened", opened);
    body.append("csrfmiddlewaretoken", token() ?? "");
    return fetch(mark.dataset.keeps, {
      method: "POST",
      headers: { "HX-Request": "true" },
      body,
      signal,
      keepalive: body.toString().length < SMALL,
    });
  };

  // No wall without a door: where somebody is signed out, the way in stands beside the words.
  const askToSignIn = (line, words) => {
    const door = document.createElement("a");
    door.href = said.signIn;
    door.target = "_blank";
    door.textContent = said.signInWords;
    line.replaceChildren(words, " ", door);
  };

  const watch = (form, mark) => {
    const opened = openedOf(form);
    const key = `${mine(mark.dataset.address)}#${opened}`;
    const savesItself = form.id === "entry-form";
    const line = document.createElement("span");
    line.className = "fine kept-state";
    line.setAttribute("role", "status");
    if (!savesItself) ([...form.querySelectorAll(".buttons, .submit-row")].pop() ?? form).append(line);
    const one = { dirty: false, leaving: false, typed: 0, timer: 0, aborter: null };

    // True once the server has all that stands in the form.
    one.flush = async () => {
      clearTimeout(one.timer);
      if (!one.dirty) return true;
      one.aborter?.abort();
      one.aborter = new AbortController();
      const before = one.typed;
      const rows = rowsOf(form);
      try {
        const answer = await post(mark, opened, rows, one.aborter.signal);
        if (answer.status === 401 || answer.status === 403) {
          askToSignIn(line, said.signedOut);
          return false;
        }
        line.textContent = answer.ok ? await answer.text() : said.offline;
        if (!answer.ok || one.typed !== before) return false;
        one.kept = JSON.stringify(rows);
        one.forget();
        return true;
      } catch (problem) {
        if (problem.name !== "AbortError") line.textContent = said.offline;
        return false;
      }
    };
    one.forget = () => {
      one.dirty = false;
      store(key, opened, null);
    };
    // Leaving a field tells of a change once more: what the server has is not held here again.
    one.touch = () => {
      const rows = rowsOf(form);
      if (!one.dirty && JSON.stringify(rows) === one.kept) return;
      one.dirty = true;
      one.typed += 1;
      store(key, opened, rows);
      if (savesItself) return;
      clearTimeout(one.timer);
      one.timer = setTimeout(one.flush, PAUSE);
    };
    form.addEventListener("input", one.touch);
    form.addEventListener("change", one.touch);
    // The menus of the administration tell nobody else of a change.
    window.django?.jQuery?.(form).on("select2:select select2:unselect", one.touch);
    form.addEventListener("submit", () => {
      one.leaving = true;
      clearTimeout(one.timer);
      one.aborter?.abort();
    });
    watched.set(form, one);
    return one;
  };

  // What this browser still holds goes to the server, which offers it on the page: what each
  // window held beside what the others did.
  const hand = async (mark) => {
    let isOffered = false;
    for (const [key, { opened, rows }] of held(mine(mark.dataset.address))) {
      if (stands(mark.form, rows)) {
        store(key, opened, null);
        continue;
      }
      try {
        const answer = await post(mark, opened ?? "", rows);
        if (!answer.ok) return;
        store(key, opened, null);
        isOffered ||= answer.status === 200;
      } catch {
        return; // Another time.
      }
    }
    if (isOffered) location.reload();
  };

  // Loading the answer to a form again shows what is stored, and sends nothing a second time.
  if (document.getElementById("entry-form")) history.replaceState(null, "", location.href);

  document.querySelectorAll('[name="mark"][data-keeps]').forEach((mark) => {
    const one = watch(mark.form, mark);
    const isPut = document.querySelector(".unsaved[data-put]");
    if (isPut && mark.form.id !== "entry-form") one.touch();
    else hand(mark);
  });

  const put = document.querySelector(".unsaved[data-put]");
  if (put && location.pathname + location.search !== put.dataset.page) history.replaceState(null, "", put.dataset.page);

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    watched.forEach((one, form) => {
      if (form.id !== "entry-form" && !one.leaving) one.flush();
    });
  });
  window.addEventListener("online", () => watched.forEach((one) => one.flush()));
  window.addEventListener("beforeunload", (event) => {
    const isOpen = [...watched].some(
      ([form, one]) => form.id !== "entry-form" && one.dirty && !one.leaving,
    );
    if (isOpen) event.preventDefault();
  });

  // Signing out keeps what is not saved first, or asks.
  let mayLeave = false;
  const leaving = document.querySelector('.account-nav form[method="post"], #logout-form');
  leaving?.addEventListener("submit", (event) => {
    const open = [...watched.values()].filter((one) => one.dirty);
    if (mayLeave || open.length === 0) return;
    event.preventDefault();
    const leaves = event.currentTarget;
    Promise.all(open.map((one) => one.flush())).then((done) => {
      mayLeave = done.every(Boolean) || window.confirm(said.leave);
      if (!mayLeave) return;
      watched.forEach((one) => {
        one.leaving = true;
      });
      leaves.requestSubmit();
    });
  });

  // The page in another language takes the text along; where it cannot be kept the browser asks.
  document.getElementById("languages")?.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const open = [...watched.values()].filter((one) => one.dirty);
    const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!link || isElsewhere || open.length === 0 || link.hasAttribute("aria-current")) return;
    event.preventDefault();
    Promise.all(open.map((one) => one.flush())).then((done) => {
      const address = new URL(link.href);
      if (done.every(Boolean)) {
        address.searchParams.set("unsaved", "use");
        watched.forEach((one) => {
          one.leaving = true;
        });
      }
      location.assign(address);
    });
  });

  // How much of a limit is used: told when somebody comes near it.
  document.querySelectorAll("[data-most]").forEach((field) => {
    const most = Number(field.dataset.most);
    const count = document.createElement("span");
    count.className = "count fine";
    count.setAttribute("aria-live", "polite");
    const limit = document.getElementById(`${field.id}_limit`);
    if (limit) limit.append(" ", count);
    else field.after(count);
    const tell = () => {
      const used = field.value.length;
      const isNear = used > most * 0.9;
      count.textContent = isNear ? said.count.replace("{n}", used).replace("{most}", most) : "";
      count.classList.toggle("count--over", used > most);
    };
    field.addEventListener("input", tell);
    tell();
  });

  return {
    isLeaving: (form) => Boolean(watched.get(form)?.leaving),
    flush: (form) => watched.get(form)?.flush() ?? Promise.resolve(true),
    forget: (form) => watched.get(form)?.forget(),
    askToSignIn,
    token,
  };
})();

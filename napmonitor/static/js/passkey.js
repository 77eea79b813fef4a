// Says on the page why a passkey did not work; allauth's scripts would tell the console only.
"use strict";

document.addEventListener("allauth.error", (event) => {
  const problem = document.getElementById("passkey-problem");
  if (!problem) return;
  event.preventDefault();
  const byNumber = /^[0-9.]+$|^\[/.test(location.hostname);
  problem.textContent = byNumber ? problem.dataset.address : problem.dataset.stopped;
});
